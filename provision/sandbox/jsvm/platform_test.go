package jsvm

import (
	"context"
	"crypto/hmac"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

// outcome runs the body of an async function and returns what it returned.
func outcome(t *testing.T, s Surroundings, body string) any {
	t.Helper()
	res := runAction(t, s, "exports.onExecutePostLogin = async (event, api) => { const hex = (b) => Array.from(new Uint8Array(b), (n) => n.toString(16).padStart(2, '0')).join('');\n"+
		"api.user.setAppMetadata('out', await (async () => {"+body+"\n})()) }")
	if res.Thrown != "" {
		t.Fatalf("%s\n%s\n%s", body, res.Thrown, res.Stack)
	}
	return res.AppMetadata["out"]
}

func TestCryptoAgreesWithGo(t *testing.T) {
	key, data := []byte("0123456789-ü"), []byte("The quick brown fox\x00\xff")
	mac := hmac.New(sha256.New, key)
	mac.Write(data)
	s1, s2, s3, s5 := sha1.Sum(data), sha256.Sum256(data), sha512.Sum384(data), sha512.Sum512(data)
	list, _ := json.Marshal(toInts(data))
	keys, _ := json.Marshal(toInts(key))
	for _, tt := range []struct {
		name, body string
		want       []byte
	}{
		{"HMAC", `const k = await crypto.subtle.importKey("raw", new Uint8Array(` + string(keys) + `), {name: "HMAC", hash: "SHA-256"}, false, ["sign"]); return hex(await crypto.subtle.sign("HMAC", k, new Uint8Array(` + string(list) + `)))`, mac.Sum(nil)},
		{"SHA-1", `return hex(await crypto.subtle.digest("SHA-1", new Uint8Array(` + string(list) + `)))`, s1[:]},
		{"SHA-256", `return hex(await crypto.subtle.digest({name: "SHA-256"}, new Uint8Array(` + string(list) + `)))`, s2[:]},
		{"SHA-384", `return hex(await crypto.subtle.digest("SHA-384", new Uint8Array(` + string(list) + `).buffer))`, s3[:]},
		{"SHA-512", `return hex(await crypto.subtle.digest("sha-512", new Uint8Array(` + string(list) + `)))`, s5[:]},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := outcome(t, surroundings(nil), tt.body); got != hex.EncodeToString(tt.want) {
				t.Errorf("%v, want %x", got, tt.want)
			}
		})
	}
}

func toInts(b []byte) []int {
	out := make([]int, len(b))
	for i, c := range b {
		out[i] = int(c)
	}
	return out
}

func TestEncodingsAgreeWithGo(t *testing.T) {
	for _, s := range []string{"", "a", "ab", "phone +61", "ünï €😀", "a\x00b", "line\r\nline", "&=+ %", "~!*'()-._"} {
		quoted, _ := json.Marshal(s)
		got := outcome(t, surroundings(nil), `const s = `+string(quoted)+`; const bytes = new TextEncoder().encode(s);
			return {hex: hex(bytes), back: new TextDecoder().decode(bytes), base64: btoa(String.fromCharCode(...bytes)), form: new URLSearchParams({s}).toString(), again: new URLSearchParams(new URLSearchParams({s}).toString()).get("s")}`)
		want := map[string]any{"hex": hex.EncodeToString([]byte(s)), "back": s, "base64": base64.StdEncoding.EncodeToString([]byte(s)), "again": s,
			"form": strings.NewReplacer("~", "%7E", "%2A", "*").Replace(url.Values{"s": {s}}.Encode())}
		if diff := cmp.Diff(any(want), got); diff != "" {
			t.Errorf("%q: %s", s, diff)
		}
	}
}

func TestFetchSendsWhatItIsAsked(t *testing.T) {
	type seen struct {
		Method, URL, Body, Type, Auth, Agent string
	}
	var got seen
	s := surroundings(func(rw http.ResponseWriter, r *http.Request) {
		b, _ := io.ReadAll(r.Body)
		got = seen{r.Method, r.URL.String(), string(b), r.Header.Get("Content-Type"), r.Header.Get("Authorization"), r.Header.Get("User-Agent")}
		rw.Header().Add("X-A", "1")
		rw.Header().Add("X-A", "2")
		rw.Header().Set("Content-Type", "application/json")
		rw.WriteHeader(http.StatusTeapot)
		_, _ = io.WriteString(rw, `{"ü":1}`)
	})
	answer := outcome(t, s, `const r = await fetch("https://verify.twilio.com/v2/Services/VA1/Verifications?x=%20y", {method: "POST", body: new URLSearchParams({To: "+1 2"}),
		headers: {Authorization: "Basic " + btoa("SK:secret")}});
		return [r.status, r.ok, r.headers.get("x-a"), await r.json(), r.url, r.redirected, r.type]`)
	if want := (seen{"POST", "https://verify.twilio.com/v2/Services/VA1/Verifications?x=%20y", "To=%2B1+2", "application/x-www-form-urlencoded;charset=UTF-8", "Basic U0s6c2VjcmV0", "node"}); got != want {
		t.Error(cmp.Diff(want, got))
	}
	want := []any{418.0, false, "1, 2", map[string]any{"ü": 1.0}, "https://verify.twilio.com/v2/Services/VA1/Verifications?x=%20y", false, "basic"}
	if diff := cmp.Diff(any(want), answer); diff != "" {
		t.Error(diff)
	}
}

func TestFetchBinary(t *testing.T) {
	s := surroundings(func(rw http.ResponseWriter, r *http.Request) {
		b, _ := io.ReadAll(r.Body)
		_, _ = rw.Write(append(b, 0xff, 0))
	})
	if got := outcome(t, s, `return hex(await (await fetch("https://x.test/", {method: "PUT", body: new Uint8Array([0, 128, 255])})).arrayBuffer())`); got != "0080ffff00" {
		t.Error(got)
	}
}

func TestFetchRedirects(t *testing.T) {
	s := surroundings(func(rw http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/303":
			http.Redirect(rw, r, "https://other.test/end", http.StatusSeeOther)
		case "/307":
			http.Redirect(rw, r, "/end", http.StatusTemporaryRedirect)
		case "/loop":
			http.Redirect(rw, r, "/loop", http.StatusFound)
		default:
			b, _ := io.ReadAll(r.Body)
			_, _ = io.WriteString(rw, strings.Join([]string{r.Method, r.URL.Host, string(b), r.Header.Get("Authorization"), r.Header.Get("Content-Type")}, "|"))
		}
	})
	for _, tt := range []struct{ name, init, want string }{
		{"see other", `"https://x.test/303", {method: "POST", body: "b", headers: {authorization: "a"}}`, "200 true https://other.test/end GET|other.test|||"},
		{"temporary", `"https://x.test/307", {method: "POST", body: "b", headers: {authorization: "a"}}`, "200 true https://x.test/end POST|x.test|b|a|text/plain;charset=UTF-8"},
		{"manual", `"https://x.test/307", {redirect: "manual"}`, "307 false https://x.test/307 "},
		{"error", `"https://x.test/307", {redirect: "error"}`, "TypeError: fetch failed: unexpected redirect"},
		{"loop", `"https://x.test/loop"`, "TypeError: fetch failed: redirect count exceeded"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := outcome(t, s, `try { const r = await fetch(`+tt.init+`); return [r.status, r.redirected, r.url, r.status < 300 ? await r.text() : ""].join(" ") } catch (e) { return e + ": " + e.cause?.message }`)
			if got != tt.want {
				t.Errorf("%q, want %q", got, tt.want)
			}
		})
	}
}

func TestFetchFailures(t *testing.T) {
	s := surroundings(nil)
	s.Network = network(func(r *http.Request) (*http.Response, error) {
		switch r.URL.Path {
		case "/hang":
			<-r.Context().Done()
			return nil, r.Context().Err()
		case "/large":
			return &http.Response{StatusCode: 200, Body: io.NopCloser(io.LimitReader(zeros{}, maxBody+1))}, nil
		case "/halfway":
			return &http.Response{StatusCode: 200, Body: io.NopCloser(io.MultiReader(strings.NewReader("x"), broken{}))}, nil
		}
		return nil, io.ErrUnexpectedEOF
	})
	for _, tt := range []struct{ name, init, want string }{
		{"network", `"https://x.test/"`, "TypeError: fetch failed: unexpected EOF"},
		{"timeout", `"https://x.test/hang", {signal: AbortSignal.timeout(10)}`, "TimeoutError: The operation was aborted due to timeout: undefined"},
		{"abort", `"https://x.test/hang", {signal: (() => { const c = new AbortController(); setTimeout(() => c.abort(), 5); return c.signal })()}`, "AbortError: This operation was aborted: undefined"},
		{"too large", `"https://x.test/large"`, "TypeError: fetch failed: the response is larger than 8388608 bytes"},
		{"broken body", `"https://x.test/halfway"`, "TypeError: fetch failed: unexpected EOF"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := outcome(t, s, `try { await fetch(`+tt.init+`); return "ok" } catch (e) { return e.name + ": " + e.message + ": " + e.cause?.message }`); got != tt.want {
				t.Errorf("%q, want %q", got, tt.want)
			}
		})
	}
}

type zeros struct{}

func (zeros) Read(b []byte) (int, error) { clear(b); return len(b), nil }

type broken struct{}

func (broken) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

func TestDateFollowsTheClock(t *testing.T) {
	s := surroundings(nil)
	clock := noon
	s.Now = func() time.Time { return clock }
	s.Network = serve(func(http.ResponseWriter, *http.Request) { clock = clock.Add(time.Hour) })
	got := outcome(t, s, `const a = [Date.now(), new Date().toISOString(), Date()]; await fetch("https://x.test/"); return [...a, new Date().getTime() - a[0], new Date("2026-01-01T00:00:00").getTime()]`)
	want := []any{float64(noon.UnixMilli()), "2026-11-23T12:00:00.000Z", "Mon Nov 23 2026 12:00:00 GMT+0000 (Coordinated Universal Time)", 3600000.0, 1767225600000.0}
	if diff := cmp.Diff(any(want), got); diff != "" {
		t.Error(diff)
	}
}

func TestMissingThingsSaySo(t *testing.T) {
	for code, want := range map[string]string{
		`new Blob([])`:                          "Blob is not available in the sandbox",
		`new ReadableStream()`:                  "ReadableStream is not available in the sandbox",
		`Buffer.from("x")`:                      "Buffer.from is not available in the sandbox",
		`new Response("x").body`:                "reading a body as a stream is not available in the sandbox",
		`await crypto.subtle.encrypt({}, 1, 2)`: "crypto.subtle.encrypt is not available in the sandbox",
		`await import("node:crypto")`:           "module load failed: Cannot find package 'node:crypto' (the sandbox has no packages and no Node modules)",
		`new URL("https://ü.test")`:             "Invalid URL: host names that are not ASCII are not available in the sandbox; use the xn-- form",
		`process.exit(1)`:                       "process.exit is not available in the sandbox",
	} {
		if got := outcome(t, surroundings(nil), `try { `+code+`; return "nothing thrown" } catch (e) { return e.message }`); got != want {
			t.Errorf("%s: %q", code, got)
		}
	}
}

func TestCodeCannotReachTheHost(t *testing.T) {
	got := outcome(t, surroundings(nil), `return [typeof $host, typeof $h, Object.getOwnPropertyNames(globalThis).filter((n) => /host|^\$/i.test(n))]`)
	if diff := cmp.Diff(any([]any{"undefined", "undefined", []any{}}), got); diff != "" {
		t.Error(diff)
	}
}

func TestTimersKeepTheirOrderWhenTimeIsShort(t *testing.T) {
	s := surroundings(nil)
	real := s.Sleep
	s.Sleep = func(ctx context.Context, d time.Duration) error { return real(ctx, d/100000) }
	for range 20 {
		got := outcome(t, s, `const out = []; const all = [5, 1, 3, 2, 4, 1].map((ms, i) => new Promise((r) => setTimeout(() => { out.push(ms + ":" + i); r() }, ms))); await Promise.all(all); return out.join()`)
		if got != "1:1,1:5,2:3,3:2,4:4,5:0" {
			t.Fatal(got)
		}
	}
}

func FuzzParseURL(f *testing.F) {
	for _, s := range []string{"https://u:p@a.test:8080/a/../b?c#d", "foo:bar", "http://[::1]/", "http://0x7f.1", "//x", "?", "file:///c|/x"} {
		f.Add(s, "https://base.test/x")
	}
	f.Fuzz(func(t *testing.T, input, base string) {
		b, err := parseWebURL(base, nil)
		if err != nil {
			b = nil
		}
		u, err := parseWebURL(input, b)
		if err != nil {
			return
		}
		first := u.parts()
		again, err := parseWebURL(first.Href, nil)
		if err != nil {
			t.Fatalf("%q -> %q does not parse again: %v", input, first.Href, err)
		}
		if second := again.parts(); second.Href != first.Href {
			t.Errorf("%q -> %q -> %q", input, first.Href, second.Href)
		}
	})
}

func FuzzDecodeUTF8(f *testing.F) {
	f.Add([]byte("a\xe2\x82\xff"))
	f.Fuzz(func(t *testing.T, b []byte) {
		s, ok := decodeUTF8(b)
		if !utf8.ValidString(s) || ok != utf8.Valid(b) || ok && s != string(b) {
			t.Errorf("%q -> %q %v", b, s, ok)
		}
	})
}

func FuzzForm(f *testing.F) {
	f.Add("a=b&c=%20+%zz")
	f.Fuzz(func(t *testing.T, s string) {
		pairs := parseForm(s)
		if again := parseForm(serializeForm(pairs)); !cmp.Equal(again, pairs) {
			t.Errorf("%q: %q %q", s, pairs, again)
		}
	})
}
