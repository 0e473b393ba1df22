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
	values map[string]string
	print  string
	form   string // its version
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
	return &account{t: t, world: w, server: srv, road: transport.New(transport.Options{Endpoints: transport.Endpoints{Cloudflare: u}, Backoff: time.Millisecond}),
		values: map[string]string{"SESSION_SECRET": "session-session", "VERDICT_SECRET": "verdict-verdict"}, print: "f1", form: "1.0"}
}

// acme is an account that has a subdomain.
func acme(t *testing.T, behaviours ...string) *account {
	t.Helper()
	return newAccount(t, sandbox.Options{Subdomain: "acme"}, behaviours...)
}

// module is a form that knows how to say that it is there, and shows its environment.
func module(version string) []byte {
	return []byte(`export default { fetch: (request, env) => new URL(request.url).searchParams.has("health")
	? Response.json({ phonegate: "form", version: "` + version + `", ready: true }) : Response.json(env) };
`)
}

// host makes the host as a new process would.
func (x *account) host(rt http.RoundTripper, notes *transporttest.Notes) *Host {
	c := New(Options{Token: token, Account: accountNo, HTTP: rt, Poll: time.Millisecond})
	return NewHost(c, Form{Name: formName, Tenant: tenant, Module: host.File{Path: "api/verify.mjs", Data: module(x.form)}, Version: x.form, Note: notes.Of,
		Inputs: func() resource.Inputs { return resource.Inputs{Values: x.values, Fingerprint: x.print} }})
}

// family makes all resources of the host.
func (x *account) family(rt http.RoundTripper, notes *transporttest.Notes) []resource.Resource {
	var all []resource.Resource
	for _, r := range x.host(rt, notes).Resources() {
		all = append(all, r)
	}
	return all
}

// read is the host after all of it has been read.
func (x *account) read(notes *transporttest.Notes) *Host {
	x.t.Helper()
	h := x.host(x.road, notes)
	for _, r := range h.Resources() {
		if err := r.Read(x.t.Context()); err != nil {
			x.t.Fatal(err)
		}
	}
	return h
}

// apply is a whole run.
func (x *account) apply(notes *transporttest.Notes) {
	x.t.Helper()
	if err := transporttest.Apply(x.family(x.road, notes)); err != nil {
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
