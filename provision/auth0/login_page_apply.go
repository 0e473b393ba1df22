package auth0

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/auth0/go-auth0/v3/management"

	"phonegate/provision/event"
	"phonegate/provision/fault"
	"phonegate/provision/resource"
	"phonegate/provision/transport"
)

// Apply implements resource.Resource.
func (l *LoginPage) Apply(ctx context.Context, progress resource.Progress) (err error) {
	if l.stale {
		if err := l.Read(ctx); err != nil {
			return err
		}
	}
	defer func() { l.stale = err != nil }()
	for _, x := range l.former {
		if err := l.giveBack(ctx, x, progress); err != nil {
			return err
		}
	}
	if l.target == nil || l.same(l.target.page) {
		return nil
	}
	return l.write(ctx, l.target, progress)
}

// write replaces the page, of which nothing is lost: it is read once more, and kept before anything is written.
func (l *LoginPage) write(ctx context.Context, x *place, progress resource.Progress) error {
	now, err := l.client(ctx, x.id)
	if err != nil {
		return err
	}
	if now == nil {
		return fault.New(fault.Failed, "auth0.inexistent_client", "Run the same command again.",
			"The application “%s” was deleted in the meantime.", x.page.name)
	}
	x.page = now
	if l.same(now) {
		return nil
	}
	file := ""
	if s := now.standing(); s == stranger || s == edited {
		if file, err = l.keep(now, now.html, "the current page", progress); err != nil {
			return err
		}
	}
	if !x.recorded() {
		b, err := l.c.addBackup(ctx, newBackup(l.c.o.Domain, now, file))
		if err != nil {
			return err
		}
		x.backups = append(x.backups, b)
	}
	return l.put(ctx, now, l.spec.HTML, true)
}

// keep writes a copy of a page to a file and says where.
func (l *LoginPage) keep(p *page, html, what string, progress resource.Progress) (string, error) {
	if l.spec.Keep == nil {
		return "", nil
	}
	where, err := l.spec.Keep(p.name, []byte(html))
	if err != nil {
		return "", err
	}
	if where != "" {
		orSilent(progress)(fmt.Sprintf("%s is kept in %s", what, where))
	}
	return where, nil
}

func (l *LoginPage) put(ctx context.Context, p *page, html string, on bool) error {
	req := &management.UpdateClientRequestContent{}
	req.SetCustomLoginPage(&html) // explicitly: an empty page must be sent too
	req.SetCustomLoginPageOn(&on)
	if _, err := l.c.clients.Update(transport.Repeatable(ctx), p.id, req); err != nil {
		return typed(err)
	}
	p.html, p.on = html, on
	return nil
}

// giveBack puts back what stood there before phonegate, if the page that is there now is as phonegate wrote it: it is read once
// more to be sure. The backup goes last: as long as it is there, a later run can carry on.
func (l *LoginPage) giveBack(ctx context.Context, x *place, progress resource.Progress) error {
	if what, _ := x.undoing(); what == "" {
		return nil
	}
	if x.page != nil {
		now, err := l.client(ctx, x.id)
		if err != nil {
			return err
		}
		x.page = now
	}
	if err := l.restore(ctx, x, progress); err != nil {
		return err
	}
	if x.page != nil && x.page.standing() == edited {
		return nil
	}
	for len(x.backups) > 0 {
		last := len(x.backups) - 1 // the one that counts goes last
		if err := l.c.deleteAction(ctx, x.backups[last].id, false); err != nil {
			return err
		}
		x.backups = x.backups[:last]
	}
	return nil
}

// restore writes the page of before, or Auth0's own where it is not known. A page that is not phonegate's any more stays.
func (l *LoginPage) restore(ctx context.Context, x *place, progress resource.Progress) (err error) {
	if x.page == nil {
		return nil
	}
	b, now := x.before(), x.page.standing()
	switch {
	case now == intact:
		// Where there was no page this is "" and on, which means nothing at Auth0: so is an application that nobody has touched.
		err = l.put(ctx, x.page, b.html, b.On)
	case now != edited && b.Kept == keptHere && b.html != x.page.html:
		// Somebody has put another page there since: the former one is of no use there, but it is not thrown away.
		_, err = l.keep(x.page, b.html, "the previous page", progress)
	}
	if err == nil && b.Kept == keptFile && x.page.standing() == blank {
		l.left = append(l.left, lost(x, b))
	}
	return err
}

func lost(x *place, b backup) resource.Left {
	left := resource.Left{What: fmt.Sprintf("the previous login page of “%s”", x.page.name),
		Why: "it was too large to be saved at Auth0; phonegate's page is off and Auth0 shows its own"}
	if b.File != "" {
		left.Why = fmt.Sprintf("it was too large to be saved at Auth0; a copy is in %s on the computer that replaced it", b.File)
	}
	return left
}

// places are all that may have to be given back.
func (l *LoginPage) places() []*place {
	if l.target == nil {
		return l.former
	}
	return append([]*place{l.target}, l.former...)
}

// UndoChange implements resource.Resource.
func (l *LoginPage) UndoChange() event.Change {
	c := event.Change{Resource: l.Name(), Op: event.None, Detail: "unchanged"}
	var all []string
	for _, x := range l.places() {
		what, requests := x.undoing()
		switch {
		case what != "":
			c.Op = event.Update
			c.Requests += requests
			all = append(all, what)
		case x.page != nil && x.page.standing() == edited:
			all = append(all, fmt.Sprintf("“%s” keeps its page, because somebody edited it after phonegate wrote it", x.page.name))
		}
	}
	if len(all) > 0 {
		c.Detail = strings.Join(all, "; ")
	}
	return c
}

// Undo implements resource.Resource.
func (l *LoginPage) Undo(ctx context.Context, progress resource.Progress) error {
	if l.stale {
		if err := l.Read(ctx); err != nil {
			return err
		}
	}
	for _, x := range l.places() {
		if err := l.giveBack(ctx, x, progress); err != nil {
			l.stale = true
			return err
		}
	}
	return nil
}

// Left is what Undo leaves behind: pages that somebody edited, and former pages that it can't put back.
func (l *LoginPage) Left() []resource.Left {
	left := slices.Clone(l.left)
	for _, x := range l.places() {
		if x.page != nil && x.page.standing() == edited {
			why := fmt.Sprintf("somebody edited the login page of “%s” after phonegate wrote it", x.page.name)
			if b := x.before(); b.Kept == keptHere {
				why += fmt.Sprintf("; the previous page is in the Action “%s”", backupName+x.id)
			} else if len(x.backups) > 0 {
				why += fmt.Sprintf("; the Action “%s” is deleted too", backupName+x.id)
			}
			left = append(left, resource.Left{What: fmt.Sprintf("the login page of “%s”", x.page.name), Why: why})
		}
		for _, b := range x.broken {
			left = append(left, resource.Left{What: fmt.Sprintf("the Action “%s”", backupName+b.Client),
				Why: "it should contain the previous login page, but somebody edited it and it can't be read"})
		}
	}
	return left
}
