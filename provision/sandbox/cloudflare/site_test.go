package cloudflare

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"phonegate/provision/sandbox/world"
)

func TestWhatAWorkerFinds(t *testing.T) {
	const look = `export default { fetch(request, env) {
	const process = globalThis.process;
	return Response.json({ env: env.SECRET, process: process === undefined ? "none" : process.env.SECRET ?? "empty", url: request.url,
		proto: request.headers.get("x-forwarded-proto"), country: request.headers.get("cf-ipcountry") });
} };`
	for _, tt := range []struct {
		name, date, want string
		flags, set       []string
	}{
		{"no process", "2025-09-01", "none", nil, nil},
		{"an empty one", "2025-09-01", "empty", nil, []string{"cloudflare.process=empty"}},
		{"Node's, before it was filled", "2025-03-31", "empty", []string{"nodejs_compat"}, nil},
		{"Node's", "2025-04-01", "secret", []string{"nodejs_compat"}, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := behaving(t, Options{Subdomain: "acme"}, tt.set...)
			metadata := object{"main_module": "m.mjs", "compatibility_date": tt.date, "compatibility_flags": tt.flags, "bindings": []object{secretText("SECRET", "secret")}}
			if got, a := c.upload("w", metadata, "m.mjs", look); got != "200" {
				t.Fatal(got, a.Errors)
			}
			c.must("POST", scripts+"/w/subdomain", object{"enabled": true}, nil)
			_, body := c.visit("GET", "W.acme.workers.dev:443", "/a?b=c", "CF-IPCountry", "XX")
			var got map[string]any
			if err := json.Unmarshal([]byte(body), &got); err != nil {
				t.Fatal(body)
			}
			if got["env"] != "secret" || got["process"] != tt.want || got["url"] != "https://w.acme.workers.dev/a?b=c" || got["proto"] != "https" || got["country"] != nil {
				t.Error(got)
			}
		})
	}
}

func TestWorkersDevIsSwitchedOnAndOff(t *testing.T) {
	for _, on := range []bool{false, true} {
		set := "cloudflare.new_worker=workers_dev_off"
		if on {
			set = "cloudflare.new_worker=workers_dev_on"
		}
		var hosts []string
		c := behaving(t, Options{Subdomain: "acme", OnDeploy: func(h string) { hosts = append(hosts, h) }}, set)
		answers := func() bool {
			res, body := c.visit("GET", "w.acme.workers.dev", "/")
			return res.StatusCode == 200 && body == "hello"
		}
		if answers() {
			t.Error("something answers before there is a Worker")
		}
		if got, _ := c.upload("w", object{"main_module": "m.mjs"}, "m.mjs", hello); got != "200" || answers() != on {
			t.Error("after the upload", got)
		}
		for _, step := range []struct {
			send              object
			enabled, previews bool
		}{
			{object{"enabled": true}, true, true},
			{object{"enabled": true, "previews_enabled": false}, true, false},
			{object{"enabled": false}, false, false},
		} {
			c.must("POST", scripts+"/w/subdomain", step.send, nil)
			var got struct {
				Enabled  bool
				Previews bool `json:"previews_enabled"`
			}
			c.must("GET", scripts+"/w/subdomain", nil, &got)
			if got.Enabled != step.enabled || got.Previews != step.previews || answers() != step.enabled {
				t.Errorf("after %v: %+v", step.send, got)
			}
		}
		if len(hosts) == 0 || hosts[0] != "w.acme.workers.dev" {
			t.Error(hosts)
		}
	}
	c := newCloud(t, Options{})
	if got, _ := c.do("POST", scripts+"/w/subdomain", object{"enabled": true}); got != "404 10007" {
		t.Error("a Worker that is not there:", got)
	}
	if got, _ := c.do("GET", scripts+"/w/subdomain", nil); got != "404 10007" {
		t.Error("a Worker that is not there:", got)
	}
}

func TestUploadsMayBeMetLate(t *testing.T) {
	c := behaving(t, Options{Subdomain: "acme"}, "cloudflare.propagation=later")
	seen := func() (all []string) {
		for range 5 {
			_, body := c.visit("GET", "w.acme.workers.dev", "/")
			if strings.Contains(body, "nothing here") {
				body = "nothing"
			}
			all = append(all, body)
		}
		return all
	}
	c.deploy("w", hello)
	if got := strings.Join(seen(), " "); got != "nothing nothing nothing hello hello" {
		t.Error(got)
	}
	c.deploy("w", strings.Replace(hello, "hello", "again", 1))
	if got := strings.Join(seen(), " "); got != "hello hello hello again again" {
		t.Error(got)
	}
}

func TestFailuresOfAWorkerAreCloudflares(t *testing.T) {
	c := newCloud(t, Options{Subdomain: "acme"})
	var lines []string
	c.s.o.Log = func(worker, line string) { lines = append(lines, worker+": "+line) }
	c.deploy("w", `export default { fetch() { throw new Error("a secret") } }`)
	res, body := c.visit("GET", "w.acme.workers.dev", "/")
	if res.StatusCode != 500 || !strings.Contains(body, "1101") || strings.Contains(body, "a secret") || res.Header.Get("CF-Ray") == "" {
		t.Error(res.StatusCode, body)
	}
	if len(lines) == 0 || !strings.HasPrefix(lines[0], "w: Error: a secret") {
		t.Error(lines)
	}
	for _, host := range []string{"other.acme.workers.dev", "w.globex.workers.dev", "acme.workers.dev", "a.w.acme.workers.dev"} {
		if res, body := c.visit("GET", host, "/"); res.StatusCode != 404 || !strings.Contains(body, "nothing here") {
			t.Error(host, res.StatusCode, body)
		}
	}
}

func TestWorkersReachTheNetworkAsCode(t *testing.T) {
	w := world.New(world.Options{})
	upstream := w.Handler("twilio", WriteError, http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) { _, _ = io.WriteString(rw, "from "+r.Host) }))
	c := newCloud(t, Options{World: w, Subdomain: "acme", Network: inProcess{upstream}})
	c.deploy("w", `export default { async fetch() { return new Response(await (await fetch("https://verify.twilio.com/v2/x")).text()) } }`)
	if _, body := c.visit("GET", "w.acme.workers.dev", "/"); body != "from verify.twilio.com" {
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

// TestStatusesAreInTheProvidersShape holds for the errors that the sandbox is told to make.
func TestStatusesAreInTheProvidersShape(t *testing.T) {
	for _, status := range []int{400, 401, 403, 404, 429, 500, 503} {
		rec := httptest.NewRecorder()
		WriteError(rec, status)
		var a answer
		if err := json.Unmarshal(rec.Body.Bytes(), &a); err != nil || rec.Code != status || a.Success || len(a.Errors) != 1 || a.Errors[0].Code == 0 {
			t.Errorf("%d: %d %s", status, rec.Code, rec.Body)
		}
	}
}
