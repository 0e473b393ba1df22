package auth0

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/auth0/go-auth0/v3/management"

	"phonegate/provision/event"
	"phonegate/provision/fault"
	"phonegate/provision/resource"
)

// Values of LoginPageSpec.Mode.
const (
	LoginPageNone   = "none"
	LoginPageClient = "client" // the page of one application
	LoginPageTenant = "tenant" // the page of all applications without one of their own
)

// LoginPageSpec says whose login page is ours.
type LoginPageSpec struct {
	Mode     string
	ClientID string // for mode client
	HTML     string
}

// LoginPage is the resource auth0.login_page: the classic login page with Lock, which asks for
// the number at sign-up. Whatever page stood there before is kept in the note before it is overwritten, and put back by Undo.
type LoginPage struct {
	c    *Client
	spec LoginPageSpec
	note resource.Note
	// Leaving says that the page is only read to be undone: then it is no error that the application is gone, its page went with it.
	Leaving bool

	target *page // whose page it is to be; nil under mode none
	former *page // the application whose page was ours when another one was set; nil if none
}

// page is the login page of one application; the tenant's is that of its global client.
type page struct {
	id, name string
	html     string
	on       bool
}

// backup is the JSON of a page in the note.
type backup struct {
	HTML string `json:"html"`
	On   bool   `json:"on"`
}

// NewLoginPage makes the resource. The note keeps the application's id, the page that was there before,
// the hash of the page last written and, if somebody edited that one, the edited page.
func NewLoginPage(c *Client, spec LoginPageSpec, note resource.Note) *LoginPage {
	return &LoginPage{c: c, spec: spec, note: note}
}

// Name implements resource.Resource.
func (l *LoginPage) Name() string { return "auth0.login_page" }

// Read implements resource.Resource.
func (l *LoginPage) Read(ctx context.Context) error {
	l.target, l.former = nil, nil
	var err error
	switch l.spec.Mode {
	case LoginPageClient:
		if l.spec.ClientID == "" {
			return fault.New(fault.Usage, "auth0.login_page_client", "Set auth0.client_id in phonegate.yaml, or --client-id.",
				"The login page is to be that of one application, but which one is not said.")
		}
		if l.target, err = l.client(ctx, l.spec.ClientID); err == nil && l.target == nil && !l.Leaving {
			return fault.New(fault.Usage, "auth0.inexistent_client", "Copy the Client ID from the Auth0 dashboard: Applications > your application.",
				"The tenant has no application with the client id %s.", l.spec.ClientID)
		}
	case LoginPageTenant:
		l.target, err = l.global(ctx)
	}
	if err != nil {
		return err
	}
	if written := l.note.Get("client"); written != "" && (l.target == nil || l.target.id != written) {
		l.former, err = l.client(ctx, written) // nil if the application is gone, and its page with it
	}
	return err
}

const pageFields = "client_id,name,custom_login_page,custom_login_page_on"

func (l *LoginPage) client(ctx context.Context, id string) (*page, error) {
	c, err := l.c.clients.Get(ctx, id, &management.GetClientRequestParameters{
		Fields: management.String(pageFields), IncludeFields: management.Bool(true)})
	if err != nil {
		if err = typed(err); notFound(err) {
			return nil, nil
		}
		return nil, err
	}
	return &page{id: id, name: first(c.GetName(), id), html: c.GetCustomLoginPage(), on: c.GetCustomLoginPageOn()}, nil
}

// global finds the client that stands for all applications: its login page is the tenant's.
func (l *LoginPage) global(ctx context.Context) (*page, error) {
	list, err := l.c.clients.List(ctx, &management.ListClientsRequestParameters{
		IsGlobal: management.Bool(true), Fields: management.String(pageFields), IncludeFields: management.Bool(true)})
	if err != nil {
		return nil, typed(err)
	}
	if len(list.Results) == 0 || list.Results[0].GetClientID() == "" {
		return nil, fault.New(fault.Failed, "auth0.global_client", "Use login_page: client and name the application.",
			"The tenant's global client, which holds the login page of all applications, was not found.")
	}
	c := list.Results[0]
	return &page{id: c.GetClientID(), name: "all applications", html: c.GetCustomLoginPage(), on: c.GetCustomLoginPageOn()}, nil
}

// foreign says that the page now there is neither what phonegate last wrote nor what it would write.
func (l *LoginPage) foreign() bool {
	return l.target != nil && l.note.Get("client") == l.target.id && !l.wrote(l.target.html) && l.target.html != l.spec.HTML
}

// wrote says whether the page is one that phonegate has put there, or the one that stood there before it did. While a page is being
// written the note names both the former and the new one: which of them is there is then not known.
func (l *LoginPage) wrote(html string) bool {
	return slices.Contains(strings.Fields(l.note.Get("written")), hash(html))
}

func (l *LoginPage) same() bool {
	return l.target != nil && l.target.on && l.target.html == l.spec.HTML
}

// Change implements resource.Resource.
func (l *LoginPage) Change() event.Change {
	c := event.Change{Resource: l.Name(), Op: event.None, Detail: "left as it is"}
	if l.target != nil {
		c.Detail = "of “" + l.target.name + "”"
		if l.target.id != "" && l.spec.Mode == LoginPageTenant {
			c.Detail = "of all applications without one of their own"
		}
	}
	if l.target != nil && !l.same() {
		c.Op, c.Requests = event.Update, 1
		switch {
		case l.foreign():
			c.Detail += ": somebody changed it since phonegate wrote it; that version is kept in the state file"
		case l.note.Get("client") == l.target.id:
		case l.target.html == "" || !l.target.on:
			c.Op, c.From = event.Create, "generated"
		default:
			c.Detail += ": the page there now is kept, to be put back by destroy"
		}
		if l.target.html != "" {
			c.Diff = diff(l.target.html, l.spec.HTML)
		}
	}
	if l.former != nil {
		if c.Op == event.None {
			c.Op = event.Update
		}
		c.Requests++
		c.Detail += fmt.Sprintf("; “%s” gets its own page back", l.former.name)
	}
	return c
}

// Apply implements resource.Resource.
func (l *LoginPage) Apply(ctx context.Context, _ resource.Progress) error {
	if l.former != nil {
		if err := l.restore(ctx, l.former); err != nil {
			return err
		}
		l.former = nil
	}
	if l.target == nil {
		return nil
	}
	if !l.same() {
		if err := l.keep(); err != nil {
			return err
		}
		if err := l.note.Set("written", hash(l.target.html)+" "+hash(l.spec.HTML)); err != nil {
			return err
		}
		if err := l.put(ctx, l.target, l.spec.HTML, true); err != nil {
			return err
		}
	}
	// The page can already be right while the note is lost: then from now on it is ours.
	if l.note.Get("client") != l.target.id {
		if err := l.keep(); err != nil {
			return err
		}
	}
	return l.note.Set("written", hash(l.spec.HTML))
}

// keep writes down what stands there, durably, before it is overwritten. A page of our own that is found
// without a note (the state file was lost) is not what stood there before phonegate.
func (l *LoginPage) keep() error {
	if l.note.Get("client") != l.target.id {
		before := backup{HTML: l.target.html, On: l.target.on}
		if strings.Contains(before.HTML, marker) {
			before = backup{}
		}
		data, err := json.Marshal(before)
		if err != nil {
			return err
		}
		if err := l.note.Set("previous", string(data)); err != nil {
			return err
		}
		if err := l.note.Set("written", hash(l.target.html)); err != nil {
			return err
		}
		return l.note.Set("client", l.target.id)
	}
	if l.foreign() {
		return l.note.Set("edited", l.target.html)
	}
	return nil
}

func (l *LoginPage) put(ctx context.Context, p *page, html string, on bool) error {
	req := &management.UpdateClientRequestContent{}
	req.SetCustomLoginPage(&html) // explicitly: an empty page must be sent too
	req.SetCustomLoginPageOn(&on)
	if _, err := l.c.clients.Update(repeat(ctx), p.id, req); err != nil {
		return typed(err)
	}
	p.html, p.on = html, on
	return nil
}

// ours is the page to undo: the one the note names, or one that is plainly ours although the note is lost.
func (l *LoginPage) ours() *page {
	switch {
	case l.former != nil:
		return l.former
	case l.target == nil:
		return nil
	case l.note.Get("client") == l.target.id, l.note.Get("client") == "" && strings.Contains(l.target.html, marker):
		return l.target
	}
	return nil
}

// UndoChange implements resource.Resource.
func (l *LoginPage) UndoChange() event.Change {
	p := l.ours()
	if p == nil {
		return event.Change{Resource: l.Name(), Op: event.None, Detail: "left as it is"}
	}
	c := event.Change{Resource: l.Name(), Op: event.Update, Requests: 1, Detail: fmt.Sprintf("“%s” gets back the page it had before", p.name)}
	if l.note.Get("written") == "" {
		c.Detail = fmt.Sprintf("“%s” gets back Auth0's own page: what it had before is not known", p.name)
	} else if !l.wrote(p.html) {
		c.Detail += "; the changes that somebody made since are lost"
	}
	return c
}

// Undo implements resource.Resource.
func (l *LoginPage) Undo(ctx context.Context, _ resource.Progress) error {
	if p := l.ours(); p != nil {
		return l.restore(ctx, p)
	}
	return l.forget()
}

// forget drops the note. Whose page it is about goes first: without that, half a note can't be taken for a backup of nothing.
func (l *LoginPage) forget() error { return forget(l.note, "client", "written", "edited", "previous") }

// restore puts back what stood there before phonegate.
func (l *LoginPage) restore(ctx context.Context, p *page) error {
	var before backup
	if kept := l.note.Get("previous"); kept != "" {
		if err := json.Unmarshal([]byte(kept), &before); err != nil {
			return fault.Wrap(err, fault.Failed, "auth0.login_page_backup", "Restore the page by hand in the Auth0 dashboard: Branding > Universal Login > Advanced Options.",
				"The login page that was there before can't be read from the state file.")
		}
	}
	if err := l.put(ctx, p, before.HTML, before.On); err != nil {
		return err
	}
	return l.forget()
}

func hash(s string) string {
	sum := sha256.Sum256([]byte(s))
	return hex.EncodeToString(sum[:16])
}
