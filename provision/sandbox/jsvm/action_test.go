package jsvm

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// sleep is real time.
func sleep(ctx context.Context, d time.Duration) error {
	select {
	case <-time.After(d):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

type network func(*http.Request) (*http.Response, error)

func (n network) RoundTrip(r *http.Request) (*http.Response, error) { return n(r) }

// serve makes a network of a handler.
func serve(h http.HandlerFunc) network {
	return func(r *http.Request) (*http.Response, error) {
		rec := httptest.NewRecorder()
		h(rec, r)
		return rec.Result(), nil
	}
}

var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

func surroundings(h http.HandlerFunc) Surroundings {
	return Surroundings{Network: serve(h), Now: func() time.Time { return noon }, Sleep: sleep, Time: 5 * time.Second}
}

// runAction runs code with the handler onExecutePostLogin.
func runAction(t *testing.T, s Surroundings, code string) ActionResult {
	t.Helper()
	res, err := RunAction(t.Context(), s, ActionCall{Code: code, Handler: "onExecutePostLogin"})
	if err != nil {
		t.Fatal(err)
	}
	return res
}

func TestActionRecordsWhatItAsksFor(t *testing.T) {
	res, err := RunAction(t.Context(), surroundings(nil), ActionCall{
		Code: `exports.onExecutePostLogin = async (event, api) => {
			api.user.setAppMetadata("phone_number", event.user.user_metadata.phone_number);
			api.user.setAppMetadata("old", null);
			api.user.setUserMetadata("n", {a: [1]});
			api.idToken.setCustomClaim("https://x/verified", true);
			api.accessToken.setCustomClaim("https://x/n", 7);
			api.transaction.setMetadata("k", "v");
			api.multifactor.enable("any", {allowRememberBrowser: false});
			api.cache.set("seen", "yes");
			const token = api.redirect.encodeToken({secret: event.secrets.S, expiresInSeconds: 600, payload: {a: "b"}});
			api.redirect.sendUserTo("https://form.test/x?y=1", {query: {session_token: token, "a b": "ä&"}});
			console.log("redirect", api.redirect.canRedirect(), api.cache.get("seen").value);
			return api.access.deny("first: reason");
		}`,
		Handler:     "onExecutePostLogin",
		Event:       map[string]any{"user": map[string]any{"user_metadata": map[string]any{"phone_number": "+15551234567"}}},
		Secrets:     map[string]string{"S": "sekrit"},
		CanRedirect: true,
		Cache:       map[string]string{},
		EncodeToken: func(secret string, expires int, payload map[string]any) (string, error) {
			if secret != "sekrit" || expires != 600 || payload["a"] != "b" {
				t.Errorf("EncodeToken(%q, %d, %v)", secret, expires, payload)
			}
			return "a.b.c", nil
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	reason := "first: reason"
	want := ActionResult{
		Denied:              &reason,
		Redirect:            "https://form.test/x?y=1&session_token=a.b.c&a+b=%C3%A4%26",
		AppMetadata:         map[string]any{"phone_number": "+15551234567", "old": nil},
		UserMetadata:        map[string]any{"n": map[string]any{"a": []any{1.0}}},
		TransactionMetadata: map[string]any{"k": "v"},
		IDTokenClaims:       map[string]any{"https://x/verified": true},
		AccessTokenClaims:   map[string]any{"https://x/n": 7.0},
		Commands:            []Command{{"api.multifactor.enable", []any{"any", map[string]any{"allowRememberBrowser": false}}}},
		Logs:                []string{"redirect true yes"},
	}
	res.Elapsed = 0
	if diff := cmp.Diff(want, res); diff != "" {
		t.Error(diff)
	}
}

func TestActionErrorsAreReportedNotReturned(t *testing.T) {
	for _, tt := range []struct{ name, code, thrown string }{
		{"throws", `exports.onExecutePostLogin = () => { throw new TypeError("no") }`, "TypeError: no"},
		{"rejects", `exports.onExecutePostLogin = async () => { await null; throw new Error("later") }`, "Error: later"},
		{"throws a string", `exports.onExecutePostLogin = () => { throw "text" }`, "text"},
		{"does not parse", `exports.onExecutePostLogin = () => {`, "SyntaxError: "},
		{"requires", `const x = require("axios")`, "Error: Cannot find module 'axios'\nRequire stack:\n- /data/main.js"},
		{"throws in a timer", `exports.onExecutePostLogin = () => new Promise(() => setTimeout(() => { throw new RangeError("tick") }, 1))`, "RangeError: tick"},
		{"throws in a microtask", `exports.onExecutePostLogin = () => new Promise(() => queueMicrotask(() => { throw new RangeError("tock") }))`, "RangeError: tock"},
		{"uses up the stack", `exports.onExecutePostLogin = () => { const f = () => f() + 1; f() }`, "InternalError: stack overflow"},
		{"unknown global", `exports.onExecutePostLogin = () => nothing.here`, "ReferenceError: 'nothing' is not defined"},
		{"Buffer", `exports.onExecutePostLogin = () => Buffer.from("x")`, "Error: Buffer.from is not available in the sandbox"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			res := runAction(t, surroundings(nil), tt.code)
			if res.Thrown != tt.thrown && (!strings.HasSuffix(tt.thrown, ": ") || !strings.HasPrefix(res.Thrown, tt.thrown)) {
				t.Errorf("thrown %q, want %q", res.Thrown, tt.thrown)
			}
		})
	}
}

func TestActionWithoutTheHandlerIsMissing(t *testing.T) {
	for _, code := range []string{"", "exports.onContinuePostLogin = () => {}", "module.exports = {onExecutePostLogin: 1}"} {
		if res := runAction(t, surroundings(nil), code); !res.Missing || res.Thrown != "" {
			t.Errorf("%q: missing %v, thrown %q", code, res.Missing, res.Thrown)
		}
	}
}

func TestActionEndsInTime(t *testing.T) {
	for name, body := range map[string]string{
		"infinite loop":          `for (;;) ;`,
		"loop that catches":      `for (;;) try { for (;;) ; } catch {}`,
		"promise never resolved": `return new Promise(() => {})`,
		"microtasks for ever":    `const again = () => Promise.resolve().then(again); return again()`,
		"timers for ever":        `return new Promise(() => setInterval(() => {}, 1))`,
		"fetch without answer":   `await fetch("https://slow.test/")`,
		"regular expression":     `/^(a+)+$/.test("a".repeat(60) + "b")`,
	} {
		t.Run(name, func(t *testing.T) {
			s := surroundings(nil)
			s.Time = 60 * time.Millisecond
			s.Network = network(func(r *http.Request) (*http.Response, error) {
				<-r.Context().Done()
				return nil, r.Context().Err()
			})
			res := runAction(t, s, "exports.onExecutePostLogin = async () => {"+body+"}")
			if !strings.Contains(res.Thrown, "execution time exceeded") {
				t.Errorf("thrown %q", res.Thrown)
			}
			if res.Elapsed > time.Minute { // generous: the point is that it ends, on a machine under any load
				t.Errorf("took %v", res.Elapsed)
			}
		})
	}
}

func TestActionEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	s := surroundings(func(rw http.ResponseWriter, r *http.Request) { cancel() })
	_, err := RunAction(ctx, s, ActionCall{Code: `exports.h = async () => { await fetch("https://x.test/"); await new Promise(() => {}) }`, Handler: "h"})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
}

func TestActionCannotUseUpTheMemory(t *testing.T) {
	s := surroundings(nil)
	s.Memory = 8 << 20
	res := runAction(t, s, `exports.onExecutePostLogin = () => { const all = []; for (;;) all.push(new Array(1000).fill(all.length)) }`)
	if !strings.Contains(res.Thrown, "out of memory") {
		t.Errorf("thrown %q", res.Thrown)
	}
}

func TestConsoleLinesAreCut(t *testing.T) {
	res := runAction(t, surroundings(nil), `exports.onExecutePostLogin = () => { console.log("é".repeat(300)); console.error("n=%d", 4, {a: [1, "x"]}) }`)
	if want := []string{strings.Repeat("é", 256), "n=4 { a: [ 1, 'x' ] }"}; !cmp.Equal(res.Logs, want) {
		t.Error(cmp.Diff(want, res.Logs))
	}
}

func TestTokenErrorsAreThrownWithTheirText(t *testing.T) {
	res, err := RunAction(t.Context(), surroundings(nil), ActionCall{
		Code: `exports.onContinuePostLogin = (event, api) => {
			try { api.redirect.validateToken({secret: "s"}) } catch (e) { console.log(e.constructor === Error, e.message) }
			console.log(api.redirect.validateToken({secret: "s", tokenParameterName: "good"}).sub)
		}`,
		Handler: "onContinuePostLogin",
		ValidateToken: func(secret, name string) (map[string]any, error) {
			if name == "good" {
				return map[string]any{"sub": "auth0|1"}, nil
			}
			return nil, errors.New("The session token is invalid: Failed signature validation")
		},
	})
	if err != nil || res.Thrown != "" {
		t.Fatal(err, res.Thrown)
	}
	if want := []string{"true The session token is invalid: Failed signature validation", "auth0|1"}; !cmp.Equal(res.Logs, want) {
		t.Error(cmp.Diff(want, res.Logs))
	}
}

func TestFetchesOverlap(t *testing.T) {
	both := make(chan struct{})
	var first = make(chan struct{}, 1)
	first <- struct{}{}
	s := surroundings(func(rw http.ResponseWriter, r *http.Request) {
		select {
		case <-first:
			<-both // answered only when the second request is there
		default:
			close(both)
		}
		_, _ = io.WriteString(rw, r.URL.Path)
	})
	res := runAction(t, s, `exports.onExecutePostLogin = async () => {
		const got = await Promise.all(["/a", "/b"].map(async (p) => (await fetch("https://x.test" + p)).text()));
		console.log(got.join())
	}`)
	if want := []string{"/a,/b"}; !cmp.Equal(res.Logs, want) {
		t.Error(res.Logs, res.Thrown)
	}
}

func BenchmarkColdAction(b *testing.B) {
	s := surroundings(func(rw http.ResponseWriter, r *http.Request) { _, _ = io.WriteString(rw, `{"status":"approved"}`) })
	for b.Loop() {
		res, err := RunAction(context.Background(), s, ActionCall{Handler: "h", Code: `exports.h = async (event, api) => {
			const r = await (await fetch("https://verify.twilio.com/v2/x", {method: "POST", body: new URLSearchParams({To: "+1"})})).json();
			if (r.status !== "approved") api.access.deny("no");
		}`})
		if err != nil || res.Thrown != "" || res.Denied != nil {
			b.Fatal(err, res)
		}
	}
}
