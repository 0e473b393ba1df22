package provision_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"phonegate/provision"
	"phonegate/provision/event"
	"phonegate/provision/fault"
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
					var e *provision.Tenant
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
					if _, err := c.plan(e, ctx); err != nil {
						t.Fatal(err)
					}
					_, err := c.act(e, ctx)
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
				if when == "apply" {
					if _, err := e.Plan(t.Context()); err != nil {
						t.Fatal(err)
					}
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
						_, err = e.Apply(ctx)
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
		change func(b *bench)
		begins bool // something has to be done
	}{
		"nothing has changed":            {func(*bench) {}, false},
		"only the code has changed":      {func(b *bench) { b.spec.Claims = "https://acme.example/" }, true},
		"the Action lost a secret":       {func(b *bench) { b.secretsOf(actionSecrets[1:]...) }, true},
		"the key was deleted":            {func(b *bench) { b.ask("DELETE", accountURL+"/Keys/"+b.held("key")+".json", nil) }, true},
		"the Verify service was deleted": {func(b *bench) { b.ask("DELETE", b.service(), nil) }, true},
		"the project was deleted":        {func(b *bench) { b.vercel("DELETE", b.project(), nil) }, true},
		"the state was lost as well":     {func(b *bench) { b.forgetState() }, true},
		"a rotation was asked for":       {nil, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t)
			b.apply()
			before := b.holdings()
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
			for _, r := range b.writes(n) {
				order = append(order, r.Method+" "+r.Path)
			}
			if (len(order) > 0) != c.begins {
				t.Errorf("it wrote %q", order)
			}
			b.inOrder()
			after := b.holdings()
			rotated := before.Twilio.Keys[0].SID != after.Twilio.Keys[0].SID
			if rotated != (len(b.vaulted()) == 3) {
				t.Errorf("the key was replaced: %v, and the new process knows %d secrets", rotated, len(b.vaulted()))
			}
			if last := len(order) - 1; rotated && name != "the key was deleted" && order[last] != "DELETE "+accountPath+"/Keys/"+before.Twilio.Keys[0].SID+".json" {
				t.Errorf("the old key was not deleted last: %q", order)
			}
		})
	}
}

const accountPath = "/2010-04-01/Accounts/" + sandbox.TwilioAccountSID

func TestARotationThatWasCutOffKeepsTheSecretInUse(t *testing.T) {
	b := newBench(t)
	b.apply()
	inUse := b.vault.Get("session")
	// The form gets the new pair, the Action does not.
	b.arm(world.Fault{Provider: "auth0", Method: "PATCH", Path: "/api/v2/actions/actions/*", Status: 500, Times: 4})
	if err := rotating.run(t.Context(), b, nil); err == nil {
		t.Fatal("the rotation was to fail")
	}
	if err := rotating.run(t.Context(), b, nil); err != nil {
		t.Fatal(err)
	}
	if b.vault.Get("session-previous") != inUse {
		t.Error("the second rotation pushed out the secret with which logins under way were signed")
	}
	b.inOrder()
	if err := rotating.run(t.Context(), b, nil); err != nil {
		t.Fatal(err)
	}
	if b.vault.Get("session-previous") == inUse || b.vault.Get("session-previous") == "" {
		t.Error("the rotation after it rotated nothing")
	}
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
