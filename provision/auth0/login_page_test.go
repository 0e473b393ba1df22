package auth0

import (
	"strings"
	"testing"

	"phonegate/provision/event"
	"phonegate/provision/fault"
	"phonegate/provision/resource"
	"phonegate/provision/transport/transporttest"
)

func (x *tenant) page(mode, client, html string, notes *transporttest.Notes) *LoginPage {
	return NewLoginPage(x.client(x.road), LoginPageSpec{Mode: mode, ClientID: client, HTML: html}, notes.Of("page"))
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

func (x *tenant) html(id string) (string, bool) {
	c := x.call("GET", "/clients/"+id, nil)
	html, _ := c["custom_login_page"].(string)
	on, _ := c["custom_login_page_on"].(bool)
	return html, on
}

func (x *tenant) setPage(id, html string) {
	x.call("PATCH", "/clients/"+id, map[string]any{"custom_login_page": html, "custom_login_page_on": true})
}

func TestTheLoginPageOfOneApplication(t *testing.T) {
	const app = "sandbox-app"
	x := newTenant(t)
	x.setPage(app, "<p>mine</p>")
	notes := transporttest.NewNotes()
	if c := run(t, x.page(LoginPageClient, app, pageHTML, notes)); c.Op != event.Update || !strings.Contains(c.Detail, "the page there now is kept") || !strings.Contains(c.Diff, "- <p>mine</p>") {
		t.Errorf("plan: %+v", c)
	}
	if html, on := x.html(app); html != pageHTML || !on {
		t.Errorf("the page is %v %q", on, html)
	}
	if c := run(t, x.page(LoginPageClient, app, pageHTML, notes)); c.Op != event.None {
		t.Errorf("second run: %+v", c)
	}
	if c := run(t, x.page(LoginPageClient, app, pageHTML+"<!-- 2 -->", notes)); c.Op != event.Update || strings.Contains(c.Detail, "somebody") {
		t.Errorf("a new version: %+v", c)
	}
	x.setPage(app, "<p>edited</p>")
	if c := run(t, x.page(LoginPageClient, app, pageHTML, notes)); c.Op != event.Update || !strings.Contains(c.Detail, "somebody changed it") {
		t.Errorf("edited behind our back: %+v", c)
	}
	if got := notes.Of("page").Get("edited"); got != "<p>edited</p>" {
		t.Errorf("the edited page is not kept: %q", got)
	}
	p := x.page(LoginPageClient, app, pageHTML, notes)
	if err := p.Read(t.Context()); err != nil || p.UndoChange().Op != event.Update {
		t.Errorf("%v, %+v", err, p.UndoChange())
	}
	if err := p.Undo(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	if html, on := x.html(app); html != "<p>mine</p>" || !on {
		t.Errorf("after undo the page is %v %q", on, html)
	}
}

func TestThePreviousPageIsKeptBeforeItIsOverwritten(t *testing.T) {
	x := newTenant(t)
	x.setPage("sandbox-app", "<p>mine</p>")
	notes := transporttest.NewNotes()
	notes.FailAt = 1
	p := x.page(LoginPageClient, "sandbox-app", pageHTML, notes)
	if err := transporttest.Apply([]resource.Resource{p}); err == nil {
		t.Fatal("the note failed and apply did not")
	}
	if html, _ := x.html("sandbox-app"); html != "<p>mine</p>" {
		t.Errorf("without a backup the page became %q", html)
	}
}

func TestTheLoginPageOfAllApplications(t *testing.T) {
	x := newTenant(t)
	notes := transporttest.NewNotes()
	p := x.page(LoginPageTenant, "", pageHTML, notes)
	if c := run(t, p); c.Op == event.None || !strings.Contains(c.Detail, "all applications") {
		t.Errorf("plan: %+v", c)
	}
	if p.target.id == "" || p.target.id == "sandbox-app" {
		t.Errorf("written to %q", p.target.id)
	}
	if html, _ := x.html("sandbox-app"); html == pageHTML {
		t.Error("the application's own page was written")
	}
	if c := run(t, x.page(LoginPageTenant, "", pageHTML, notes)); c.Op != event.None {
		t.Errorf("second run: %+v", c)
	}
}

func TestAnApplicationThatIsNoLongerMeantGetsItsPageBack(t *testing.T) {
	x := newTenant(t)
	x.setPage("sandbox-app", "<p>mine</p>")
	other, _ := x.call("POST", "/clients", map[string]any{"name": "Other", "app_type": "spa"})["client_id"].(string)
	_, wasOn := x.html(other)
	notes := transporttest.NewNotes()
	run(t, x.page(LoginPageClient, "sandbox-app", pageHTML, notes))
	if c := run(t, x.page(LoginPageClient, other, pageHTML, notes)); c.Op == event.None || !strings.Contains(c.Detail, "gets its own page back") {
		t.Errorf("plan: %+v", c)
	}
	if html, _ := x.html("sandbox-app"); html != "<p>mine</p>" {
		t.Errorf("the former page is %q", html)
	}
	if html, on := x.html(other); html != pageHTML || !on {
		t.Errorf("the page is %v %q", on, html)
	}
	if c := run(t, x.page(LoginPageNone, "", "", notes)); c.Op != event.Update {
		t.Errorf("switched off: %+v", c)
	}
	if html, on := x.html(other); html != "" || on != wasOn {
		t.Errorf("the page is %v %q", on, html)
	}
	if c := run(t, x.page(LoginPageNone, "", "", notes)); c.Op != event.None {
		t.Errorf("second run: %+v", c)
	}
}

func TestALoginPageOfNoApplicationIsRefused(t *testing.T) {
	x := newTenant(t)
	for client, code := range map[string]string{"": "auth0.login_page_client", "unknown": "auth0.inexistent_client"} {
		err := x.page(LoginPageClient, client, pageHTML, transporttest.NewNotes()).Read(t.Context())
		if f := fault.Of(err); f == nil || f.Code != code || f.Category != fault.Usage || f.Hint == "" {
			t.Errorf("%q: %+v", client, f)
		}
	}
}

func TestARestoreThatIsCutOffDoesNotLoseThePage(t *testing.T) {
	for nth := 1; nth <= 3; nth++ {
		x := newTenant(t)
		x.setPage("sandbox-app", "<p>mine</p>")
		notes := transporttest.NewNotes()
		run(t, x.page(LoginPageClient, "sandbox-app", pageHTML, notes))
		notes.FailNext(nth)
		p := x.page(LoginPageClient, "sandbox-app", pageHTML, notes)
		if err := transporttest.Undo([]resource.Resource{p}); err == nil {
			t.Fatalf("note %d failed and undo did not", nth)
		}
		if err := transporttest.Undo([]resource.Resource{x.page(LoginPageClient, "sandbox-app", pageHTML, notes)}); err != nil {
			t.Fatal(err)
		}
		if html, _ := x.html("sandbox-app"); html != "<p>mine</p>" {
			t.Errorf("with note %d failing the page is %q", nth, html)
		}
	}
}

func TestAPageWrittenJustBeforeACrashIsNobodysEdit(t *testing.T) {
	for name, there := range map[string]string{"before the page": "<p>mine</p>", "after the page": pageHTML} {
		x := newTenant(t)
		x.setPage("sandbox-app", "<p>mine</p>")
		notes := transporttest.NewNotes()
		run(t, x.page(LoginPageClient, "sandbox-app", pageHTML, notes))
		// What the note says between the two writes of a newer page.
		if err := notes.Of("page").Set("written", hash("<p>mine</p>")+" "+hash(pageHTML)); err != nil {
			t.Fatal(err)
		}
		x.setPage("sandbox-app", there)
		p := x.page(LoginPageClient, "sandbox-app", pageHTML+"<!-- newer -->", notes)
		if err := p.Read(t.Context()); err != nil {
			t.Fatal(err)
		}
		if c := p.Change(); c.Op != event.Update || strings.Contains(c.Detail, "somebody changed it") {
			t.Errorf("%s: %+v", name, c)
		}
	}
}
