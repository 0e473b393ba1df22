package auth0

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"

	"phonegate/provision/event"
	"phonegate/provision/fault"
	"phonegate/provision/resource"
	"phonegate/provision/transport/transporttest"
)

func TestActionOfSomebodyElseIsNotTouched(t *testing.T) {
	for name, code := range map[string]string{
		"plain":                       "exports.onExecutePostLogin = async () => { /* mine */ };",
		"one that names phonegate":    "// Runs before phonegate:action does.\nconst mark = 'phonegate:action';\n",
		"one with the mark in a line": "const x = 1; // phonegate:action\n",
		"one of another tenant":       codeFor("other.eu.auth0.com", "", ""),
	} {
		x := newTenant(t)
		x.add(actionName, code)
		a := x.newAction(x.road, x.unit(), fixed(actionCode))
		f := fault.Of(a.Read(t.Context()))
		if f == nil || f.Code != "auth0.action_name_taken" || !strings.Contains(f.Message, actionName) || f.Hint == "" ||
			a.Found() {
			t.Errorf("%s: %+v", name, f)
		}
		if strings.Contains(code, "other.eu") && !strings.Contains(f.Message, "other.eu.auth0.com") {
			t.Errorf("%s: %s", name, f.Message)
		}
	}
}

func TestExportedActionIsTakenOver(t *testing.T) {
	x := newTenant(t)
	id := x.add(actionName, "// "+actionMark+"\nexports.onExecutePostLogin = async () => {};\n") // names no owner
	x.add("Copy of it", "// "+actionMark+"\nexports.onExecutePostLogin = async () => {};\n")
	a := x.applied(x.unit())
	if a.ID() != id || len(a.Losers()) > 0 || a.Made() != "" {
		t.Errorf("%s, losers %v, made %q", a.ID(), a.Losers(), a.Made())
	}
}

func TestRenamedActionIsFoundByMarkAndOwner(t *testing.T) {
	x := newTenant(t)
	x.add("Not ours", codeFor("other.eu.auth0.com", "", ""))
	x.add("Without owner", "// "+actionMark+"\n")
	u := x.unit()
	id := x.applied(u).ID()
	x.call("PATCH", "/actions/actions/"+id, map[string]any{"name": "Mine"})
	a := x.reread(u)
	if a.ID() != id || len(a.Losers()) > 0 {
		t.Fatalf("found %q, losers %v", a.ID(), a.Losers())
	}
	if p := a.Problems(); len(p) == 0 || p[0].Code != "auth0.action_renamed" {
		t.Errorf("problems: %v", p)
	}
	if got, _ := x.action(actionName); got != nil {
		t.Fatal("the test renamed nothing")
	}
	x.applied(u)
	if got, _ := x.action(actionName); got["id"] != id {
		t.Errorf("afterwards: %v", got)
	}
}

func TestSecondRunLosesWhereNamesAreUnique(t *testing.T) {
	x := newTenant(t)
	first, second := x.unit(), x.unit()
	late := x.reread(second)
	winner := x.applied(first)
	err := late.Apply(t.Context(), nil)
	if f := fault.Of(err); !errors.Is(err, ErrTaken) || f.Code != "auth0.action_taken" || f.Hint == "" || late.Made() != "" {
		t.Fatalf("%v, made %q", err, late.Made())
	}
	if err := late.Read(t.Context()); err != nil || late.ID() != winner.ID() || winner.Made() != winner.ID() {
		t.Errorf("%v, %s, made %s", err, late.ID(), winner.Made())
	}
}

func TestNameOfAnotherTriggersActionIsTaken(t *testing.T) {
	x := newTenant(t)
	x.call("POST", "/actions/actions", map[string]any{"name": actionName, "code": "", "runtime": "node22",
		"supported_triggers": []any{map[string]any{"id": "pre-user-registration", "version": "v2"}}})
	err := transporttest.Apply([]resource.Resource{x.newAction(x.road, x.unit(), fixed(actionCode))})
	if f := fault.Of(err); f == nil || f.Code != "auth0.action_name_taken" || errors.Is(err, ErrTaken) {
		t.Errorf("got %+v", f)
	}
}

// twin shows an Action of ours, older than all others, under the same name: as if Auth0 took a name twice.
func twin(next http.RoundTripper, after func(made bool) bool) http.RoundTripper {
	made := false
	return roundTripper(func(r *http.Request) (*http.Response, error) {
		res, err := next.RoundTrip(r)
		if err != nil || r.URL.Path != "/api/v2/actions/actions" {
			return res, err
		}
		if r.Method == http.MethodPost {
			made = true
			return res, err
		}
		if !after(made) {
			return res, err
		}
		var list struct {
			Actions []map[string]any `json:"actions"`
		}
		data, err := io.ReadAll(res.Body)
		if err == nil {
			err = json.Unmarshal(data, &list)
		}
		if err != nil {
			return nil, err
		}
		list.Actions = append(list.Actions, map[string]any{"id": "oldest", "name": actionName, "code": actionCode, "created_at": "2020-01-01T00:00:00Z",
			"supported_triggers": []any{map[string]any{"id": "post-login", "version": "v3"}}})
		data, err = json.Marshal(list)
		res.Body, res.ContentLength = io.NopCloser(bytes.NewReader(data)), int64(len(data))
		res.Header.Del("Content-Length")
		return res, err
	})
}

func TestSecondRunTakesItsActionBackWhereNamesAreNot(t *testing.T) {
	x := newTenant(t)
	rt := twin(x.road, func(made bool) bool { return made })
	a := x.newAction(rt, x.unit(), fixed(actionCode))
	if err := transporttest.Apply([]resource.Resource{a}); !errors.Is(err, ErrTaken) {
		t.Fatalf("got %v", err)
	}
	if _, n := x.action(actionName); n != 0 {
		t.Errorf("%d Actions of this run are left", n)
	}
	if err := a.Read(t.Context()); err != nil || a.ID() != "oldest" || a.Made() != "" {
		t.Errorf("%v, %q, made %q", err, a.ID(), a.Made())
	}
}

func TestOldestOfSeveralActionsCounts(t *testing.T) {
	x := newTenant(t)
	u := x.unit()
	newer := x.applied(u).ID()
	x.bind([]string{actionName}, newer)
	a := x.newAction(twin(x.road, func(bool) bool { return true }), u, fixed(actionCode))
	if err := a.Read(t.Context()); err != nil || a.ID() != "oldest" || !slices.Equal(a.Losers(), []string{newer}) {
		t.Fatalf("%v, %s, losers %v", err, a.ID(), a.Losers())
	}
	if p := a.Problems(); !slices.ContainsFunc(p, func(f *fault.Error) bool { return f.Code == "auth0.action_twice" }) {
		t.Errorf("problems: %v", p)
	}
	b := NewBinding(a.c, a)
	if err := b.Read(t.Context()); err != nil || b.Change().Op != event.Create {
		t.Errorf("binding: %v, %+v", err, b.Change())
	}
	if c := a.UndoChange(); c.Op != event.Delete || c.Requests != 2 {
		t.Errorf("undo: %+v", c)
	}
	if err := a.Delete(t.Context(), newer); err != nil || len(a.Losers()) > 0 {
		t.Fatal(err, a.Losers())
	}
	if _, n := x.action(actionName); n != 0 || len(x.flow()) != 0 {
		t.Errorf("%d Actions, flow %v", n, x.flow())
	}
}

func TestLostAnswerOfCreationIsNotAnotherRuns(t *testing.T) {
	for _, how := range []transporttest.Break{transporttest.After, transporttest.Before, transporttest.Busy} {
		x := newTenant(t)
		u := x.unit()
		created := 0
		rt := roundTripper(func(r *http.Request) (*http.Response, error) {
			if r.Method == http.MethodPost && r.URL.Path == "/api/v2/actions/actions" {
				created++
				if created == 1 {
					return (&transporttest.Flaky{Next: x.road, At: 1, How: how}).RoundTrip(r)
				}
			}
			return x.road.RoundTrip(r)
		})
		a := x.newAction(rt, u, fixed(actionCode))
		err := transporttest.Apply([]resource.Resource{a})
		if how != transporttest.After {
			if err == nil || errors.Is(err, ErrTaken) || a.Made() != "" {
				t.Errorf("%s: %v, made %q", how, err, a.Made())
			}
			continue
		}
		if err != nil || a.Made() == "" || a.Made() != a.ID() {
			t.Errorf("%s: %v, made %q", how, err, a.Made())
		}
	}
}
