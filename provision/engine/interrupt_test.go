package engine_test

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"phonegate/provision/engine"
	"phonegate/provision/event"
	"phonegate/provision/fault"
	"phonegate/provision/ring"
	"phonegate/provision/sandbox"
	"phonegate/provision/sandbox/world"
)

// begun are the resources that a command works on, in the order in which they end.
func begun(t *testing.T, c command) []string {
	t.Helper()
	b := newBench(t)
	c.before(b)
	var names []string
	err := c.run(t.Context(), b, func(e event.Event) {
		if s, ok := e.(event.Step); ok && s.Status == event.Done {
			names = append(names, s.Resource)
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	return names
}

func TestStoppedAtAnyStepTheNextRunCarriesOn(t *testing.T) {
	for _, c := range []command{applying, rotating, destroying} {
		for _, name := range begun(t, c) {
			for _, hard := range []bool{false, true} {
				t.Run(fmt.Sprintf("%s/%s/at once %v", c.name, name, hard), func(t *testing.T) {
					t.Parallel()
					b := newBench(t)
					c.before(b)
					ctx, cancel := context.WithCancel(t.Context())
					defer cancel()
					var e *engine.Tenant
					stopped := false
					e = b.open(func(ev event.Event) {
						s, ok := ev.(event.Step)
						if !ok {
							return
						}
						if s.Resource == name && s.Status == event.Running && !stopped {
							if stopped = true; hard {
								cancel()
							} else {
								e.Stop()
							}
						}
					})
					plan, err := c.plan(e, ctx)
					if err != nil {
						t.Fatal(err)
					}
					_, err = plan.Apply(ctx)
					if f := fault.Of(err); f != nil && (f.Category != fault.Interrupted || f.Hint == "") {
						t.Errorf("it ended with %+v", f)
					}
					if err == nil && hard {
						t.Error("it was cancelled and ended without an error")
					}
					if err := c.run(t.Context(), b, nil); err != nil {
						t.Fatal("the next run:", err)
					}
					c.settled(b)
				})
			}
		}
	}
}

func TestACancelIsFeltAtOnceWhileAProviderIsSlow(t *testing.T) {
	for _, provider := range []string{"auth0", "twilio", "vercel", "cloudflare"} {
		for _, when := range []string{"plan", "apply", "doctor"} {
			t.Run(when+" with a slow "+provider, func(t *testing.T) {
				b := newBench(t)
				if provider == "cloudflare" {
					b = newWorker(t)
				}
				e := b.open(nil)
				plan, err := e.Plan(t.Context())
				if err != nil {
					t.Fatal(err)
				}
				b.arm(world.Fault{Provider: provider, DelayMS: 3_600_000, Times: 99})
				ctx, cancel := context.WithCancel(t.Context())
				ended := make(chan error, 1)
				go func() {
					var err error
					switch when {
					case "plan":
						_, err = e.Plan(ctx)
					case "apply":
						_, err = plan.Apply(ctx)
					default:
						_, err = e.Doctor(ctx)
					}
					ended <- err
				}()
				b.waits()
				start := time.Now()
				cancel()
				select {
				case err := <-ended:
					// How long it takes depends on what else this machine does: it is told, and no more than that.
					t.Logf("felt after %s", time.Since(start))
					if f := fault.Of(err); f == nil || f.Category != fault.Interrupted {
						t.Errorf("it ended with %v", err)
					}
				case <-time.After(time.Minute):
					t.Error("it waits for the provider")
				}
			})
		}
	}
}

// waits returns when the engine has nothing left to do but to wait for a slow provider: no other request has ended for a while.
func (b *bench) waits() {
	for n := -1; ; {
		now := len(b.box.World().Requests())
		if now == n {
			return
		}
		n = now
		timer := time.NewTimer(50 * time.Millisecond)
		<-timer.C
	}
}

func TestWithoutAKeyringNothingIsDoubled(t *testing.T) {
	for name, c := range map[string]struct {
		change  func(b *bench)
		begins  bool // something has to be done
		rotates bool // a new key has to be made
	}{
		"nothing has changed":            {func(*bench) {}, false, false},
		"only the code has changed":      {func(b *bench) { b.spec.Claims = "https://acme.example/" }, true, false},
		"the Action lost its key":        {func(b *bench) { b.secretsOf() }, true, true},
		"the key was deleted":            {func(b *bench) { b.ask("DELETE", accountURL+"/Keys/"+b.held("key")+".json", nil) }, true, true},
		"the Verify service was deleted": {func(b *bench) { b.ask("DELETE", b.service(), nil) }, true, true},
		"the project was deleted":        {func(b *bench) { b.vercel("DELETE", b.project(), nil) }, true, true},
		"the state was lost as well":     {func(b *bench) { b.forgetState() }, false, false},
		"a rotation was asked for":       {nil, true, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t)
			b.apply()
			before, key := b.holdings(), b.liveKey()
			b.forgetSecrets()
			next := applying
			if c.change != nil {
				c.change(b)
			} else {
				next = rotating
			}
			n := len(b.box.World().Requests())
			var order []string
			if err := next.run(t.Context(), b, nil); err != nil {
				t.Fatal(err)
			}
			if name == "the Action lost its key" { // that nobody uses what is left of it is only known by its age
				if keys := b.holdings().Twilio.Keys; len(keys) != 2 {
					t.Errorf("a key that may be another computer's was deleted: %+v", keys)
				}
				b.box.World().Advance(61 * time.Minute)
				b.apply()
			}
			for _, r := range b.writes(n) {
				order = append(order, r.Method+" "+r.Path)
			}
			if (len(order) > 0) != c.begins {
				t.Errorf("it wrote %q", order)
			}
			b.inOrder()
			if rotated := b.liveKey() != key; rotated != c.rotates || rotated != (len(b.units()) == 1) {
				t.Errorf("the key was replaced: %v, and the new process knows %d", rotated, len(b.units()))
			}
			if last := len(order) - 1; c.rotates && name != "the key was deleted" && order[last] != "DELETE "+accountPath+"/Keys/"+before.Twilio.Keys[0].SID+".json" {
				t.Errorf("the old key was not deleted last: %q", order)
			}
		})
	}
}

const accountPath = "/2010-04-01/Accounts/" + sandbox.TwilioAccountSID

func TestARotationThatWasCutOffKeepsTheKeyInUse(t *testing.T) {
	b := newBench(t)
	b.grace, b.noWait = time.Hour, true
	b.apply()
	inUse := b.liveKey()
	inForm := func() []string {
		return slices.DeleteFunc(slices.Sorted(maps.Keys(b.holdings().forms()[0])), func(name string) bool {
			_, ok := ring.Parse(name)
			return !ok
		})
	}
	// The form gets the new key, the Action does not.
	b.arm(world.Fault{Provider: "auth0", Method: "PATCH", Path: "/api/v2/actions/actions/*", Status: 500, Times: 4})
	if err := rotating.run(t.Context(), b, nil); err == nil {
		t.Fatal("the rotation was to fail")
	}
	both := inForm()
	if len(both) != 2 || !slices.Contains(both, inUse) || b.liveKey() != inUse {
		t.Fatalf("the form has %q, the Action %s", both, b.liveKey())
	}
	if err := rotating.run(t.Context(), b, nil); err != nil {
		t.Fatal(err)
	}
	carriedOn := b.liveKey()
	if got := inForm(); !slices.Equal(got, both) || carriedOn == inUse || !slices.Contains(both, carriedOn) {
		t.Errorf("the second rotation did not carry the first one on: the form has %q, the Action %s", got, carriedOn)
	}
	if err := rotating.run(t.Context(), b, nil); err != nil {
		t.Fatal(err)
	}
	if got := inForm(); len(got) != 3 || !slices.Contains(got, inUse) || !slices.Contains(got, carriedOn) || b.liveKey() == carriedOn {
		t.Errorf("after another rotation the form has %q, the Action %s", got, b.liveKey())
	}
	b.grace = time.Millisecond
	b.apply()
	b.inOrder()
}

func TestTheLimitOfTheFreePlanIsKept(t *testing.T) {
	const perSecond = 8 // the proportions of 2 a second, in less time
	b := benchIn(t, sandbox.Options{RateLimits: map[string]float64{"auth0": perSecond}})
	b.limits = map[string]float64{"auth0": perSecond}
	for _, c := range []command{applying, rotating, destroying} {
		if err := c.run(t.Context(), b, b.hear); err != nil {
			t.Fatalf("%s: %v", c.name, err)
		}
		c.settled(b)
	}
	requests, refused := 0, 0
	for _, r := range b.box.World().Requests() {
		if r.Provider == "auth0" && r.By == "api" {
			if requests++; r.Status == 429 {
				refused++
			}
		}
	}
	t.Logf("%d requests, %d refused and repeated", requests, refused)
	// Each process begins with a full bucket of its own, and the provider's is then empty.
	if refused > requests/4 {
		t.Errorf("%d of %d requests were refused: the engine does not keep to its own limit", refused, requests)
	}
}
