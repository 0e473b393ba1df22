package provision

import (
	"context"

	"phonegate/provision/event"
)

// Apply carries out the last Plan. What does not depend on one another runs at the same time; state is saved after every
// change, so that a run that was stopped anywhere is carried on by the next one.
func (t *Tenant) Apply(ctx context.Context) (event.Outcome, error) {
	if err := t.canHandOver(); err != nil {
		return t.outcome(nil, err), err
	}
	if err := t.state.Note("tenant").Set("domain", t.spec.Auth0.Domain); err != nil {
		return t.outcome(nil, err), err
	}
	if err := t.keepSecrets(); err != nil {
		return t.outcome(nil, err), err
	}
	count, err := t.run(ctx, t.nodes, applying)
	if err == nil {
		// Only now does nobody use a superseded key any more.
		err = t.key.Retire(ctx)
	}
	if err == nil {
		err = t.rotationOver()
	}
	return t.outcome(count, err), err
}

// Destroy removes what phonegate made and puts back what stood there before. The state is forgotten when all is gone.
func (t *Tenant) Destroy(ctx context.Context) (event.Outcome, error) {
	count, err := t.run(ctx, t.nodes.reversed(), undoing)
	o := t.outcome(count, err)
	if err != nil {
		return o, err
	}
	for _, g := range []*generated{t.session, t.verdict, t.keySecret, t.previousSession, t.previousVerdict} {
		if err := g.forget(); err != nil {
			return t.outcome(count, err), err
		}
	}
	return o, t.state.Forget()
}

func (t *Tenant) outcome(count map[event.Op]int, err error) event.Outcome {
	return event.Outcome{
		Name: t.name, OK: err == nil,
		Created: count[event.Create], Updated: count[event.Update], Unchanged: count[event.None], Deleted: count[event.Delete],
		FormURL: t.host.URL(), ActionID: t.action.ID(), ServiceSID: t.service.SID(),
		Error: event.FromError(err),
	}
}
