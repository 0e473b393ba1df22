package auth0

import (
	"encoding/json"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"phonegate/provision/sandbox/auth0/directory"
	"phonegate/provision/sandbox/world"
)

func TestManagementTokensAreChecked(t *testing.T) {
	te := newTenant(t, nil)
	narrow := te.m2m("read:clients")
	_, loginToken := te.post("/oauth/token", url.Values{
		"grant_type": {"client_credentials"}, "client_id": {"sandbox-m2m"}, "client_secret": {"sandbox-m2m-secret"}, "audience": {base + "/api/v2/"},
	})
	if loginToken["scope"] == nil || loginToken["token_type"] != "Bearer" || loginToken["expires_in"] != 86400.0 {
		t.Errorf("token reply: %v", loginToken)
	}
	tests := []struct {
		name, token, path string
		status            int
		code, message     string
	}{
		{"none", "", "/clients", 401, "", "Missing authentication"},
		{"rubbish", "abc", "/clients", 401, "", ""},
		{"narrow", narrow, "/actions/actions", 403, "insufficient_scope", "Insufficient scope, expected any of: read:actions"},
		{"narrow, allowed", narrow, "/clients?include_totals=true", 200, "", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			te.token = tt.token
			status, body := te.api("GET", tt.path, nil)
			code, _ := body["errorCode"].(string)
			if status != tt.status || code != tt.code || (tt.message != "" && body["message"] != tt.message) {
				t.Errorf("got %d %v", status, body)
			}
		})
	}
	te.token = te.m2m("")
	te.w.Advance(25 * 3600e9)
	if status, body := te.api("GET", "/prompts", nil); status != 401 || !strings.HasPrefix(body["message"].(string), "Expired token") {
		t.Errorf("expired: %d %v", status, body)
	}
}

func TestTokenEndpointErrors(t *testing.T) {
	te := newTenant(t, nil)
	te.signUp("ada@example.com", nil)
	m2m := func(change url.Values) url.Values {
		f := url.Values{"grant_type": {"client_credentials"}, "client_id": {"sandbox-m2m"}, "client_secret": {"sandbox-m2m-secret"}, "audience": {base + "/api/v2/"}}
		for k, v := range change {
			f[k] = v
		}
		return f
	}
	ropc := func(user, pass string) url.Values {
		return url.Values{"grant_type": {realmGrant}, "realm": {"Username-Password-Authentication"}, "client_id": {"sandbox-app"}, "username": {user}, "password": {pass}, "scope": {"openid"}}
	}
	tests := []struct {
		name   string
		form   url.Values
		status int
		code   string
		text   string
	}{
		{"wrong secret", m2m(url.Values{"client_secret": {"no"}}), 401, "access_denied", "Unauthorized"},
		{"unknown client", m2m(url.Values{"client_id": {"no"}}), 401, "access_denied", "Unauthorized"},
		{"unknown api", m2m(url.Values{"audience": {"https://no.example"}}), 403, "access_denied", "Service not enabled within domain: https://no.example"},
		{"ungranted api", m2m(url.Values{"audience": {"https://api.acme.example"}}), 403, "access_denied", ""},
		{"no grant type", url.Values{"client_id": {"x"}}, 400, "invalid_request", "Missing required parameter: grant_type"},
		{"unknown grant type", m2m(url.Values{"grant_type": {"magic"}}), 403, "unsupported_grant_type", "Unsupported grant type: magic"},
		{"grant not allowed", m2m(url.Values{"grant_type": {"password"}}), 403, "unauthorized_client", "Grant type 'password' not allowed for the client."},
		{"wrong code", url.Values{"grant_type": {"authorization_code"}, "client_id": {"sandbox-app"}, "code": {"x"}}, 403, "invalid_grant", "Invalid authorization code"},
		{"wrong refresh token", url.Values{"grant_type": {"refresh_token"}, "client_id": {"sandbox-app"}, "refresh_token": {"x"}}, 403, "invalid_grant", "Unknown or invalid refresh token."},
		{"wrong password", ropc("ada@example.com", "no"), 403, "invalid_grant", "Wrong email or password."},
		{"unknown user", ropc("bob@example.com", password), 403, "invalid_grant", "Wrong email or password."},
		{"right password", ropc("ada@example.com", password), 200, "", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			status, body := te.post("/oauth/token", tt.form)
			code, _ := body["error"].(string)
			if status != tt.status || code != tt.code || (tt.text != "" && body["error_description"] != tt.text) {
				t.Errorf("got %d %v", status, body)
			}
		})
	}
}

func TestSignUpChecksWhatAuth0Checks(t *testing.T) {
	te := newTenant(t, nil)
	status, body := te.signUp("Ada@Example.com", map[string]any{"phone_number": "not a number"})
	if status != 200 || body["email"] != "ada@example.com" || body["email_verified"] != false || len(body["_id"].(string)) != 24 ||
		body["user_metadata"].(map[string]any)["phone_number"] != "not a number" {
		t.Errorf("reply: %d %v", status, body)
	}
	eleven := map[string]any{}
	for i := range 11 {
		eleven[string(rune('a'+i))] = "x"
	}
	tests := []struct {
		name, email string
		meta        map[string]any
		code        string
	}{
		{"twice", "ada@example.com", nil, "invalid_signup"},
		{"no email", "ada", nil, "invalid_body"},
		{"eleven fields", "b@example.com", eleven, "invalid_body"},
		{"long value", "c@example.com", map[string]any{"k": strings.Repeat("x", 501)}, "invalid_body"},
		{"number", "d@example.com", map[string]any{"k": 1}, "invalid_body"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if status, body := te.signUp(tt.email, tt.meta); status != 400 || body["code"] != tt.code || body["statusCode"] != 400.0 {
				t.Errorf("got %d %v", status, body)
			}
		})
	}
}

func TestUsersMergeMetadata(t *testing.T) {
	te := newTenant(t, nil)
	status, u := te.api("POST", "/users", map[string]any{
		"connection": "Username-Password-Authentication", "email": "ada@example.com", "password": password, "app_metadata": map[string]any{"a": 1, "b": map[string]any{"x": 1}},
	})
	if status != 201 || u["user_metadata"] != nil || u["email_verified"] != false {
		t.Fatalf("created: %d %v", status, u)
	}
	path := "/users/" + url.PathEscape(u["user_id"].(string))
	steps := []struct {
		patch map[string]any
		want  string
	}{
		{map[string]any{"app_metadata": map[string]any{"c": 3}}, `{"a":1,"b":{"x":1},"c":3}`},
		{map[string]any{"app_metadata": map[string]any{"a": nil, "b": map[string]any{"y": 2}}}, `{"b":{"y":2},"c":3}`},
		{map[string]any{"app_metadata": map[string]any{}}, `{}`},
	}
	for _, s := range steps {
		_, u = te.api("PATCH", path, s.patch)
		if got, _ := json.Marshal(u["app_metadata"]); string(got) != s.want {
			t.Errorf("got %s, want %s", got, s.want)
		}
	}
	if status, body := te.api("PATCH", path, map[string]any{"phone": "x"}); status != 400 || body["errorCode"] != "invalid_body" {
		t.Errorf("foreign property: %d %v", status, body)
	}
	_, found := te.raw("GET", "/users-by-email?email=ada%40example.com", nil)
	_, searched := te.raw("GET", "/users?q="+url.QueryEscape(`email:"ada@example.com"`)+"&search_engine=v3", nil)
	if !strings.HasPrefix(string(found), "[{") || string(found) != string(searched) {
		t.Errorf("by email %s, by search %s", found, searched)
	}
	if status, body := te.api("POST", "/users", map[string]any{"connection": "Username-Password-Authentication", "email": "ada@example.com", "password": password}); status != 409 || body["message"] != "The user already exists." {
		t.Errorf("twice: %d %v", status, body)
	}
	te.api("DELETE", path, nil)
	if status, body := te.api("GET", path, nil); status != 404 || body["errorCode"] != "inexistent_user" {
		t.Errorf("after delete: %d %v", status, body)
	}
}

func TestSearchIsLateIfAskedTo(t *testing.T) {
	te := newTenant(t, nil, "auth0.user_search", "late")
	te.signUp("ada@example.com", nil)
	if _, body := te.raw("GET", "/users", nil); string(body) != "[]" {
		t.Errorf("at once: %s", body)
	}
	te.w.Advance(6e9)
	if _, body := te.raw("GET", "/users", nil); string(body) == "[]" {
		t.Error("never")
	}
}

func TestClientsAndTheirLoginPage(t *testing.T) {
	te := newTenant(t, nil)
	_, list := te.api("GET", "/clients?is_global=true&fields=client_id&include_fields=true&include_totals=true", nil)
	one := list["clients"].([]any)
	if list["total"] != 1.0 || list["start"] != 0.0 || list["limit"] != 50.0 || len(one[0].(map[string]any)) != 1 || one[0].(map[string]any)["client_id"] != directory.SeedGlobalClient {
		t.Errorf("global client: %v", list)
	}
	_, raw := te.raw("GET", "/clients", nil)
	if raw[0] != '[' {
		t.Errorf("without totals: %s", raw)
	}
	_, app := te.api("PATCH", "/clients/"+directory.SeedGlobalClient, map[string]any{"custom_login_page_on": true, "custom_login_page": "<p>mine</p>"})
	if app["custom_login_page"] != "<p>mine</p>" {
		t.Errorf("patched: %v", app)
	}
	if status, body := te.api("GET", "/clients/nope", nil); status != 404 || body["errorCode"] != "inexistent_client" {
		t.Errorf("unknown: %d %v", status, body)
	}
	if status, body := te.api("PATCH", "/clients/sandbox-app", map[string]any{"tenant": "x"}); status != 400 || body["errorCode"] != "invalid_body" {
		t.Errorf("read-only property: %d %v", status, body)
	}
	_, made := te.api("POST", "/clients", map[string]any{"name": "New", "app_type": "spa"})
	id := made["client_id"].(string)
	if made["client_secret"] == nil || made["custom_login_page_on"] != true || made["tenant"] != nil {
		t.Errorf("created: %v", made)
	}
	if status, _ := te.raw("PATCH", "/connections/"+directory.SeedConnection+"/clients", `[{"client_id":"`+id+`","status":true}]`); status != 204 {
		t.Errorf("enable: %d", status)
	}
	_, enabled := te.api("GET", "/connections/"+directory.SeedConnection+"/clients", nil)
	if len(enabled["clients"].([]any)) != 3 {
		t.Errorf("enabled: %v", enabled)
	}
	if status, _ := te.api("DELETE", "/clients/"+id, nil); status != 204 {
		t.Errorf("delete: %d", status)
	}
}

func TestUnknownPathsAreMarked(t *testing.T) {
	te := newTenant(t, nil)
	if status, body := te.api("GET", "/rules-configs", nil); status != 404 || body["message"] != "Not Found" {
		t.Errorf("got %d %v", status, body)
	}
	log := te.w.Requests()
	if !log[len(log)-1].NotEmulated {
		t.Error("not marked in the request log")
	}
}

func TestErrorsOfABareStatusLookLikeAuth0(t *testing.T) {
	rec := httptest.NewRecorder()
	WriteError(rec, 429)
	if rec.Code != 429 || rec.Body.String() != `{"statusCode":429,"error":"Too Many Requests","message":"Global limit has been reached","errorCode":"too_many_requests"}` {
		t.Errorf("got %d %s", rec.Code, rec.Body)
	}
}

func TestEndpointsNameTheirSourceAndKnownBehaviours(t *testing.T) {
	declared := map[string]bool{}
	for _, b := range world.Behaviours() {
		declared[b.Name] = true
	}
	seen := map[string]bool{}
	for _, e := range Endpoints() {
		key := e.Method + " " + e.Path
		if e.Source == "" || seen[key] || (e.Behaviour != "" && !declared[e.Behaviour]) {
			t.Errorf("row %+v", e)
		}
		seen[key] = true
	}
}
