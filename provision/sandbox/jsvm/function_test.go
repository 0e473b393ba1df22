package jsvm

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func function(t *testing.T, s Surroundings, module string, env map[string]string) *Function {
	t.Helper()
	f, err := NewFunction(s, module, env)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(f.Close)
	return f
}

func ask(h http.Handler, method, target, body string, header ...string) *http.Response {
	r := httptest.NewRequest(method, target, strings.NewReader(body))
	for i := 0; i < len(header); i += 2 {
		r.Header.Add(header[i], header[i+1])
	}
	rec := httptest.NewRecorder()
	h.ServeHTTP(rec, r)
	return rec.Result()
}

func text(t *testing.T, res *http.Response) string {
	t.Helper()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestFunctionAnswers(t *testing.T) {
	f := function(t, surroundings(nil), `export default { async fetch(request, env) {
		const form = request.method === "POST" ? await request.formData() : new FormData();
		const url = new URL(request.url);
		return new Response(JSON.stringify([request.method, url.origin, url.pathname, url.searchParams.get("q"), request.headers.get("x-a"),
			form.get("code"), env?.S, process.env.S]), {status: 201, headers: [["set-cookie", "a=1"], ["set-cookie", "b=2"], ["X-B", "c"]]});
	} }`, map[string]string{"S": "sekrit"})
	res := ask(f, "POST", "https://acme.vercel.app/x/y?q=%C3%A4+b", "code=12+34%2B", "Content-Type", "application/x-www-form-urlencoded", "X-A", "1")
	if want := `["POST","https://acme.vercel.app","/x/y","ä b","1","12 34+","sekrit","sekrit"]`; text(t, res) != want {
		t.Error(text(t, res))
	}
	if res.StatusCode != 201 || !cmp.Equal(res.Header["Set-Cookie"], []string{"a=1", "b=2"}) || res.Header.Get("X-B") != "c" ||
		res.Header.Get("Content-Type") != "text/plain;charset=UTF-8" {
		t.Error(res.StatusCode, res.Header)
	}
	f.WithoutEnv = true
	if res := ask(f, "GET", "https://acme.vercel.app/", ""); text(t, res) == "" || res.StatusCode != 201 {
		t.Error(res.StatusCode)
	}
}

func TestFunctionForms(t *testing.T) {
	for _, tt := range []struct {
		name, module, method string
		status               int
		body                 string
	}{
		{"fetch", `export default { fetch() { return Response.json({a: 1}) } }`, "GET", 200, `{"a":1}`},
		{"named method", `export const POST = (r) => new Response("post")`, "POST", 200, "post"},
		{"other method", `export const POST = (r) => new Response("post")`, "GET", 405, ""},
		{"HEAD has no body", `export const GET = (r) => new Response("get")`, "HEAD", 200, ""},
		{"bytes", `export default { fetch: () => new Response(new Uint8Array([0, 255, 13])) }`, "GET", 200, "\x00\xff\r"},
		{"top-level await", `const x = await Promise.resolve("ready"); export default { fetch: () => new Response(x) }`, "GET", 200, "ready"},
		{"redirect", `export default { fetch: () => Response.redirect("https://x.test/", 303) }`, "GET", 303, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			res := ask(function(t, surroundings(nil), tt.module, nil), tt.method, "https://h.test/", "")
			if body := text(t, res); res.StatusCode != tt.status || body != tt.body {
				t.Errorf("%d %q", res.StatusCode, body)
			}
		})
	}
}

func TestFunctionCrashesAnswer500(t *testing.T) {
	for name, module := range map[string]string{
		"throws":          `export default { fetch() { throw new Error("top secret") } }`,
		"rejects":         `export default { async fetch() { throw new Error("top secret") } }`,
		"no response":     `export default { fetch() { return "text" } }`,
		"nothing":         `export default { fetch() { } }`,
		"module throws":   `throw new Error("top secret"); export default {}`,
		"no handler":      `export default {}`,
		"unknown import":  `import x from "jose"; export default { fetch() {} }`,
		"throws in timer": `export default { fetch() { setTimeout(() => { throw new Error("top secret") }, 1); return new Promise(() => {}) } }`,
	} {
		t.Run(name, func(t *testing.T) {
			f := function(t, surroundings(nil), module, nil)
			var logs []string
			f.Log = func(line string) { logs = append(logs, line) }
			for range 2 { // a crash must not spoil the next call
				res := ask(f, "GET", "https://h.test/", "")
				body := text(t, res)
				if res.StatusCode != 500 || res.Header.Get("X-Vercel-Error") != "FUNCTION_INVOCATION_FAILED" || strings.Contains(body, "secret") {
					t.Error(res.StatusCode, body)
				}
			}
			if len(logs) != 2 {
				t.Error(logs)
			}
		})
	}
}

func TestFunctionThatHangsAnswers504(t *testing.T) {
	s := surroundings(nil)
	s.Time = 50 * time.Millisecond
	short := true // whether the time limit comes at all
	s.Sleep = func(ctx context.Context, d time.Duration) error {
		if short {
			return nil
		}
		<-ctx.Done()
		return ctx.Err()
	}
	f := function(t, s, `export default { fetch(r) { if (r.url.endsWith("loop")) for (;;); return r.url.endsWith("ok") ? new Response("ok") : new Promise(() => {}) } }`, nil)
	for _, tt := range []struct {
		path   string
		status int
	}{{"loop", 504}, {"never", 504}, {"ok", 200}} {
		short = tt.status == 504
		if res := ask(f, "GET", "https://h.test/"+tt.path, ""); res.StatusCode != tt.status {
			t.Error(tt.path, res.StatusCode)
		}
	}
}

func TestHeadersKeepTheirBytes(t *testing.T) {
	f := function(t, surroundings(nil), `export default { fetch: (r) => new Response(String(r.headers.get("x-a").charCodeAt(1)), {headers: {"x-b": r.headers.get("x-a")}}) }`, nil)
	res := ask(f, "GET", "https://h.test/", "", "X-A", "a\xe9")
	if body := text(t, res); body != "233" || res.Header.Get("X-B") != "a\xe9" {
		t.Errorf("%d %q %q", res.StatusCode, body, res.Header.Get("X-B"))
	}
}

func TestModuleThatDoesNotParseIsRefused(t *testing.T) {
	if _, err := NewFunction(surroundings(nil), "export default {\n  fetch( {", nil); err == nil || !strings.Contains(err.Error(), "SyntaxError") {
		t.Errorf("error %v", err)
	}
}

func TestWarmInstanceKeepsModuleStateAndClock(t *testing.T) {
	s := surroundings(nil)
	clock := noon
	s.Now = func() time.Time { return clock }
	f := function(t, s, `let n = 0; export default { fetch: () => new Response(++n + " " + new Date().toISOString() + " " + Date.now()) }`, nil)
	for i := 1; i <= 3; i++ {
		want := fmt.Sprintf("%d %s %d", i, clock.Format("2006-01-02T15:04:05.000Z"), clock.UnixMilli())
		if got := text(t, ask(f, "GET", "https://h.test/", "")); got != want {
			t.Errorf("%q, want %q", got, want)
		}
		clock = clock.Add(601 * time.Second)
	}
}

func TestManyRequestsAtOnce(t *testing.T) {
	s := surroundings(func(rw http.ResponseWriter, r *http.Request) { _, _ = io.WriteString(rw, r.URL.Query().Get("n")) })
	s.Time = time.Minute
	f := function(t, s, `export default { async fetch(r) { return new Response(await (await fetch("https://x.test/" + new URL(r.url).search)).text()) } }`, nil)
	var wait sync.WaitGroup
	for i := range 200 {
		wait.Go(func() {
			res := ask(f, "GET", fmt.Sprintf("https://h.test/?n=%d", i), "")
			if b, _ := io.ReadAll(res.Body); string(b) != fmt.Sprint(i) {
				t.Errorf("%d: %d %s", i, res.StatusCode, b)
			}
		})
	}
	wait.Wait()
}

func TestRequestGoneEndsTheCall(t *testing.T) {
	f := function(t, surroundings(nil), `export default { fetch: () => new Promise(() => {}) }`, nil)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	rec := httptest.NewRecorder()
	f.ServeHTTP(rec, httptest.NewRequestWithContext(ctx, "GET", "https://h.test/", nil))
	if rec.Code != 500 {
		t.Error(rec.Code)
	}
}

func BenchmarkWarmFunction(b *testing.B) {
	f, err := NewFunction(surroundings(nil), `export default { async fetch(r) {
		const key = await crypto.subtle.importKey("raw", new TextEncoder().encode("s".repeat(43)), {name: "HMAC", hash: "SHA-256"}, false, ["sign"]);
		const mac = await crypto.subtle.sign("HMAC", key, new TextEncoder().encode(r.url));
		return new Response(btoa(String.fromCharCode(...new Uint8Array(mac))));
	} }`, nil)
	if err != nil {
		b.Fatal(err)
	}
	defer f.Close()
	for b.Loop() {
		if res := ask(f, "GET", "https://h.test/?state=x", ""); res.StatusCode != 200 {
			b.Fatal(res.StatusCode)
		}
	}
}
