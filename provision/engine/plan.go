package engine

import (
	"context"
	"slices"
	"strings"

	"phonegate/provision/event"
)

// Plan reads everything and says what Apply would do. It makes no writing call.
func (t *Tenant) Plan(ctx context.Context) (event.Plan, error) { return t.plan(ctx, keeping) }

// PlanRotation is Plan with a new key for Action and form. The former one stays until no login needs it: Apply waits for that, and removes
// it, unless Options.NoWait leaves it to a later Apply.
func (t *Tenant) PlanRotation(ctx context.Context) (event.Plan, error) { return t.plan(ctx, rotation) }

// PlanDestroy says what Destroy would do.
func (t *Tenant) PlanDestroy(ctx context.Context) (event.Plan, error) { return t.plan(ctx, leaving) }

func (t *Tenant) plan(ctx context.Context, i intent) (event.Plan, error) {
	w, err := t.begin(i)
	if err != nil {
		return event.Plan{}, err
	}
	t.set(w)
	if err := w.read(ctx); err != nil {
		return event.Plan{}, err
	}
	p := event.Plan{Type: "plan", Tenant: t.name, Warnings: w.warnings()}
	if i == leaving {
		p.Changes = changes(w.leaving(), undoing)
	} else {
		p.Changes = changes(w.nodes, applying)
	}
	t.emit(p)
	return p, nil
}

// Pending says whether a plan holds anything to do.
func Pending(p event.Plan) bool {
	return slices.ContainsFunc(p.Changes, func(c event.Change) bool { return c.Op != event.None })
}

// Planned is the outcome of a plan that is only looked at.
func (t *Tenant) Planned(p event.Plan) event.Outcome {
	count := map[event.Op]int{}
	for _, c := range p.Changes {
		count[c.Op]++
	}
	return t.outcome(count, nil)
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
	case r.Host.Kind == "bundle":
		return []string{"The form moves. Keep the one at " + from + " running for " + minutes(w.t.grace) + " after this: logins under way end there."}
	}
	return []string{"The form moves. The one at " + from + " stays for " + minutes(w.t.grace) + " for logins in progress; the first apply after that deletes it."}
}
