package auth0

import (
	"slices"
	"strings"
	"testing"

	"phonegate/provision/event"
	"phonegate/provision/fault"
	"phonegate/provision/resource"
)

const (
	app  = "sandbox-app"
	mine = "<p>mine</p>\n"
)

func (x *tenant) page(mode, client, html string) *LoginPage {
	return NewLoginPage(x.client(x.road), LoginPageSpec{Mode: mode, ClientID: client, HTML: html,
		Keep: func(_ string, html []byte) (string, error) {
			x.kept = append(x.kept, string(html))
			return "kept.html", nil
		}})
}

// run reads, plans and applies.
func run(t *testing.T, r resource.Resource) event.Change {
	t.Helper()
	if err := r.Read(t.Context()); err != nil {
		t.Fatal(err)
	}
	c := r.Change()
	if c.Op != event.None {
		if err := r.Apply(t.Context(), nil); err != nil {
			t.Fatal(err)
		}
	}
	return c
}

// undo is a destroy from a computer that knows nothing: what it would do, and what it leaves.
func (x *tenant) undo(l *LoginPage) (event.Change, []resource.Left) {
	x.t.Helper()
	if err := l.Read(x.t.Context()); err != nil {
		x.t.Fatal(err)
	}
	c := l.UndoChange()
	if err := l.Undo(x.t.Context(), nil); err != nil {
		x.t.Fatal(err)
	}
	return c, l.Left()
}

func (x *tenant) html(id string) (string, bool) {
	c := x.call("GET", "/clients/"+id, nil)
	html, _ := c["custom_login_page"].(string)
	on, _ := c["custom_login_page_on"].(bool)
	return html, on
}

func (x *tenant) setPage(id, html string) {
	x.call("PATCH", "/clients/"+id, map[string]any{"custom_login_page": html, "custom_login_page_on": true})
}

// copies are the names of the backups at Auth0.
func (x *tenant) copies() []string {
	x.t.Helper()
	all, err := x.client(x.road).backups(x.t.Context(), "")
	if err != nil {
		x.t.Fatal(err)
	}
	var names []string
	for _, b := range all {
		names = append(names, b.Client)
	}
	return names
}

func TestLoginPageOfOneApplication(t *testing.T) {
	x := newTenant(t)
	x.setPage(app, mine)
	if c := run(t, x.page(LoginPageClient, app, pageHTML)); c.Op != event.Update ||
		!strings.Contains(c.Detail, "the current page is saved") || !strings.Contains(c.Diff, "- <p>mine</p>") {
		t.Errorf("plan: %+v", c)
	}
	if html, on := x.html(app); html != pageHTML || !on || !slices.Equal(x.kept, []string{mine}) ||
		!slices.Equal(x.copies(), []string{app}) {
		t.Errorf("the page is %v %q; kept %q, %v", on, html, x.kept, x.copies())
	}
	if c := run(t, x.page(LoginPageClient, app, pageHTML)); c.Op != event.None {
		t.Errorf("second run: %+v", c)
	}
	if c := run(t, x.page(LoginPageClient, app, sealed("<p>newer</p>\n"))); c.Op != event.Update ||
		strings.Contains(c.Detail, "somebody") || strings.Contains(c.Detail, "kept") {
		t.Errorf("a new version: %+v", c)
	}
	if len(x.kept) != 1 || len(x.flow()) != 1 {
		t.Errorf("kept %q, flow %v", x.kept, x.flow())
	}
	if c, left := x.undo(x.page(LoginPageClient, app, pageHTML)); c.Op != event.Update ||
		!strings.Contains(c.Detail, "gets its own page again") || len(left) > 0 {
		t.Errorf("undo: %+v, left %v", c, left)
	}
	if html, on := x.html(app); html != mine || !on || len(x.copies()) > 0 {
		t.Errorf("after undo the page is %v %q, copies %v", on, html, x.copies())
	}
}

func TestPageSwitchedOffIsSwitchedOnAgain(t *testing.T) {
	x := newTenant(t)
	run(t, x.page(LoginPageClient, app, pageHTML))
	x.call("PATCH", "/clients/"+app, map[string]any{"custom_login_page_on": false})
	if c := run(t, x.page(LoginPageClient, app, pageHTML)); c.Op != event.Update ||
		!strings.HasSuffix(c.Detail, "off → on") || c.Diff != "" {
		t.Errorf("plan: %+v", c)
	}
	if html, on := x.html(app); html != pageHTML || !on {
		t.Errorf("the page is %v %q", on, html)
	}
}

func TestEditedPageIsKeptByApplyAndLeftByDestroy(t *testing.T) {
	x := newTenant(t)
	x.setPage(app, mine)
	run(t, x.page(LoginPageClient, app, pageHTML))
	edited := strings.Replace(pageHTML, "Log in", "Log on", 1)
	x.setPage(app, edited)
	p := x.page(LoginPageClient, app, pageHTML)
	c, left := x.undo(p)
	if c.Op != event.None || !strings.Contains(c.Detail, "edited") || len(left) != 1 ||
		!strings.Contains(left[0].Why, backupName+app) {
		t.Errorf("undo: %+v, left %+v", c, left)
	}
	if html, _ := x.html(app); html != edited || !p.Edited() || !slices.Equal(x.copies(), []string{app}) {
		t.Errorf("the page is %q, copies %v", html, x.copies())
	}
	if c := run(t, x.page(LoginPageClient, app, pageHTML)); c.Op != event.Update ||
		!strings.Contains(c.Detail, "somebody edited it") || c.Diff == "" {
		t.Errorf("plan: %+v", c)
	}
	if html, _ := x.html(app); html != pageHTML || x.kept[len(x.kept)-1] != edited {
		t.Errorf("the page is %q, kept %q", html, x.kept)
	}
	if x.undo(x.page(LoginPageClient, app, pageHTML)); len(x.copies()) > 0 {
		t.Errorf("copies %v", x.copies())
	}
	if html, _ := x.html(app); html != mine {
		t.Errorf("after undo the page is %q", html)
	}
}

func TestPageThatReplacedOursIsKeptByApplyAndLeftByDestroy(t *testing.T) {
	for _, next := range []string{"<p>next</p>\n", ""} {
		x := newTenant(t)
		x.setPage(app, mine)
		run(t, x.page(LoginPageClient, app, pageHTML))
		x.setPage(app, next)
		c := run(t, x.page(LoginPageClient, app, pageHTML))
		if html, _ := x.html(app); html != pageHTML || (next != "" && (x.kept[len(x.kept)-1] != next ||
			!strings.Contains(c.Detail, "somebody replaced"))) {
			t.Errorf("%+v: the page is %q, kept %q", c, html, x.kept)
		}
		x.setPage(app, next)
		c, left := x.undo(x.page(LoginPageClient, app, pageHTML))
		if c.Op != event.Update || !strings.Contains(c.Detail, "has another page by now") || len(left) > 0 {
			t.Errorf("undo: %+v, left %v", c, left)
		}
		if html, _ := x.html(app); html != next || len(x.copies()) > 0 || x.kept[len(x.kept)-1] != mine {
			t.Errorf("the page is %q, copies %v, kept %q", html, x.copies(), x.kept)
		}
	}
}

func TestPageThatSpeaksOfPhonegateIsSomebodys(t *testing.T) {
	x := newTenant(t)
	const theirs = "<p>phonegate:login-page</p>\n"
	x.setPage(app, theirs)
	if c, _ := x.undo(x.page(LoginPageClient, app, pageHTML)); c.Op != event.None {
		t.Errorf("undo: %+v", c)
	}
	run(t, x.page(LoginPageClient, app, pageHTML))
	x.undo(x.page(LoginPageClient, app, pageHTML))
	if html, _ := x.html(app); html != theirs {
		t.Errorf("after undo the page is %q", html)
	}
}

func TestLoginPageOfAllApplications(t *testing.T) {
	x := newTenant(t)
	p := x.page(LoginPageTenant, "", pageHTML)
	if c := run(t, p); c.Op == event.None || !strings.Contains(c.Detail, "every application") {
		t.Errorf("plan: %+v", c)
	}
	if p.target.id == "" || p.target.id == app || !slices.Equal(x.copies(), []string{p.target.id}) {
		t.Errorf("written to %q, copies %v", p.target.id, x.copies())
	}
	if html, _ := x.html(app); html == pageHTML {
		t.Error("the application's own page was written")
	}
	if c := run(t, x.page(LoginPageTenant, "", pageHTML)); c.Op != event.None {
		t.Errorf("second run: %+v", c)
	}
	if c, _ := x.undo(x.page(LoginPageNone, "", "")); !strings.Contains(c.Detail, "“all applications” gets") {
		t.Errorf("undo: %+v", c)
	}
}

func TestApplicationThatIsNoLongerMeantGetsItsPageBack(t *testing.T) {
	x := newTenant(t)
	x.setPage(app, mine)
	other, _ := x.call("POST", "/clients", map[string]any{"name": "Other", "app_type": "spa"})["client_id"].(string)
	_, wasOn := x.html(other)
	run(t, x.page(LoginPageClient, app, pageHTML))
	if c := run(t, x.page(LoginPageClient, other, pageHTML)); c.Op == event.None ||
		!strings.Contains(c.Detail, "gets its own page again") {
		t.Errorf("plan: %+v", c)
	}
	if html, _ := x.html(app); html != mine {
		t.Errorf("the former page is %q", html)
	}
	if html, on := x.html(other); html != pageHTML || !on || !slices.Equal(x.copies(), []string{other}) {
		t.Errorf("the page is %v %q, copies %v", on, html, x.copies())
	}
	if c := run(t, x.page(LoginPageNone, "", "")); c.Op != event.Update || !strings.Contains(c.Detail, "Auth0's own page again") {
		t.Errorf("switched off: %+v", c)
	}
	if html, on := x.html(other); html != "" || on != wasOn || len(x.copies()) > 0 {
		t.Errorf("the page is %v %q, copies %v", on, html, x.copies())
	}
	if c := run(t, x.page(LoginPageNone, "", "")); c.Op != event.None {
		t.Errorf("second run: %+v", c)
	}
}

func TestLoginPageOfNoApplicationIsRefused(t *testing.T) {
	x := newTenant(t)
	for client, code := range map[string]string{"": "auth0.login_page_client", "unknown": "auth0.inexistent_client"} {
		err := x.page(LoginPageClient, client, pageHTML).Read(t.Context())
		if f := fault.Of(err); f == nil || f.Code != code || f.Category != fault.Usage || f.Hint == "" {
			t.Errorf("%q: %+v", client, f)
		}
	}
}
