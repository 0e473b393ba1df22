package vercel

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"phonegate/provision/event"
	"phonegate/provision/fault"
	"phonegate/provision/transport/transporttest"
)

func isForm(r *http.Request) bool { return strings.HasSuffix(r.URL.Hostname(), ".vercel.app") }

func isDeploying(r *http.Request) bool {
	return r.Method == http.MethodPost && r.URL.Path == "/v13/deployments"
}

func TestAFormThatDoesNotAnswerIsNotDeployedAgain(t *testing.T) {
	x := newAccount(t)
	x.applied()
	dead := true
	looks, writes := 0, 0
	h := x.host(x.intercept(func(r *http.Request) *http.Response {
		if r.Method != http.MethodGet {
			writes++
		}
		if isForm(r) {
			if looks++; dead {
				return reply(r, 503, "")
			}
		}
		return nil
	}))
	err := transporttest.Apply(family(h))
	if f := fault.Of(err); f == nil || f.Code != codeSilent || f.Hint == "" {
		t.Errorf("got %+v", f)
	}
	if c := h.deployment.Change(); c.Op != event.Update || c.Detail != "acme-verify.vercel.app: does not respond" {
		t.Errorf("plan: %+v", c)
	}
	if _, ok := h.Seen(); ok || looks != patience+1 || writes != 0 {
		t.Errorf("seen %v, %d looks, %d writes", ok, looks, writes)
	}
	// It comes back by itself.
	dead = false
	if err := h.deployment.Apply(t.Context(), nil); err != nil || writes != 0 || h.deployment.Change().Op != event.None {
		t.Errorf("%v, %d writes, then %+v", err, writes, h.deployment.Change())
	}
}

func TestApplyEndsWhenTheFormIsSteady(t *testing.T) {
	x := newAccount(t)
	x.applied()
	x.wants(newKey(1))
	old := `{"phonegate":"form","layout":2,"version":"1.0","ready":true,"keys":["` + x.must[0].ID + `"]}`
	var shown []bool
	deployed := false
	h := x.host(x.intercept(func(r *http.Request) *http.Response {
		deployed = deployed || isDeploying(r)
		if !isForm(r) || !deployed {
			return nil
		}
		// Parts of the network answer with the former deployment for a while.
		if n := len(shown); n < 6 && n%3 == 2 {
			shown = append(shown, false)
			return reply(r, 200, old)
		}
		shown = append(shown, true)
		return nil
	}))
	before := x.deployments()
	if err := transporttest.Apply(family(h)); err != nil {
		t.Fatal(err)
	}
	if len(shown) != 9 || x.deployments() != before+1 {
		t.Errorf("%d looks, %d deployments", len(shown), x.deployments()-before)
	}
}

func TestARunningFormWithoutItsKeyIsDeployedAgain(t *testing.T) {
	x := newAccount(t)
	x.applied()
	// Another computer wrote its key and was killed before it deployed.
	added := newKey(1)
	x.variable(added.Name(), added.Value(true), "production", "preview")
	if c := x.read().deployment.Change(); c.Op != event.None {
		t.Errorf("a key that nobody needs yet: %+v", c)
	}
	x.must = append(x.must, added.Key)
	h := x.read()
	if c := h.deployment.Change(); c.Op != event.Update || !strings.Contains(c.Detail, "new environment") {
		t.Errorf("plan: %+v", c)
	}
	if found := h.deployment.Problems(); len(found) != 1 || found[0].Code != "vercel.key_not_running" ||
		!strings.Contains(found[0].Message, added.Name()) {
		t.Errorf("problems: %v", found)
	}
	x.applied()
	// Somebody edits the value: the name certifies it no more, and deploying is no remedy.
	x.drop(added.Name())
	x.variable(added.Name(), "edited", "production")
	x.version = "2.0"
	before := x.deployments()
	f := fault.Of(transporttest.Apply(family(x.host(x.road))))
	if f == nil || f.Code != codeBehind || !strings.Contains(f.Message, added.ID) || !strings.Contains(f.Hint, "rotate") {
		t.Errorf("got %+v", f)
	}
	if made := x.deployments() - before; made != 1 {
		t.Errorf("%d deployments", made)
	}
}

func TestProtectionThatComesBackIsSwitchedOffOnce(t *testing.T) {
	sso := []string{"Location", "https://vercel.com/sso-api?url=x"}
	for name, c := range map[string]struct {
		answers []func(*http.Request) *http.Response // of the form; the last one stays
		code    string                               // "" for success
		patches int
	}{
		"401, then open": {[]func(*http.Request) *http.Response{
			func(r *http.Request) *http.Response { return reply(r, 401, "<html>") },
			func(*http.Request) *http.Response { return nil }}, "", 1},
		"redirected to Vercel, then open": {[]func(*http.Request) *http.Response{
			func(r *http.Request) *http.Response { return reply(r, 302, "", sso...) },
			func(*http.Request) *http.Response { return nil }}, "", 1},
		"401 for ever": {[]func(*http.Request) *http.Response{
			func(r *http.Request) *http.Response { return reply(r, 401, "") }}, codeProtected, 1},
		"not known everywhere yet": {[]func(*http.Request) *http.Response{
			func(r *http.Request) *http.Response { return reply(r, 404, "DEPLOYMENT_NOT_FOUND") },
			func(*http.Request) *http.Response { return nil }}, "", 0},
		"something else answers": {[]func(*http.Request) *http.Response{
			func(r *http.Request) *http.Response { return reply(r, 200, "<html>hello</html>") }}, codeSilent, 0},
		"a redirect elsewhere": {[]func(*http.Request) *http.Response{
			func(r *http.Request) *http.Response { return reply(r, 302, "", "Location", "https://evil-vercel.com/") }}, codeSilent, 0},
		"it crashes": {[]func(*http.Request) *http.Response{
			func(r *http.Request) *http.Response { return reply(r, 500, "FUNCTION_INVOCATION_FAILED") }}, codeSilent, 0},
	} {
		t.Run(name, func(t *testing.T) {
			x := newAccount(t)
			looks, patches, made := 0, 0, 0
			rt := x.intercept(func(r *http.Request) *http.Response {
				switch {
				case isForm(r):
					if r.URL.RequestURI() != "/?health=1" || r.Header.Get("Authorization") != "" {
						t.Errorf("the form was asked %s, authorization %q", r.URL, r.Header.Get("Authorization"))
					}
					looks++
					return c.answers[min(looks, len(c.answers))-1](r)
				case isDeploying(r):
					made++
				case r.Method == http.MethodPatch:
					body, _ := io.ReadAll(r.Body)
					r.Body = io.NopCloser(strings.NewReader(string(body)))
					if string(body) == `{"ssoProtection":null}` {
						patches++
					}
				}
				return nil
			})
			err := transporttest.Apply(family(x.host(rt)))
			if c.code == "" && err != nil || c.code != "" && (err == nil || fault.Of(err).Code != c.code || fault.Of(err).Hint == "") {
				t.Errorf("got %v", err)
			}
			if patches != c.patches || made != 1 {
				t.Errorf("protection was switched off %d times, want %d; %d deployments", patches, c.patches, made)
			}
		})
	}
}
