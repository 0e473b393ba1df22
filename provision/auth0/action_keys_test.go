package auth0

import (
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

func TestRolledBackVersionIsSeenByItsKey(t *testing.T) {
	x := newTenant(t)
	first, second := x.unit(), x.unit()
	a := x.applied(first)
	versions := x.call("GET", "/actions/actions/"+a.ID()+"/versions", nil)["versions"].([]any)
	x.applied(second)
	x.call("POST", "/actions/actions/"+a.ID()+"/versions/"+versions[0].(map[string]any)["id"].(string)+"/deploy", nil)
	x.world.Advance(time.Minute)
	a = x.reread(second)
	live, _ := a.Live()
	if !slices.Equal(live.Keys, []ring.Key{first.Key}) || !slices.Equal(a.DraftKeys(), []ring.Key{second.Key}) {
		t.Fatalf("live %v, draft %v", live.Keys, a.DraftKeys())
	}
	if c := a.Change(); c.Op != event.Update || !strings.HasSuffix(c.Detail, "not deployed") {
		t.Errorf("plan: %+v", c)
	}
	n := len(x.world.Requests())
	if err := a.Apply(t.Context(), nil); err != nil || x.sent(n, "PATCH") != 0 {
		t.Errorf("%v, %v", err, x.requests(n))
	}
	if live, _ = x.reread(second).Live(); !slices.Equal(live.Keys, []ring.Key{second.Key}) {
		t.Errorf("live afterwards: %v", live.Keys)
	}
}

func TestForeignSecretAloneIsNamedAndLeft(t *testing.T) {
	x := newTenant(t)
	u := x.unit()
	id := x.applied(u).ID()
	x.call("PATCH", "/actions/actions/"+id, map[string]any{"secrets": []any{map[string]any{"name": u.Name()}, map[string]any{"name": "MINE", "value": "x"}}})
	x.applied(u)
	a := x.reread(u)
	if c := a.Change(); c.Op != event.None {
		t.Errorf("plan: %+v", c)
	}
	if p := a.Problems(); len(p) != 1 || p[0].Code != "auth0.secret_foreign" ||
		!strings.Contains(p[0].Message, "MINE") || p[0].Hint == "" {
		t.Errorf("problems: %v", p)
	}
	next := x.unit()
	x.applied(next)
	if names := x.reread(next).foreign(); len(names) > 0 {
		t.Errorf("after a new key there is still %v", names)
	}
}

func TestDraftThatLosesItsKeyIsNotDeployed(t *testing.T) {
	x := newTenant(t)
	x.behave("auth0.patch_without_secrets", "cleared")
	u := x.unit()
	x.applied(u)
	changed := actionCode + "// a setting changed\n"
	a := x.newAction(x.road, u, fixed(changed))
	if f := fault.Of(transporttest.Apply([]resource.Resource{a})); f == nil || f.Code != "auth0.secrets_cleared" ||
		f.Category != fault.Failed || f.Hint == "" {
		t.Fatalf("got %+v", f)
	}
	if live, ok := x.reread(u).Live(); !ok || live.Code != actionCode || !slices.Equal(live.Keys, []ring.Key{u.Key}) {
		t.Errorf("what runs is %+v", live)
	}
	next := x.unit()
	a = x.newAction(x.road, next, fixed(changed))
	if err := transporttest.Apply([]resource.Resource{a}); err != nil {
		t.Fatal(err)
	}
	if live, ok := a.Live(); !ok || live.Code != changed || !slices.Equal(live.Keys, []ring.Key{next.Key}) {
		t.Errorf("what runs is %+v", live)
	}
}

func TestKeyWrittenByAnotherRunMeanwhileIsNotDeployedWithThisCode(t *testing.T) {
	x := newTenant(t)
	u := x.unit()
	x.applied(u)
	a := x.newAction(x.road, u, fixed(actionCode+"// a setting changed\n"))
	if err := a.Read(t.Context()); err != nil {
		t.Fatal(err)
	}
	x.world.Advance(time.Minute)
	x.call("PATCH", "/actions/actions/"+a.ID(), map[string]any{"secrets": []any{map[string]any{"name": u.Name(), "value": "other"}}})
	if f := fault.Of(a.Apply(t.Context(), nil)); f == nil || f.Code != "auth0.secrets_cleared" {
		t.Errorf("got %+v", f)
	}
}

func TestEditedKeyIsKnownByWhenAuth0GotIt(t *testing.T) {
	x := newTenant(t)
	u := x.unit()
	a := x.applied(u)
	if a.KeyEdited(u.Name()) || a.KeyEdited("FORM_URL") || a.KeyEdited(x.unit().Name()) {
		t.Error("a key is edited that nobody has edited")
	}
	x.world.Advance(2 * time.Hour)
	x.call("PATCH", "/actions/actions/"+a.ID(), map[string]any{"secrets": []any{map[string]any{"name": u.Name(), "value": "mine"}}})
	a = x.reread(u)
	if !a.KeyEdited(u.Name()) {
		t.Error("the edit is not seen")
	}
	edited := func(f *fault.Error) bool { return f.Code == "auth0.key_edited" && f.Hint != "" }
	if p := a.Problems(); !slices.ContainsFunc(p, edited) {
		t.Errorf("problems: %v", p)
	}
	a.spec.Handed = true // the key may have lain for hours before a person handed it over
	if p := a.Problems(); slices.ContainsFunc(p, edited) {
		t.Errorf("problems: %v", p)
	}
}

func TestSecretsAreNotInErrors(t *testing.T) {
	x := newTenant(t)
	u := x.unit()
	rt := roundTripper(func(r *http.Request) (*http.Response, error) {
		if r.Method == http.MethodPost && r.URL.Path == "/api/v2/actions/actions" {
			return reply(r, 400, `{"statusCode":400,"error":"Bad Request","errorCode":"invalid_body","message":"Payload validation error: '`+
				u.Value(true)+`' or `+u.Session+` or `+u.APISecret+` on property value"}`), nil
		}
		return x.road.RoundTrip(r)
	})
	err := transporttest.Apply([]resource.Resource{x.newAction(rt, u, fixed(actionCode))})
	if f := fault.Of(err); f.Code != "auth0.invalid_body" || strings.Contains(f.Message, u.Session) ||
		strings.Contains(f.Message, "secret-secret") || !strings.Contains(f.Message, "(hidden)") {
		t.Errorf("got %+v", f)
	}
}
