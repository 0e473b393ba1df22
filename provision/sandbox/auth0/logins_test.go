package auth0

import (
	"fmt"
	"net/url"
	"strings"
	"sync"
	"testing"

	"phonegate/provision/sandbox/jsvm"
)

func TestTokenRequestsRunActionsThatCannotRedirect(t *testing.T) {
	var seen []string
	verified := false
	te := newTenant(t, scripted(legs{"x": func(c jsvm.ActionCall) jsvm.ActionResult {
		seen = append(seen, fmt.Sprint(c.Event["transaction"].(map[string]any)["protocol"], " ", c.CanRedirect))
		if !verified {
			return jsvm.ActionResult{Denied: reason("phone_unverified: no")}
		}
		return jsvm.ActionResult{}
	}}))
	te.deploy("X", "x", nil)
	verified = true
	back := te.browser().login("signup", "ada@example.com", url.Values{"scope": {"openid offline_access"}})
	_, tokens := te.redeem(back.at.Query().Get("code"))
	ropc := url.Values{"grant_type": {realmGrant}, "realm": {"Username-Password-Authentication"}, "client_id": {"sandbox-app"}, "username": {"ada@example.com"}, "password": {password}, "scope": {"openid"}}
	refresh := url.Values{"grant_type": {"refresh_token"}, "client_id": {"sandbox-app"}, "refresh_token": {fmt.Sprint(tokens["refresh_token"])}}
	for _, form := range []url.Values{ropc, refresh} {
		if status, body := te.post("/oauth/token", form); status != 200 || body["id_token"] == nil {
			t.Errorf("verified %s: %d %v", form.Get("grant_type"), status, body)
		}
	}
	verified = false
	for _, form := range []url.Values{ropc, refresh} {
		if status, body := te.post("/oauth/token", form); status != 403 || body["error"] != "access_denied" || body["error_description"] != "phone_unverified: no" {
			t.Errorf("unverified %s: %d %v", form.Get("grant_type"), status, body)
		}
	}
	want := "oidc-basic-profile true, oauth2-resource-owner false, oauth2-refresh-token false, oauth2-resource-owner false, oauth2-refresh-token false"
	if got := strings.Join(seen, ", "); got != want {
		t.Errorf("got %s", got)
	}
}

func TestLogsLeadToExecutions(t *testing.T) {
	te := newTenant(t, scripted(legs{"x": func(jsvm.ActionCall) jsvm.ActionResult {
		return jsvm.ActionResult{Denied: reason("no"), Logs: []string{"looked"}}
	}}))
	te.deploy("X", "x", nil)
	te.browser().login("signup", "ada@example.com", nil)
	_, logs := te.api("GET", "/logs?include_totals=true&q="+url.QueryEscape(`type:"f"`), nil)
	line := logs["logs"].([]any)[0].(map[string]any)
	if line["description"] != "no" || line["user_name"] != "ada@example.com" {
		t.Errorf("log: %v", line)
	}
	id := line["details"].(map[string]any)["actions"].(map[string]any)["executions"].([]any)[0].(string)
	_, e := te.api("GET", "/actions/executions/"+id, nil)
	results := e["results"].([]any)
	if e["trigger_id"] != "post-login" || e["status"] != "final" || len(results) != 2 ||
		results[1].(map[string]any)["response"].(map[string]any)["logs"] != "looked" {
		t.Errorf("execution: %v", e)
	}
	if status, _ := te.api("GET", "/logs/"+line["log_id"].(string), nil); status != 200 {
		t.Errorf("one log: %d", status)
	}
}

func TestNewVersionAnswersALoginUnderWay(t *testing.T) {
	for value, want := range map[string]string{"deployed": "new", "suspended": "old"} {
		te := newTenant(t, scripted(legs{
			"old": func(c jsvm.ActionCall) jsvm.ActionResult {
				if c.Handler == "onContinuePostLogin" {
					return jsvm.ActionResult{Denied: reason("old")}
				}
				return jsvm.ActionResult{Redirect: "https://form.example/"}
			},
			"new": func(jsvm.ActionCall) jsvm.ActionResult { return jsvm.ActionResult{Denied: reason("new")} },
		}), "auth0.resume_version", value)
		id := te.deploy("X", "old", nil)
		b := te.browser()
		form := b.login("signup", "ada@example.com", nil)
		te.api("PATCH", "/actions/actions/"+id, map[string]any{"code": "new"})
		te.api("GET", "/actions/actions/"+id, nil)
		te.api("POST", "/actions/actions/"+id+"/deploy", nil)
		te.api("GET", "/actions/actions/"+id, nil)
		if back := b.get(continueURL(form.at)); back.at.Query().Get("error_description") != want {
			t.Errorf("%s: %v", value, back.at)
		}
	}
}

func TestManyLoginsAtOnce(t *testing.T) {
	te := phoneTenant(t)
	var wg sync.WaitGroup
	for i := range 200 {
		wg.Go(func() {
			b := te.browser()
			form := b.login("signup", fmt.Sprintf("u%d@example.com", i), nil)
			if form.at == nil {
				t.Errorf("login %d: %d %s", i, form.status, form.body)
				return
			}
			back := b.post(continueURL(form.at), verdict(t, te, form.at, nil, secretKey))
			if back.at == nil || back.at.Query().Get("code") == "" {
				t.Errorf("login %d: %+v", i, back.at)
			}
		})
	}
	wg.Wait()
	if n := len(te.s.State()["users"].([]any)); n != 200 {
		t.Errorf("%d users", n)
	}
}
