package auth0

import (
	"net/http"
	"slices"
	"testing"

	"phonegate/provision/event"
	"phonegate/provision/resource"
	"phonegate/provision/transport/transporttest"
)

const (
	actionName = "Verify phone number"
	actionCode = "// phonegate\nexports.onExecutePostLogin = async (event, api) => {};\n"
	pageHTML   = "<!doctype html><title>phonegate</title>"
)

func inputs(fingerprint, value string) func() resource.Inputs {
	return func() resource.Inputs {
		return resource.Inputs{Values: map[string]string{"FORM_URL": "https://form.test", "SESSION_SECRET": value}, Fingerprint: fingerprint}
	}
}

// family makes all resources of the family.
func (x *tenant) family(rt http.RoundTripper, notes *transporttest.Notes) []resource.Resource {
	c := x.client(rt)
	a := NewAction(c, ActionSpec{Name: actionName, Code: actionCode, Inputs: inputs("f1", "secret-secret-secret")}, notes.Of("action"))
	test := NewTestClient(c, "phonegate live test", notes.Of("client"))
	test.Connection = "Username-Password-Authentication"
	return []resource.Resource{a,
		NewBinding(c, a, notes.Of("binding")),
		NewLoginPage(c, LoginPageSpec{Mode: LoginPageClient, ClientID: "sandbox-app", HTML: pageHTML}, notes.Of("page")),
		test}
}

func TestEveryFailureIsMadeGoodByTheNextRun(t *testing.T) {
	transporttest.Converges(t, func(t *testing.T) transporttest.Account {
		x := newTenant(t)
		before := x.flow()
		return transporttest.Account{HTTP: x.road, Resources: x.family, Check: func(t *testing.T) {
			a, n := x.action(actionName)
			if n != 1 || a["code"] != actionCode || len(a["secrets"].([]any)) != 2 {
				t.Errorf("%d actions, the last: %v", n, a)
			}
			if got := x.flow(); !slices.Equal(got, append(slices.Clone(before), actionName)) {
				t.Errorf("the flow is %v, was %v", got, before)
			}
			clients := 0
			for _, c := range x.clients() {
				if c["name"] == "phonegate live test" {
					clients++
				}
			}
			if clients != 1 {
				t.Errorf("%d test clients", clients)
			}
			if c := x.call("GET", "/clients/sandbox-app", nil); c["custom_login_page"] != pageHTML || c["custom_login_page_on"] != true {
				t.Errorf("the login page is %v, %v", c["custom_login_page_on"], c["custom_login_page"])
			}
		}}
	})
}

func TestUndoLeavesTheTenantAsItWas(t *testing.T) {
	x := newTenant(t)
	x.call("PATCH", "/clients/sandbox-app", map[string]any{"custom_login_page": "<p>mine</p>", "custom_login_page_on": false})
	before, clients := x.flow(), len(x.clients())
	notes := transporttest.NewNotes()
	if err := transporttest.Apply(x.family(x.road, notes)); err != nil {
		t.Fatal(err)
	}
	if err := transporttest.Undo(x.family(x.road, notes)); err != nil {
		t.Fatal(err)
	}
	if _, n := x.action(actionName); n != 0 {
		t.Error("the action is still there")
	}
	if got := x.flow(); !slices.Equal(got, before) {
		t.Errorf("the flow is %v, was %v", got, before)
	}
	if got := len(x.clients()); got != clients {
		t.Errorf("%d clients, were %d", got, clients)
	}
	if c := x.call("GET", "/clients/sandbox-app", nil); c["custom_login_page"] != "<p>mine</p>" || c["custom_login_page_on"] == true {
		t.Errorf("the login page is %v, %v", c["custom_login_page_on"], c["custom_login_page"])
	}
	for _, r := range x.family(x.road, notes) {
		if err := r.Read(t.Context()); err != nil {
			t.Fatal(err)
		}
		if c := r.UndoChange(); c.Op != event.None {
			t.Errorf("undo would still %s %s: %s", c.Op, c.Resource, c.Detail)
		}
	}
}

func TestLosingTheStateFindsEverythingAgain(t *testing.T) {
	x := newTenant(t)
	if err := transporttest.Apply(x.family(x.road, transporttest.NewNotes())); err != nil {
		t.Fatal(err)
	}
	lost := transporttest.NewNotes()
	for _, r := range x.family(x.road, lost) {
		if err := r.Read(t.Context()); err != nil {
			t.Fatal(err)
		}
		if c := r.Change(); c.Op == event.Create {
			t.Errorf("%s would be made again: %s", c.Resource, c.Detail)
		}
	}
	if err := transporttest.Apply(x.family(x.road, lost)); err != nil {
		t.Fatal(err)
	}
	if _, n := x.action(actionName); n != 1 {
		t.Errorf("%d actions", n)
	}
	// Our own page is not what stood there before.
	if err := transporttest.Undo(x.family(x.road, lost)); err != nil {
		t.Fatal(err)
	}
	if c := x.call("GET", "/clients/sandbox-app", nil); c["custom_login_page"] == pageHTML {
		t.Error("the login page is still ours")
	}
}
