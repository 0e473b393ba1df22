package cloudflare

import (
	"context"
	"io"
	"net/http"
	"strings"
	"testing"

	"phonegate/provision/event"
	"phonegate/provision/fault"
	"phonegate/provision/ring"
	"phonegate/provision/transport/transporttest"
)

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// reply is an answer with a status, a body and headers.
func reply(r *http.Request, status int, body string, headers ...string) *http.Response {
	res := &http.Response{StatusCode: status, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(body)), Request: r}
	for i := 0; i+1 < len(headers); i += 2 {
		res.Header.Set(headers[i], headers[i+1])
	}
	return res
}

func TestTheFormIsWaitedFor(t *testing.T) {
	old := `{"phonegate":"form","layout":2,"version":"0.9","ready":true,"keys":["` + strings.Repeat("0", 16) + `"]}`
	keyless := `{"phonegate":"form","layout":2,"version":"1.0","ready":true,"keys":[]}`
	for name, c := range map[string]struct {
		answer func(n int, r *http.Request) (*http.Response, error) // nil, nil: let it through
		code   string
		looks  int
	}{
		"it answers": {func(int, *http.Request) (*http.Response, error) { return nil, nil }, "", steadyLooks},
		"nothing there at first": {func(n int, r *http.Request) (*http.Response, error) {
			if n > 7 {
				return nil, nil
			}
			return reply(r, 404, "<html>There is nothing here yet"), nil
		}, "", 7 + steadyLooks},
		"the name does not resolve at first": {func(n int, r *http.Request) (*http.Response, error) {
			if n > 2 {
				return nil, nil
			}
			return nil, io.ErrUnexpectedEOF
		}, "", 2 + steadyLooks},
		"the form before at first": {func(n int, r *http.Request) (*http.Response, error) {
			if n > 2 {
				return nil, nil
			}
			return reply(r, 200, old), nil
		}, "", 2 + steadyLooks},
		"one machine that lags behind": {func(n int, r *http.Request) (*http.Response, error) {
			if n != 4 {
				return nil, nil
			}
			return reply(r, 200, old), nil
		}, "", 4 + steadyLooks},
		"the form without its key at first": {func(n int, r *http.Request) (*http.Response, error) {
			if n > 2 {
				return nil, nil
			}
			return reply(r, 200, keyless), nil
		}, "", 2 + steadyLooks},
		"the form without its key for ever": {func(_ int, r *http.Request) (*http.Response, error) {
			return reply(r, 200, keyless), nil
		}, "cloudflare.key_ignored", tries},
		"the form before for ever": {func(_ int, r *http.Request) (*http.Response, error) { return reply(r, 200, old), nil },
			"cloudflare.form_old", tries},
		"something else for ever": {func(_ int, r *http.Request) (*http.Response, error) { return reply(r, 200, "<html>"), nil },
			"cloudflare.form_silent", tries},
		"it throws": {func(_ int, r *http.Request) (*http.Response, error) {
			return reply(r, 500, "error code: 1101"), nil
		}, "cloudflare.form_silent", tries},
		"a login of Cloudflare's Access": {func(_ int, r *http.Request) (*http.Response, error) {
			return reply(r, 302, "", "Location", "https://acme.cloudflareaccess.com/cdn-cgi/access/login/x"), nil
		}, "cloudflare.access", 1},
		"a redirect elsewhere": {func(_ int, r *http.Request) (*http.Response, error) {
			return reply(r, 302, "", "Location", "https://evilcloudflareaccess.com/"), nil
		}, "cloudflare.form_silent", tries},
	} {
		t.Run(name, func(t *testing.T) {
			x := acme(t)
			looks := 0
			rt := roundTripper(func(r *http.Request) (*http.Response, error) {
				if strings.HasSuffix(r.URL.Hostname(), workersDev) {
					if r.URL.RequestURI() != "/?health=1" || r.Header.Get("Authorization") != "" {
						t.Errorf("the form was asked %s, authorization %q", r.URL, r.Header.Get("Authorization"))
					}
					looks++
					if res, err := c.answer(looks, r); res != nil || err != nil {
						return res, err
					}
				}
				return x.road.RoundTrip(r)
			})
			err := transporttest.Apply(resources(x.host(rt)))
			if c.code == "" && err != nil || c.code != "" && (err == nil || fault.Of(err).Code != c.code || fault.Of(err).Hint == "") {
				t.Errorf("got %v", err)
			}
			if looks != c.looks {
				t.Errorf("%d looks, want %d", looks, c.looks)
			}
			x.unit = ring.Unit{} // on another computer, say
			change := x.readOver(rt).worker.Change()
			if c.code == "" && change.Op != event.None || c.code != "" && (change.Op != event.Update || change.Requests != 0) {
				t.Errorf("the next run would do %+v", change)
			}
		})
	}
}

func TestRefusals(t *testing.T) {
	const secretValue = "api-secret-of-twilio"
	for name, c := range map[string]struct {
		status   int
		body     string
		code     string
		category fault.Category
		hint     string
	}{
		"a wrong token": {403, `{"success":false,"errors":[{"code":10000,"message":"Authentication error"}],"result":null}`,
			"cloudflare.10000", fault.Refused, "CLOUDFLARE_API_TOKEN"},
		"the other wrong token": {403, `{"success":false,"errors":[{"code":9109,"message":"Invalid access token"}]}`,
			"cloudflare.9109", fault.Refused, "CLOUDFLARE_API_TOKEN"},
		"a token of no shape": {400, `{"errors":[{"code":6003,"message":"Invalid request headers","error_chain":[{"code":6111}]}]}`,
			"cloudflare.6003", fault.Refused, "CLOUDFLARE_API_TOKEN"},
		"a wrong account": {404, `{"errors":[{"code":7003,"message":"Could not route"}]}`, "cloudflare.7003", fault.Refused,
			"CLOUDFLARE_ACCOUNT_ID"},
		"a role": {403, `{"errors":[{"code":10023,"message":"workers.api.error.unauthorized"}]}`, "cloudflare.10023",
			fault.Refused, "CLOUDFLARE_API_TOKEN"},
		"no subdomain": {403, `{"errors":[{"code":10063,"message":"workers.api.error.subdomain_required"}]}`,
			"cloudflare.10063", fault.Failed, "dash.cloudflare.com"},
		"an unconfirmed e-mail": {403, `{"errors":[{"code":10034,"message":"x"}]}`, "cloudflare.10034", fault.Failed, "e-mail"},
		"the limit":             {429, `{"errors":[{"code":971,"message":"Please wait"}]}`, "cloudflare.971", fault.Failed, "minutes"},
		"code that can't run": {400, `{"errors":[{"code":10021,"message":"Uncaught SyntaxError near ` + secretValue + `"}]}`,
			"cloudflare.10021", fault.Failed, "dash.cloudflare.com"},
		"an empty body":    {400, ``, "cloudflare.http_400", fault.Failed, "dash.cloudflare.com"},
		"HTML":             {503, `<html>cloudflare</html>`, "cloudflare.http_503", fault.Failed, "cloudflarestatus"},
		"HTML for a token": {401, `<html>`, "cloudflare.http_401", fault.Refused, "CLOUDFLARE_API_TOKEN"},
	} {
		t.Run(name, func(t *testing.T) {
			x := acme(t)
			rt := roundTripper(func(r *http.Request) (*http.Response, error) {
				if r.Method == http.MethodPut {
					return reply(r, c.status, c.body, "CF-Ray", "8a1-SYD"), nil
				}
				return x.road.RoundTrip(r)
			})
			f := fault.Of(transporttest.Apply(resources(x.host(rt))))
			if f == nil || f.Code != c.code || f.Category != c.category || !strings.Contains(f.Hint, c.hint) || f.RequestID != "8a1-SYD" {
				t.Fatalf("%+v", f)
			}
			if strings.Contains(f.Message, secretValue) || strings.Contains(f.Message, token) {
				t.Errorf("a secret is in %q", f.Message)
			}
		})
	}
}

func TestACancelledRunEndsAtOnce(t *testing.T) {
	x := acme(t)
	ctx, cancel := context.WithCancel(t.Context())
	rt := roundTripper(func(r *http.Request) (*http.Response, error) {
		if strings.HasSuffix(r.URL.Hostname(), workersDev) {
			cancel()
			return reply(r, 404, ""), nil
		}
		return x.road.RoundTrip(r)
	})
	h := x.host(rt)
	for _, r := range h.Resources() {
		if err := r.Read(ctx); err != nil {
			t.Fatal(err)
		}
	}
	if f := fault.Of(h.worker.Apply(ctx, nil)); f == nil || f.Category != fault.Interrupted {
		t.Errorf("%+v", f)
	}
}

func TestANameForTheSubdomain(t *testing.T) {
	for form, want := range map[string]string{"acme-dev-verify": "acme-dev", "verify": "verify", "-verify": "phonegate",
		"a": "a", strings.Repeat("a", 63): strings.Repeat("a", 58)} {
		if got := newSubdomain(nil, form).first; got != want {
			t.Errorf("%q becomes %q, want %q", form, got, want)
		}
	}
}
