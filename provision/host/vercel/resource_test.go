package vercel

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"phonegate/provision/event"
	"phonegate/provision/ring"
	"phonegate/provision/transport/transporttest"
)

func TestEveryFailureIsMadeGoodByTheNextRun(t *testing.T) {
	for name, prepare := range map[string]func(x *account){
		"a new project": func(*account) {},
		"a project that is adopted": func(x *account) {
			x.call("POST", "/v11/projects", map[string]any{"name": projectName})
			x.call("PATCH", "/v9/projects/"+projectName, map[string]any{"nodeVersion": "20.x"})
		},
		"a second key": func(x *account) {
			x.applied()
			x.wants(newKey(1))
		},
	} {
		t.Run(name, func(t *testing.T) {
			transporttest.Converges(t, func(t *testing.T) transporttest.Account {
				x := newAccount(t)
				prepare(x)
				return transporttest.Account{HTTP: x.road, Resources: x.resources, Check: func(t *testing.T) {
					p := x.call("GET", "/v9/projects/"+projectName, nil)
					if p["ssoProtection"] != nil || p["nodeVersion"] != nodeVersion {
						t.Errorf("the project has protection %v and Node %v", p["ssoProtection"], p["nodeVersion"])
					}
					mark := "made " + domain
					if name == "a project that is adopted" {
						mark = "adopted " + domain + ` node=20.x sso={"deploymentType":"all_except_custom_domains"}`
					}
					want := map[string]string{markKey: mark}
					for _, k := range x.must {
						want[k.Name()] = ""
					}
					if got := x.env(); !maps.Equal(got, want) {
						t.Errorf("the environment is %v, want %v", got, want)
					}
					if got := x.call("GET", "/v9/projects", nil)["projects"].([]any); len(got) != 1 {
						t.Errorf("%d projects", len(got))
					}
					if c, err := x.read().Look(t.Context()); err != nil || c.Version != "1.0" || !c.Shows(x.must) {
						t.Errorf("the form shows %+v, %v", c, err)
					}
				}}
			})
		})
	}
}

func TestAnotherComputerFindsNothingToDo(t *testing.T) {
	x := newAccount(t)
	first := x.applied()
	if c, ok := first.Seen(); !ok || !c.Ready || !c.Shows(x.must) {
		t.Errorf("after apply the form was seen as %+v, %v", c, ok)
	}
	other := x.elsewhere()
	other.add = ring.Unit{} // it does not know the key's value
	before := len(x.world.Requests())
	h := other.read()
	if asked := len(x.world.Requests()) - before; asked > 4 {
		t.Errorf("reading took %d requests", asked)
	}
	for _, r := range h.Resources() {
		if c := r.Change(); c.Op != event.None {
			t.Errorf("still to do: %+v", c)
		}
		if found := r.Problems(); len(found) != 0 {
			t.Errorf("%s has problems: %v", r.Name(), found)
		}
	}
	if held, known := h.Held(); !known || !slices.Equal(held, x.must) {
		t.Errorf("it holds %v, %v", held, known)
	}
	if c, ok := h.Seen(); !ok || c.Version != "1.0" || !c.Shows(x.must) || h.URL() != "https://acme-verify.vercel.app" {
		t.Errorf("it saw %+v, %v at %s", c, ok, h.URL())
	}
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
			at := x.applied().URL()
			if taken := at != "https://acme-verify.vercel.app"; taken != (c.reserved != nil) || !strings.HasSuffix(at, ".vercel.app") {
				t.Errorf("the form is at %s", at)
			}
			h := x.read()
			if c, err := h.Look(t.Context()); err != nil || c.Version != "1.0" || h.URL() != at {
				t.Errorf("another process sees %+v, %v at %s", c, err, h.URL())
			}
		})
	}
}

func TestTheAddressInUseStaysWhileTheProjectHasIt(t *testing.T) {
	x := newAccount(t)
	x.applied()
	x.call("POST", "/v10/projects/"+projectName+"/domains", map[string]any{"name": "verify.acme.com"})
	for register, want := range map[string]string{
		"":                        "https://acme-verify.vercel.app",
		"https://verify.acme.com": "https://verify.acme.com",
		"https://former.acme.com": "https://acme-verify.vercel.app",
	} {
		x.url = register
		if got := x.read().URL(); got != want {
			t.Errorf("with %q in use: %s", register, got)
		}
	}
}

func TestOnlyChangesAreDeployed(t *testing.T) {
	x := newAccount(t)
	x.applied()
	for _, c := range []struct {
		name        string
		change      func()
		env, deploy event.Op
		detail      string
	}{
		{"nothing", func() {}, event.None, event.None, "acme-verify.vercel.app"},
		{"other files", func() { x.version = "2.0" }, event.None, event.Update, "acme-verify.vercel.app: new files"},
		{"another key", func() { x.wants(newKey(1)) }, event.Update, event.Update, "acme-verify.vercel.app: new environment"},
		{"a key of another computer", func() { x.elsewhere().with(newKey(2)).applied() }, event.None, event.None,
			"acme-verify.vercel.app"},
		{"a variable of somebody's own", func() { x.variable("MINE", "1", "production") }, event.None, event.None,
			"acme-verify.vercel.app"},
	} {
		c.change()
		h := x.read()
		if got := h.env.Change(); got.Op != c.env {
			t.Errorf("%s: env %s %s", c.name, got.Op, got.Detail)
		}
		if got := h.deployment.Change(); got.Op != c.deploy || got.Detail != c.detail {
			t.Errorf("%s: deployment %s %s", c.name, got.Op, got.Detail)
		}
		before := x.deployments()
		x.applied()
		if made := x.deployments() - before; (made == 1) != (c.deploy != event.None) {
			t.Errorf("%s: %d deployments", c.name, made)
		}
	}
	if got := x.env(); len(got) != 5 || got["MINE"] != "1" {
		t.Errorf("the environment is %v", got)
	}
}

// with is wants, for a chain.
func (x *account) with(u ring.Unit) *account {
	x.wants(u)
	return x
}

func TestDriftIsSeenAndRepaired(t *testing.T) {
	for name, drift := range map[string]func(x *account){
		"protection is switched on": func(x *account) {
			x.call("PATCH", "/v9/projects/"+projectName, map[string]any{"ssoProtection": map[string]any{"deploymentType": "all"}})
		},
		"another Node":     func(x *account) { x.call("PATCH", "/v9/projects/"+projectName, map[string]any{"nodeVersion": "20.x"}) },
		"a key is deleted": func(x *account) { x.drop(x.add.Name()) },
		"a key has another target": func(x *account) {
			x.drop(x.add.Name())
			x.variable(x.add.Name(), x.add.Value(true), "preview")
		},
		"the mark is deleted": func(x *account) { x.drop(markKey) },
		"the deployment is deleted": func(x *account) {
			x.call("DELETE", "/v13/deployments/"+x.read().deployment.live.ID, nil)
		},
		"something else is deployed": func(x *account) { x.publish() },
		"the project is deleted":     func(x *account) { x.call("DELETE", "/v9/projects/"+projectName, nil) },
	} {
		t.Run(name, func(t *testing.T) {
			x := newAccount(t)
			x.applied()
			drift(x)
			changes, problems := 0, 0
			for _, r := range x.read().Resources() {
				if r.Change().Op != event.None {
					changes++
				}
				problems += len(r.Problems())
			}
			if changes == 0 || problems == 0 {
				t.Errorf("%d changes and %d problems", changes, problems)
			}
			x.applied()
			h := x.read()
			if c, ok := h.Seen(); !ok || c.Version != "1.0" || !c.Shows(x.must) {
				t.Errorf("the form shows %+v, %v", c, ok)
			}
			for _, r := range h.Resources() {
				if c := r.Change(); c.Op != event.None {
					t.Errorf("still to do: %+v", c)
				}
			}
		})
	}
}
