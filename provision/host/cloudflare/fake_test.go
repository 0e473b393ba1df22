package cloudflare

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"phonegate/provision/host"
	"phonegate/provision/resource"
	"phonegate/provision/ring"
	sandbox "phonegate/provision/sandbox/cloudflare"
	"phonegate/provision/sandbox/world"
	"phonegate/provision/transport"
	"phonegate/provision/transport/transporttest"
)

const (
	token     = "cloudflare-token-cloudflare-token"
	accountNo = "5a4db0c5000000000000000000000c1f"
	formName  = "acme-dev-verify"
	tenant    = "acme-dev.us.auth0.test"
	scripts   = "/accounts/" + accountNo + "/workers/scripts"
)

// account is an emulated Cloudflare account for one test, and what is to run there.
type account struct {
	t      *testing.T
	world  *world.World
	server *sandbox.Server
	road   *transport.Transport
	unit   ring.Unit  // the key to be added
	must   []ring.Key // the keys that the form must show
	form   string     // its version
}

func newAccount(t *testing.T, options sandbox.Options, behaviours ...string) *account {
	t.Helper()
	w := world.New(world.Options{Speed: 1000})
	for _, one := range behaviours {
		name, value, _ := strings.Cut(one, "=")
		if err := w.SetBehaviour(name, value); err != nil {
			t.Fatal(err)
		}
	}
	options.World, options.Token, options.AccountID, options.AccountName = w, token, accountNo, "Acme"
	srv := sandbox.New(options)
	s := httptest.NewServer(w.Handler("cloudflare", sandbox.WriteError, srv))
	t.Cleanup(s.Close)
	u, err := url.Parse(s.URL)
	if err != nil {
		t.Fatal(err)
	}
	road := transport.New(transport.Options{Endpoints: transport.Endpoints{Cloudflare: u}, Backoff: time.Millisecond})
	x := &account{t: t, world: w, server: srv, road: road, form: "1.0"}
	x.wants(newUnit())
	return x
}

// newUnit is a key as it is made for a form.
func newUnit() ring.Unit {
	u := ring.New(time.Date(2026, 11, 28, 12, 0, 0, 0, time.UTC))
	u.APIKey, u.APISecret, u.Service = "SK00000000000000000000000000000001", "api-secret-of-twilio",
		"VA00000000000000000000000000000001"
	return u
}

// wants makes a key the one that the form is to have.
func (x *account) wants(u ring.Unit) { x.unit, x.must = u, []ring.Key{u.Key} }

// acme is an account that has a subdomain.
func acme(t *testing.T, behaviours ...string) *account {
	t.Helper()
	return newAccount(t, sandbox.Options{Subdomain: "acme"}, behaviours...)
}

// module is a form that says that it is there and which keys it has, and shows its environment. It ignores the values that begin
// with "changed", as the form ignores a value that the name does not certify.
func module(version string) []byte {
	return []byte(`const keysOf = (env) => Object.keys(env)
	.filter((name) => name.startsWith("PHONEGATE_KEY_") && !env[name].startsWith("changed"))
	.map((name) => name.slice(-16));
const health = (env) => ({ phonegate: "form", layout: 2, version: "` + version + `", ready: true, keys: keysOf(env) });
export default {
	fetch: (request, env) => Response.json(new URL(request.url).searchParams.has("health") ? health(env) : env),
};
`)
}

// host makes the host as a new process would.
func (x *account) host(rt http.RoundTripper) *Host {
	c := New(Options{Token: token, Account: accountNo, HTTP: rt, Poll: time.Millisecond})
	env := host.Environment{
		Add: func() (string, string) {
			if x.unit.ID == "" {
				return "", ""
			}
			return x.unit.Name(), x.unit.Value(true)
		},
		Must: func() []ring.Key { return x.must },
	}
	return NewHost(c, Form{Name: formName, Tenant: tenant, Module: host.File{Path: "api/verify.mjs", Data: module(x.form)},
		Version: x.form, Env: env})
}

// family makes all resources of the host. None of them keeps notes.
func (x *account) family(rt http.RoundTripper, _ *transporttest.Notes) []resource.Resource {
	return resources(x.host(rt))
}

func resources(h *Host) []resource.Resource {
	var all []resource.Resource
	for _, r := range h.Resources() {
		all = append(all, r)
	}
	return all
}

// read is the host after all of it has been read.
func (x *account) read() *Host { return x.readOver(x.road) }

func (x *account) readOver(rt http.RoundTripper) *Host {
	x.t.Helper()
	h := x.host(rt)
	for _, r := range h.Resources() {
		if err := r.Read(x.t.Context()); err != nil {
			x.t.Fatal(err)
		}
	}
	return h
}

// apply is a whole run.
func (x *account) apply() {
	x.t.Helper()
	if err := transporttest.Apply(resources(x.host(x.road))); err != nil {
		x.t.Fatal(err)
	}
}

// send makes a call that phonegate does not make, as somebody at the dashboard would, and gives status and body.
func (x *account) send(method, path, kind string, body []byte) (int, []byte) {
	x.t.Helper()
	r, err := http.NewRequestWithContext(context.Background(), method, "https://api.cloudflare.com"+base+path, bytes.NewReader(body))
	if err != nil {
		x.t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+token)
	r.Header.Set("Content-Type", kind)
	res, err := x.road.RoundTrip(r)
	if err != nil {
		x.t.Fatal(err)
	}
	data, err := io.ReadAll(res.Body)
	if err != nil {
		x.t.Fatal(err)
	}
	return res.StatusCode, data
}

type object = map[string]any

func (x *account) call(method, path string, body any) {
	x.t.Helper()
	data, err := json.Marshal(body)
	if err != nil {
		x.t.Fatal(err)
	}
	if status, answer := x.send(method, path, "application/json", data); status != 200 {
		x.t.Fatalf("%s %s: %d %s", method, path, status, answer)
	}
}

// upload puts somebody's Worker where the form is.
func (x *account) upload(code string, metadata object) {
	x.t.Helper()
	metadata["main_module"] = "m.mjs"
	kind, body, err := form("m.mjs", []byte(code), metadata)
	if err != nil {
		x.t.Fatal(err)
	}
	if status, answer := x.send("PUT", scripts+"/"+formName, kind, body); status != 200 {
		x.t.Fatalf("%d %s", status, answer)
	}
}

// env is what the Worker that runs finds in its environment, without the marker; nil if none answers.
func (x *account) env() map[string]string {
	x.t.Helper()
	r, err := http.NewRequestWithContext(context.Background(), "GET", "https://"+formName+".acme.workers.dev/", nil)
	if err != nil {
		x.t.Fatal(err)
	}
	res, err := x.road.RoundTrip(r)
	if err != nil {
		x.t.Fatal(err)
	}
	var all map[string]string
	if err := json.NewDecoder(res.Body).Decode(&all); err != nil {
		return nil
	}
	delete(all, marker)
	return all
}

// count is how many calls of a method were made.
func (x *account) count(method string) (n int) {
	for _, r := range x.world.Requests() {
		if r.Method == method {
			n++
		}
	}
	return n
}
