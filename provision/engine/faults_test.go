package engine_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"regexp"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"phonegate/provision/engine"
	"phonegate/provision/event"
	"phonegate/provision/fault"
	"phonegate/provision/ring"
	"phonegate/provision/sandbox/world"
	"phonegate/templates"
)

// mishap is one way in which one request goes wrong.
type mishap struct {
	name string
	arm  world.Fault
}

// slow is longer than a test's patience with a request; see bench.timeout.
const slow = 3 * time.Second

var mishaps = []mishap{
	{"500", world.Fault{Status: http.StatusInternalServerError}},
	{"500 after the server acted", world.Fault{Status: http.StatusInternalServerError, After: true}},
	{"503 with HTML", world.Fault{Status: http.StatusServiceUnavailable, Body: "<html><body><h1>503 Service Unavailable</h1></body></html>"}},
	{"429 with Retry-After", world.Fault{Status: http.StatusTooManyRequests, RetryAfter: 1}},
	{"401", world.Fault{Status: http.StatusUnauthorized}},
	{"403 for want of a scope", world.Fault{Status: http.StatusForbidden,
		Body: `{"statusCode":403,"error":"Forbidden","message":"Insufficient scope, expected any of: update:things","errorCode":"insufficient_scope"}`}},
	{"timeout", world.Fault{DelayMS: int(slow / time.Millisecond), Drop: true}},
	{"connection reset before the server acted", world.Fault{Drop: true}},
	{"connection reset after the server acted", world.Fault{Drop: true, After: true}},
	{"truncated JSON", world.Fault{Truncate: true}},
}

// command is what a run does: a process's worth of work.
type command struct {
	name string
	// before prepares a fresh sandbox.
	before func(b *bench)
	plan   func(*engine.Tenant, context.Context) (*engine.Plan, error)
	// settled checks the sandbox after the next run.
	settled func(b *bench)
}

var (
	applying   = command{"apply", func(*bench) {}, (*engine.Tenant).Plan, (*bench).inOrder}
	rotating   = command{"rotate", func(b *bench) { b.apply() }, (*engine.Tenant).PlanRotation, (*bench).inOrder}
	destroying = command{"destroy", func(b *bench) { b.apply() }, (*engine.Tenant).PlanDestroy, (*bench).asBefore}
)

// run is one process that carries out the command.
func (c command) run(ctx context.Context, b *bench, emit func(event.Event)) error {
	e := b.open(emit)
	plan, err := c.plan(e, ctx)
	if err != nil {
		return err
	}
	_, err = plan.Apply(ctx)
	return err
}

// call is one request of a command: which one of those with the same method and path.
type call struct {
	provider, method, path string
	nth                    int
}

func (c call) String() string {
	return fmt.Sprintf("%s %s %s (%d)", c.provider, c.method, c.path, c.nth+1)
}

var identifier = regexp.MustCompile(`/(AC|VA|SK|prj_|dpl_|con_)[A-Za-z0-9_]{8,}|/[0-9a-f]{8}-[0-9a-f-]{27}|/[0-9a-f]{32}\b|/sandboxGlobalClient0*`)

// calls are all requests that a command makes in a healthy world.
func calls(t *testing.T, c command, fresh func(*testing.T) *bench) []call {
	t.Helper()
	b := fresh(t)
	c.before(b)
	n := len(b.box.World().Requests())
	if err := c.run(t.Context(), b, nil); err != nil {
		t.Fatal(err)
	}
	var all []call
	seen := map[call]int{}
	for _, r := range b.box.World().Requests()[n:] {
		if r.By != "api" {
			continue
		}
		k := call{r.Provider, r.Method, identifier.ReplaceAllString(r.Path, "/*"), 0}
		k.path = strings.ReplaceAll(k.path, "*.json", "*")
		k.nth = seen[k]
		seen[call{k.provider, k.method, k.path, 0}]++
		all = append(all, k)
	}
	slices.SortFunc(all, func(a, b call) int { return strings.Compare(a.String(), b.String()) })
	return all
}

// trial is one case: one request of a command fails in one way.
type trial struct {
	command command
	at      call
	how     mishap
}

// trials are all cases of a command. That an answer was lost after the server acted makes no difference to a reading call.
func trials(t *testing.T, c command, fresh func(*testing.T) *bench, matter func(call) bool) chan trial {
	all := slices.DeleteFunc(calls(t, c, fresh), func(c call) bool { return !matter(c) })
	queue := make(chan trial, len(all)*len(mishaps))
	for _, at := range all {
		for _, m := range mishaps {
			if at.method == http.MethodGet && m.arm.After {
				continue
			}
			queue <- trial{c, at, m}
		}
	}
	close(queue)
	if testing.Short() {
		queue = sample(queue)
	}
	t.Logf("%s: %d requests, %d cases", c.name, len(all), len(queue))
	return queue
}

// sample is every twentieth case, for the race detector: what it looks for is the same in all of them.
func sample(all chan trial) chan trial {
	some := make(chan trial, len(all))
	n := 0
	for x := range all {
		if n++; n%20 == 1 {
			some <- x
		}
	}
	close(some)
	return some
}

func TestWhateverFailsTheNextRunConverges(t *testing.T) {
	converges(t, newBench, func(call) bool { return true })
}

// converges lets each request that matters fail in each way.
func converges(t *testing.T, fresh func(*testing.T) *bench, matter func(call) bool) {
	defer debug.SetGCPercent(debug.SetGCPercent(400))
	applies, rotates, destroys := trials(t, applying, fresh, matter), trials(t, rotating, fresh, matter), trials(t, destroying, fresh, matter)
	var cases, carriedOn atomic.Int32
	var group sync.WaitGroup
	for range 12 {
		// A case ends with a sandbox that was checked, so the next one can begin there: applied, rotated, destroyed.
		group.Go(func() {
			var b *bench
			for {
				a, moreApplies := <-applies
				r, moreRotates := <-rotates
				d, moreDestroys := <-destroys
				if !moreApplies && !moreRotates && !moreDestroys {
					return
				}
				if b == nil {
					b = fresh(t)
				}
				for i, next := range []trial{a, r, d} {
					if next.command.name == "" {
						next.command = []command{applying, {}, destroying}[i]
					}
					if next.command.name == "" {
						continue
					}
					whole := t.Run(fmt.Sprintf("%s/%s/%s", next.command.name, next.at, next.how.name), func(t *testing.T) {
						b.t = t
						if next.at.method != "" {
							cases.Add(1)
						}
						if next.survives(b) {
							carriedOn.Add(1)
						}
					})
					if b.t = t; !whole {
						b = nil
						break
					}
				}
			}
		})
	}
	group.Wait()
	t.Logf("%d cases: %d runs carried on, %d ended with an error and the next one converged", cases.Load(), carriedOn.Load(), cases.Load()-carriedOn.Load())
}

// survives lets one request of a command fail and checks how the run ends and what the next one makes of it. It says
// whether the run carried on.
func (x trial) survives(b *bench) bool {
	b.said.Reset()
	known := b.secrets()
	if x.at.method != "" {
		f := x.how.arm
		f.Provider, f.Method, f.Path, f.Skip = x.at.provider, x.at.method, x.at.path, x.at.nth
		b.box.World().Arm(f)
	}
	b.timeout = slow / 2
	err := x.command.run(b.t.Context(), b, b.hear)
	b.timeout = 0
	b.box.World().Disarm()
	known = append(known, b.secrets()...)
	if err != nil {
		clearlySaid(b.t, err)
		b.heard(err)
		if again := x.command.run(b.t.Context(), b, b.hear); again != nil {
			b.t.Errorf("the run failed with %q, and the next one with: %v", err, again)
		}
	}
	if !b.t.Failed() {
		x.command.settled(b)
	}
	b.keptSecret(append(known, b.secrets()...))
	return err == nil && x.at.method != ""
}

// clearlySaid wants an error that a person can act on.
func clearlySaid(t *testing.T, err error) {
	t.Helper()
	var f *fault.Error
	switch {
	case !errors.As(err, &f):
		t.Errorf("not a typed error: %v", err)
	case f.Code == "" || f.Code == "failed" || !strings.Contains(f.Code, "."):
		t.Errorf("the error has the code %q: %v", f.Code, err)
	case f.Message == "" || f.Hint == "":
		t.Errorf("the error lacks a sentence or a hint: %+v", f)
	}
}

// deployedAction and deployedProject are what of the sandbox's state the tests look at.
type (
	deployedAction struct {
		ID, Name string
		Deployed struct{ Secrets map[string]string }
		Secrets  map[string]string
		All      bool `json:"all_changes_deployed"`
	}
	deployedProject struct {
		ID, Name, Protection string
		Env                  []struct{ Key, Value string }
		Deployments          []string
	}
)

type holdings struct {
	Auth0 struct {
		Actions  []deployedAction
		Bindings map[string][]struct{ Action string }
		Clients  []struct {
			ID   string `json:"client_id"`
			Name string
		}
	}
	Twilio struct {
		Services []struct {
			SID  string
			Name string `json:"friendly_name"`
			// RateLimits have their buckets with them: "phonegate_user 8/600 20/86400".
			RateLimits []string `json:"rate_limits"`
		}
		Keys []struct {
			SID  string
			Name string `json:"friendly_name"`
		}
	}
	Vercel struct {
		Projects []deployedProject
		Aliases  map[string]string
	}
	Cloudflare struct {
		Subdomain string
		Workers   []deployedWorker
	}
}

// deployedWorker is a form on Cloudflare.
type deployedWorker struct {
	Name, Date string
	Enabled    bool
	Bindings   []struct{ Name, Type, Value string }
}

// forms are the forms that are deployed, as their environments; values are digests.
func (h holdings) forms() (all []map[string]string) {
	for _, p := range h.Vercel.Projects {
		form := map[string]string{}
		for _, v := range p.Env {
			form[v.Key] = v.Value
		}
		all = append(all, form)
	}
	for _, w := range h.Cloudflare.Workers {
		form := map[string]string{}
		for _, v := range w.Bindings {
			form[v.Name] = v.Value
		}
		all = append(all, form)
	}
	return all
}

func (b *bench) holdings() holdings {
	b.t.Helper()
	var h holdings
	if err := json.Unmarshal([]byte(b.world()), &h); err != nil {
		b.t.Fatal(err)
	}
	return h
}

// asBefore wants the sandbox to be as it was when the bench was made.
func (b *bench) asBefore() {
	b.t.Helper()
	if diff := cmp.Diff(b.bare, b.world()); diff != "" {
		b.t.Errorf("something is left behind or missing:\n%s", diff)
	}
}

// inOrder wants exactly one of everything, both sides of every secret equal, and a plan with nothing to do.
func (b *bench) inOrder() {
	b.t.Helper()
	h := b.holdings()
	var ours []deployedAction
	for _, a := range h.Auth0.Actions {
		if a.Name == templates.ActionName {
			ours = append(ours, a)
		}
	}
	clients := 0
	for _, c := range h.Auth0.Clients {
		if c.Name == engine.TestClientName {
			clients++
		}
	}
	bound, forms := h.Auth0.Bindings["post-login"], h.forms()
	if b.server != nil {
		forms = append(forms, b.server.digests())
	}
	if len(ours) != 1 || len(bound) != 2 || clients != 1 || len(h.Twilio.Services) != 1 || len(h.Twilio.Keys) != 1 || len(forms) != 1 {
		b.t.Errorf("not one of everything: %d actions, %d bindings, %d test clients, %d services, %d keys, %d forms",
			len(ours), len(bound), clients, len(h.Twilio.Services), len(h.Twilio.Keys), len(forms))
		return
	}
	if bound[1].Action != ours[0].ID || !ours[0].All || !cmp.Equal(ours[0].Secrets, ours[0].Deployed.Secrets) {
		b.t.Errorf("the Action is not deployed as it is, or not the last one: %+v, bound %+v", ours[0], bound)
	}
	if limits := h.Twilio.Services[0].RateLimits; len(limits) != 2 || strings.Count(strings.Join(limits, " "), "/") != 4 {
		b.t.Errorf("the service has the rate limits %q", limits)
	}
	b.keysAgree(ours[0], forms[0], h.Twilio.Keys[0].Name)
	e := b.open(nil)
	p, err := e.Plan(b.t.Context())
	if err != nil {
		b.t.Fatal("the plan after it:", err)
	}
	if p.Pending() {
		b.t.Errorf("there is still something to do: %+v", p.Shown.Changes)
	}
}

// keysAgree wants one key, the same in Action, form and Twilio's account, with the value that the vault has if it has one.
func (b *bench) keysAgree(a deployedAction, form map[string]string, twilio string) {
	b.t.Helper()
	inAction, inForm := ring.In(slices.Collect(maps.Keys(a.Deployed.Secrets))), ring.In(slices.Collect(maps.Keys(form)))
	if len(a.Deployed.Secrets) != 1 || len(inAction) != 1 || !slices.Equal(inAction, inForm) || !strings.HasSuffix(twilio, " "+inAction[0].ID) {
		b.t.Errorf("not the same one key: Action %v, form %v, Twilio %q", inAction, inForm, twilio)
		return
	}
	for _, u := range b.units() {
		if u.Key != inAction[0] {
			b.t.Errorf("the vault has a key that nobody uses: %s", u.Name())
			continue
		}
		if a.Deployed.Secrets[u.Name()] != actionDigest(u.Name(), u.Value(true)) {
			b.t.Error("the Action does not have the key in use")
		}
		if form[u.Name()] != formDigest(u.Value(b.spec.CodeCheck == "form")) {
			b.t.Error("the form does not have the key in use")
		}
	}
}
