package auth0

import (
	"cmp"
	"context"
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
	LoginPageTenant = "tenant" // the page for every application that has no page of its own
)

// LoginPageSpec says whose login page is ours.
type LoginPageSpec struct {
	Mode     string
	ClientID string // for mode client
	HTML     string
	// Leaving says that the page is only read to be undone: then it is no error that the
	// application is gone, and its page with it.
	Leaving bool
	// Keep writes a copy of somebody's page to a file before it is replaced, and says where; nil for no copies.
	Keep func(application string, html []byte) (where string, err error)
}

// LoginPage is the resource auth0.login_page: the classic login page with Lock, which asks for the number at sign-up. The page
// that stood there before is kept at Auth0 before it is overwritten, and put back by Undo: see backup.
type LoginPage struct {
	c    *Client
	spec LoginPageSpec

	target *place   // whose page it is to be; nil under mode none
	former []*place // other applications that have a backup: their page was or still is ours
	left   []resource.Left
	stale  bool
}

// NewLoginPage makes the resource.
func NewLoginPage(c *Client, spec LoginPageSpec) *LoginPage { return &LoginPage{c: c, spec: spec} }

// Name implements resource.Resource.
func (l *LoginPage) Name() string { return "auth0.login_page" }

// Read implements resource.Resource.
func (l *LoginPage) Read(ctx context.Context) error {
	l.target, l.former, l.left, l.stale = nil, nil, nil, false
	target, err := l.meant(ctx)
	if err != nil {
		return err
	}
	if target != nil {
		l.target = &place{id: target.id, page: target}
	}
	all, err := l.c.backups(ctx, "")
	if err != nil {
		return err
	}
	for _, b := range all {
		x, err := l.place(ctx, b.Client)
		if err != nil {
			return err
		}
		if b.broken {
			x.broken = append(x.broken, b)
		} else {
			x.backups = append(x.backups, b)
		}
	}
	return nil
}

// meant is the page that is to be ours, nil if none is.
func (l *LoginPage) meant(ctx context.Context) (*page, error) {
	switch l.spec.Mode {
	case LoginPageTenant:
		return l.global(ctx)
	case LoginPageClient:
		if l.spec.ClientID == "" {
			return nil, fault.New(fault.Usage, "auth0.login_page_client",
				"Set auth0.client_id in phonegate.yaml, or --client-id.",
				"login_page is client, but auth0.client_id is not set.")
		}
		p, err := l.client(ctx, l.spec.ClientID)
		if err == nil && p == nil && !l.spec.Leaving {
			return nil, fault.New(fault.Usage, "auth0.inexistent_client",
				"Copy the client ID from Auth0 dashboard > Applications > your application.",
				"The tenant has no application with the client ID %s.", l.spec.ClientID)
		}
		return p, err
	}
	return nil, nil
}

// place is the one with the application's id, which is read if it is new.
func (l *LoginPage) place(ctx context.Context, id string) (*place, error) {
	if l.target != nil && l.target.id == id {
		return l.target, nil
	}
	if i := slices.IndexFunc(l.former, func(x *place) bool { return x.id == id }); i >= 0 {
		return l.former[i], nil
	}
	p, err := l.client(ctx, id)
	x := &place{id: id, page: p}
	l.former = append(l.former, x)
	return x, err
}

const (
	pageFields      = "client_id,name,global,custom_login_page,custom_login_page_on"
	allApplications = "all applications"
)

func (l *LoginPage) client(ctx context.Context, id string) (*page, error) {
	c, err := l.c.clients.Get(ctx, id, &management.GetClientRequestParameters{
		Fields: management.String(pageFields), IncludeFields: management.Bool(true)})
	if err != nil {
		if err = typed(err); notFound(err) {
			return nil, nil
		}
		return nil, err
	}
	p := &page{id: id, name: cmp.Or(c.GetName(), id), html: c.GetCustomLoginPage(), on: c.GetCustomLoginPageOn()}
	if c.GetGlobal() {
		p.name = allApplications
	}
	return p, nil
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
			"The tenant's global client, which holds the login page for all applications, was not found.")
	}
	c := list.Results[0]
	return &page{id: c.GetClientID(), name: allApplications, html: c.GetCustomLoginPage(), on: c.GetCustomLoginPageOn()}, nil
}

// same says whether the page is switched on and as it should be.
func (l *LoginPage) same(p *page) bool { return p.on && p.html == l.spec.HTML }

// Change implements resource.Resource.
func (l *LoginPage) Change() event.Change {
	c := event.Change{Resource: l.Name(), Op: event.None, Detail: "unchanged"}
	if l.target != nil {
		c.Detail = "of “" + l.target.page.name + "”"
		if l.spec.Mode == LoginPageTenant {
			c.Detail = "for every application that has no page of its own"
		}
		if !l.same(l.target.page) {
			l.writing(&c)
		}
	}
	var also []string
	for _, x := range l.former {
		if what, requests := x.undoing(); what != "" {
			also = append(also, what)
			c.Requests += requests
		}
	}
	if len(also) == 0 {
		return c
	}
	if c.Op == event.None {
		c.Op = event.Update
	}
	if l.target != nil {
		also = append([]string{c.Detail}, also...)
	}
	c.Detail = strings.Join(also, "; ")
	return c
}

// writing says what becomes of the page that is there now.
func (l *LoginPage) writing(c *event.Change) {
	x := l.target
	c.Op, c.Requests = event.Update, 2
	if !x.recorded() {
		c.Requests++
	}
	switch x.page.standing() {
	case blank:
		c.Op, c.From = event.Create, "generated"
	case edited:
		c.Detail += ": somebody edited it after phonegate wrote it; their version is saved in a file"
	case stranger:
		switch {
		case x.recorded() && x.before().html != x.page.html:
			c.Detail += ": somebody replaced phonegate's page; their page is saved in a file"
		case newBackup(l.c.o.Domain, x.page, "").Kept == keptFile:
			c.Detail += ": the current page is saved in a file; it is too large for destroy to restore it from Auth0"
		default:
			c.Detail += ": the current page is saved; destroy restores it"
		}
	case intact:
		if !x.page.on {
			c.Detail += ": off → on"
		}
	}
	if x.page.html != "" && x.page.html != l.spec.HTML {
		c.Diff = diff(x.page.html, l.spec.HTML)
	}
}
