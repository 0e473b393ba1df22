package auth0

import (
	"net/url"
	"strings"
	"testing"

	"phonegate/provision/sandbox/auth0/directory"
)

func TestBlockedUsersGetNoTokens(t *testing.T) {
	te := newTenant(t, nil)
	b := te.browser()
	back := b.login("signup", "ada@example.com", url.Values{"scope": {"openid offline_access"}})
	_, tokens := te.redeem(back.at.Query().Get("code"))
	id := te.s.State()["users"].([]any)[0].(map[string]any)["user_id"].(string)
	path := "/users/" + url.PathEscape(id)
	te.api("PATCH", path, map[string]any{"blocked": true})
	for _, query := range []url.Values{nil, {"prompt": {"none"}}} {
		if p := b.get(authorizeURL(query)); p.at == nil || p.at.Query().Get("error") != "unauthorized" || p.at.Query().Get("error_description") != "user is blocked" {
			t.Errorf("%v: %+v", query, p.at)
		}
	}
	status, body := te.post("/oauth/token", url.Values{
		"grant_type": {realmGrant}, "realm": {"Username-Password-Authentication"}, "client_id": {"sandbox-app"}, "username": {"ada@example.com"}, "password": {password},
	})
	if status != 403 || body["error"] != "unauthorized" {
		t.Errorf("password grant: %d %v", status, body)
	}
	te.api("DELETE", path, nil)
	status, body = te.post("/oauth/token", url.Values{
		"grant_type": {"refresh_token"}, "client_id": {"sandbox-app"}, "refresh_token": {tokens["refresh_token"].(string)},
	})
	if status != 403 || body["error"] != "invalid_grant" {
		t.Errorf("refresh token of a deleted user: %d %v", status, body)
	}
	if p := b.get(authorizeURL(url.Values{"prompt": {"none"}})); p.at.Query().Get("error") != "login_required" {
		t.Errorf("session of a deleted user: %v", p.at)
	}
}

func TestConnectionOptionsHaveTheirOwnScope(t *testing.T) {
	te := newTenant(t, nil)
	path := "/connections/" + directory.SeedConnection
	if _, c := te.api("GET", path, nil); c["options"] == nil || len(c["enabled_clients"].([]any)) != 2 {
		t.Errorf("with all scopes: %v", c)
	}
	all := te.token
	te.token = te.m2m("read:connections update:connections")
	if _, c := te.api("GET", path, nil); c["options"] != nil || c["name"] == nil {
		t.Errorf("without the scope: %v", c)
	}
	options := map[string]any{"options": map[string]any{"passwordPolicy": "low"}}
	if status, body := te.api("PATCH", path, options); status != 403 || body["errorCode"] != "insufficient_scope" {
		t.Errorf("patch without the scope: %d %v", status, body)
	}
	te.token = all
	_, c := te.api("PATCH", path, options)
	if got := c["options"].(map[string]any); len(got) != 1 || got["passwordPolicy"] != "low" {
		t.Errorf("options are replaced as a whole: %v", got)
	}
}

func TestStateIsEqualAfterEverythingIsTakenBack(t *testing.T) {
	te := newTenant(t, nil)
	_, global := te.api("GET", "/clients/"+directory.SeedGlobalClient, nil)
	before := canonical(t, te.s.State())
	id := te.deploy("Mine", "x", map[string]string{"KEY": "v"})
	te.api("PATCH", "/clients/"+directory.SeedGlobalClient, map[string]any{"custom_login_page_on": true, "custom_login_page": "<p>"})
	if during := canonical(t, te.s.State()); during == before || strings.Contains(during, `"v"`) {
		t.Error("the state misses a change or shows a secret")
	}
	te.api("DELETE", "/actions/actions/"+id+"?force=true", nil)
	te.api("PATCH", "/clients/"+directory.SeedGlobalClient, map[string]any{"custom_login_page_on": false, "custom_login_page": global["custom_login_page"]})
	if after := canonical(t, te.s.State()); after != before {
		t.Errorf("before %s\nafter  %s", before, after)
	}
}
