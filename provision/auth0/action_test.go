package auth0

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"phonegate/provision/event"
	"phonegate/provision/fault"
	"phonegate/provision/resource"
	"phonegate/provision/transport/transporttest"
)

func (x *tenant) newAction(notes *transporttest.Notes, in func() resource.Inputs) *Action {
	return NewAction(x.client(x.road), ActionSpec{Name: actionName, Code: actionCode, Inputs: in}, notes.Of("action"))
}

func TestThePlanOfAnActionSaysWhatDiffers(t *testing.T) {
	good := inputs("f1", "secret-secret-secret")
	for name, c := range map[string]struct {
		drift  func(x *tenant, id string)
		in     func() resource.Inputs
		detail string // "" for nothing to do
	}{
		"nothing":       {func(*tenant, string) {}, good, ""},
		"other secrets": {func(*tenant, string) {}, inputs("f2", "other-other-other"), "its secrets"},
		"secrets that are not known yet": {func(*tenant, string) {}, func() resource.Inputs {
			return resource.Inputs{Values: map[string]string{"FORM_URL": ""}, Changed: []string{"FORM_URL is new"}}
		}, "FORM_URL is new"},
		"code changed in the dashboard": {func(x *tenant, id string) {
			x.call("PATCH", "/actions/actions/"+id, map[string]any{"code": actionCode + "// mine\n"})
		}, good, "code"},
		"an old runtime": {func(x *tenant, id string) {
			x.call("PATCH", "/actions/actions/"+id, map[string]any{"runtime": "node18"})
		}, good, "node18 → node22"},
		"renamed": {func(x *tenant, id string) {
			x.call("PATCH", "/actions/actions/"+id, map[string]any{"name": "Mine"})
		}, good, "now called “Mine”"},
		"a secret deleted in the dashboard": {func(x *tenant, id string) {
			x.call("PATCH", "/actions/actions/"+id, map[string]any{"secrets": []any{map[string]any{"name": "FORM_URL", "value": "x"}}})
		}, good, "secret SESSION_SECRET is missing"},
		"a secret changed in the dashboard, and deployed": {func(x *tenant, id string) {
			x.world.Advance(time.Hour)
			x.call("PATCH", "/actions/actions/"+id, map[string]any{"secrets": []any{map[string]any{"name": "SESSION_SECRET", "value": "mine"}, map[string]any{"name": "FORM_URL"}}})
			x.world.Advance(time.Minute) // it is built
			x.call("GET", "/actions/actions/"+id, nil)
			x.call("POST", "/actions/actions/"+id+"/deploy", nil)
			x.world.Advance(time.Minute)
		}, good, "secret SESSION_SECRET was changed at 20"},
		"a draft that is not deployed": {func(x *tenant, id string) {
			x.call("PATCH", "/actions/actions/"+id, map[string]any{"code": actionCode})
		}, good, "not deployed"},
	} {
		t.Run(name, func(t *testing.T) {
			x := newTenant(t)
			notes := transporttest.NewNotes()
			if err := transporttest.Apply([]resource.Resource{x.newAction(notes, good)}); err != nil {
				t.Fatal(err)
			}
			c.drift(x, notes.Of("action").Get("id"))
			a := x.newAction(notes, c.in)
			if err := a.Read(t.Context()); err != nil {
				t.Fatal(err)
			}
			got := a.Change()
			if c.detail == "" && got.Op != event.None || c.detail != "" && (got.Op != event.Update || !strings.Contains(got.Detail, c.detail)) {
				t.Errorf("plan: %+v", got)
			}
			if c.detail == "code" && got.Diff != "  // phonegate\n  exports.onExecutePostLogin = async (event, api) => {};\n- // mine" {
				t.Errorf("diff:\n%s", got.Diff)
			}
			if strings.Contains(name, "not known") {
				if f := fault.Of(a.Apply(t.Context(), nil)); f == nil || f.Code != "auth0.secrets_unknown" {
					t.Errorf("an Action without its secrets: %+v", f)
				}
				return
			}
			if err := transporttest.Apply([]resource.Resource{a}); err != nil {
				t.Fatal(err)
			}
			if err := a.Read(t.Context()); err != nil || a.Change().Op != event.None {
				t.Errorf("after apply: %v, %+v", err, a.Change())
			}
		})
	}
}

func TestAnActionOfSomebodyElseIsNotTouched(t *testing.T) {
	x := newTenant(t)
	x.add(actionName, "exports.onExecutePostLogin = async () => { /* mine */ };")
	a := x.newAction(transporttest.NewNotes(), inputs("f1", "secret-secret-secret"))
	if f := fault.Of(a.Read(t.Context())); f == nil || f.Code != "auth0.action_name_taken" || !strings.Contains(f.Message, actionName) || f.Hint == "" {
		t.Errorf("got %+v", f)
	}
}

func TestAnActionIsDeployedOnlyAfterItsBuild(t *testing.T) {
	x := newTenant(t)
	var said []string
	a := x.newAction(transporttest.NewNotes(), inputs("f1", "secret-secret-secret"))
	if err := a.Read(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := a.Apply(t.Context(), func(s string) { said = append(said, s) }); err != nil {
		t.Fatal(err)
	}
	if text := strings.Join(said, ", "); !strings.Contains(text, "waiting for Auth0 to build it") || !strings.Contains(text, "deploying") {
		t.Errorf("progress: %s", text)
	}
	s, err := x.client(x.road).ActionState(t.Context(), a.ID())
	if err != nil || !s.Deployed || s.Status != "built" || s.Runtime != runtime || len(s.Secrets) != 2 || s.Code != actionCode {
		t.Errorf("%+v, %v", s, err)
	}
	if s, err := x.client(x.road).ActionState(t.Context(), "0b2ff0a5-0000-4000-8000-000000000000"); s != nil || err != nil {
		t.Errorf("an action that is not there: %+v, %v", s, err)
	}
}

// builds answers every look at an action with one status.
func (x *tenant) builds(status string, on func()) http.RoundTripper {
	return roundTripper(func(r *http.Request) (*http.Response, error) {
		if r.Method == http.MethodGet && strings.Count(r.URL.Path, "/") == 5 && strings.HasPrefix(r.URL.Path, "/api/v2/actions/actions/") {
			if on != nil {
				on()
			}
			return reply(r, 200, `{"id":"a1","name":"`+actionName+`","status":"`+status+`","code":"phonegate"}`), nil
		}
		return x.road.RoundTrip(r)
	})
}

func TestABuildThatFails(t *testing.T) {
	x := newTenant(t)
	a := NewAction(x.client(x.builds("failed", nil)), ActionSpec{Name: actionName, Code: actionCode, Inputs: inputs("f1", "s")}, transporttest.NewNotes().Of("action"))
	err := transporttest.Apply([]resource.Resource{a})
	if f := fault.Of(err); f == nil || f.Code != "auth0.action_build_failed" || f.Hint == "" {
		t.Errorf("got %+v", f)
	}
}

func TestAWaitForABuildEndsWithTheContext(t *testing.T) {
	x := newTenant(t)
	ctx, cancel := context.WithCancel(t.Context())
	c := x.client(x.builds("building", cancel))
	c.o.Poll = c.o.Wait
	a := NewAction(c, ActionSpec{Name: actionName, Code: actionCode, Inputs: inputs("f1", "s")}, transporttest.NewNotes().Of("action"))
	if err := errors.Join(a.Read(ctx), a.Apply(ctx, nil)); !errors.Is(err, context.Canceled) || fault.Of(err).Category != fault.Interrupted {
		t.Errorf("got %v", err)
	}
}

func TestSecretsAreNotInErrors(t *testing.T) {
	x := newTenant(t)
	rt := roundTripper(func(r *http.Request) (*http.Response, error) {
		if r.Method == http.MethodPost && r.URL.Path == "/api/v2/actions/actions" {
			return reply(r, 400, `{"statusCode":400,"error":"Bad Request","errorCode":"invalid_body","message":"Payload validation error: 'secret-secret-secret' on property value"}`), nil
		}
		return x.road.RoundTrip(r)
	})
	a := NewAction(x.client(rt), ActionSpec{Name: actionName, Code: actionCode, Inputs: inputs("f1", "secret-secret-secret")}, transporttest.NewNotes().Of("action"))
	err := transporttest.Apply([]resource.Resource{a})
	if f := fault.Of(err); f.Code != "auth0.invalid_body" || strings.Contains(f.Message, "secret-secret") || !strings.Contains(f.Message, "(hidden)") {
		t.Errorf("got %+v", f)
	}
}
