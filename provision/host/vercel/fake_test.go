package vercel

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"
	"time"

	"phonegate/provision/host"
	"phonegate/provision/resource"
	sandbox "phonegate/provision/sandbox/vercel"
	"phonegate/provision/sandbox/world"
	"phonegate/provision/transport"
	"phonegate/provision/transport/transporttest"
)

const (
	token       = "vercel-token-vercel-token"
	projectName = "acme-verify"
)

// account is an emulated Vercel account for one test.
type account struct {
	t      *testing.T
	world  *world.World
	road   *transport.Transport
	values map[string]string
	print  string
	files  []host.File
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
	return &account{t: t, world: w, road: transport.New(transport.Options{Endpoints: transport.Endpoints{Vercel: u}}),
		values: map[string]string{"SESSION_SECRET": "session-session", "VERDICT_SECRET": "verdict-verdict"}, print: "f1", files: files("1.0")}
}

// files is a form that only knows how to say that it is there.
func files(version string) []host.File {
	return []host.File{
		{Path: "package.json", Data: []byte(`{"private":true,"type":"module","engines":{"node":"22.x"}}`)},
		{Path: "vercel.json", Data: []byte(`{"rewrites":[{"source":"/(.*)","destination":"/api/verify"}]}`)},
		{Path: "api/verify.js", Data: []byte(`export default { async fetch() { return Response.json({phonegate: "form", version: "` + version + `"}); } };`)},
	}
}

func (x *account) client(rt http.RoundTripper) *Client {
	return New(Options{Token: token, HTTP: rt, Poll: time.Millisecond, Wait: 5 * time.Second})
}

func (x *account) inputs() resource.Inputs {
	return resource.Inputs{Values: x.values, Fingerprint: x.print}
}

func (x *account) parts(rt http.RoundTripper, notes *transporttest.Notes) (*Project, *Env, *Deployment) {
	c := x.client(rt)
	p := NewProject(c, ProjectSpec{Name: projectName}, notes.Of("project"))
	e := NewEnv(c, p, x.inputs, notes.Of("env"))
	return p, e, NewDeployment(c, p, e, x.files, notes.Of("deployment"))
}

// family makes all resources of the family.
func (x *account) family(rt http.RoundTripper, notes *transporttest.Notes) []resource.Resource {
	p, e, d := x.parts(rt, notes)
	return []resource.Resource{p, e, d}
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

// env is the names of the project's variables.
func (x *account) env() map[string]bool {
	x.t.Helper()
	list, _ := x.call("GET", "/v10/projects/"+projectName+"/env", nil)["envs"].([]any)
	names := map[string]bool{}
	for _, v := range list {
		names[v.(map[string]any)["key"].(string)] = true
	}
	return names
}
