package vercel

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"

	"phonegate/provision/event"
	"phonegate/provision/fault"
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

// intercept answers what answer answers, and lets all else through.
func (x *account) intercept(answer func(r *http.Request) *http.Response) http.RoundTripper {
	return roundTripper(func(r *http.Request) (*http.Response, error) {
		if res := answer(r); res != nil {
			return res, nil
		}
		return x.road.RoundTrip(r)
	})
}

func TestADeploymentThatFails(t *testing.T) {
	for name, c := range map[string]struct{ body, code, message string }{
		"in the build": {`{"id":"dpl_1","readyState":"ERROR","errorCode":"BUILD_FAILED","errorMessage":"Command failed",
			"inspectorUrl":"https://vercel.com/i"}`, "vercel.build_failed", "Command failed"},
		"cancelled": {`{"id":"dpl_1","readyState":"CANCELED"}`, "vercel.deployment_canceled", "CANCELED"},
		"at the alias": {`{"id":"dpl_1","readyState":"READY","aliasAssigned":false,
			"aliasError":{"code":"cert_missing","message":"no certificate"}}`, "vercel.cert_missing", "no certificate"},
		"by vanishing": {"", "vercel.deployment_gone", "deleted"},
	} {
		x := newAccount(t)
		rt := x.intercept(func(r *http.Request) *http.Response {
			if !strings.HasPrefix(r.URL.Path, "/v13/deployments/") {
				return nil
			}
			if c.body == "" {
				return reply(r, 404, `{"error":{"code":"not_found","message":"gone"}}`)
			}
			return reply(r, 200, c.body)
		})
		err := transporttest.Apply(family(x.host(rt)))
		if f := fault.Of(err); f == nil || f.Code != c.code || f.Hint == "" || !strings.Contains(f.Message, c.message) {
			t.Errorf("%s: %+v", name, f)
		}
		// The next run, with Vercel well again, deploys anew.
		if err := transporttest.Apply(family(x.host(x.road))); err != nil {
			t.Errorf("%s, then again: %v", name, err)
		}
	}
}

func TestVariablesThatVercelDoesNotTake(t *testing.T) {
	t.Run("a 201 with failures is a failure", func(t *testing.T) {
		x := newAccount(t)
		rt := x.intercept(func(r *http.Request) *http.Response {
			if r.Method != http.MethodPost || !strings.HasSuffix(r.URL.Path, "/env") {
				return nil
			}
			return reply(r, 201, `{"created":[],"failed":[{"error":{"code":"BAD_VALUE","message":"`+x.add.Session+` is bad",
				"envVarKey":"`+x.add.Name()+`"}}]}`)
		})
		f := fault.Of(transporttest.Apply(family(x.host(rt))))
		if f == nil || f.Code != "vercel.bad_value" || !strings.Contains(f.Message, x.add.Name()) ||
			strings.Contains(f.Message, x.add.Session) {
			t.Errorf("got %+v", f)
		}
	})
	t.Run("one of that name with other targets is replaced", func(t *testing.T) {
		x := newAccount(t)
		x.call("POST", "/v11/projects", map[string]any{"name": projectName})
		x.variable(x.add.Name(), "1", "preview", "development")
		refused := false
		rt := x.intercept(func(r *http.Request) *http.Response {
			if r.URL.Query().Get("upsert") != "" && !refused {
				refused = true
				return reply(r, 400, `{"error":{"code":"ENV_CONFLICT","message":"exists"}}`)
			}
			return nil
		})
		if err := transporttest.Apply(family(x.host(rt))); err != nil || !refused {
			t.Fatal(err, refused)
		}
	})
	t.Run("unknown values are not sent", func(t *testing.T) {
		x := newAccount(t)
		lost := newKey(1)
		x.must = append(x.must, lost.Key)
		h := x.host(x.road)
		f := fault.Of(transporttest.Apply(family(h)))
		if f == nil || f.Code != "vercel.key_unknown" || !strings.Contains(f.Message, lost.Name()) || !strings.Contains(f.Hint,
			"rotate") {
			t.Errorf("got %+v", f)
		}
		if c := h.env.Change(); c.Op != event.Update || !strings.Contains(c.Detail,
			lost.Name()+" is missing, and this computer does not know its value") {
			t.Errorf("plan: %+v", c)
		}
		if keys, _ := x.read().Held(); len(keys) != 0 {
			t.Errorf("it holds %v", keys)
		}
	})
}

func TestCheck(t *testing.T) {
	for name, c := range map[string]struct {
		token, team, code string
		want              string // team slug
	}{
		"the token's own account": {token, "", "", ""},
		"a team by slug":          {token, "acme", "", "acme"},
		"a team by id":            {token, "team_sandboxAcmeTeamSandboxAc", "", "acme"},
		"a team it does not see":  {token, "other", "vercel.", ""},
		"a wrong token":           {"wrong-token-wrong", "", "vercel.forbidden", ""},
		"no token":                {"", "", "vercel.no_credentials", ""},
	} {
		x := newAccount(t)
		a, err := New(Options{Token: c.token, Team: c.team, HTTP: x.road}).Check(t.Context())
		if c.code == "" {
			if err != nil || a.User == "" || a.Team != c.want {
				t.Errorf("%s: %+v, %v", name, a, err)
			}
			continue
		}
		f := fault.Of(err)
		if f == nil || !strings.HasPrefix(f.Code, c.code) || f.Hint == "" || strings.Contains(f.Message, "wrong-token") {
			t.Errorf("%s: %+v", name, f)
		}
		if c.token != "" && f.Category != fault.Refused {
			t.Errorf("%s: category %v", name, f.Category)
		}
	}
}

func TestErrorsOfEveryShapeAreTyped(t *testing.T) {
	for name, c := range map[string]struct {
		status     int
		body, code string
		category   fault.Category
	}{
		"Vercel's own": {400, `{"error":{"code":"invalid_name","message":"x"}}`, "vercel.invalid_name", fault.Failed},
		"a daily limit": {402, `{"error":{"code":"api-deployments-free-per-day","message":"x"}}`,
			"vercel.api-deployments-free-per-day", fault.Failed},
		"the wrong team":   {403, `{"error":{"code":"team_unauthorized","message":"x"}}`, "vercel.team_unauthorized", fault.Refused},
		"HTML of a proxy":  {502, "<html>", "vercel.http_502", fault.Failed},
		"a redirect":       {302, "", "vercel.http_302", fault.Failed},
		"a page as answer": {200, "<html>", "vercel.unexpected_answer", fault.Failed},
	} {
		client := New(Options{Token: token, HTTP: roundTripper(func(r *http.Request) (*http.Response, error) {
			return reply(r, c.status, c.body), nil
		})})
		_, err := client.Check(t.Context())
		if f := fault.Of(err); f == nil || f.Code != c.code || f.Category != c.category {
			t.Errorf("%s: %+v", name, f)
		}
	}
}

func TestAWaitForADeploymentEndsWithTheContext(t *testing.T) {
	x := newAccount(t)
	ctx, cancel := context.WithCancel(t.Context())
	rt := x.intercept(func(r *http.Request) *http.Response {
		if strings.HasPrefix(r.URL.Path, "/v13/deployments/") {
			cancel()
			return reply(r, 200, `{"id":"dpl_1","readyState":"BUILDING"}`)
		}
		return nil
	})
	h := x.host(rt)
	p, e, d := h.project, h.env, h.deployment
	if err := errors.Join(p.Read(ctx), e.Read(ctx), d.Read(ctx), p.Apply(ctx, nil), e.Apply(ctx, nil)); err != nil {
		t.Fatal(err)
	}
	var said []string
	err := d.Apply(ctx, func(detail string) { said = append(said, detail) })
	if !errors.Is(err, context.Canceled) || len(said) == 0 || d.Change().Op == event.None {
		t.Errorf("%v, said %q, then %+v", err, said, d.Change())
	}
}

func TestPrefersTheProjectsOwnAddress(t *testing.T) {
	for want, aliases := range map[string][]string{
		"acme-verify.vercel.app":     {"acme-verify-git-main-acme.vercel.app", "acme-verify.vercel.app", "v.io"},
		"acme-verify-two.vercel.app": {"acme-verify-two-acme.vercel.app", "acme-verify-two.vercel.app"},
		"a.vercel.app":               {"b.vercel.app", "https://a.vercel.app/"},
	} {
		if got := bestAlias(aliases, projectName); got != want {
			t.Errorf("%v: %s", aliases, got)
		}
	}
}
