package vercel

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"phonegate/provision/sandbox/world"
)

func TestEnvironmentIsTakenAtCreation(t *testing.T) {
	c := newCloud(t, Options{})
	c.project("p")
	set := func(value string) {
		c.must(201, "POST", "/v10/projects/p/env?upsert=true", map[string]any{"key": "SECRET", "value": value, "type": "sensitive", "target": []string{"production"}})
	}
	ask := func() map[string]any {
		res, body := c.visit("GET", "p.vercel.app", "/?state=x", "")
		var answer map[string]any
		if err := json.Unmarshal([]byte(body), &answer); err != nil || res.StatusCode != 200 {
			t.Fatal(res.StatusCode, body)
		}
		return answer
	}
	set("one")
	first := c.deploy("p", sources(showEnv))
	want := map[string]any{"secret": "one", "second": true, "url": "https://p.vercel.app/?state=x", "vercel": "production"}
	if got := ask(); !cmp.Equal(got, want) {
		t.Error(cmp.Diff(want, got))
	}
	set("two")
	if got := ask()["secret"]; got != "one" {
		t.Errorf("a change of the environment reached a deployment that was there: %v", got)
	}
	c.deploy("p", sources(showEnv))
	if got := ask()["secret"]; got != "two" {
		t.Error(got)
	}
	if res, body := c.visit("GET", first["url"].(string), "/", ""); res.StatusCode != 200 || !strings.Contains(body, `"one"`) {
		t.Error(res.StatusCode, body)
	}
}

func TestProtection(t *testing.T) {
	off, standardOn, all := any(nil), map[string]any{"deploymentType": standard}, map[string]any{"deploymentType": "all"}
	for _, tt := range []struct {
		name            string
		sso             any
		behaviour       string
		production, url int
	}{
		{"off", off, "production_public", 200, 200},
		{"standard", standardOn, "production_public", 200, 401},
		{"standard, older reading", standardOn, "production_protected", 401, 401},
		{"all", all, "production_public", 401, 401},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := newCloud(t, Options{World: world.New(world.Options{Behaviours: map[string]string{"vercel.standard_protection": tt.behaviour}})})
			c.must(200, "POST", "/v11/projects", map[string]any{"name": "p", "ssoProtection": tt.sso})
			d := c.deploy("p", sources(showEnv))
			for host, status := range map[string]int{"p.vercel.app": tt.production, d["url"].(string): tt.url} {
				res, body := c.visit("GET", host, "/", "")
				if res.StatusCode != status || (status == 401) != strings.Contains(body, "https://vercel.com/sso-api?url=https%3A%2F%2F"+host) {
					t.Error(host, res.StatusCode, body)
				}
			}
			c.must(200, "PATCH", "/v9/projects/p", map[string]any{"ssoProtection": nil})
			if res, _ := c.visit("GET", d["url"].(string), "/", ""); res.StatusCode != 200 {
				t.Error("still protected:", res.StatusCode)
			}
		})
	}
	c := newCloud(t, Options{World: world.New(world.Options{Behaviours: map[string]string{"vercel.protection_answer": "302"}})})
	c.must(200, "POST", "/v11/projects", map[string]any{"name": "p", "ssoProtection": all})
	c.deploy("p", sources(showEnv))
	if res, _ := c.visit("GET", "p.vercel.app", "/", ""); res.StatusCode != 302 || !strings.HasPrefix(res.Header.Get("Location"), "https://vercel.com/sso-api?") {
		t.Error(res.StatusCode, res.Header)
	}
}

func TestServing(t *testing.T) {
	c := newCloud(t, Options{Reserved: []string{"taken"}})
	c.project("taken")
	d := c.deploy("taken", []file{
		{"api/hello.mjs", `export default { fetch: (r) => Response.json([r.method, new URL(r.url).pathname, r.headers.get("x-forwarded-proto"), [...new URL(r.url).searchParams]]) }`},
		{"api/crash.mjs", `export default { fetch() { throw new Error("secret") } }`},
		{"index.html", "<h1>hi</h1>"}, {"a/style.css", "p{}"},
		{"vercel.json", `{"rewrites":[{"source":"/u/:id","destination":"/api/hello"},{"source":"/all/:path*","destination":"/api/hello"},{"source":"/r/(\\d+)","destination":"/api/$1"},{"source":"/","destination":"/api/crash"}],"headers":[{"source":"/a/(.*)","headers":[{"key":"X-A","value":"b"}]}]}`},
	})
	host := d["alias"].([]any)[0].(string)
	if len(host) != len("taken-1234.vercel.app") || !strings.HasPrefix(host, "taken-") {
		t.Errorf("host %q", host)
	}
	for _, tt := range []struct {
		method, path string
		status       int
		body         string
	}{
		{"GET", "/", 200, "<h1>hi</h1>"},
		{"POST", "/", 405, "INVALID_REQUEST_METHOD"},
		{"GET", "/a/style.css", 200, "p{}"},
		{"POST", "/api/hello", 200, `["POST","/api/hello","https",[]]`},
		{"GET", "/u/7?x=1", 200, `["GET","/u/7","https",[["id","7"],["x","1"]]]`},
		{"GET", "/all/a/b", 200, `["GET","/all/a/b","https",[["path","a/b"]]]`},
		{"GET", "/all", 200, `["GET","/all","https",[["path",""]]]`},
		{"GET", "/r/12", 404, "NOT_FOUND"},
		{"GET", "/api/crash", 500, "FUNCTION_INVOCATION_FAILED"},
		{"GET", "/vercel.json", 404, "NOT_FOUND"},
		{"GET", "/api/hello.mjs", 200, `["GET","/api/hello.mjs","https",[]]`},
	} {
		res, body := c.visit(tt.method, host, tt.path, "")
		if res.StatusCode != tt.status || !strings.Contains(body, tt.body) || strings.Contains(body, "secret") {
			t.Errorf("%s %s: %d %q", tt.method, tt.path, res.StatusCode, body)
		}
	}
	if res, _ := c.visit("GET", host, "/a/style.css", ""); res.Header.Get("X-A") != "b" || !strings.HasPrefix(res.Header.Get("Content-Type"), "text/css") {
		t.Error(res.Header)
	}
	if res, body := c.visit("GET", "nobody.vercel.app", "/", ""); res.StatusCode != 404 || !strings.Contains(body, "DEPLOYMENT_NOT_FOUND") {
		t.Error(res.StatusCode, body)
	}
}

func TestFunctionsReachTheNetworkAsCode(t *testing.T) {
	w := world.New(world.Options{})
	upstream := w.Handler("twilio", WriteError, http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) { _, _ = io.WriteString(rw, "from "+r.Host) }))
	c := newCloud(t, Options{World: w, Network: inProcess{upstream}})
	c.project("p")
	c.deploy("p", sources(`export default { async fetch() { return new Response(await (await fetch("https://verify.twilio.com/v2/x")).text()) } }`))
	if _, body := c.visit("GET", "p.vercel.app", "/", ""); body != "from verify.twilio.com" {
		t.Error(body)
	}
	byCode := false
	for _, r := range w.Requests() {
		byCode = byCode || r.Provider == "twilio" && r.By == "code"
	}
	if !byCode {
		t.Error("the request is not marked as made by code")
	}
}

type inProcess struct{ h http.Handler }

func (n inProcess) RoundTrip(r *http.Request) (*http.Response, error) {
	rec := httptest.NewRecorder()
	n.h.ServeHTTP(rec, r)
	return rec.Result(), nil
}
