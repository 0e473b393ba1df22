package vercel

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"phonegate/provision/event"
	"phonegate/provision/fault"
	"phonegate/provision/ring"
	"phonegate/provision/transport/transporttest"
)

// settings are the project's that phonegate changes.
func (x *account) settings() string {
	p := x.call("GET", "/v9/projects/"+projectName, nil)
	if p == nil {
		return "no project"
	}
	return fmt.Sprint(p["nodeVersion"], " ", p["ssoProtection"] != nil)
}

// undone is the host after a successful destroy by a new process on a computer that never saw the form before.
func (x *account) undone() *Host {
	x.t.Helper()
	other := x.elsewhere()
	other.add, other.must = ring.Unit{}, nil
	h := other.host(x.road)
	if err := transporttest.Undo(family(h)); err != nil {
		x.t.Fatal(err)
	}
	return h
}

var undoCases = map[string]struct {
	prepare func(x *account) // before the form is there
	after   func(x *account)
	left    string // what Left names
	// What is there at the end.
	settings    string
	env         map[string]string
	deployments int
}{
	"a project that phonegate made":  {settings: "no project"},
	"with the keys of two computers": {after: func(x *account) { x.elsewhere().with(newKey(1)).applied() }, settings: "no project"},
	"with somebody's variable": {after: func(x *account) { x.variable("MINE", "1", "production") },
		left:     "the Vercel project acme-verify",
		settings: "22.x false", env: map[string]string{"MINE": "1"}},
	"with somebody's page": {after: func(x *account) {
		x.publish()
		x.applied()
	}, left: "the Vercel project acme-verify", settings: "22.x false", env: map[string]string{}, deployments: 1},
	"with somebody's domain": {after: func(x *account) {
		x.call("POST", "/v10/projects/"+projectName+"/domains", map[string]any{"name": "verify.acme.com"})
	}, left: "the Vercel project acme-verify", settings: "22.x false", env: map[string]string{}},
	"a project that was adopted": {prepare: func(x *account) {
		x.call("POST", "/v11/projects", map[string]any{"name": projectName})
		x.call("PATCH", "/v9/projects/"+projectName, map[string]any{"nodeVersion": "20.x"})
		x.variable("MINE", "1", "production")
	}, settings: "20.x true", env: map[string]string{"MINE": "1"}},
	"one whose settings somebody changed since": {prepare: func(x *account) {
		x.call("POST", "/v11/projects", map[string]any{"name": projectName, "ssoProtection": nil})
		x.call("PATCH", "/v9/projects/"+projectName, map[string]any{"nodeVersion": "20.x"})
	}, after: func(x *account) { x.call("PATCH", "/v9/projects/"+projectName, map[string]any{"nodeVersion": "18.x"}) },
		settings: "18.x false", env: map[string]string{}},
}

func TestUndo(t *testing.T) {
	for name, c := range undoCases {
		t.Run(name, func(t *testing.T) {
			x := newAccount(t)
			if c.prepare != nil {
				c.prepare(x)
			}
			x.applied()
			if c.after != nil {
				c.after(x)
			}
			h := x.undone()
			if got := x.settings(); got != c.settings {
				t.Errorf("the project has %s", got)
			}
			if c.env != nil {
				if got := x.env(); !maps.Equal(got, c.env) {
					t.Errorf("the environment is %v", got)
				}
			}
			if got := x.deployments(); got != c.deployments {
				t.Errorf("%d deployments are left", got)
			}
			left := h.Left()
			if c.left == "" && len(left) != 0 || c.left != "" && (len(left) != 1 || left[0].What != c.left || left[0].Why == "" ||
				left[0].Command == "") {
				t.Errorf("left: %+v", left)
			}
			if c.settings == "no project" {
				return
			}
			// Then the project is nobody's: nothing more is undone.
			if c.deployments > 0 {
				if f := fault.Of(x.host(x.road).project.Read(t.Context())); f == nil || f.Code != codeTaken {
					t.Errorf("got %+v", f)
				}
				return
			}
			for _, r := range x.read().Resources() {
				if c := r.UndoChange(); c.Op != event.None {
					t.Errorf("still to undo: %+v", c)
				}
			}
		})
	}
}

func TestEveryFailureOfUndoIsMadeGoodByTheNextRun(t *testing.T) {
	for _, name := range []string{"with the keys of two computers", "with somebody's variable", "a project that was adopted"} {
		c := undoCases[name]
		for _, how := range []transporttest.Break{transporttest.Before, transporttest.After, transporttest.Busy} {
			for n := 1; ; n++ {
				x := newAccount(t)
				if c.prepare != nil {
					c.prepare(x)
				}
				x.applied()
				if c.after != nil {
					c.after(x)
				}
				flaky := &transporttest.Flaky{Next: x.road, At: n, How: how}
				err := transporttest.Undo(family(x.host(flaky)))
				if flaky.Fired == "" {
					if err != nil {
						t.Fatal(err)
					}
					break
				}
				for _, r := range slices.Backward(family(x.read())) {
					if r.UndoChange().Op == event.None {
						continue // the engine leaves it out
					}
					if err := r.Undo(t.Context(), nil); err != nil {
						t.Fatalf("%s: %s at %s: %v", name, how, flaky.Fired, err)
					}
				}
				if got := x.settings(); got != c.settings {
					t.Errorf("%s: %s at %s: the project has %s", name, how, flaky.Fired, got)
				}
				if got := x.env(); c.env != nil && !maps.Equal(got, c.env) {
					t.Errorf("%s: %s at %s: the environment is %v", name, how, flaky.Fired, got)
				}
				if got := x.deployments(); got != c.deployments {
					t.Errorf("%s: %s at %s: %d deployments are left", name, how, flaky.Fired, got)
				}
			}
		}
	}
}

func TestWhatIsNotMarkedIsNotUndone(t *testing.T) {
	x := newAccount(t)
	x.applied()
	x.drop(markKey)
	before := len(x.world.Requests())
	h := x.undone()
	for _, r := range x.world.Requests()[before:] {
		if r.Method != http.MethodGet {
			t.Errorf("%s %s", r.Method, r.Path)
		}
	}
	for _, r := range h.Resources() {
		if c := r.UndoChange(); c.Op != event.None || !strings.Contains(c.Detail, "no phonegate mark") {
			t.Errorf("%+v", c)
		}
	}
	if left := h.Left(); len(left) != 1 || left[0].What != "the Vercel project acme-verify" || !strings.Contains(left[0].Why,
		markKey) {
		t.Errorf("left: %+v", left)
	}
}

func TestAFormThatStillAnswersIsNamed(t *testing.T) {
	x := newAccount(t)
	x.applied()
	h := x.host(x.intercept(func(r *http.Request) *http.Response {
		if isForm(r) {
			return reply(r, 200, `{"phonegate":"form","layout":2,"version":"1.0","ready":true,"keys":[]}`)
		}
		return nil
	}))
	if err := transporttest.Undo(family(h)); err != nil {
		t.Fatal(err)
	}
	if left := h.Left(); len(left) != 1 || left[0].What != "the form at https://acme-verify.vercel.app" || left[0].Why == "" {
		t.Errorf("left: %+v", left)
	}
}
