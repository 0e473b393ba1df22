package engine_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"phonegate/provision/engine"
	"phonegate/provision/event"
	"phonegate/provision/fault"
	"phonegate/provision/ring"
	"phonegate/provision/sandbox/world"
	"phonegate/provision/secret"
)

// unconfirmed are what nobody knows of the providers and what this rests on, with the host that shows it.
var unconfirmed = []struct{ kind, behaviour, value string }{
	{"vercel", "auth0.resume_version", "deployed"},
	{"vercel", "auth0.resume_version", "suspended"},
	{"vercel", "auth0.patch_without_secrets", "kept"},
	{"vercel", "auth0.patch_without_secrets", "cleared"},
	{"vercel", "auth0.action_names", "shared"},
	{"vercel", "auth0.deploy", "slow"},
	{"vercel", "vercel.late_deployment", "last_ready_wins"},
	{"vercel", "vercel.alias_assigned", "after_ready"},
	{"vercel", "twilio.totp_issuer", "dropped"},
	{"cloudflare", "auth0.resume_version", "suspended"},
	{"cloudflare", "auth0.patch_without_secrets", "cleared"},
	{"cloudflare", "cloudflare.secrets_left_out", "kept"},
	{"cloudflare", "cloudflare.secrets_left_out", "dropped"},
	{"cloudflare", "cloudflare.propagation", "later"},
	{"cloudflare", "cloudflare.read_back", "reformatted"},
	{"bundle", "auth0.resume_version", "suspended"},
	{"bundle", "auth0.patch_without_secrets", "cleared"},
}

func TestWhateverTheProvidersDoNoLoginBreaksAndDestroyFindsAll(t *testing.T) {
	for _, u := range unconfirmed {
		for _, check := range []string{"form", "action"} {
			t.Run(u.behaviour+"="+u.value+"/"+u.kind+"/"+check, func(t *testing.T) {
				t.Parallel()
				b := newBench(t)
				b.become(u.kind, check)
				b.behave(u.behaviour, u.value)
				b.grace, b.noWait = time.Hour, true
				b.mustOperate(applying)
				logins := b.begin(1)
				second := b.elsewhere()
				second.quiet("the second computer")
				second.spec.Claims = "https://acme.example/" // the Action's code alone
				second.mustOperate(applying)
				more := b.begin(1)
				third := second.elsewhere()
				third.mustOperate(rotating)
				b.begin(1).finish("the end")
				more.finish("the rotation")
				logins.finish("all of it")
				third.grace = time.Millisecond
				third.mustOperate(applying) // sweeps
				third.quiet("the third computer")
				third.stop()
				last := third.elsewhere()
				if err := destroying.run(t.Context(), last, nil); err != nil {
					t.Fatalf("%v %+v", err, fault.Of(err))
				}
				if diff := cmp.Diff(withoutPeople(t, last.bare), withoutPeople(t, last.world())); diff != "" {
					t.Errorf("something is left behind or missing:\n%s", diff)
				}
			})
		}
	}
}

// withoutPeople is a sandbox's state without its users.
func withoutPeople(t *testing.T, state string) string {
	t.Helper()
	var all map[string]map[string]any
	if err := json.Unmarshal([]byte(state), &all); err != nil {
		t.Fatal(err)
	}
	delete(all["auth0"], "users")
	text, err := json.MarshalIndent(all, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestTwoRotationsInterleavedAtEveryRequest(t *testing.T) {
	for _, kind := range []string{"vercel", "cloudflare"} {
		for _, killed := range []bool{false, true} {
			name := kind + map[bool]string{true: ", one of them killed"}[killed]
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				b := newBench(t)
				b.become(kind, map[bool]string{false: "form", true: "action"}[killed])
				b.grace, b.noWait = time.Hour, true
				b.mustOperate(applying)
				all := []*underWay{b.begin(1)}
				step := int32(1)
				if testing.Short() {
					step = 8
				}
				for n := int32(1); ; n += step {
					one, other := b.elsewhere(), b.elsewhere()
					road, reached, goOn := one.pausedAt(n)
					one.road = road
					ended := make(chan error, 1)
					go func() { ended <- one.operate(rotating) }()
					paused := true
					select {
					case <-reached:
					case err := <-ended:
						if paused = false; err != nil {
							t.Fatal("alone:", err)
						}
					}
					if !paused {
						break
					}
					if killed {
						dying, _ := other.cutAfter(3 + n*7%17)
						other.road = dying
						_ = other.operate(rotating)
					} else if err := other.operate(rotating); err != nil {
						t.Fatalf("beside one that is at its request %d: %v %+v", n, err, fault.Of(err))
					}
					all = append(all, b.beginAt(stage(n)%stages))
					goOn()
					if err := <-ended; err != nil {
						t.Fatalf("while another one rotated at its request %d: %v %+v", n, err, fault.Of(err))
					}
					b.elsewhere().mustOperate(applying)
				}
				for _, logins := range all {
					logins.finish("two rotations")
				}
				t.Logf("%d interleavings", len(all)-1)
				last := b.elsewhere()
				last.mustOperate(applying)
				last.quiet("in the end")
			})
		}
	}
}

func TestThreeRotationsInAMinuteBreakNoLogin(t *testing.T) {
	everyHost(t, func(t *testing.T, b *bench) {
		b.grace, b.noWait = time.Hour, true
		b.mustOperate(applying)
		var all []*underWay
		for range 3 {
			all = append(all, b.begin(1))
			b.elsewhere().mustOperate(rotating)
		}
		for _, logins := range all {
			logins.finish("three rotations")
		}
	})
}

func TestAnEditedOrLostKeyIsFoundAndReplaced(t *testing.T) {
	for what, spoil := range map[string]func(b *bench){
		"edited at the host": func(b *bench) {
			for _, v := range b.vercel("GET", "/v10/projects/"+b.held("project")+"/env", nil)["envs"].([]any) {
				if v := v.(at); strings.HasPrefix(v["key"].(string), ring.Prefix) {
					b.vercel("PATCH", b.project()+"/env/"+v["id"].(string), at{"value": strings.Repeat("somebody's", 5)})
				}
			}
		},
		"deleted at the host": func(b *bench) {
			for _, v := range b.vercel("GET", "/v10/projects/"+b.held("project")+"/env", nil)["envs"].([]any) {
				if v := v.(at); strings.HasPrefix(v["key"].(string), ring.Prefix) {
					b.vercel("DELETE", b.project()+"/env/"+v["id"].(string), nil)
				}
			}
		},
		"its Twilio key deleted":     func(b *bench) { b.ask("DELETE", accountURL+"/Keys/"+b.held("key")+".json", nil) },
		"deleted from the Action":    func(b *bench) { b.secretsOf() },
		"replaced in the Action":     func(b *bench) { b.secretsOf(ring.New(time.Now()).Name()) },
		"edited in the Action later": func(b *bench) { b.box.World().Advance(2 * time.Hour); b.secretsOf(b.liveKey()) },
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			b := newBench(t)
			b.apply()
			before := b.liveKey()
			spoil(b)
			second := b.elsewhere()
			findings, err := second.open(nil).Doctor(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			found := false
			for _, f := range findings {
				found = found || !f.OK
			}
			if !found && what != "edited at the host" { // what runs still has the value
				t.Error("the doctor finds nothing")
			}
			second.mustOperate(applying)
			if what == "edited at the host" && b.liveKey() == before {
				return // nothing has met the edited value yet
			}
			if b.liveKey() == before {
				t.Error("the key was not replaced")
			}
			b.begin(1).finish("the time after it")
		})
	}
}

// liveKey is the name of the key in the deployed Action.
func (b *bench) liveKey() string {
	b.t.Helper()
	for _, a := range b.holdings().Auth0.Actions {
		for name := range a.Deployed.Secrets {
			if _, ok := ring.Parse(name); ok {
				return name
			}
		}
	}
	return ""
}

func TestNothingIsWrittenThatRestsOnASilentForm(t *testing.T) {
	for _, c := range []command{applying, rotating} {
		b := newBench(t)
		b.apply()
		b.arm(world.Fault{Provider: "form", Status: http.StatusBadGateway, Times: 999})
		b.spec.Claims = "https://acme.example/"
		n := len(b.box.World().Requests())
		if err := c.run(t.Context(), b, nil); err == nil {
			t.Errorf("%s went on without having seen the form", c.name)
		}
		for _, w := range b.writes(n) {
			if w.Provider == "auth0" {
				t.Errorf("%s wrote %s %s", c.name, w.Method, w.Path)
			}
		}
	}
}

func TestAHigherLayoutIsRefusedByEveryCommand(t *testing.T) {
	for where, plant := range map[string]func(b *bench){
		"the Action": func(b *bench) {
			code := b.auth0("GET", b.action(), nil)["code"].(string)
			b.auth0("PATCH", b.action(), at{"code": strings.Replace(code, `"layout": 2`, `"layout": 3`, 1)})
			b.deploy()
		},
		"the form": func(b *bench) {
			b.arm(world.Fault{Provider: "form", Status: 200, Body: `{"phonegate":"form","layout":3,"version":"0","ready":true,"keys":[]}`, Times: 99})
		},
	} {
		b := newBench(t)
		b.apply()
		plant(b)
		n := len(b.box.World().Requests())
		for _, c := range []command{applying, rotating, destroying} {
			err := c.run(t.Context(), b.elsewhere(), nil)
			if f := fault.Of(err); f == nil || f.Code != "layout.newer" || !strings.Contains(f.Message, "layout 3") || !strings.Contains(f.Hint, "Update phonegate") {
				t.Errorf("%s, %s: %+v", where, c.name, f)
			}
		}
		if w := b.writes(n); len(w) > 0 {
			t.Errorf("%s: something was written: %+v", where, w)
		}
	}
}

func TestAFormerKeyStaysForAsLongAsALoginCanTakeByAuth0sClock(t *testing.T) {
	for _, ahead := range []time.Duration{0, time.Hour} {
		t.Run("Auth0's clock "+ahead.String()+" ahead", func(t *testing.T) {
			b := newBench(t)
			b.box.World().Advance(ahead)
			b.grace, b.noWait = 15*time.Minute, true
			b.apply()
			if err := rotating.run(t.Context(), b, nil); err != nil {
				t.Fatal(err)
			}
			keys := func() int { return len(b.holdings().Twilio.Keys) }
			b.box.World().Advance(14 * time.Minute)
			if o := b.apply(); keys() != 2 || o.Deleted > 0 {
				t.Fatalf("after 14 minutes there are %d keys", keys())
			}
			if p, err := b.elsewhere().open(nil).Plan(t.Context()); err != nil || pendingIn(p) != "" {
				t.Errorf("after 14 minutes another computer wants %s, %v", pendingIn(p), err)
			}
			b.box.World().Advance(2 * time.Minute)
			if p, err := b.open(nil).Plan(t.Context()); err != nil || !strings.HasPrefix(pendingIn(p), "former: 1 former key") {
				t.Errorf("after 16 minutes the plan is %q, %v", pendingIn(p), err)
			}
			b.apply()
			if keys() != 1 {
				t.Errorf("after 16 minutes there are %d keys", keys())
			}
		})
	}
}

// pendingIn is what a plan would change, in words.
func pendingIn(p *engine.Plan) string {
	var all []string
	for _, c := range p.Shown.Changes {
		if c.Op != event.None {
			all = append(all, c.Resource+": "+c.Detail)
		}
	}
	return strings.Join(all, "\n")
}

func TestAStrangersFreshKeyIsLeftAlone(t *testing.T) {
	b := newBench(t)
	b.apply()
	for n := int32(1); len(b.holdings().Twilio.Keys) < 2; n++ {
		other := b.elsewhere()
		road, cut := other.cutAfter(n) // another computer is in the middle of a rotation
		other.road = road
		if _ = other.operate(rotating); !cut.Load() {
			t.Fatal("no rotation ended with a key that nobody uses yet")
		}
	}
	b.apply()
	if len(b.holdings().Twilio.Keys) != 2 {
		t.Error("the key that another computer has just made was deleted")
	}
	b.box.World().Advance(61 * time.Minute)
	b.apply()
	if keys := b.holdings().Twilio.Keys; len(keys) != 1 {
		t.Errorf("an hour later there are %d keys", len(keys))
	}
	b.inOrder()
}

func TestRollbacksAreSeenAndMended(t *testing.T) {
	b := newBench(t)
	b.apply()
	b.spec.Brand.Name = "Acme Ltd"
	b.spec.Claims = "https://acme.example/"
	b.apply()
	if err := rotating.run(t.Context(), b, nil); err != nil {
		t.Fatal(err)
	}
	versions := b.auth0("GET", b.action()+"/versions", nil)["versions"].([]any)
	oldest := versions[len(versions)-1].(at)["id"].(string)
	b.auth0("POST", b.action()+"/versions/"+oldest+"/deploy", nil)
	for b.auth0("GET", b.action(), nil)["all_changes_deployed"] != false {
		continue
	}
	second := b.elsewhere()
	p, err := second.open(nil).Plan(t.Context())
	if err != nil || !strings.Contains(pendingIn(p), "auth0.action") {
		t.Errorf("a version from before is in force, and the plan is %q, %v", pendingIn(p), err)
	}
	second.mustOperate(applying)
	b.vault = secret.MemoryVault()
	second.inOrder()
	b.begin(1).finish("the time after it")
}

func TestNoSecretIsReadableAtAProvider(t *testing.T) {
	everyHost(t, func(t *testing.T, b *bench) {
		if b.server != nil {
			b.vault = lasting{b.vault}
		}
		b.mustOperate(applying)
		b.mustOperate(rotating)
		known := b.secrets()
		if len(known) < 7 {
			t.Fatalf("only %d secrets are known", len(known))
		}
		all := b.world()
		e := b.open(nil)
		rows, err := e.Known(t.Context())
		if err != nil || len(rows) < 6 {
			t.Fatalf("%v: %+v", err, rows)
		}
		for _, r := range rows {
			all += r.Where + r.What + r.Value + "\n"
		}
		for _, s := range known {
			if strings.Contains(all, s) {
				t.Errorf("the secret that begins with %s can be read", s[:3])
			}
		}
		b.keptSecret(known)
	})
}

func TestWhatACutOffRunHasLeftIsRemovedAnHourLater(t *testing.T) {
	b := newBench(t)
	b.apply()
	issuer := "phonegate " + b.spec.Auth0.Domain
	b.ask("POST", "https://verify.twilio.com/v2/Services", url.Values{"FriendlyName": {"Acme dev"}, "Totp.Issuer": {issuer}})
	b.ask("POST", "https://verify.twilio.com/v2/Services", url.Values{"FriendlyName": {"Acme dev"}})
	second := b.elsewhere()
	second.mustOperate(applying)
	if n := len(b.holdings().Twilio.Services); n != 3 {
		t.Fatalf("of three services, two of them young or a stranger's, %d are left", n)
	}
	b.box.World().Advance(61 * time.Minute)
	if p, err := second.open(nil).Plan(t.Context()); err != nil || !strings.Contains(pendingIn(p), "1 leftover of an interrupted run") {
		t.Errorf("the plan is %q, %v", pendingIn(p), err)
	}
	second.mustOperate(applying)
	if s := b.holdings().Twilio.Services; len(s) != 2 {
		t.Errorf("an hour later the services are %+v", s)
	}
}
