package engine

import (
	"context"
	"errors"
	"time"

	"phonegate/provision/auth0"
	"phonegate/provision/event"
	"phonegate/provision/fault"
	"phonegate/provision/ring"
)

// attempts is how often Apply begins again when another computer was first, or Auth0 dropped the Action's key.
const attempts = 3

// Apply carries the plan out. What does not depend on one another runs at the same time. A run that was stopped anywhere is carried
// on by the next plan, on this computer or another.
func (p *Plan) Apply(ctx context.Context) (event.Outcome, error) {
	if p.used.Swap(true) {
		err := fault.New(fault.Failed, "plan.used", "Make another plan.", "This plan was carried out already.")
		return p.work().outcome(nil, err), err
	}
	if p.work().intent == leaving {
		return p.work().destroy(ctx)
	}
	total, err := p.apply(ctx)
	return p.work().outcome(total, err), err
}

// apply counts what was done. It begins again with a plan of its own when what was planned is no longer what there is to do.
func (p *Plan) apply(ctx context.Context) (total map[event.Op]int, err error) {
	t, w := p.t, p.work()
	if err := w.mayApply(); err != nil {
		return nil, err
	}
	if err := t.state.Note("tenant").Set("domain", t.spec.Auth0.Domain); err != nil {
		return nil, err
	}
	total = map[event.Op]int{}
	for try := 1; ; try++ {
		var count map[event.Op]int
		count, err = t.run(ctx, w.nodes, applying)
		for op, n := range count {
			total[op] = max(total[op], n)
		}
		if !startsAgain(err) || try == attempts {
			break
		}
		next, again := w.again(ctx, errors.Is(err, auth0.ErrTaken))
		if again != nil {
			return total, again
		}
		w = next
		p.goOn(w)
	}
	if err == nil {
		err = w.finish(ctx, total)
	}
	return total, err
}

// startsAgain says whether an error only means that what was planned is no longer what there is to do.
func startsAgain(err error) bool {
	return errors.Is(err, auth0.ErrTaken) || err != nil && fault.Of(err).Code == "auth0.secrets_cleared"
}

// mayApply refuses a plan that could not be carried out to its end, before anything is written.
func (w *work) mayApply() error {
	if w.choice.mint {
		if err := w.key.CanMake(); err != nil {
			return err
		}
	}
	return w.canHandOver()
}

// again is the work for a run that was overtaken. taken says that another run created the Action first: then what this one has made for
// it is taken back at the end, since nobody can refer to it.
func (w *work) again(ctx context.Context, taken bool) (*work, error) {
	next, err := w.t.begin(w.intent)
	if err != nil {
		return nil, err
	}
	next.made, next.afresh = w.made, !taken
	if taken {
		next.made.service, next.made.client = w.service.Made(), w.client.Made()
	}
	if next.intent == rotation && taken {
		next.intent = keeping
	}
	if err := next.read(ctx); err != nil {
		return nil, err
	}
	return next, next.mayApply()
}

// finish takes back what was made in vain, and has a last look: another run may have put an older form over this one.
func (w *work) finish(ctx context.Context, done map[event.Op]int) error {
	if err := w.takeBack(ctx); err != nil {
		return err
	}
	if err := w.t.memory.forget(w.spent()); err != nil {
		return err
	}
	changed := 0
	for op, n := range done {
		if op != event.None {
			changed += n
		}
	}
	if changed == 0 {
		return nil
	}
	return w.lastLook(ctx)
}

// takeBack deletes what this run has made and the Action does not name.
func (w *work) takeBack(ctx context.Context) error {
	named := w.deployed()
	if sid := w.made.service; sid != "" && sid != named.Service {
		if err := w.service.Delete(ctx, sid); err != nil {
			return err
		}
	}
	if id := w.made.client; id != "" && id != named.Test {
		if err := w.client.Delete(ctx, id); err != nil {
			return err
		}
	}
	var keys []ring.Key
	for _, k := range w.made.keys {
		if k != w.choice.unit.Key && k != w.before {
			keys = append(keys, k)
		}
	}
	return w.sweep(ctx, keys, func(string) {})
}

// lastLook makes sure that the form which is public now has the key of the Action that is live now.
func (w *work) lastLook(ctx context.Context) error {
	const looks = 3
	for look := 1; ; look++ {
		c, err := w.host.Look(ctx)
		if err != nil {
			return err
		}
		live, ok := w.action.Live()
		if !ok || c.Shows(live.Keys) {
			return nil
		}
		if look == looks {
			return fault.New(fault.Failed, "form.key_missing", "Run phonegate apply --tenant "+w.t.name+" again.",
				"The form at %s lacks the key that the Action signs with: another run was changing it at the same time.", w.host.URL())
		}
		if err := w.readAgain(ctx); err != nil {
			return err
		}
		for _, r := range w.host.Resources() {
			if r.Change().Op == event.None {
				continue
			}
			if err := r.Apply(ctx, func(string) {}); err != nil {
				return err
			}
		}
	}
}

// readAgain reads what other computers may have changed since the plan was made: the Action, the form and the Twilio keys.
func (w *work) readAgain(ctx context.Context) error {
	if err := w.action.Read(ctx); err != nil {
		return err
	}
	for _, r := range w.host.Resources() {
		if err := r.Read(ctx); err != nil {
			return err
		}
	}
	return w.key.Read(ctx)
}

// outcome is what a run has come to.
func (w *work) outcome(count map[event.Op]int, err error) event.Outcome {
	return event.Outcome{
		Name: w.t.name, OK: err == nil,
		Created: count[event.Create], Updated: count[event.Update], Unchanged: count[event.None], Deleted: count[event.Delete],
		FormURL: w.host.URL(), ActionID: w.action.ID(), ServiceSID: w.service.SID(),
		Error: event.FromError(err),
	}
}

// minutes is a duration for people.
func minutes(d time.Duration) string {
	if d < time.Minute {
		return d.Round(time.Millisecond).String()
	}
	return fault.Count(int(d.Round(time.Minute)/time.Minute), "minute")
}
