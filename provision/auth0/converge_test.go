package auth0

import (
	"fmt"
	"slices"
	"testing"

	"phonegate/provision/event"
	"phonegate/provision/transport/transporttest"
)

func TestEveryFailureIsMadeGoodByTheNextRun(t *testing.T) {
	transporttest.Converges(t, func(t *testing.T) transporttest.Account {
		x := newTenant(t)
		before, u := x.flow(), x.unit()
		return transporttest.Account{HTTP: x.road, Resources: x.family(u), Check: func(t *testing.T) {
			a, n := x.action(actionName)
			if n != 1 || a["code"] == nil || len(a["secrets"].([]any)) != 1 {
				t.Errorf("%d actions, the last: %v", n, a)
			}
			if got := x.flow(); !slices.Equal(got, append(slices.Clone(before), actionName)) {
				t.Errorf("the flow is %v, was %v", got, before)
			}
			clients := 0
			for _, c := range x.clients() {
				if c["name"] == clientName {
					clients++
				}
			}
			if clients != 1 {
				t.Errorf("%d test clients", clients)
			}
			if c := x.call("GET", "/clients/sandbox-app", nil); c["custom_login_page"] != pageHTML ||
				c["custom_login_page_on"] != true {
				t.Errorf("the login page is %v, %v", c["custom_login_page_on"], c["custom_login_page"])
			}
		}}
	})
}

// standing is all of the tenant that the family touches.
func (x *tenant) standing() string {
	x.t.Helper()
	list := x.call("GET", "/actions/actions?per_page=100", nil)["actions"].([]any)
	var actions, apps []string
	for _, a := range list {
		actions = append(actions, a.(map[string]any)["name"].(string))
	}
	for _, c := range x.clients() {
		apps = append(apps, c["name"].(string))
	}
	html, on := x.html("sandbox-app")
	return fmt.Sprint(actions, x.flow(), apps, html, on)
}

func TestUndoLeavesTheTenantAsItWas(t *testing.T) {
	for _, how := range []transporttest.Break{transporttest.Before, transporttest.After, transporttest.Busy} {
		for n := 1; ; n++ {
			x := newTenant(t)
			x.call("PATCH", "/clients/sandbox-app", map[string]any{"custom_login_page": "<p>mine</p>", "custom_login_page_on": false})
			before, u := x.standing(), x.unit()
			if err := transporttest.Apply(x.family(u)(x.road, nil)); err != nil {
				t.Fatal(err)
			}
			if x.standing() == before {
				t.Fatal("apply changed nothing")
			}
			flaky := &transporttest.Flaky{Next: x.road, At: n, How: how}
			resources := x.family(u)(flaky, nil)
			err := transporttest.Undo(resources)
			if flaky.Fired == "" && err != nil {
				t.Fatal(err)
			}
			if err != nil && n%2 == 0 {
				resources = x.family(u)(x.road, nil)
			}
			if err != nil {
				err = transporttest.Undo(resources)
			}
			if err != nil {
				t.Fatalf("%s at request %d, %s: %v", how, n, flaky.Fired, err)
			}
			if after := x.standing(); after != before {
				t.Errorf("%s at request %d, %s:\n%s\nwas\n%s", how, n, flaky.Fired, after, before)
			}
			for _, r := range x.family(u)(x.road, nil) {
				if err := r.Read(t.Context()); err != nil {
					t.Fatal(err)
				}
				if c := r.UndoChange(); c.Op != event.None {
					t.Errorf("undo would still %s %s: %s", c.Op, c.Resource, c.Detail)
				}
			}
			if flaky.Fired == "" || t.Failed() {
				break
			}
		}
	}
}

func TestAnotherComputerSeesTheSame(t *testing.T) {
	x := newTenant(t)
	u := x.unit()
	if err := transporttest.Apply(x.family(u)(x.road, nil)); err != nil {
		t.Fatal(err)
	}
	n := len(x.world.Requests())
	for _, r := range x.family(u)(x.road, nil) {
		if err := r.Read(t.Context()); err != nil {
			t.Fatal(err)
		}
		if c := r.Change(); c.Op != event.None || c.Requests != 0 {
			t.Errorf("%s: %s %s", c.Resource, c.Op, c.Detail)
		}
	}
	if x.sent(n, "PATCH")+x.sent(n, "DELETE") > 0 {
		t.Errorf("reading changed something: %v", x.requests(n))
	}
}
