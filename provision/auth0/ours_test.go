package auth0

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"phonegate/provision/resource"
	"phonegate/provision/ring"
	"phonegate/provision/transport/transporttest"
)

const (
	actionName = "Verify phone number"
	actionMark = "phonegate:action"
	clientName = "phonegate live test"
	database   = "Username-Password-Authentication"
)

var (
	actionCode = codeFor(domain, "", "")
	pageHTML   = sealed("<!doctype html><title>Log in</title>\n")
)

// codeFor is an Action whose register names its owner, the live test's application and the connection.
func codeFor(owner, client, connection string) string {
	return fmt.Sprintf("/*\n * %s\n * register %s %s %s\n */\nexports.onExecutePostLogin = async (event, api) => {};\n",
		actionMark, owner, client, connection)
}

// register reads what codeFor has written; all is "" where the code says nothing.
func register(code string) (owner, client, connection string) {
	_, line, _ := strings.Cut(code, " * register ")
	line, _, _ = strings.Cut(line, "\n")
	f := append(strings.Split(line, " "), "", "")
	return f[0], f[1], f[2]
}

func ownerOf(code string) (string, bool) {
	owner, _, _ := register(code)
	return owner, owner != ""
}

// sealed is a page with the line that phonegate ends its pages with.
func sealed(html string) string { return html + "<!-- phonegate:page " + hash(html) + " -->\n" }

// unit is a key that is complete.
func (x *tenant) unit() ring.Unit {
	u := ring.New(x.world.Now())
	u.APIKey, u.APISecret, u.Service = "SK0123456789", "secret-secret-secret", "VA0123456789"
	return u
}

// newAction makes the resource as the engine does: the key's value is given only while the Action does not have the key.
func (x *tenant) newAction(rt http.RoundTripper, u ring.Unit, code func() (string, bool)) *Action {
	var a *Action
	a = NewAction(x.client(rt), ActionSpec{Name: actionName, Domain: domain, Mark: actionMark, Owner: ownerOf, Code: code,
		Key: func() (string, string) {
			if slices.Contains(a.DraftKeys(), u.Key) {
				return u.Name(), ""
			}
			return u.Name(), u.Value(true)
		}})
	return a
}

func fixed(code string) func() (string, bool) { return func() (string, bool) { return code, true } }

// applied is the Action of a tenant that is set up.
func (x *tenant) applied(u ring.Unit) *Action {
	x.t.Helper()
	a := x.newAction(x.road, u, fixed(actionCode))
	if err := transporttest.Apply([]resource.Resource{a}); err != nil {
		x.t.Fatal(err)
	}
	return a
}

// reread is the Action as another computer sees it.
func (x *tenant) reread(u ring.Unit) *Action {
	x.t.Helper()
	a := x.newAction(x.road, u, fixed(actionCode))
	if err := a.Read(x.t.Context()); err != nil {
		x.t.Fatal(err)
	}
	return a
}

// behave sets a behaviour of the emulated tenant.
func (x *tenant) behave(name, value string) {
	x.t.Helper()
	if err := x.world.SetBehaviour(name, value); err != nil {
		x.t.Fatal(err)
	}
}

// requests are those that the tenant got since n, as "PATCH /path".
func (x *tenant) requests(n int) []string {
	var all []string
	for _, r := range x.world.Requests()[n:] {
		all = append(all, r.Method+" "+r.Path)
	}
	return all
}

// sent counts requests of a method.
func (x *tenant) sent(n int, method string) int {
	count := 0
	for _, r := range x.requests(n) {
		if strings.HasPrefix(r, method+" ") {
			count++
		}
	}
	return count
}

// registered reads the Action, which is the register, before what it names, as the engine does.
type registered struct {
	*TestClient
	action *Action
}

func (r registered) Read(ctx context.Context) error {
	if err := r.action.Read(ctx); err != nil {
		return err
	}
	return r.TestClient.Read(ctx)
}

// family makes all resources of the family. The Action's code is the register, as in the engine.
func (x *tenant) family(u ring.Unit) func(rt http.RoundTripper, _ *transporttest.Notes) []resource.Resource {
	return func(rt http.RoundTripper, _ *transporttest.Notes) []resource.Resource {
		c := x.client(rt)
		var a *Action
		entry := func(i int) func() string {
			return func() string {
				_, client, connection := register(a.Code())
				return []string{client, connection}[i]
			}
		}
		test := NewTestClient(c, TestClientSpec{Name: clientName, Domain: domain, Connection: database,
			ID: entry(0), Enabled: entry(1), Now: x.world.Now})
		a = x.newAction(rt, u, func() (string, bool) { return codeFor(domain, test.ID(), database), test.ID() != "" })
		return []resource.Resource{registered{test, a},
			NewLoginPage(c, LoginPageSpec{Mode: LoginPageClient, ClientID: "sandbox-app", HTML: pageHTML}),
			a, NewBinding(c, a)}
	}
}
