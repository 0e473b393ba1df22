package provision

import (
	"context"
	"slices"
	"sync"

	"phonegate/provision/event"
)

// Plan reads everything at the same time and says what Apply would do. It makes no writing call.
func (t *Tenant) Plan(ctx context.Context) (event.Plan, error) {
	if err := t.read(ctx); err != nil {
		return event.Plan{}, err
	}
	t.endPrevious()
	t.renewWhatIsLost()
	p := event.Plan{Type: "plan", Tenant: t.name, Changes: t.changes(t.nodes, applying)}
	t.emit(p)
	return p, nil
}

// PlanDestroy says what Destroy would do.
func (t *Tenant) PlanDestroy(ctx context.Context) (event.Plan, error) {
	t.loginPage.Leaving = true
	defer func() { t.loginPage.Leaving = false }()
	if err := t.read(ctx); err != nil {
		return event.Plan{}, err
	}
	p := event.Plan{Type: "plan", Tenant: t.name, Changes: t.changes(t.nodes.reversed(), undoing)}
	t.emit(p)
	return p, nil
}

func (t *Tenant) changes(g graph, d deed) []event.Change {
	var all []event.Change
	for _, n := range g {
		all = append(all, d.change(n.Resource))
	}
	return all
}

// read looks at every resource. All that can be found wrong is found in one go.
func (t *Tenant) read(ctx context.Context) error {
	errs := make([]error, len(t.nodes))
	var wg sync.WaitGroup
	for i, n := range t.nodes {
		wg.Go(func() { errs[i] = n.Read(ctx) })
	}
	wg.Wait()
	return joined(errs)
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
