package auth0

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"html"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"phonegate/provision/sandbox/auth0/directory"
	"phonegate/templates"
)

func TestAuthorizeRefusesBadRequests(t *testing.T) {
	te := newTenant(t, nil)
	tests := []struct {
		name  string
		query url.Values
		code  string // error at the callback
		page  string // error page
	}{
		{"unknown client", url.Values{"client_id": {"no"}}, "", "Unknown client"},
		{"foreign callback", url.Values{"redirect_uri": {"https://evil.example/callback"}}, "", "Callback URL mismatch"},
		{"other path", url.Values{"redirect_uri": {"http://127.0.0.1:5000/other"}}, "", "Callback URL mismatch"},
		{"other loopback name", url.Values{"redirect_uri": {"http://localhost:5000/callback"}}, "", "Callback URL mismatch"},
		{"implicit", url.Values{"response_type": {"token"}}, "unsupported_response_type", ""},
		{"no response type", url.Values{"response_type": nil}, "invalid_request", ""},
		{"no PKCE", url.Values{"code_challenge": nil}, "invalid_request", ""},
		{"unknown audience", url.Values{"audience": {"https://no.example"}}, "access_denied", ""},
		{"unknown connection", url.Values{"connection": {"no"}}, "invalid_request", ""},
		{"silent without session", url.Values{"prompt": {"none"}}, "login_required", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := te.browser().get(authorizeURL(tt.query))
			switch {
			case tt.page != "" && (got.at != nil || got.status != 403 || !strings.Contains(got.body, tt.page)):
				t.Errorf("got %d %v %s", got.status, got.at, got.body)
			case tt.code != "" && (got.at == nil || got.at.Query().Get("error") != tt.code || got.at.Query().Get("state") != "app-state"):
				t.Errorf("got %v", got.at)
			}
		})
	}
}

func TestResponseModes(t *testing.T) {
	te := newTenant(t, nil)
	post := te.browser().login("signup", "ada@example.com", url.Values{"response_mode": {"form_post"}})
	if post.status != 200 || !strings.Contains(post.body, `action="http://127.0.0.1:5000/callback"`) || !strings.Contains(post.body, `name="code"`) {
		t.Errorf("form_post: %d %s", post.status, post.body)
	}
	message := te.browser().get(authorizeURL(url.Values{"response_mode": {"web_message"}, "prompt": {"none"}}))
	if message.status != 200 || !strings.Contains(message.body, `"error":"login_required"`) || !strings.Contains(message.body, `"http://127.0.0.1:5000"`) {
		t.Errorf("web_message: %d %s", message.status, message.body)
	}
}

// publish puts phonegate's login page in force for all applications.
func publish(t *testing.T, te *bench) {
	t.Helper()
	page, err := templates.LoginPage(templates.Settings{
		Domain: tenantHost, CodeCheck: "form", Capture: "lock", NoPhone: "form",
		CodeLength: 6, Countries: []string{"AU"}, DefaultCountry: "AU", Brand: templates.Brand{Name: "Acme"},
	})
	if err != nil {
		t.Fatal(err)
	}
	if status, body := te.api("PATCH", "/clients/"+directory.SeedGlobalClient, map[string]any{"custom_login_page_on": true, "custom_login_page": string(page)}); status != 200 {
		t.Fatalf("publish: %d %v", status, body)
	}
}

func TestStandInPageAsksForTheDeployedFields(t *testing.T) {
	te := newTenant(t, nil)
	plain := te.browser().get(authorizeURL(nil))
	if strings.Contains(plain.body, "phone_number") {
		t.Error("the plain page asks for a phone")
	}
	publish(t, te)
	b := te.browser()
	page := b.get(authorizeURL(nil))
	if !strings.Contains(page.body, `name="phone_number"`) || page.page.Path != "/login" {
		t.Errorf("page at %s: %s", page.page, page.body)
	}
	if bad := b.login("signup", "ada@example.com", nil, "phone_number", "12"); bad.status != 400 || !strings.Contains(bad.body, "Enter your mobile number") {
		t.Errorf("a bad number: %d %s", bad.status, bad.body)
	}
	if back := b.login("signup", "ada@example.com", nil, "phone_number", "0412 345 678"); back.at == nil || back.at.Query().Get("code") == "" {
		t.Fatalf("sign-up: %+v", back)
	}
	meta := te.s.State()["users"].([]any)[0].(map[string]any)["user_metadata"].(map[string]any)
	if meta["phone_number"] != "0412 345 678" {
		t.Errorf("user_metadata: %v", meta)
	}
	if wrong := te.browser().login("login", "bob@example.com", nil); wrong.status != 401 || !strings.Contains(wrong.body, "Wrong email or password.") {
		t.Errorf("unknown user: %d", wrong.status)
	}
	if twice := te.browser().login("signup", "ada@example.com", nil, "phone_number", "0412 345 678"); twice.status != 400 {
		t.Errorf("same user: %d", twice.status)
	}
}

var hiddenInput = regexp.MustCompile(`name="(\w+)" value="([^"]*)"`)

func TestDeployedPageWorksAsLockUsesIt(t *testing.T) {
	te := newTenant(t, nil, "auth0.login_page", "deployed")
	publish(t, te)
	b := te.browser()
	page := b.get(authorizeURL(nil))
	found := regexp.MustCompile(`atob\('([A-Za-z0-9+/=]+)'\)`).FindStringSubmatch(page.body)
	if found == nil {
		t.Fatalf("no configuration in the page: %s", page.body)
	}
	data, err := base64.StdEncoding.DecodeString(found[1])
	if err != nil {
		t.Fatal(err)
	}
	var config map[string]any
	if err := json.Unmarshal(data, &config); err != nil {
		t.Fatal(err)
	}
	options := config["internalOptions"].(map[string]any)
	if config["clientID"] != "sandbox-app" || config["auth0Domain"] != tenantHost || config["callbackURL"] != "http://127.0.0.1:5000/callback" ||
		options["nonce"] != "n1" || options["state"] == "app-state" {
		t.Errorf("configuration: %v", config)
	}
	script := b.get(base + "/client/sandbox-app.js")
	if script.status != 200 || !strings.HasPrefix(script.body, "Auth0.setClient({") || !strings.Contains(script.body, `"passwordPolicy":"good"`) {
		t.Errorf("client script: %d %s", script.status, script.body)
	}
	te.signUp("ada@example.com", map[string]any{"phone_number": "+61412345678"})
	login := map[string]any{
		"client_id": "sandbox-app", "connection": "Username-Password-Authentication", "username": "ada@example.com", "password": "wrong", "state": options["state"],
	}
	if st := b.json("/usernamepassword/login", login); st.status != 401 || !strings.Contains(st.body, `"code":"invalid_user_password"`) {
		t.Errorf("wrong password: %d %s", st.status, st.body)
	}
	login["password"] = password
	form := b.json("/usernamepassword/login", login)
	if form.status != 200 || !strings.Contains(form.body, `action="`+base+`/login/callback"`) {
		t.Fatalf("form: %d %s", form.status, form.body)
	}
	fields := url.Values{}
	for _, m := range hiddenInput.FindAllStringSubmatch(form.body, -1) {
		fields.Set(m[1], html.UnescapeString(m[2]))
	}
	back := b.post(base+"/login/callback", fields)
	if back.at == nil || back.at.Query().Get("code") == "" || back.at.Query().Get("state") != "app-state" {
		t.Fatalf("callback: %+v", back)
	}
	if again := b.post(base+"/login/callback", fields); again.status != 400 {
		t.Errorf("a ticket was used twice: %d", again.status)
	}
}

func (b *browser) json(path string, body any) stop {
	b.te.t.Helper()
	data, err := json.Marshal(body)
	if err != nil {
		b.te.t.Fatal(err)
	}
	return b.do(b.c.Post(base+path, "application/json", bytes.NewReader(data)))
}

func TestUserinfoAndLogout(t *testing.T) {
	te := newTenant(t, nil)
	b := te.browser()
	back := b.login("signup", "ada@example.com", nil)
	_, tokens := te.redeem(back.at.Query().Get("code"))
	info := func(token string) (int, string) {
		r := httptest.NewRequest("GET", base+"/userinfo", nil)
		r.Header.Set("Authorization", "Bearer "+token)
		rec := httptest.NewRecorder()
		te.h.ServeHTTP(rec, r)
		return rec.Code, rec.Body.String()
	}
	if status, body := info(tokens["access_token"].(string)); status != 200 || !strings.Contains(body, `"email":"ada@example.com"`) {
		t.Errorf("userinfo: %d %s", status, body)
	}
	if status, body := info("no"); status != 401 || body != "Unauthorized" {
		t.Errorf("without token: %d %s", status, body)
	}
	if p := b.get(authorizeURL(url.Values{"prompt": {"none"}})); p.at.Query().Get("code") == "" {
		t.Errorf("session: %v", p.at)
	}
	if p := b.get(base + "/v2/logout?client_id=sandbox-app&returnTo=" + url.QueryEscape("https://evil.example/")); p.status != 400 {
		t.Errorf("foreign returnTo: %d", p.status)
	}
	if p := b.get(authorizeURL(url.Values{"prompt": {"none"}})); p.at.Query().Get("error") != "login_required" {
		t.Errorf("after logout: %v", p.at)
	}
}

func TestCodesAreBoundToVerifierAndCallback(t *testing.T) {
	te := newTenant(t, nil)
	for name, change := range map[string]url.Values{
		"verifier": {"code_verifier": {"another"}}, "no verifier": {"code_verifier": {""}}, "callback": {"redirect_uri": {"http://127.0.0.1:1/callback"}},
	} {
		back := te.browser().login("signup", strings.ReplaceAll(name, " ", "")+"@example.com", nil)
		f := url.Values{
			"grant_type": {"authorization_code"}, "client_id": {"sandbox-app"}, "code": {back.at.Query().Get("code")}, "code_verifier": {verifier},
			"redirect_uri": {"http://127.0.0.1:5000/callback"},
		}
		for k, v := range change {
			f[k] = v
		}
		if status, body := te.post("/oauth/token", f); status != 403 || body["error"] != "invalid_grant" {
			t.Errorf("%s: %d %v", name, status, body)
		}
	}
}

func TestAudienceGivesAnAccessTokenThatIsAJWT(t *testing.T) {
	te := newTenant(t, nil)
	back := te.browser().login("signup", "ada@example.com", url.Values{"audience": {"https://api.acme.example"}})
	_, tokens := te.redeem(back.at.Query().Get("code"))
	if n := strings.Count(tokens["access_token"].(string), "."); n != 2 {
		t.Errorf("access token: %v", tokens["access_token"])
	}
	rec := httptest.NewRecorder()
	te.h.ServeHTTP(rec, httptest.NewRequest(http.MethodGet, base+"/.well-known/openid-configuration", nil))
	if !strings.Contains(rec.Body.String(), `"issuer":"`+base+`/"`) {
		t.Errorf("discovery: %s", rec.Body)
	}
}
