package auth0

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"phonegate/provision/sandbox/jsvm"
	"phonegate/provision/sandbox/world"
)

const (
	tenantHost = "acme-dev.us.auth0.test"
	base       = "https://" + tenantHost
	verifier   = "verifier-verifier-verifier-verifier-verifier-0123"
	password   = "Correct-horse-9"
	realmGrant = "http://auth0.com/oauth/grant-type/password-realm"
)

// inProcess is a transport into a handler, with the server's real host name.
type inProcess struct{ h http.Handler }

func (p inProcess) RoundTrip(r *http.Request) (*http.Response, error) {
	in := httptest.NewRequest(r.Method, r.URL.String(), r.Body)
	in.Header, in.Host = r.Header, r.URL.Host
	rec := httptest.NewRecorder()
	p.h.ServeHTTP(rec, in.WithContext(r.Context()))
	res := rec.Result()
	res.Request = r
	return res, nil
}

// bench is a server under test with a client for its Management API.
type bench struct {
	t     *testing.T
	s     *Server
	w     *world.World
	h     http.Handler
	token string
}

func newTenant(t *testing.T, run Runner, behaviours ...string) *bench {
	t.Helper()
	w := world.New(world.Options{})
	for i := 0; i < len(behaviours); i += 2 {
		if err := w.SetBehaviour(behaviours[i], behaviours[i+1]); err != nil {
			t.Fatal(err)
		}
	}
	s := New(Options{World: w, RunAction: run})
	te := &bench{t: t, s: s, w: w, h: w.Handler("auth0", WriteError, s)}
	te.token = te.m2m("")
	return te
}

// m2m gets a Management API token, with fewer scopes if any are named.
func (te *bench) m2m(scope string) string {
	te.t.Helper()
	form := url.Values{
		"grant_type": {"client_credentials"}, "client_id": {"sandbox-m2m"}, "client_secret": {"sandbox-m2m-secret"}, "audience": {base + "/api/v2/"},
	}
	if scope != "" {
		form.Set("scope", scope)
	}
	status, body := te.post("/oauth/token", form)
	if status != 200 {
		te.t.Fatalf("token: %d %v", status, body)
	}
	return body["access_token"].(string)
}

// api calls the Management API and decodes an object.
func (te *bench) api(method, path string, body any) (int, map[string]any) {
	te.t.Helper()
	status, raw := te.raw(method, path, body)
	var out map[string]any
	if len(raw) > 0 {
		if err := json.Unmarshal(raw, &out); err != nil {
			te.t.Fatalf("%s %s: %d %s: %v", method, path, status, raw, err)
		}
	}
	return status, out
}

func (te *bench) raw(method, path string, body any) (int, []byte) {
	te.t.Helper()
	var r io.Reader
	switch b := body.(type) {
	case nil:
	case string:
		r = strings.NewReader(b)
	default:
		data, err := json.Marshal(b)
		if err != nil {
			te.t.Fatal(err)
		}
		r = bytes.NewReader(data)
	}
	req := httptest.NewRequest(method, base+"/api/v2"+path, r)
	if te.token != "" {
		req.Header.Set("Authorization", "Bearer "+te.token)
	}
	rec := httptest.NewRecorder()
	te.h.ServeHTTP(rec, req)
	return rec.Code, rec.Body.Bytes()
}

func (te *bench) post(path string, form url.Values) (int, map[string]any) {
	te.t.Helper()
	req := httptest.NewRequest("POST", base+path, strings.NewReader(form.Encode()))
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	rec := httptest.NewRecorder()
	te.h.ServeHTTP(rec, req)
	var out map[string]any
	if err := json.Unmarshal(rec.Body.Bytes(), &out); err != nil {
		te.t.Fatalf("POST %s: %d %s", path, rec.Code, rec.Body)
	}
	return rec.Code, out
}

func (te *bench) signUp(email string, meta map[string]any) (int, map[string]any) {
	te.t.Helper()
	data, err := json.Marshal(map[string]any{
		"client_id": "sandbox-app", "connection": "Username-Password-Authentication", "email": email, "password": password, "user_metadata": meta,
	})
	if err != nil {
		te.t.Fatal(err)
	}
	req := httptest.NewRequest("POST", base+"/dbconnections/signup", bytes.NewReader(data))
	req.Header.Set("Content-Type", "application/json")
	rec := httptest.NewRecorder()
	te.h.ServeHTTP(rec, req)
	var out map[string]any
	if err := json.Unmarshal(rec.Body.Bytes(), &out); err != nil {
		te.t.Fatal(err)
	}
	return rec.Code, out
}

// deploy creates, deploys and binds an Action after those that are bound, and gives its id.
func (te *bench) deploy(name, code string, secrets map[string]string) string {
	te.t.Helper()
	list := []any{}
	for k, v := range secrets {
		list = append(list, map[string]any{"name": k, "value": v})
	}
	status, a := te.api("POST", "/actions/actions", map[string]any{
		"name": name, "code": code, "runtime": "node22", "secrets": list,
		"supported_triggers": []any{map[string]any{"id": "post-login", "version": "v3"}},
	})
	if status != 201 {
		te.t.Fatalf("create: %d %v", status, a)
	}
	id := a["id"].(string)
	te.api("GET", "/actions/actions/"+id, nil)
	if status, body := te.api("POST", "/actions/actions/"+id+"/deploy", nil); status != 200 {
		te.t.Fatalf("deploy: %d %v", status, body)
	}
	te.api("GET", "/actions/actions/"+id, nil)
	_, now := te.api("GET", "/actions/triggers/post-login/bindings", nil)
	refs := []any{}
	for _, b := range now["bindings"].([]any) {
		refs = append(refs, map[string]any{"ref": map[string]any{"type": "binding_id", "value": b.(map[string]any)["id"]}})
	}
	refs = append(refs, map[string]any{"ref": map[string]any{"type": "action_id", "value": id}, "display_name": name})
	if status, body := te.api("PATCH", "/actions/triggers/post-login/bindings", map[string]any{"bindings": refs}); status != 200 {
		te.t.Fatalf("bind: %d %v", status, body)
	}
	return id
}

// browser follows redirects within the tenant and stops at any other host.
type browser struct {
	te *bench
	c  *http.Client
}

func (te *bench) browser() *browser {
	jar, err := cookiejar.New(nil)
	if err != nil {
		te.t.Fatal(err)
	}
	return &browser{te, &http.Client{Transport: inProcess{te.h}, Jar: jar, CheckRedirect: func(r *http.Request, _ []*http.Request) error {
		if r.URL.Host != tenantHost {
			return http.ErrUseLastResponse
		}
		return nil
	}}}
}

func authorizeURL(more url.Values) string {
	sum := sha256.Sum256([]byte(verifier))
	q := url.Values{
		"client_id": {"sandbox-app"}, "response_type": {"code"}, "redirect_uri": {"http://127.0.0.1:5000/callback"},
		"scope": {"openid profile email"}, "state": {"app-state"}, "nonce": {"n1"},
		"code_challenge": {base64.RawURLEncoding.EncodeToString(sum[:])}, "code_challenge_method": {"S256"},
	}
	for k, v := range more {
		if len(v) == 0 {
			q.Del(k)
			continue
		}
		q[k] = v
	}
	return base + "/authorize?" + q.Encode()
}

// stop is where a chain of redirects ended: a page, or an address outside the tenant.
type stop struct {
	status int
	body   string
	at     *url.URL // the address outside, nil for a page
	page   *url.URL
	header http.Header
}

func (b *browser) do(r *http.Response, err error) stop {
	b.te.t.Helper()
	if err != nil {
		b.te.t.Fatal(err)
	}
	defer r.Body.Close()
	data, err := io.ReadAll(r.Body)
	if err != nil {
		b.te.t.Fatal(err)
	}
	st := stop{status: r.StatusCode, body: string(data), header: r.Header}
	if r.Request != nil {
		st.page = r.Request.URL
	}
	if l := r.Header.Get("Location"); l != "" {
		if st.at, err = url.Parse(l); err != nil {
			b.te.t.Fatal(err)
		}
	}
	return st
}

func (b *browser) get(u string) stop { return b.do(b.c.Get(u)) }

func (b *browser) post(u string, f url.Values) stop { return b.do(b.c.PostForm(u, f)) }

// login opens /authorize and sends the stand-in page's form.
func (b *browser) login(intent, email string, more url.Values, fields ...string) stop {
	b.te.t.Helper()
	p := b.get(authorizeURL(more))
	if p.at != nil || p.status != 200 {
		b.te.t.Fatalf("no login page: %d %v %s", p.status, p.at, p.body)
	}
	f := url.Values{"state": {p.page.Query().Get("state")}, "intent": {intent}, "email": {email}, "password": {password}}
	for i := 0; i < len(fields); i += 2 {
		f.Set(fields[i], fields[i+1])
	}
	return b.post(base+p.page.Path, f)
}

func (te *bench) redeem(code string) (int, map[string]any) {
	te.t.Helper()
	return te.post("/oauth/token", url.Values{
		"grant_type": {"authorization_code"}, "client_id": {"sandbox-app"}, "code": {code}, "code_verifier": {verifier},
		"redirect_uri": {"http://127.0.0.1:5000/callback"},
	})
}

// scripted answers by the Action's code, which tests use as a name.
func scripted(legs map[string]func(jsvm.ActionCall) jsvm.ActionResult) Runner {
	return func(_ context.Context, _ jsvm.Surroundings, c jsvm.ActionCall) (jsvm.ActionResult, error) {
		if f := legs[c.Code]; f != nil {
			return f(c), nil
		}
		return jsvm.ActionResult{}, nil
	}
}

func reason(text string) *string { return &text }

// canonical is a value as JSON, for comparing.
func canonical(t *testing.T, v any) string {
	t.Helper()
	data, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}
