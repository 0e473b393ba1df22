package auth0

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"phonegate/provision/event"
	"phonegate/provision/fault"
	"phonegate/provision/resource"
	"phonegate/provision/transport/transporttest"
)

func TestNothingIsOverwrittenThatIsNotKept(t *testing.T) {
	x := newTenant(t)
	x.setPage(app, mine)
	p := x.page(LoginPageClient, app, pageHTML)
	p.spec.Keep = func(string, []byte) (string, error) { return "", errors.New("no space left on device") }
	if err := transporttest.Apply([]resource.Resource{p}); err == nil {
		t.Error("the copy failed and apply did not")
	}
	if html, _ := x.html(app); html != mine || len(x.copies()) > 0 {
		t.Errorf("without a copy the page became %q", html)
	}
	x.add(backupName+app, "exports.onExecutePostLogin = async () => {};") // somebody else's
	if err := transporttest.Apply([]resource.Resource{x.page(LoginPageClient, app, pageHTML)}); err == nil {
		t.Error("the name is taken and apply did not fail")
	}
	if html, _ := x.html(app); html != mine {
		t.Errorf("without a backup the page became %q", html)
	}
}

func TestPageWrittenBetweenPlanAndApplyIsTheOneThatIsKept(t *testing.T) {
	x := newTenant(t)
	p := x.page(LoginPageClient, app, pageHTML)
	if err := p.Read(t.Context()); err != nil {
		t.Fatal(err)
	}
	x.setPage(app, mine)
	if err := p.Apply(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	x.undo(x.page(LoginPageClient, app, pageHTML))
	if html, _ := x.html(app); html != mine {
		t.Errorf("after undo the page is %q", html)
	}
}

func TestOlderBackupIsNotReplaced(t *testing.T) {
	x := newTenant(t)
	x.setPage(app, mine)
	late := x.page(LoginPageClient, app, pageHTML)
	if err := late.Read(t.Context()); err != nil {
		t.Fatal(err)
	}
	run(t, x.page(LoginPageClient, app, pageHTML)) // another computer
	x.setPage(app, "<p>next</p>\n")
	if err := late.Apply(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	x.undo(x.page(LoginPageClient, app, pageHTML))
	if html, _ := x.html(app); html != mine || !slices.Contains(x.kept, "<p>next</p>\n") {
		t.Errorf("after undo the page is %q, kept %q", html, x.kept)
	}
}

func TestDestroyWithoutBackupSwitchesOursOff(t *testing.T) {
	x := newTenant(t)
	x.setPage(app, mine)
	run(t, x.page(LoginPageClient, app, pageHTML))
	a, _ := x.action(backupName + app)
	x.call("DELETE", "/actions/actions/"+a["id"].(string), nil)
	if c := run(t, x.page(LoginPageClient, app, pageHTML)); c.Op != event.None {
		t.Errorf("plan: %+v", c)
	}
	if c, left := x.undo(x.page(LoginPageClient, app, pageHTML)); c.Op != event.Update ||
		!strings.Contains(c.Detail, "is not known") || len(left) > 0 {
		t.Errorf("undo: %+v, left %v", c, left)
	}
	if html, _ := x.html(app); html != "" {
		t.Errorf("the page is %q", html)
	}
}

func TestPageTooLargeForBackupIsLeftInItsFile(t *testing.T) {
	x := newTenant(t)
	large := make([]byte, 0, 300_000)
	for i := range 30_000 {
		large = append(large, hash(string(rune(i)))[:10]...)
	}
	x.setPage(app, string(large))
	if c := run(t, x.page(LoginPageClient, app, pageHTML)); !strings.Contains(c.Detail, "too large") {
		t.Errorf("plan: %+v", c)
	}
	if !slices.Equal(x.kept, []string{string(large)}) || !slices.Equal(x.copies(), []string{app}) {
		t.Errorf("%d pages kept, copies %v", len(x.kept), x.copies())
	}
	_, left := x.undo(x.page(LoginPageClient, app, pageHTML))
	if len(left) != 1 || !strings.Contains(left[0].Why, "kept.html") {
		t.Errorf("left %+v", left)
	}
	if html, _ := x.html(app); html != "" || len(x.copies()) > 0 {
		t.Errorf("the page has %d bytes, copies %v", len(html), x.copies())
	}
}

func TestBrokenBackupIsListedAndStays(t *testing.T) {
	x := newTenant(t)
	x.setPage(app, mine)
	run(t, x.page(LoginPageClient, app, pageHTML))
	a, _ := x.action(backupName + app)
	x.call("PATCH", "/actions/actions/"+a["id"].(string), map[string]any{"code": "// " + backupMark + "\n// mine now\n"})
	_, left := x.undo(x.page(LoginPageClient, app, pageHTML))
	if len(left) != 1 || !strings.Contains(left[0].What, backupName+app) {
		t.Errorf("left %+v", left)
	}
	if html, _ := x.html(app); html != "" || len(x.copies()) != 1 {
		t.Errorf("the page is %q, copies %v", html, x.copies())
	}
}

func TestBackupOfDeletedApplicationGoes(t *testing.T) {
	x := newTenant(t)
	other, _ := x.call("POST", "/clients", map[string]any{"name": "Other", "app_type": "spa"})["client_id"].(string)
	run(t, x.page(LoginPageClient, other, pageHTML))
	x.call("DELETE", "/clients/"+other, nil)
	p := x.page(LoginPageClient, other, pageHTML)
	if f := fault.Of(p.Read(t.Context())); f == nil || f.Code != "auth0.inexistent_client" {
		t.Errorf("got %+v", f)
	}
	p.spec.Leaving = true
	if c, left := x.undo(p); c.Op != event.Update || len(left) > 0 || len(x.copies()) > 0 {
		t.Errorf("undo: %+v, left %v, copies %v", c, left, x.copies())
	}
}

func TestPageEditedBetweenPlanAndDestroyStays(t *testing.T) {
	x := newTenant(t)
	x.setPage(app, mine)
	run(t, x.page(LoginPageClient, app, pageHTML))
	p := x.page(LoginPageClient, app, pageHTML)
	if err := p.Read(t.Context()); err != nil {
		t.Fatal(err)
	}
	x.setPage(app, pageHTML+"<!-- mine -->\n")
	if err := p.Undo(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	if html, _ := x.html(app); html != pageHTML+"<!-- mine -->\n" || len(p.Left()) != 1 ||
		!slices.Equal(x.copies(), []string{app}) {
		t.Errorf("the page is %q, left %v, copies %v", html, p.Left(), x.copies())
	}
}
