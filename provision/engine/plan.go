package engine

import (
	"context"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"phonegate/provision/event"
	"phonegate/provision/host/kind"
)

// Plan is what was found of a tenant and what there is to do. It can be carried out once: afterwards it would go on from what is no longer
// so.
type Plan struct {
	// Shown is what a person sees before anything is changed.
	Shown event.Plan

	t    *Tenant
	used atomic.Bool
	mu   sync.Mutex
	now  *work // another one where Apply had to start over
}

// Plan reads everything and says what there is to do to make the tenant as its answers say. It makes no writing call.
func (t *Tenant) Plan(ctx context.Context) (*Plan, error) { return t.plan(ctx, keeping) }

// PlanRotation is Plan with a new key for Action and form. The former one stays until no login needs it: Apply waits for that, and removes
// it, unless Options.NoWait leaves it to a later Apply.
func (t *Tenant) PlanRotation(ctx context.Context) (*Plan, error) { return t.plan(ctx, rotation) }

// PlanDestroy is a plan to remove what phonegate made and to put back what stood there before.
func (t *Tenant) PlanDestroy(ctx context.Context) (*Plan, error) { return t.plan(ctx, leaving) }

func (t *Tenant) plan(ctx context.Context, i intent) (*Plan, error) {
	w, err := t.begin(i)
	if err != nil {
		return nil, err
	}
	if err := w.read(ctx); err != nil {
		return nil, err
	}
	p := &Plan{t: t, now: w, Shown: event.Plan{Type: "plan", Tenant: t.name, Warnings: w.warnings()}}
	if i == leaving {
		p.Shown.Changes = changes(w.leaving(), undoing)
	} else {
		p.Shown.Changes = changes(w.nodes, applying)
	}
	t.emit(p.Shown)
	return p, nil
}

// Pending says whether there is anything to do.
func (p *Plan) Pending() bool {
	return slices.ContainsFunc(p.Shown.Changes, func(c event.Change) bool { return c.Op != event.None })
}

// Outcome is that of a plan which is only looked at.
func (p *Plan) Outcome() event.Outcome {
	count := map[event.Op]int{}
	for _, c := range p.Shown.Changes {
		count[c.Op]++
	}
	return p.work().outcome(count, nil)
}

// FormURL is the form's address, "" before it is deployed.
func (p *Plan) FormURL() string { return p.work().host.URL() }

// work is what the plan goes by now.
func (p *Plan) work() *work {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.now
}

// goOn puts another work in the place of the one that was overtaken.
func (p *Plan) goOn(w *work) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.now = w
}

// warnings say, before anybody is asked, what carrying the plan out would do to logins under way.
func (w *work) warnings() []string {
	r, to := w.register, w.t.spec.Host
	if r == nil || r.FormURL == "" || w.intent == leaving || r.Host == placeOf(to) && (to.URL == "" || to.URL == r.FormURL) {
		return nil
	}
	from := strings.TrimPrefix(r.FormURL, "https://")
	switch {
	case to.URL == r.FormURL:
		return []string{"The form moves to another host at the same address, " + from + ": logins in progress fail as soon as the address points there."}
	case kind.SelfHosted(r.Host.Kind):
		return []string{"The form moves. Keep the one at " + from + " running for " + minutes(w.t.grace) + " after this: logins under way end there."}
	}
	return []string{"The form moves. The one at " + from + " stays for " + minutes(w.t.grace) + " for logins in progress; the first apply after that deletes it."}
}
