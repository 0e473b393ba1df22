package auth0

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

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
