package smoke

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"math/big"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"phonegate/provision/auth0"
	"phonegate/provision/event"
	"phonegate/provision/fault"
)

// road is a network of one function.
type road func(r *http.Request) (status int, header http.Header, body string)

func (f road) RoundTrip(r *http.Request) (*http.Response, error) {
	status, header, body := f(r)
	if header == nil {
		header = http.Header{}
	}
	return &http.Response{StatusCode: status, Header: header, Body: io.NopCloser(bytes.NewReader([]byte(body))), Request: r}, nil
}

// directory is a tenant's users.
type directory struct {
	users   map[string]*auth0.User
	deleted []string
	err     error
}

func (d *directory) FindUser(_ context.Context, email string) (*auth0.User, error) {
	for _, u := range d.users {
		if u.Email == email {
			return u, d.err
		}
	}
	return nil, d.err
}
func (d *directory) GetUser(_ context.Context, id string) (*auth0.User, error) {
	return d.users[id], d.err
}
func (d *directory) DeleteUser(_ context.Context, id string) error {
	d.deleted = append(d.deleted, id)
	return d.err
}
func (d *directory) TestAction(context.Context, string, map[string]any) (map[string]any, error) {
	return map[string]any{"payload": map[string]any{"error": map[string]any{"message": "Cannot read properties of undefined\n  at line 1"}}}, nil
}

// person answers every login with a function.
type person func(req LoginRequest) (LoginResult, error)

func (p person) ReadCode(context.Context, string, time.Time) (string, error) { return "123456", nil }
func (p person) Login(_ context.Context, req LoginRequest) (LoginResult, error) {
	return p(req)
}

func testRun(o Options) *run {
	o.Tenant, o.Domain, o.ClientID, o.FormURL = "dev", "acme.example", "app", "https://form.example/"
	o.Callbacks, o.Pause, o.Now = []string{"http://127.0.0.1/callback"}, time.Millisecond, time.Now
	if o.Auth0 == nil {
		o.Auth0 = &directory{}
	}
	return &run{Options: o, recorder: recorder{tenant: "dev", emit: func(event.Event) {}, left: Steps(LevelLogin)}}
}

var testKey = sync.OnceValue(func() *rsa.PrivateKey {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err)
	}
	return key
})

// issuer answers as the tenant's token endpoint and key set do.
func issuer(token string) road {
	return func(r *http.Request) (int, http.Header, string) {
		var body any
		if r.URL.Path == "/oauth/token" {
			body = map[string]string{"id_token": token}
		} else {
			n := base64.RawURLEncoding.EncodeToString(testKey().N.Bytes())
			e := base64.RawURLEncoding.EncodeToString(big.NewInt(int64(testKey().E)).Bytes())
			body = map[string]any{"keys": []map[string]string{{"kid": "k1", "kty": "RSA", "alg": "RS256", "n": n, "e": e}}}
		}
		data, _ := json.Marshal(body)
		return 200, nil, string(data)
	}
}

func TestAnIDTokenIsOnlyTakenIfEverythingHolds(t *testing.T) {
	now := time.Now().Unix()
	right := func() jwt.MapClaims {
		return jwt.MapClaims{"iss": "https://acme.example/", "aud": "app", "sub": "auth0|1", "iat": now, "exp": now + 3600, "nonce": "n1"}
	}
	signed := func(change func(jwt.MapClaims), kid string) string {
		claims := right()
		if change != nil {
			change(claims)
		}
		token := jwt.NewWithClaims(jwt.SigningMethodRS256, claims)
		token.Header["kid"] = kid
		text, err := token.SignedString(testKey())
		if err != nil {
			t.Fatal(err)
		}
		return text
	}
	good := signed(nil, "k1")
	unsigned, err := jwt.NewWithClaims(jwt.SigningMethodNone, right()).SignedString(jwt.UnsafeAllowNoneSignatureType)
	if err != nil {
		t.Fatal(err)
	}
	confused := jwt.NewWithClaims(jwt.SigningMethodHS256, right())
	confused.Header["kid"] = "k1"
	symmetric, err := confused.SignedString(testKey().N.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	cut := strings.LastIndexByte(good, '.')
	f := flow{state: "s1", nonce: "n1"}
	r := testRun(Options{HTTP: issuer(good)})
	claims, err := r.tokens(t.Context(), f, LoginResult{Values: url.Values{"code": {"c"}}})
	if err != nil || claims.Subject != "auth0|1" {
		t.Fatalf("a good token: %v", err)
	}
	for name, token := range map[string]string{
		"none":                 "",
		"no token":             "abc",
		"another's signature":  good[:cut+1] + base64.RawURLEncoding.EncodeToString(make([]byte, 256)),
		"unsigned":             unsigned,
		"signed with HS256":    symmetric,
		"another issuer":       signed(func(c jwt.MapClaims) { c["iss"] = "https://evil.example/" }, "k1"),
		"issuer without slash": signed(func(c jwt.MapClaims) { c["iss"] = "https://acme.example" }, "k1"),
		"another application":  signed(func(c jwt.MapClaims) { c["aud"] = "other" }, "k1"),
		"expired":              signed(func(c jwt.MapClaims) { c["exp"] = now - 3600 }, "k1"),
		"without an end":       signed(func(c jwt.MapClaims) { delete(c, "exp") }, "k1"),
		"from the future":      signed(func(c jwt.MapClaims) { c["iat"] = now + 3600 }, "k1"),
		"another login":        signed(func(c jwt.MapClaims) { c["nonce"] = "n2" }, "k1"),
		"nobody's":             signed(func(c jwt.MapClaims) { delete(c, "sub") }, "k1"),
		"an unknown key":       signed(nil, "k2"),
		"no key":               signed(nil, ""),
	} {
		r.HTTP = issuer(token)
		if _, err := r.tokens(t.Context(), f, LoginResult{Values: url.Values{"code": {"c"}}}); err == nil {
			t.Errorf("%s: taken", name)
		} else if token != "" && len(token) > 10 && strings.Contains(err.Error(), token) {
			t.Errorf("%s: the error holds the token", name)
		}
	}
}

func TestAFormThatTakesForgeriesIsFound(t *testing.T) {
	for name, form := range map[string]road{
		"it shows its page": func(*http.Request) (int, http.Header, string) { return 200, nil, "<form>" },
		"it redirects":      func(*http.Request) (int, http.Header, string) { return 302, http.Header{"Location": {"https://x"}}, "" },
		"it breaks":         func(*http.Request) (int, http.Header, string) { return 500, nil, "" },
		"there is none":     func(*http.Request) (int, http.Header, string) { return 404, nil, "" },
		"it refuses but leads": func(*http.Request) (int, http.Header, string) {
			return 400, nil, `action="https://acme.example/continue"`
		},
		"it takes an unsigned token": func(r *http.Request) (int, http.Header, string) {
			head, _, _ := strings.Cut(r.URL.Query().Get("session_token"), ".")
			if data, _ := base64.RawURLEncoding.DecodeString(head); strings.Contains(string(data), `"none"`) {
				return 200, nil, ""
			}
			return 400, nil, ""
		},
		"it takes an expired token when posted": func(r *http.Request) (int, http.Header, string) {
			if r.Method == http.MethodPost {
				_ = r.ParseForm()
				parts := strings.Split(r.PostForm.Get("session_token"), ".")
				if len(parts) == 3 {
					var c struct{ Exp int64 }
					data, _ := base64.RawURLEncoding.DecodeString(parts[1])
					if json.Unmarshal(data, &c) == nil && c.Exp < time.Now().Unix() {
						return 200, nil, ""
					}
				}
			}
			return 410, nil, ""
		},
	} {
		r := testRun(Options{HTTP: form})
		if _, err := r.forgery(t.Context()); fault.Of(err) == nil || fault.Of(err).Code != "smoke.forgery_accepted" {
			t.Errorf("%s: error = %v", name, err)
		}
	}
	r := testRun(Options{HTTP: road(func(*http.Request) (int, http.Header, string) { return 400, nil, "" })})
	if _, err := r.forgery(t.Context()); err != nil {
		t.Errorf("a form that refuses: %v", err)
	}
}

func TestForgeriesNameAKeyThatTheFormShows(t *testing.T) {
	const shown = "0123456789abcdef"
	named := 0
	r := testRun(Options{HTTP: road(func(r *http.Request) (int, http.Header, string) {
		if r.URL.Query().Get("health") != "" {
			return 200, nil, `{"phonegate":"form","layout":2,"ready":true,"keys":["fedcba9876543210","` + shown + `"],"senders":[]}`
		}
		_ = r.ParseForm()
		parts := strings.Split(r.Form.Get("session_token"), ".")
		if len(parts) != 3 {
			return 400, nil, ""
		}
		var c struct{ Key string }
		data, _ := base64.RawURLEncoding.DecodeString(parts[1])
		if json.Unmarshal(data, &c) != nil || c.Key != shown {
			return 409, nil, ""
		}
		named++
		return 400, nil, ""
	})})
	if _, err := r.reachable(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := r.forgery(t.Context()); err != nil || named < 5 {
		t.Errorf("%d tokens named the key; error = %v", named, err)
	}
	r.keyID = "fedcba9876543210"
	if _, err := r.forgery(t.Context()); fault.Of(err) == nil || fault.Of(err).Code != "smoke.form_behind" {
		t.Errorf("a form that is behind: %v", err)
	}
}

func TestAFormThatIsNotPublicOrNotReadyIsFound(t *testing.T) {
	for want, form := range map[string]road{
		"smoke.form_protected": func(*http.Request) (int, http.Header, string) { return 401, nil, "Authentication Required" },
		"smoke.form_not_ready": func(*http.Request) (int, http.Header, string) { return 200, nil, `{"phonegate":"form","ready":false}` },
		"smoke.form_missing":   func(*http.Request) (int, http.Header, string) { return 200, nil, `<h1>Another site</h1>` },
	} {
		r := testRun(Options{HTTP: form})
		if _, err := r.reachable(t.Context()); fault.Of(err) == nil || fault.Of(err).Code != want || fault.Of(err).Hint == "" {
			t.Errorf("error = %v, want %s", err, want)
		}
	}
}

func TestAnActionThatThrowsIsFound(t *testing.T) {
	_, err := testRun(Options{ActionID: "a"}).actionTest(t.Context())
	if f := fault.Of(err); f == nil || f.Code != "smoke.action_threw" || strings.Contains(f.Message, "line 1") {
		t.Errorf("error = %v", err)
	}
}

func TestARecordIsOnlyTakenIfItSaysAllAndNothingElse(t *testing.T) {
	record := func(change func(map[string]any)) *auth0.User {
		meta := map[string]any{"phone_number": "+61491570156", "phone_number_verified": true, "phone_number_verified_at": "2026-07-01T09:00:00.123Z"}
		if change != nil {
			change(meta)
		}
		return &auth0.User{ID: "auth0|1", AppMetadata: meta}
	}
	for name, tt := range map[string]struct {
		user *auth0.User
		ok   bool
	}{
		"all":                 {record(nil), true},
		"no user":             {nil, false},
		"nothing":             {record(func(m map[string]any) { clear(m) }), false},
		"not verified":        {record(func(m map[string]any) { m["phone_number_verified"] = "true" }), false},
		"no number":           {record(func(m map[string]any) { delete(m, "phone_number") }), false},
		"another number":      {record(func(m map[string]any) { m["phone_number"] = "+61400000000" }), false},
		"no time":             {record(func(m map[string]any) { m["phone_number_verified_at"] = "today" }), false},
		"one still under way": {record(func(m map[string]any) { m["phone_verification"] = map[string]any{"sid": "VE1"} }), false},
	} {
		r := testRun(Options{To: "+61491570156", Auth0: &directory{users: map[string]*auth0.User{"auth0|1": tt.user}}})
		r.user.id, r.typed = "auth0|1", true
		detail, err := r.record(t.Context())
		if (err == nil) != tt.ok {
			t.Errorf("%s: error = %v", name, err)
		}
		if tt.ok && detail != "verified: •••• ••56" {
			t.Errorf("%s: %q", name, detail)
		}
	}
}

func TestASecondLoginThatAsksOrTextsAgainIsFound(t *testing.T) {
	texts, forms := 1, 0
	r := testRun(Options{Texts: func() int { return texts }})
	r.Person = person(func(req LoginRequest) (LoginResult, error) {
		u, _ := url.Parse(req.Authorize("http://127.0.0.1/callback"))
		q := u.Query()
		if q.Get("code_challenge_method") != "S256" || q.Get("nonce") == "" {
			t.Errorf("authorize %s", u)
		}
		now := time.Now().Unix()
		token := jwt.NewWithClaims(jwt.SigningMethodRS256, jwt.MapClaims{"iss": "https://acme.example/", "aud": "app", "sub": "a", "exp": now + 60, "nonce": q.Get("nonce")})
		token.Header["kid"] = "k1"
		text, _ := token.SignedString(testKey())
		r.HTTP = issuer(text)
		if forms < 0 { // a text without a form
			texts++
		}
		return LoginResult{Values: url.Values{"state": {q.Get("state")}, "code": {"c"}}, Forms: max(forms, 0)}, nil
	})
	if _, err := r.secondLogin(t.Context(), true); err != nil {
		t.Errorf("straight through: %v", err)
	}
	forms = 1
	if _, err := r.secondLogin(t.Context(), true); fault.Of(err) == nil || fault.Of(err).Code != "smoke.asked_again" {
		t.Errorf("asked again: %v", err)
	}
	forms = -1
	if _, err := r.secondLogin(t.Context(), true); fault.Of(err) == nil || fault.Of(err).Code != "smoke.texted_again" {
		t.Errorf("texted again: %v", err)
	}
}

func TestAnAnswerToTheApplicationIsExplained(t *testing.T) {
	r := testRun(Options{})
	f := flow{state: "s1"}
	for name, tt := range map[string]struct {
		values url.Values
		code   string
	}{
		"a code":              {url.Values{"state": {"s1"}, "code": {"c"}}, ""},
		"another login":       {url.Values{"state": {"s2"}, "code": {"c"}}, "smoke.state"},
		"nothing":             {url.Values{"state": {"s1"}}, "smoke.no_code"},
		"a known reason":      {url.Values{"state": {"s1"}, "error": {"access_denied"}, "error_description": {"phone_token: The answer does not fit."}}, "action.phone_token"},
		"a reason of its own": {url.Values{"state": {"s1"}, "error": {"access_denied"}, "error_description": {"phone_new: Something."}}, "action.phone_new"},
		"Auth0's own":         {url.Values{"state": {"s1"}, "error": {"server_error"}, "error_description": {"Oops"}}, "smoke.refused"},
	} {
		err := r.refusal(f, LoginResult{Values: tt.values})
		if got := fault.Of(err); (got == nil) != (tt.code == "") || got != nil && got.Code != tt.code {
			t.Errorf("%s: error = %v, want %s", name, err, tt.code)
		}
	}
}

func TestCleanupDeletesTheTestsUserAndNoOther(t *testing.T) {
	d := &directory{users: map[string]*auth0.User{
		"auth0|1": {ID: "auth0|1", Email: "phonegate-smoke-1@example.com"},
		"auth0|2": {ID: "auth0|2", Email: "owner@acme.example"},
	}}
	for name, tt := range map[string]struct {
		user    loginUser
		deleted string
	}{
		"by id":              {loginUser{id: "auth0|1", email: "phonegate-smoke-1@example.com"}, "auth0|1"},
		"by e-mail":          {loginUser{email: "phonegate-smoke-1@example.com"}, "auth0|1"},
		"a person's own":     {loginUser{id: "auth0|2", email: "phonegate-smoke-1@example.com"}, ""},
		"one that never was": {loginUser{email: "phonegate-smoke-9@example.com"}, ""},
	} {
		d.deleted = nil
		r := testRun(Options{Auth0: d})
		r.user = tt.user
		if detail, err := r.cleanup(t.Context()); err != nil || detail == "" || strings.Join(d.deleted, " ") != tt.deleted {
			t.Errorf("%s: deleted %v, said %q, error %v", name, d.deleted, detail, err)
		}
	}
	d.err = errors.New("no connection")
	r := testRun(Options{Auth0: d})
	r.user = loginUser{email: "phonegate-smoke-1@example.com"}
	if _, err := r.cleanup(t.Context()); fault.Of(err) == nil || !strings.Contains(fault.Of(err).Hint, "phonegate-smoke-1@example.com") {
		t.Errorf("error = %+v", fault.Of(err))
	}
}

func TestMaskedShowsTwoDigits(t *testing.T) {
	for number, want := range map[string]string{"+61491570156": "•••• ••56", "": "•••• ••••", "+1": "•••• ••••"} {
		if got := Masked(number); got != want {
			t.Errorf("%q becomes %q", number, got)
		}
	}
}
