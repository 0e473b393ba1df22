package auth0

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"phonegate/provision/event"
	"phonegate/provision/fault"
	"phonegate/provision/resource"
	"phonegate/provision/ring"
	"phonegate/provision/transport/transporttest"
)

func TestPlanOfActionSaysWhatDiffers(t *testing.T) {
	const path = "/actions/actions/"
	deploy := func(x *tenant, id string) {
		x.world.Advance(time.Minute) // it is built
		x.call("GET", path+id, nil)
		x.call("POST", path+id+"/deploy", nil)
		x.world.Advance(time.Minute)
		x.call("GET", path+id, nil)
	}
	for name, c := range map[string]struct {
		drift    func(x *tenant, id string)
		detail   string // "" for nothing to do
		requests int    // PATCHes
		newKey   bool
	}{
		"nothing": {func(*tenant, string) {}, "", 0, false},
		"code changed in the dashboard": {func(x *tenant, id string) {
			x.call("PATCH", path+id, map[string]any{"code": actionCode + "// mine\n"})
		}, "code", 1, false},
		"an old runtime": {func(x *tenant, id string) {
			x.call("PATCH", path+id, map[string]any{"runtime": "node18"})
		}, "node18 → node22", 1, false},
		"renamed": {func(x *tenant, id string) {
			x.call("PATCH", path+id, map[string]any{"name": "Mine"})
		}, "name “Mine” → “Verify phone number”", 1, false},
		"a dependency added": {func(x *tenant, id string) {
			x.call("PATCH", path+id, map[string]any{"dependencies": []any{map[string]any{"name": "axios", "version": "1"}}})
		}, "dependencies removed", 1, false},
		"the key deleted in the dashboard": {func(x *tenant, id string) {
			x.call("PATCH", path+id, map[string]any{"secrets": []any{map[string]any{"name": "MINE", "value": "x"}}})
		}, "its key is missing, unknown secret MINE", 1, true},
		"a new key": {func(*tenant, string) {}, "a new key", 1, true},
		"a draft that is not deployed": {func(x *tenant, id string) {
			x.call("PATCH", path+id, map[string]any{"code": actionCode})
		}, "not deployed", 0, false},
		"another key deployed": {func(x *tenant, id string) {
			x.call("PATCH", path+id, map[string]any{"secrets": []any{map[string]any{"name": x.unit().Name(), "value": "x"}}})
			deploy(x, id)
		}, "a new key", 1, true},
	} {
		t.Run(name, func(t *testing.T) {
			x := newTenant(t)
			u := x.unit()
			id := x.applied(u).ID()
			c.drift(x, id)
			if c.newKey {
				u = x.unit()
			}
			a := x.reread(u)
			got := a.Change()
			if c.detail == "" && got.Op != event.None || c.detail != "" && (got.Op != event.Update ||
				!strings.HasSuffix(got.Detail, ": "+c.detail)) {
				t.Errorf("plan: %+v", got)
			}
			if c.detail == "code" &&
				!strings.HasSuffix(got.Diff, "exports.onExecutePostLogin = async (event, api) => {};\n- // mine") {
				t.Errorf("diff:\n%s", got.Diff)
			}
			n := len(x.world.Requests())
			if err := transporttest.Apply([]resource.Resource{a}); err != nil {
				t.Fatal(err)
			}
			if sent := x.sent(n, "PATCH"); sent != c.requests {
				t.Errorf("%d PATCHes: %v", sent, x.requests(n))
			}
			a = x.reread(u)
			live, ok := a.Live()
			if a.Change().Op != event.None || a.ID() != id || !ok || !slices.Equal(live.Keys, []ring.Key{u.Key}) ||
				live.Code != actionCode || live.Built.IsZero() {
				t.Errorf("after apply: %+v, %+v", a.Change(), live)
			}
			if problems := a.Problems(); len(problems) > 0 {
				t.Errorf("after apply: %v", problems)
			}
		})
	}
}

func TestActionWithoutKeyOrCodeIsNotWritten(t *testing.T) {
	x := newTenant(t)
	u := x.unit()
	for code, spec := range map[string]ActionSpec{
		"auth0.secrets_cleared": {Code: fixed(actionCode), Key: func() (string, string) { return u.Name(), "" }},
		"auth0.code_unknown":    {Code: func() (string, bool) { return actionCode, false }, Key: func() (string, string) { return u.Name(), u.Value(true) }},
	} {
		spec.Name, spec.Domain, spec.Mark = actionName, domain, actionMark
		a := NewAction(x.client(x.road), spec)
		n := len(x.world.Requests())
		f := fault.Of(transporttest.Apply([]resource.Resource{a}))
		if f == nil || f.Code != code || x.sent(n, "POST") > 1 { // one is for the token
			t.Errorf("%s: %+v, %v", code, f, x.requests(n))
		}
	}
	if _, n := x.action(actionName); n != 0 {
		t.Errorf("%d Actions", n)
	}
}

func TestPlanOfCodeThatIsNotKnownYet(t *testing.T) {
	x := newTenant(t)
	u := x.unit()
	x.applied(u)
	a := x.newAction(x.road, u, func() (string, bool) { return codeFor(domain, "", ""), false })
	if err := a.Read(t.Context()); err != nil {
		t.Fatal(err)
	}
	if c := a.Change(); c.Op != event.Update || !strings.HasSuffix(c.Detail, ": code") || c.Diff != "" {
		t.Errorf("plan: %+v", c)
	}
	if p := a.Problems(); len(p) > 0 {
		t.Errorf("problems: %v", p)
	}
}

func TestActionIsDeployedOnlyAfterItsBuild(t *testing.T) {
	x := newTenant(t)
	var said []string
	u := x.unit()
	a := x.reread(u)
	if err := a.Apply(t.Context(), func(s string) { said = append(said, s) }); err != nil {
		t.Fatal(err)
	}
	if text := strings.Join(said, ", "); !strings.Contains(text, "deploying") {
		t.Errorf("progress: %s", text)
	}
	s, err := x.client(x.road).ActionState(t.Context(), a.ID())
	if err != nil || !s.Deployed || s.Status != "built" || s.Runtime != runtime ||
		!slices.Equal(s.Secrets, []string{u.Name()}) || s.Code != actionCode {
		t.Errorf("%+v, %v", s, err)
	}
	if s, err := x.client(x.road).ActionState(t.Context(), "0b2ff0a5-0000-4000-8000-000000000000"); s != nil || err != nil {
		t.Errorf("an action that is not there: %+v, %v", s, err)
	}
}

func TestFailedBuildIsReportedAndBuiltAnew(t *testing.T) {
	x := newTenant(t)
	x.behave("auth0.build", "fails")
	u := x.unit()
	a := x.newAction(x.road, u, fixed(actionCode))
	if f := fault.Of(transporttest.Apply([]resource.Resource{a})); f == nil || f.Code != "auth0.action_build_failed" ||
		f.Hint == "" {
		t.Errorf("got %+v", f)
	}
	a = x.reread(u)
	if c := a.Change(); c.Op != event.Update || !strings.HasSuffix(c.Detail, ": its build failed") {
		t.Errorf("plan: %+v", c)
	}
	if p := a.Problems(); len(p) != 1 || p[0].Code != "auth0.action_build_failed" {
		t.Errorf("problems: %v", p)
	}
	x.behave("auth0.build", "slow")
	if a = x.applied(u); a.Change().Op != event.None {
		t.Errorf("afterwards: %+v", a.Change())
	}
}

func TestWaitForBuildEndsWithContext(t *testing.T) {
	x := newTenant(t)
	x.behave("auth0.build", "slow")
	ctx, cancel := context.WithCancel(t.Context())
	a := x.newAction(roundTripper(func(r *http.Request) (*http.Response, error) {
		if r.Method == http.MethodGet && strings.Count(r.URL.Path, "/") == 5 {
			defer cancel()
		}
		return x.road.RoundTrip(r)
	}), x.unit(), fixed(actionCode))
	a.c.o.Poll = a.c.o.Wait
	if err := errors.Join(a.Read(ctx), a.Apply(ctx, nil)); !errors.Is(err, context.Canceled) ||
		fault.Of(err).Category != fault.Interrupted {
		t.Errorf("got %v", err)
	}
}
