package auth0

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"phonegate/provision/sandbox/auth0/tenant"
	"phonegate/provision/sandbox/jsvm"
)

const secretKey = "0123456789abcdef0123456789abcdef"

// verifyPhone is the shape of phonegate's Action, in Go: redirect, then accept a signed verdict.
func verifyPhone(c jsvm.ActionCall) jsvm.ActionResult {
	user := c.Event["user"].(map[string]any)
	if user["app_metadata"].(map[string]any)["phone_number_verified"] == true {
		return jsvm.ActionResult{IDTokenClaims: map[string]any{"https://acme.example/phone_verified": true}}
	}
	if c.Handler == "onContinuePostLogin" {
		claims, err := c.ValidateToken(c.Secrets["KEY"], "session_token")
		if err != nil {
			return jsvm.ActionResult{Denied: reason("phone_token: " + err.Error())}
		}
		return jsvm.ActionResult{AppMetadata: map[string]any{
			"phone_number_verified": true, "phone_number": claims["phone_number"], "phone_verification": nil,
		}}
	}
	if !c.CanRedirect {
		return jsvm.ActionResult{Denied: reason("phone_unverified: verify your phone first.")}
	}
	token, err := c.EncodeToken(c.Secrets["KEY"], 600, map[string]any{"purpose": "session"})
	if err != nil {
		return jsvm.ActionResult{Thrown: err.Error()}
	}
	return jsvm.ActionResult{
		Redirect:    "https://acme-dev-verify.vercel.app/?session_token=" + token,
		AppMetadata: map[string]any{"phone_verification": map[string]any{"sid": "VE1"}},
	}
}

func phoneTenant(t *testing.T, behaviours ...string) *bench {
	te := newTenant(t, scripted(map[string]func(jsvm.ActionCall) jsvm.ActionResult{"verify": verifyPhone}), behaviours...)
	te.deploy("Verify phone", "verify", map[string]string{"KEY": secretKey})
	return te
}

// verdict answers for the form: a token with the state, signed with the same key.
func verdict(t *testing.T, te *bench, form *url.URL, change func(jwt.MapClaims), key string) url.Values {
	t.Helper()
	claims := jwt.MapClaims{}
	if _, err := jwt.ParseWithClaims(form.Query().Get("session_token"), claims, func(*jwt.Token) (any, error) { return []byte(secretKey), nil }); err != nil {
		t.Fatal(err)
	}
	now := te.w.Now().Unix()
	out := jwt.MapClaims{
		"iat": now, "exp": now + 60, "iss": claims["iss"], "sub": claims["sub"], "state": form.Query().Get("state"), "phone_number": "+61412345678",
	}
	if change != nil {
		change(out)
	}
	signed, err := jwt.NewWithClaims(jwt.SigningMethodHS256, out).SignedString([]byte(key))
	if err != nil {
		t.Fatal(err)
	}
	return url.Values{"session_token": {signed}}
}

func continueURL(form *url.URL) string {
	return base + "/continue?state=" + url.QueryEscape(form.Query().Get("state"))
}

func TestFirstLoginGoesThroughTheFormAndGetsTokens(t *testing.T) {
	te := phoneTenant(t)
	b := te.browser()
	form := b.login("signup", "ada@example.com", nil)
	if form.at == nil || form.at.Host != "acme-dev-verify.vercel.app" || form.at.Query().Get("state") == "" {
		t.Fatalf("not sent to the form: %+v", form)
	}
	st := te.s.State()["users"].([]any)[0].(map[string]any)
	if st["app_metadata"].(map[string]any)["phone_verification"] == nil {
		t.Error("metadata was not written before the browser left")
	}
	back := b.post(continueURL(form.at), verdict(t, te, form.at, nil, secretKey))
	if back.at == nil || back.at.Query().Get("state") != "app-state" || back.at.Query().Get("code") == "" {
		t.Fatalf("no code: %+v", back)
	}
	status, tokens := te.redeem(back.at.Query().Get("code"))
	if status != 200 || tokens["token_type"] != "Bearer" || tokens["expires_in"] != 86400.0 {
		t.Fatalf("tokens: %d %v", status, tokens)
	}
	claims := jwt.MapClaims{}
	if _, err := jwt.ParseWithClaims(tokens["id_token"].(string), claims, func(*jwt.Token) (any, error) { return tenant.PublicKey(), nil }); err != nil {
		t.Fatal(err)
	}
	if claims["iss"] != base+"/" || claims["aud"] != "sandbox-app" || claims["nonce"] != "n1" || claims["email"] != "ada@example.com" {
		t.Errorf("id token: %v", claims)
	}
	st = te.s.State()["users"].([]any)[0].(map[string]any)
	meta := st["app_metadata"].(map[string]any)
	if meta["phone_number"] != "+61412345678" || meta["phone_verification"] != nil {
		t.Errorf("app_metadata after the verdict: %v", meta)
	}
	again := b.get(authorizeURL(nil))
	if again.at == nil || again.at.Query().Get("code") == "" {
		t.Errorf("single sign-on after verification: %+v", again)
	}
	if status, body := te.redeem(back.at.Query().Get("code")); status != 403 || body["error"] != "invalid_grant" {
		t.Errorf("a code was used twice: %d %v", status, body)
	}
}

func TestBadVerdictsAreDenied(t *testing.T) {
	tests := []struct {
		name, want string
		change     func(jwt.MapClaims)
		key        string
		edit       func(url.Values)
	}{
		{name: "wrong state", want: "State in the token does not match the /continue state.", change: func(c jwt.MapClaims) { c["state"] = "x" }},
		{name: "wrong key", want: "Failed signature validation", key: "another key another key another!"},
		{name: "no iat", want: "Missing or invalid standard claims", change: func(c jwt.MapClaims) { delete(c, "iat") }},
		{name: "no issuer", want: "Missing or invalid standard claims", change: func(c jwt.MapClaims) { delete(c, "iss") }},
		{name: "other user", want: "The sub claim does not match the user_id.", change: func(c jwt.MapClaims) { c["sub"] = "auth0|x" }},
		{name: "expired", want: "Token has expired.", change: func(c jwt.MapClaims) { c["exp"] = c["iat"].(int64) - 1 }},
		{name: "not a token", want: "Failed signature validation", edit: func(v url.Values) { v.Set("session_token", "a.b") }},
		{name: "absent", want: "There is no parameter called 'session_token' available in either the POST body or query string.", edit: func(v url.Values) { v.Del("session_token") }},
	}
	te := phoneTenant(t)
	for i, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			form := te.browser().login("signup", string(rune('a'+i))+"@example.com", nil)
			key := tt.key
			if key == "" {
				key = secretKey
			}
			f := verdict(t, te, form.at, tt.change, key)
			if tt.edit != nil {
				tt.edit(f)
			}
			back := te.browser().post(continueURL(form.at), f)
			if back.at == nil || back.at.Query().Get("error") != "access_denied" || !strings.HasSuffix(back.at.Query().Get("error_description"), tt.want) {
				t.Errorf("got %v", back.at)
			}
		})
	}
}

func TestContinueNeedsAStateThatWaits(t *testing.T) {
	te := phoneTenant(t)
	b := te.browser()
	form := b.login("signup", "ada@example.com", nil)
	f := verdict(t, te, form.at, nil, secretKey)
	for name, path := range map[string]string{"missing": "/continue", "unknown": "/continue?state=hKFo2SAx"} {
		if p := b.post(base+path, f); p.status != 400 || !strings.Contains(p.body, "invalid_request") {
			t.Errorf("%s state: %d %s", name, p.status, p.body)
		}
	}
	if p := b.post(continueURL(form.at), f); p.at == nil {
		t.Fatalf("the right state: %+v", p)
	}
	if p := b.post(continueURL(form.at), f); p.status != 400 {
		t.Errorf("a used state: %d", p.status)
	}
}

func TestContinueDoesNotWaitForEver(t *testing.T) {
	for lifetime, minutes := range map[string]int{"10m": 10, "1h": 60, "72h": 72 * 60} {
		for _, late := range []bool{false, true} {
			te := phoneTenant(t, "auth0.continue_lifetime", lifetime)
			b := te.browser()
			form := b.login("signup", "ada@example.com", nil)
			waited := time.Duration(minutes-1) * time.Minute
			if late {
				waited += 2 * time.Minute
			}
			te.w.Advance(waited)
			p := b.post(continueURL(form.at), verdict(t, te, form.at, nil, secretKey))
			if (p.status == 400) != late {
				t.Errorf("%s: %d after %s", lifetime, p.status, waited)
			}
		}
	}
}

func TestSilentLoginOfAnUnverifiedUserIsDenied(t *testing.T) {
	te := phoneTenant(t)
	b := te.browser()
	if p := b.get(authorizeURL(url.Values{"prompt": {"none"}})); p.at.Query().Get("error") != "login_required" {
		t.Errorf("without a session: %v", p.at)
	}
	b.login("signup", "ada@example.com", nil) // leaves a session although the login never ended
	p := b.get(authorizeURL(url.Values{"prompt": {"none"}}))
	if p.at.Query().Get("error") != "access_denied" || !strings.HasPrefix(p.at.Query().Get("error_description"), "phone_unverified:") {
		t.Errorf("got %v", p.at)
	}
}

func TestRedirectWhereNoneIsPossibleNeedsInteraction(t *testing.T) {
	te := newTenant(t, scripted(map[string]func(jsvm.ActionCall) jsvm.ActionResult{
		"careless": func(jsvm.ActionCall) jsvm.ActionResult { return jsvm.ActionResult{Redirect: "https://form.example/"} },
	}))
	te.deploy("Careless", "careless", nil)
	b := te.browser()
	b.login("signup", "ada@example.com", nil)
	if p := b.get(authorizeURL(url.Values{"prompt": {"none"}})); p.at.Query().Get("error") != "interaction_required" {
		t.Errorf("prompt=none: %v", p.at)
	}
	status, body := te.post("/oauth/token", url.Values{
		"grant_type": {realmGrant}, "realm": {"Username-Password-Authentication"}, "client_id": {"sandbox-app"}, "username": {"ada@example.com"},
		"password": {password}, "scope": {"openid"},
	})
	if status != 403 || body["error"] != "interaction_required" {
		t.Errorf("password grant: %d %v", status, body)
	}
}
