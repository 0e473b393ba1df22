package vercel

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"sync"
	"testing"
	"time"

	"phonegate/provision/host"
	"phonegate/provision/resource"
	"phonegate/provision/ring"
	sandbox "phonegate/provision/sandbox/vercel"
	"phonegate/provision/sandbox/world"
	"phonegate/provision/transport"
	"phonegate/provision/transport/transporttest"
)

const (
	token       = "vercel-token-vercel-token"
	projectName = "acme-verify"
	domain      = "acme.us.auth0.com"
)

// account is an emulated Vercel account for one test, with what one computer wants of it.
type account struct {
	t      *testing.T
	world  *world.World
	server *sandbox.Server
	road   *transport.Transport
	// add is the key to be written, must those that the form must show.
	add     ring.Unit
	must    []ring.Key
	version string
	domain  string
	url     string // the address in the register
}

func newAccount(t *testing.T, reserved ...string) *account {
	t.Helper()
	w := world.New(world.Options{Speed: 1000})
	srv := sandbox.New(sandbox.Options{World: w, Token: token, Reserved: reserved})
	s := httptest.NewServer(w.Handler("vercel", sandbox.WriteError, srv))
	t.Cleanup(s.Close)
	u, err := url.Parse(s.URL)
	if err != nil {
		t.Fatal(err)
	}
	x := &account{t: t, world: w, server: srv, road: transport.New(transport.Options{Endpoints: transport.Endpoints{Vercel: u},
		Backoff: time.Millisecond}),
		version: "1.0", domain: domain}
	x.wants(newKey(0))
	return x
}

// elsewhere is the same account as another computer sees it.
func (x *account) elsewhere() *account {
	other := *x
	return &other
}

// newKey is a key that was made n hours after noon.
func newKey(n int) ring.Unit {
	u := ring.New(time.Date(2026, 11, 28, 12, 0, 0, 0, time.UTC).Add(time.Duration(n) * time.Hour))
	u.APIKey, u.APISecret, u.Service = "SK1", "twilio-secret", "VA1"
	return u
}

// wants makes a key the one to be written, beside those that must be there.
func (x *account) wants(u ring.Unit) {
	x.add, x.must = u, append(slices.Clone(x.must), u.Key)
}

// files is a form that only knows how to say that it is there, and which keys it has. It is as strict with their values as
// it can be without a hash.
func files(version string) []host.File {
	return []host.File{
		{Path: "package.json", Data: []byte(`{"private":true,"type":"module","engines":{"node":"22.x"}}`)},
		{Path: "vercel.json", Data: []byte(`{"rewrites":[{"source":"/(.*)","destination":"/api/verify"}]}`)},
		{Path: "api/verify.js", Data: []byte(`const keys = Object.keys(process.env)
	.filter((name) => name.startsWith("PHONEGATE_KEY_") && process.env[name].split(".").length === 4).sort()
	.map((name) => name.slice(-16));
export default { async fetch() { return Response.json({ phonegate: "form", layout: 2, version: "` + version + `",
	ready: keys.length > 0, keys, senders: keys }); } };`)},
	}
}

func (x *account) client(rt http.RoundTripper) *Client {
	return New(Options{Token: token, HTTP: rt, Poll: time.Millisecond, Wait: 5 * time.Second})
}

// host is what a new process on this computer works with.
func (x *account) host(rt http.RoundTripper) *Host {
	return NewHost(x.client(rt), Form{Project: projectName, Domain: x.domain, Files: files(x.version), Version: x.version,
		Env: host.Environment{
			Add:  func() (string, string) { return x.add.Name(), x.add.Value(true) },
			Must: func() []ring.Key { return x.must },
		}, URL: func() string { return x.url }})
}

var _ host.Host = (*Host)(nil)

func family(h *Host) []resource.Resource { return []resource.Resource{h.project, h.env, h.deployment} }

// resources are the host's, as transporttest wants them. None of them has a note.
func (x *account) resources(rt http.RoundTripper, _ *transporttest.Notes) []resource.Resource {
	return family(x.host(rt))
}

// applied is the host after a successful run of a new process.
func (x *account) applied() *Host {
	x.t.Helper()
	h := x.host(x.road)
	if err := transporttest.Apply(family(h)); err != nil {
		x.t.Fatal(err)
	}
	return h
}

// read is the host as a new process sees it.
func (x *account) read() *Host {
	x.t.Helper()
	h := x.host(x.road)
	var all sync.WaitGroup
	for _, r := range h.Resources() { // at the same time, as the engine does
		all.Go(func() {
			if err := r.Read(x.t.Context()); err != nil {
				x.t.Error(err)
			}
		})
	}
	all.Wait()
	return h
}

// call makes a call that phonegate does not make, as somebody at the dashboard would. It returns nil for 404.
func (x *account) call(method, path string, body any) map[string]any {
	x.t.Helper()
	data, err := json.Marshal(body)
	if err != nil {
		x.t.Fatal(err)
	}
	r, err := http.NewRequestWithContext(context.Background(), method, "https://api.vercel.com"+path, bytes.NewReader(data))
	if err != nil {
		x.t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+token)
	r.Header.Set("Content-Type", "application/json")
	res, err := x.road.RoundTrip(r)
	if err != nil {
		x.t.Fatal(err)
	}
	if res.StatusCode == http.StatusNotFound {
		return nil
	}
	out := map[string]any{}
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

// env is the project's variables by name, each with its value if that can be read.
func (x *account) env() map[string]string {
	x.t.Helper()
	list, _ := x.call("GET", "/v10/projects/"+projectName+"/env", nil)["envs"].([]any)
	names := map[string]string{}
	for _, v := range list {
		names[v.(map[string]any)["key"].(string)] = v.(map[string]any)["value"].(string)
	}
	return names
}

// variable writes one variable of somebody's own.
func (x *account) variable(name, value string, target ...string) {
	x.t.Helper()
	x.call("POST", "/v10/projects/"+projectName+"/env?upsert=true", map[string]any{"key": name, "value": value, "type": "plain",
		"target": target})
}

// drop deletes a variable.
func (x *account) drop(name string) {
	x.t.Helper()
	for _, v := range x.call("GET", "/v10/projects/"+projectName+"/env", nil)["envs"].([]any) {
		if v := v.(map[string]any); v["key"] == name {
			x.call("DELETE", "/v9/projects/"+projectName+"/env/"+v["id"].(string), nil)
		}
	}
}

// publish deploys somebody's own page to the project.
func (x *account) publish() {
	x.t.Helper()
	d := x.call("POST", "/v13/deployments?forceNew=1&skipAutoDetectionConfirmation=1", map[string]any{"name": projectName,
		"target": "production",
		"files":  []any{map[string]any{"file": "index.html", "data": "mine"}}, "projectSettings": map[string]any{"framework": nil}})
	for range 5 {
		x.call("GET", "/v13/deployments/"+d["id"].(string), nil)
	}
}

// deployments counts the project's deployments.
func (x *account) deployments() int {
	x.t.Helper()
	return len(x.call("GET", "/v6/deployments?limit=100", nil)["deployments"].([]any))
}
