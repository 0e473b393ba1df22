package vercel

import (
	"errors"
	"maps"
	"strings"
	"testing"
	"time"

	"phonegate/provision/event"
	"phonegate/provision/fault"
	"phonegate/provision/transport/transporttest"
)

func TestEveryFailureIsMadeGoodByTheNextRun(t *testing.T) {
	transporttest.Converges(t, func(t *testing.T) transporttest.Account {
		x := newAccount(t)
		return transporttest.Account{HTTP: x.road, Resources: x.family, Check: func(t *testing.T) {
			p := x.call("GET", "/v9/projects/"+projectName, nil)
			if p["ssoProtection"] != nil || p["nodeVersion"] != nodeVersion {
				t.Errorf("the project has protection %v and Node %v", p["ssoProtection"], p["nodeVersion"])
			}
			if got := x.env(); !maps.Equal(got, map[string]bool{"SESSION_SECRET": true, "VERDICT_SECRET": true}) {
				t.Errorf("the environment is %v", got)
			}
			if got := x.call("GET", "/v9/projects", nil)["projects"].([]any); len(got) != 1 {
				t.Errorf("%d projects", len(got))
			}
		}}
	})
}

func TestTheFormIsLiveUnderTheProductionAddress(t *testing.T) {
	for name, c := range map[string]struct {
		reserved  []string
		behaviour [2]string
	}{
		"under its own name":                {nil, [2]string{"vercel.alias_assigned", "with_ready"}},
		"under another name if it is taken": {[]string{projectName}, [2]string{"vercel.alias_assigned", "after_ready"}},
		"with times instead of booleans":    {nil, [2]string{"vercel.alias_assigned_type", "timestamp"}},
	} {
		t.Run(name, func(t *testing.T) {
			x := newAccount(t, c.reserved...)
			if err := x.world.SetBehaviour(c.behaviour[0], c.behaviour[1]); err != nil {
				t.Fatal(err)
			}
			notes := transporttest.NewNotes()
			if err := transporttest.Apply(x.family(x.road, notes)); err != nil {
				t.Fatal(err)
			}
			_, _, d := x.parts(x.road, notes)
			if taken := d.URL() != "https://acme-verify.vercel.app"; taken != (c.reserved != nil) || !strings.HasSuffix(d.URL(), ".vercel.app") {
				t.Errorf("the form is at %s", d.URL())
			}
			if v, err := d.Health(t.Context()); err != nil || v != "1.0" {
				t.Errorf("health: %q, %v", v, err)
			}
		})
	}
}

func TestOnlyChangesAreDeployed(t *testing.T) {
	x := newAccount(t)
	notes := transporttest.NewNotes()
	if err := transporttest.Apply(x.family(x.road, notes)); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name   string
		change func()
		env    event.Op
		deploy event.Op
	}{
		{"nothing", func() {}, event.None, event.None},
		{"other files", func() { x.files = files("2.0") }, event.None, event.Update},
		{"a rotation begins", func() {
			x.print = "f2"
			x.values = map[string]string{"SESSION_SECRET": "session-2", "VERDICT_SECRET": "verdict-2",
				"SESSION_SECRET_PREVIOUS": "session-session", "VERDICT_SECRET_PREVIOUS": "verdict-verdict"}
		}, event.Update, event.Update},
		{"a rotation ends", func() {
			x.print = "f3"
			x.values = map[string]string{"SESSION_SECRET": "session-2", "VERDICT_SECRET": "verdict-2"}
		}, event.Update, event.Update},
		{"values are not known yet", func() { x.print = "" }, event.Update, event.Update},
	} {
		c.change()
		p, e, d := x.parts(x.road, notes)
		if err := errors.Join(p.Read(t.Context()), e.Read(t.Context()), d.Read(t.Context())); err != nil {
			t.Fatal(err)
		}
		if got := e.Change(); got.Op != c.env {
			t.Errorf("%s: env %s %s", c.name, got.Op, got.Detail)
		}
		if got := d.Change(); got.Op != c.deploy {
			t.Errorf("%s: deployment %s %s", c.name, got.Op, got.Detail)
		}
		if x.print == "" {
			continue
		}
		if err := transporttest.Apply(x.family(x.road, notes)); err != nil {
			t.Fatalf("%s: %v", c.name, err)
		}
		want := map[string]bool{}
		for name := range x.values {
			want[name] = true
		}
		if got := x.env(); !maps.Equal(got, want) {
			t.Errorf("%s: the environment is %v", c.name, got)
		}
	}
}

func TestDriftIsSeenAndRepaired(t *testing.T) {
	for name, drift := range map[string]func(x *account, id string){
		"protection is switched on": func(x *account, _ string) {
			x.call("PATCH", "/v9/projects/"+projectName, map[string]any{"ssoProtection": map[string]any{"deploymentType": "all"}})
		},
		"a variable is deleted": func(x *account, _ string) {
			list := x.call("GET", "/v10/projects/"+projectName+"/env", nil)["envs"].([]any)
			x.call("DELETE", "/v9/projects/"+projectName+"/env/"+list[0].(map[string]any)["id"].(string), nil)
		},
		"a value is changed":        func(x *account, _ string) { x.editsOneValue() },
		"the deployment is deleted": func(x *account, id string) { x.call("DELETE", "/v13/deployments/"+id, nil) },
		"something else is deployed": func(x *account, _ string) {
			d := x.call("POST", "/v13/deployments?forceNew=1&skipAutoDetectionConfirmation=1", map[string]any{"name": projectName, "project": projectName, "target": "production",
				"files": []any{map[string]any{"file": "index.html", "data": "mine"}}, "projectSettings": map[string]any{"framework": nil}})
			for range 5 {
				x.call("GET", "/v13/deployments/"+d["id"].(string), nil)
			}
		},
		"the project is deleted": func(x *account, _ string) { x.call("DELETE", "/v9/projects/"+projectName, nil) },
	} {
		t.Run(name, func(t *testing.T) {
			x := newAccount(t)
			notes := transporttest.NewNotes()
			if err := transporttest.Apply(x.family(x.road, notes)); err != nil {
				t.Fatal(err)
			}
			drift(x, notes.Of("deployment").Get("id"))
			seen := false
			for _, r := range x.family(x.road, notes) {
				if err := r.Read(t.Context()); err != nil {
					t.Fatal(err)
				}
				seen = seen || r.Change().Op != event.None
			}
			if !seen {
				t.Error("the plan has nothing to do")
			}
			if err := transporttest.Apply(x.family(x.road, notes)); err != nil {
				t.Fatal(err)
			}
			p, e, d := x.parts(x.road, notes)
			if err := errors.Join(p.Read(t.Context()), e.Read(t.Context()), d.Read(t.Context())); err != nil {
				t.Fatal(err)
			}
			if v, err := d.Health(t.Context()); err != nil || v != "1.0" {
				t.Errorf("health: %q, %v", v, err)
			}
			for _, c := range []event.Change{p.Change(), e.Change(), d.Change()} {
				if c.Op != event.None {
					t.Errorf("still to do: %+v", c)
				}
			}
		})
	}
}

func TestAValueThatSomebodyChangedIsNamed(t *testing.T) {
	x := newAccount(t)
	notes := transporttest.NewNotes()
	if err := transporttest.Apply(x.family(x.road, notes)); err != nil {
		t.Fatal(err)
	}
	name := x.editsOneValue()
	_, e, _ := x.parts(x.road, notes)
	if err := e.Read(t.Context()); err != nil {
		t.Fatal(err)
	}
	if c := e.Change(); !strings.HasPrefix(c.Detail, name+" was changed at 20") || !strings.HasSuffix(c.Detail, "by someone else") {
		t.Errorf("plan: %+v", c)
	}
	if found := e.Problems(); len(found) != 1 || found[0].Code != "vercel.variable_edited" || !strings.Contains(found[0].Message, name) {
		t.Errorf("problems: %v", found)
	}
}

// editsOneValue is what somebody does at the dashboard, an hour later. It returns the variable's name.
func (x *account) editsOneValue() string {
	x.world.Advance(time.Hour)
	v := x.call("GET", "/v10/projects/"+projectName+"/env", nil)["envs"].([]any)[0].(map[string]any)
	x.call("PATCH", "/v9/projects/"+projectName+"/env/"+v["id"].(string), map[string]any{"value": "mine"})
	return v["key"].(string)
}

func TestUndo(t *testing.T) {
	t.Run("deletes a project that phonegate made", func(t *testing.T) {
		x := newAccount(t)
		notes := transporttest.NewNotes()
		if err := transporttest.Apply(x.family(x.road, notes)); err != nil {
			t.Fatal(err)
		}
		if err := transporttest.Undo(x.family(x.road, notes)); err != nil {
			t.Fatal(err)
		}
		if x.call("GET", "/v9/projects/"+projectName, nil) != nil {
			t.Error("the project is still there")
		}
	})
	t.Run("leaves a project that was there before as it was", func(t *testing.T) {
		x := newAccount(t)
		x.call("POST", "/v11/projects", map[string]any{"name": projectName})
		x.call("POST", "/v10/projects/"+projectName+"/env", map[string]any{"key": "MINE", "value": "1", "type": "plain", "target": []string{"production"}})
		notes := transporttest.NewNotes()
		if err := transporttest.Apply(x.family(x.road, notes)); err != nil {
			t.Fatal(err)
		}
		if err := transporttest.Undo(x.family(x.road, notes)); err != nil {
			t.Fatal(err)
		}
		if got := x.env(); !maps.Equal(got, map[string]bool{"MINE": true}) {
			t.Errorf("the environment is %v", got)
		}
		if got := x.call("GET", "/v6/deployments", nil)["deployments"].([]any); len(got) != 0 {
			t.Errorf("%d deployments are left", len(got))
		}
	})
}

func TestAProjectThatServesSomethingElseIsRefused(t *testing.T) {
	x := newAccount(t)
	d := x.call("POST", "/v13/deployments?skipAutoDetectionConfirmation=1", map[string]any{"name": projectName, "target": "production",
		"files": []any{map[string]any{"file": "index.html", "data": "mine"}}, "projectSettings": map[string]any{"framework": nil}})
	for range 5 {
		x.call("GET", "/v13/deployments/"+d["id"].(string), nil)
	}
	p, _, _ := x.parts(x.road, transporttest.NewNotes())
	if f := fault.Of(p.Read(t.Context())); f == nil || f.Code != "vercel.project_name_taken" || !strings.Contains(f.Hint, "--host-project") {
		t.Errorf("got %+v", f)
	}
	// Ours is found again by its name, state or no state.
	x = newAccount(t)
	if err := transporttest.Apply(x.family(x.road, transporttest.NewNotes())); err != nil {
		t.Fatal(err)
	}
	p, _, _ = x.parts(x.road, transporttest.NewNotes())
	if err := p.Read(t.Context()); err != nil || p.Change().Op != event.None {
		t.Errorf("%v, %+v", err, p.Change())
	}
}
