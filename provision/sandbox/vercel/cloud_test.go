package vercel

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"phonegate/provision/sandbox/world"
)

const token = "vercel-token"

// cloud is a server over HTTP and the world it lives in.
type cloud struct {
	t   *testing.T
	w   *world.World
	s   *Server
	url string
}

func newCloud(t *testing.T, o Options) *cloud {
	t.Helper()
	if o.World == nil {
		o.World = world.New(world.Options{})
	}
	o.Token = token
	s := New(o)
	server := httptest.NewServer(o.World.Handler("vercel", WriteError, s))
	t.Cleanup(server.Close)
	return &cloud{t, o.World, s, server.URL}
}

// do makes a request to the API; a body that is not bytes goes as JSON.
func (c *cloud) do(method, path string, body any, header ...string) (int, map[string]any) {
	c.t.Helper()
	var content []byte
	switch b := body.(type) {
	case nil:
	case []byte:
		content = b
	case string:
		content = []byte(b)
	default:
		var err error
		if content, err = json.Marshal(b); err != nil {
			c.t.Fatal(err)
		}
	}
	r, err := http.NewRequestWithContext(c.t.Context(), method, c.url+path, bytes.NewReader(content))
	if err != nil {
		c.t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+token)
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	res, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		c.t.Fatal(err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		c.t.Fatal(err)
	}
	answer := map[string]any{}
	if len(b) > 0 && b[0] == '{' {
		if err := json.Unmarshal(b, &answer); err != nil {
			c.t.Fatalf("%s %s: %v in %s", method, path, err, b)
		}
	} else if len(b) > 0 && b[0] == '[' {
		var list []any
		if err := json.Unmarshal(b, &list); err != nil {
			c.t.Fatal(err)
		}
		answer["list"] = list
	}
	return res.StatusCode, answer
}

// must is do that expects a status.
func (c *cloud) must(status int, method, path string, body any, header ...string) map[string]any {
	c.t.Helper()
	got, answer := c.do(method, path, body, header...)
	if got != status {
		c.t.Fatalf("%s %s: %d %v, want %d", method, path, got, answer, status)
	}
	return answer
}

// visit asks a host of vercel.app.
func (c *cloud) visit(method, host, path, body string) (*http.Response, string) {
	c.t.Helper()
	r, err := http.NewRequestWithContext(c.t.Context(), method, c.url+path, strings.NewReader(body))
	if err != nil {
		c.t.Fatal(err)
	}
	r.Host = host
	res, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		c.t.Fatal(err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		c.t.Fatal(err)
	}
	return res, string(b)
}

type file struct {
	File string `json:"file"`
	Data string `json:"data"`
}

const showEnv = `export default { fetch(request, env) {
	return Response.json({ secret: process.env.SECRET ?? null, second: env === undefined, url: request.url, vercel: process.env.VERCEL_ENV });
} };`

func sources(function string) []file {
	return []file{{"api/verify.mjs", function}, {"package.json", `{"type":"module"}`},
		{"vercel.json", `{"rewrites":[{"source":"/","destination":"/api/verify"}],"functions":{"api/verify.mjs":{"maxDuration":20}}}`}}
}

// deploy makes a production deployment and looks until it is over.
func (c *cloud) deploy(project string, files []file) map[string]any {
	c.t.Helper()
	d := c.must(200, "POST", "/v13/deployments", map[string]any{"name": project, "project": project, "target": "production", "files": files,
		"projectSettings": map[string]any{"framework": nil}})
	for range 5 {
		d = c.must(200, "GET", "/v13/deployments/"+d["id"].(string), nil)
		if state := d["readyState"]; state == "ERROR" || state == "READY" && d["aliasAssigned"] == true {
			break
		}
	}
	return d
}

func (c *cloud) project(name string, extra ...string) string {
	c.t.Helper()
	body := map[string]any{"name": name, "framework": nil, "ssoProtection": nil}
	for _, e := range extra {
		delete(body, e)
	}
	return c.must(200, "POST", "/v11/projects", body)["id"].(string)
}
