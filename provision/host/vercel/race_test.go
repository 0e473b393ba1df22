package vercel

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"phonegate/provision/event"
	"phonegate/provision/fault"
	"phonegate/provision/transport/transporttest"
)

func TestAnOlderDeploymentThatFinishesLate(t *testing.T) {
	for behaviour, deployments := range map[string]int{"last_ready_wins": 2, "newest_wins": 1} {
		t.Run(behaviour, func(t *testing.T) {
			x := newAccount(t)
			if err := x.world.SetBehaviour("vercel.late_deployment", behaviour); err != nil {
				t.Fatal(err)
			}
			x.applied()
			late := x.elsewhere().read()
			x.wants(newKey(1))
			made := 0
			h := x.host(x.intercept(func(r *http.Request) *http.Response {
				switch {
				case isDeploying(r):
					if made++; made == 1 {
						// Another computer's deployment, from before our key, is under way: nobody looks at it, so it takes its time.
						x.drop(x.add.Name())
						if _, err := late.deployment.create(t.Context(), late.deployment.build()); err != nil {
							t.Error(err)
						}
						x.variable(x.add.Name(), x.add.Value(true), "production")
					}
				case isForm(r) && made == 1:
					x.world.Advance(time.Minute) // it is over now
				}
				return nil
			}))
			if err := transporttest.Apply(family(h)); err != nil {
				t.Fatal(err)
			}
			if made != deployments {
				t.Errorf("%d deployments", made)
			}
			if c, ok := x.read().Seen(); !ok || !c.Shows(x.must) {
				t.Errorf("the form shows %+v, %v", c, ok)
			}
		})
	}
}

func TestANewerDeploymentOfAnotherComputerWillDo(t *testing.T) {
	x := newAccount(t)
	x.applied()
	x.wants(newKey(1))
	other, theirs := x.elsewhere(), newKey(2)
	made, patient := 0, 0
	h := x.host(x.intercept(func(r *http.Request) *http.Response {
		if isDeploying(r) {
			made++
			return nil
		}
		// Before the first look at ours, another computer deploys with the same environment, and is faster.
		if r.Method == http.MethodGet && strings.HasPrefix(r.URL.Path, "/v13/deployments/") {
			if patient++; patient == 1 {
				other.variable(theirs.Name(), theirs.Value(true), "production")
				late := other.read()
				if err := late.deployment.deploy(t.Context(), func(string) {}); err != nil {
					t.Error(err)
				}
			}
		}
		return nil
	}))
	if err := transporttest.Apply(family(h)); err != nil {
		t.Fatal(err)
	}
	if c, ok := h.Seen(); !ok || !c.Shows(x.must) || len(c.Keys) != 3 || made != 1 {
		t.Errorf("the form shows %+v, %v after %d deployments", c, ok, made)
	}
	if c := h.deployment.Change(); c.Op != event.None {
		t.Errorf("still to do: %+v", c)
	}
}

func TestTwoComputersThatWantDifferentFormsDoNotFightForEver(t *testing.T) {
	x := newAccount(t)
	x.applied()
	x.version = "2.0"
	rival := x.elsewhere()
	rival.version = "3.0"
	made := 0
	var h *Host
	h = x.host(x.intercept(func(r *http.Request) *http.Response {
		if isDeploying(r) {
			made++
		}
		if seen, _ := h.Seen(); isForm(r) && made > 0 && seen.Version != "3.0" {
			other := rival.read()
			if other.deployment.live.Meta[metaKey] != other.deployment.build() {
				if err := other.deployment.deploy(t.Context(), func(string) {}); err != nil {
					t.Error(err)
				}
			}
		}
		return nil
	}))
	f := fault.Of(transporttest.Apply(family(h)))
	if f == nil || f.Code != codeBehind || !strings.Contains(f.Message, "version 3.0 instead of 2.0") || !strings.Contains(f.Hint,
		"phonegate.yaml") {
		t.Errorf("got %+v", f)
	}
	if made == 0 || made > maxDeployments {
		t.Errorf("%d deployments", made)
	}
}
