package auth0

import (
	"fmt"
	"net/url"
	"strings"
	"testing"

	"phonegate/provision/sandbox/auth0/directory"
	"phonegate/provision/sandbox/jsvm"
)

type legs = map[string]func(jsvm.ActionCall) jsvm.ActionResult

func appMetadata(te *bench) map[string]any {
	te.t.Helper()
	users := te.s.State()["users"].([]any)
	m, _ := users[0].(map[string]any)["app_metadata"].(map[string]any)
	return m
}

func TestActionsSeeAFaithfulEvent(t *testing.T) {
	var event map[string]any
	te := newTenant(t, scripted(legs{"look": func(c jsvm.ActionCall) jsvm.ActionResult {
		event = c.Event
		return jsvm.ActionResult{}
	}}))
	te.deploy("Look", "look", nil)
	te.browser().login("signup", "ada@example.com", url.Values{"login_hint": {"ada"}})
	at := func(path string) any {
		var v any = event
		for _, k := range strings.Split(path, ".") {
			m, _ := v.(map[string]any)
			v = m[k]
		}
		return v
	}
	want := map[string]any{
		"user.email": "ada@example.com", "user.email_verified": false, "client.client_id": "sandbox-app", "client.name": "Sandbox App",
		"connection.id": directory.SeedConnection, "connection.name": "Username-Password-Authentication", "connection.strategy": "auth0",
		"request.hostname": tenantHost, "request.query.login_hint": "ada", "tenant.id": "acme-dev", "stats.logins_count": 1.0,
		"transaction.protocol": "oidc-basic-profile", "transaction.redirect_uri": "http://127.0.0.1:5000/callback", "transaction.state": "app-state",
		"organization": nil, "resource_server": nil, "secrets": nil, "user.blocked": nil,
	}
	for path, v := range want {
		if got := at(path); got != v {
			t.Errorf("event.%s is %v, want %v", path, got, v)
		}
	}
	for _, path := range []string{"user.user_id", "user.created_at", "user.identities", "user.user_metadata", "user.app_metadata", "client.metadata",
		"request.ip", "request.geoip", "request.body", "transaction.id", "transaction.requested_scopes", "transaction.metadata", "session.id", "authentication.methods"} {
		if at(path) == nil {
			t.Errorf("event.%s is missing", path)
		}
	}
}

func TestALaterActionMayNotSeeEarlierMetadata(t *testing.T) {
	for value, want := range map[string]string{"visible": "map[one:true]", "hidden": "map[]"} {
		seen := ""
		te := newTenant(t, scripted(legs{
			"one": func(jsvm.ActionCall) jsvm.ActionResult {
				return jsvm.ActionResult{AppMetadata: map[string]any{"one": true}}
			},
			"two": func(c jsvm.ActionCall) jsvm.ActionResult {
				seen = fmt.Sprint(c.Event["user"].(map[string]any)["app_metadata"])
				return jsvm.ActionResult{}
			},
		}), "auth0.metadata_in_pipeline", value)
		te.deploy("one", "one", nil)
		te.deploy("two", "two", nil)
		te.browser().login("signup", "ada@example.com", nil)
		if seen != want {
			t.Errorf("%s: the second Action sees %s, not %s", value, seen, want)
		}
		if appMetadata(te)["one"] != true {
			t.Errorf("%s: nothing was written", value)
		}
	}
}

func TestActionsRunInOrderUntilOneDenies(t *testing.T) {
	var order []string
	te := newTenant(t, scripted(legs{
		"one": func(jsvm.ActionCall) jsvm.ActionResult {
			order = append(order, "one")
			return jsvm.ActionResult{AppMetadata: map[string]any{"one": true}}
		},
		"two": func(c jsvm.ActionCall) jsvm.ActionResult {
			order = append(order, fmt.Sprint("two sees ", c.Event["user"].(map[string]any)["app_metadata"]))
			return jsvm.ActionResult{Denied: reason("no entry"), AppMetadata: map[string]any{"two": true}}
		},
		"three": func(jsvm.ActionCall) jsvm.ActionResult {
			order = append(order, "three")
			return jsvm.ActionResult{}
		},
	}))
	for _, name := range []string{"one", "two", "three"} {
		te.deploy(name, name, nil)
	}
	back := te.browser().login("signup", "ada@example.com", nil)
	if back.at.Query().Get("error") != "access_denied" || back.at.Query().Get("error_description") != "no entry" || back.at.Query().Get("state") != "app-state" {
		t.Errorf("callback: %v", back.at)
	}
	if got := strings.Join(order, ", "); got != "one, two sees map[one:true]" {
		t.Errorf("order: %s", got)
	}
	if m := appMetadata(te); m["one"] != true || m["two"] != true {
		t.Errorf("metadata of a denied login: %v", m)
	}
}

func TestUncertainEndingsFollowTheirBehaviour(t *testing.T) {
	set := map[string]any{"mark": true}
	tests := []struct {
		name       string
		behaviours []string
		leg        func(jsvm.ActionCall) jsvm.ActionResult
		code       string // at the callback; "" for a page
		marked     bool
	}{
		{"throws", nil, func(jsvm.ActionCall) jsvm.ActionResult {
			return jsvm.ActionResult{Thrown: "Error: oh", AppMetadata: set}
		}, "access_denied", false},
		{"throws, server_error", []string{"auth0.action_error", "server_error"}, func(jsvm.ActionCall) jsvm.ActionResult { return jsvm.ActionResult{Thrown: "Error: oh"} }, "server_error", false},
		{"throws, page", []string{"auth0.action_error", "page"}, func(jsvm.ActionCall) jsvm.ActionResult { return jsvm.ActionResult{Thrown: "Error: oh"} }, "", false},
		{"throws, kept", []string{"auth0.metadata_on_error", "kept"}, func(jsvm.ActionCall) jsvm.ActionResult {
			return jsvm.ActionResult{Thrown: "Error: oh", AppMetadata: set}
		}, "access_denied", true},
		{"denies, dropped", []string{"auth0.metadata_on_deny", "dropped"}, func(jsvm.ActionCall) jsvm.ActionResult {
			return jsvm.ActionResult{Denied: reason("x"), AppMetadata: set}
		}, "access_denied", false},
		{"no handler", nil, func(jsvm.ActionCall) jsvm.ActionResult { return jsvm.ActionResult{Missing: true} }, "access_denied", false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			te := newTenant(t, scripted(legs{"x": tt.leg}), tt.behaviours...)
			te.deploy("X", "x", nil)
			back := te.browser().login("signup", "ada@example.com", nil)
			switch {
			case tt.code == "" && (back.at != nil || back.status != 500):
				t.Errorf("not a page: %+v", back)
			case tt.code != "" && (back.at == nil || back.at.Query().Get("error") != tt.code):
				t.Errorf("callback: %v", back.at)
			}
			if got := appMetadata(te)["mark"] == true; got != tt.marked {
				t.Errorf("metadata written: %v", got)
			}
		})
	}
}

func TestRedirectFromTheContinueLeg(t *testing.T) {
	leg := func(c jsvm.ActionCall) jsvm.ActionResult {
		return jsvm.ActionResult{Redirect: "https://form.example/?leg=" + c.Handler}
	}
	for value, want := range map[string]string{"error": "access_denied", "redirects": ""} {
		te := newTenant(t, scripted(legs{"x": leg}), "auth0.redirect_in_continue", value)
		te.deploy("X", "x", nil)
		b := te.browser()
		form := b.login("signup", "ada@example.com", nil)
		back := b.get(continueURL(form.at))
		if back.at.Query().Get("error") != want || (want == "" && back.at.Query().Get("leg") != "onContinuePostLogin") {
			t.Errorf("%s: %v", value, back.at)
		}
		if want == "" && back.at.Query().Get("state") == form.at.Query().Get("state") {
			t.Error("the second redirect has the first one's state")
		}
	}
}

func TestContinueLegGetsItsOwnRequestAndKeepsTransactionMetadata(t *testing.T) {
	var calls []jsvm.ActionCall
	te := newTenant(t, scripted(legs{
		"ask": func(c jsvm.ActionCall) jsvm.ActionResult {
			calls = append(calls, c)
			c.Cache["k"] = "v"
			if c.Handler == "onContinuePostLogin" {
				return jsvm.ActionResult{IDTokenClaims: map[string]any{"https://acme.example/x": true}}
			}
			return jsvm.ActionResult{Redirect: "https://form.example/", TransactionMetadata: map[string]any{"leg": "first"}}
		},
		"after": func(c jsvm.ActionCall) jsvm.ActionResult {
			calls = append(calls, c)
			return jsvm.ActionResult{}
		},
	}))
	te.deploy("Ask", "ask", nil)
	te.deploy("After", "after", nil)
	b := te.browser()
	form := b.login("signup", "ada@example.com", nil)
	b.post(continueURL(form.at)+"&code=1&auth_session=x", url.Values{"answer": {"yes"}, "client_secret": {"x"}})
	if len(calls) != 3 || calls[1].Handler != "onContinuePostLogin" || calls[2].Handler != "onExecutePostLogin" {
		t.Fatalf("legs: %d", len(calls))
	}
	req := calls[1].Event["request"].(map[string]any)
	query, body := req["query"].(map[string]any), req["body"].(map[string]any)
	if req["method"] != "POST" || query["code"] != "1" || query["auth_session"] != nil || body["answer"] != "yes" || body["client_secret"] != nil {
		t.Errorf("request of the second leg: %v", req)
	}
	if m := calls[1].Event["transaction"].(map[string]any)["metadata"].(map[string]any); m["leg"] != "first" {
		t.Errorf("transaction metadata: %v", m)
	}
	if len(calls[2].Cache) != 1 {
		t.Errorf("cache within a leg: %v", calls[2].Cache)
	}
}
