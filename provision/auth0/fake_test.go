package auth0

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"
	"time"

	sandbox "phonegate/provision/sandbox/auth0"
	"phonegate/provision/sandbox/world"
	"phonegate/provision/transport"
)

const domain = "acme-dev.us.auth0.test"

// tenant is an emulated tenant for one test.
type tenant struct {
	t     *testing.T
	world *world.World
	road  *transport.Transport
	kept  []string // the login pages that were written to files
}

func newTenant(t *testing.T, scopes ...string) *tenant {
	t.Helper()
	w := world.New(world.Options{Speed: 1000})
	srv := sandbox.New(sandbox.Options{World: w, Domain: domain, Scopes: scopes})
	s := httptest.NewServer(w.Handler("auth0", sandbox.WriteError, srv))
	t.Cleanup(s.Close)
	u, err := url.Parse(s.URL)
	if err != nil {
		t.Fatal(err)
	}
	return &tenant{t: t, world: w, road: transport.New(transport.Options{Endpoints: transport.Endpoints{Auth0: u}, Auth0Hosts: []string{domain}})}
}

func (x *tenant) client(rt http.RoundTripper) *Client {
	return New(Options{Domain: domain, ClientID: "sandbox-m2m", ClientSecret: "sandbox-m2m-secret", HTTP: rt,
		Poll: time.Millisecond, Wait: 5 * time.Second})
}

// call makes a call that phonegate does not make, as somebody at the dashboard would.
func (x *tenant) call(method, path string, body any) map[string]any {
	x.t.Helper()
	var in *http.Request
	data, err := json.Marshal(body)
	if err == nil {
		in, err = http.NewRequest(method, "https://"+domain+"/api/v2"+path, bytes.NewReader(data))
	}
	if err != nil {
		x.t.Fatal(err)
	}
	bearer, err := x.client(x.road).bearer(context.Background())
	if err != nil {
		x.t.Fatal(err)
	}
	in.Header.Set("Authorization", "Bearer "+bearer)
	in.Header.Set("Content-Type", "application/json")
	res, err := x.road.RoundTrip(in)
	if err != nil {
		x.t.Fatal(err)
	}
	var out map[string]any
	if res.StatusCode >= 300 {
		x.t.Fatalf("%s %s: %d", method, path, res.StatusCode)
	}
	if res.StatusCode != http.StatusNoContent {
		if err := json.NewDecoder(res.Body).Decode(&out); err != nil {
			x.t.Fatal(err)
		}
	}
	return out
}

// flow is the names of the Actions in the post-login flow, in order.
func (x *tenant) flow() []string {
	x.t.Helper()
	list, _ := x.call("GET", "/actions/triggers/post-login/bindings", nil)["bindings"].([]any)
	var names []string
	for _, b := range list {
		names = append(names, b.(map[string]any)["display_name"].(string))
	}
	return names
}

// action is the tenant's action of a name, and how many there are.
func (x *tenant) action(name string) (found map[string]any, count int) {
	x.t.Helper()
	list, _ := x.call("GET", "/actions/actions?actionName="+url.QueryEscape(name), nil)["actions"].([]any)
	for _, a := range list {
		if a := a.(map[string]any); a["name"] == name {
			found, count = a, count+1
		}
	}
	return found, count
}

// add makes, deploys and binds an action of somebody else.
func (x *tenant) add(name, code string) string {
	x.t.Helper()
	a := x.call("POST", "/actions/actions", map[string]any{"name": name, "code": code, "runtime": "node22", "deploy": true,
		"supported_triggers": []any{map[string]any{"id": "post-login", "version": "v3"}}})
	id := a["id"].(string)
	for range 50 {
		if v, _ := x.call("GET", "/actions/actions/"+id, nil)["deployed_version"].(map[string]any); v["deployed"] == true {
			return id
		}
		time.Sleep(time.Millisecond)
	}
	x.t.Fatalf("%s is never deployed", name)
	return ""
}

// bind sets the flow by action ids, as the dashboard does.
func (x *tenant) bind(names []string, ids ...string) {
	x.t.Helper()
	list := []any{}
	for i, id := range ids {
		list = append(list, map[string]any{"ref": map[string]any{"type": "action_id", "value": id}, "display_name": names[i]})
	}
	x.call("PATCH", "/actions/triggers/post-login/bindings", map[string]any{"bindings": list})
}

// clients are all applications of the tenant.
func (x *tenant) clients() []map[string]any {
	x.t.Helper()
	list, _ := x.call("GET", "/clients?include_totals=true&per_page=100&page=0", nil)["clients"].([]any)
	var out []map[string]any
	for _, c := range list {
		out = append(out, c.(map[string]any))
	}
	return out
}
