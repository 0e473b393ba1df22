package engine

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"phonegate/provision/config"
	"phonegate/provision/event"
	"phonegate/provision/fault"
	"phonegate/provision/resource"
	"phonegate/provision/ring"
	"phonegate/templates"
)

const (
	// longestLogin is how long a login can need what it began with: ten minutes for the session that the Action signs, and five more
	// for the answer that the form signs at its last moment.
	longestLogin = 15 * time.Minute
	// strayAge is when a key that nobody names is known to be of no run that is still at work, and carriedAge the same where a person
	// carries keys to the form.
	strayAge   = time.Hour
	carriedAge = 7 * 24 * time.Hour
)

// former is the resource of what the last change has left for logins under way: keys that the Action no longer has, and forms
// that it no longer leads to. It goes when no login can need it any more.
type former struct {
	w *work
	// gone are places that this run has removed.
	gone []templates.Former
}

// Name implements resource.Resource.
func (f *former) Name() string { return "former" }

// Read implements resource.Resource. All that it goes by is read by the other resources.
func (f *former) Read(context.Context) error { return nil }

// keys are those that neither the Action nor its draft will have.
func (f *former) keys() []ring.Key {
	held, _ := f.w.host.Held()
	all := slices.Clone(held)
	for _, id := range f.w.key.IDs() {
		if !slices.ContainsFunc(all, func(k ring.Key) bool { return k.ID == id }) {
			all = append(all, ring.Key{ID: id, Made: f.w.key.Created(id)})
		}
	}
	return slices.DeleteFunc(all, f.used)
}

// used says whether the Action has the key, will have it, or has it in its draft.
func (f *former) used(k ring.Key) bool {
	ids := []string{f.w.choice.unit.ID}
	if live, ok := f.w.action.Live(); ok {
		for _, l := range live.Keys {
			ids = append(ids, l.ID)
		}
	}
	for _, d := range f.w.action.DraftKeys() {
		ids = append(ids, d.ID)
	}
	return slices.Contains(ids, k.ID)
}

// due is when a key may go; ok is false where nobody can tell, because no Action is deployed.
func (f *former) due(k ring.Key) (at time.Time, ok bool) {
	live, ok := f.w.action.Live()
	if !ok {
		return time.Time{}, false
	}
	at = live.Built.Add(f.w.t.grace)
	own := k.ID == f.w.before.ID || slices.ContainsFunc(f.w.t.memory.units(), func(u ring.Unit) bool { return u.ID == k.ID })
	age := strayAge
	if f.w.selfHosted() {
		age = carriedAge
	}
	if stray := k.Made.Add(age); !own && stray.After(at) {
		at = stray // another computer may be about to give it to the Action
	}
	return at, own || !k.Made.IsZero()
}

// split are the keys that may go now, and when the last of the others may.
func (f *former) split() (now []ring.Key, last time.Time) {
	for _, k := range f.keys() {
		at, ok := f.due(k)
		switch {
		case ok && !at.After(f.w.t.now()):
			now = append(now, k)
		case at.After(last):
			last = at
		}
	}
	return now, last
}

// places are the former forms that the register is to name: those that it names, and the one that this plan leaves.
func (f *former) places() []templates.Former {
	r := f.w.register
	if r == nil {
		return nil
	}
	all := slices.Clone(r.Former)
	if now := placeOf(f.w.t.spec.Host); r.FormURL != "" && (r.Host != now || f.w.host.URL() != "" && f.w.host.URL() != r.FormURL) {
		all = append(all, templates.Former{Kind: r.Host.Kind, Project: r.Host.Project, URL: r.FormURL})
	}
	return slices.DeleteFunc(all, func(p templates.Former) bool {
		here := p.Kind == f.w.t.spec.Host.Kind && p.Project == f.w.t.spec.Host.Project // one has moved back
		return slices.Contains(f.gone, p) || here
	})
}

// leftPlaces are the former forms that may go now; waiting says that there are some which may not.
func (f *former) leftPlaces() (now []templates.Former, waiting bool) {
	live, ok := f.w.action.Live()
	if f.w.register == nil || !ok {
		return nil, false
	}
	for _, p := range f.w.register.Former {
		switch {
		case slices.Contains(f.gone, p):
		case live.Built.Add(f.w.t.grace).After(f.w.t.now()):
			waiting = true
		default:
			now = append(now, p)
		}
	}
	return now, waiting
}

// Change implements resource.Resource.
func (f *former) Change() event.Change {
	c := event.Change{Resource: f.Name(), Op: event.None} // nothing to say
	keys, last := f.split()
	places, waiting := f.leftPlaces()
	var now []string
	if n := len(keys); n > 0 {
		now = append(now, fault.Count(n, "former key"))
	}
	for _, p := range places {
		now = append(now, "the former form at "+strings.TrimPrefix(p.URL, "https://"))
	}
	if n := f.w.strays.count(); n > 0 {
		now = append(now, fault.Count(n, "leftover")+" of an interrupted run")
	}
	switch {
	case f.w.intent == rotation && f.w.t.waits && f.w.before.ID != "":
		c.Op, c.Requests = event.Delete, 3
		c.Detail = fmt.Sprintf("the current key, %s after the new one takes effect", minutes(f.w.t.grace))
	case len(now) > 0:
		c.Op, c.Requests = event.Delete, 1+2*len(now)
		c.Detail = strings.Join(now, ", ") + ": no login needs it any more"
	case !last.IsZero():
		c.Detail = "kept until " + last.UTC().Format("15:04 UTC") + " for logins in progress"
	case waiting:
		c.Detail = "the former form is kept for logins in progress"
	}
	return c
}

// Apply implements resource.Resource. What it goes by is read again right before anything is removed: another computer may be at work.
func (f *former) Apply(ctx context.Context, progress resource.Progress) error {
	if err := f.w.removeStrays(ctx, progress); err != nil {
		return err
	}
	if err := f.wait(ctx, progress); err != nil {
		return err
	}
	if err := f.w.readAgain(ctx); err != nil {
		return err
	}
	keys, _ := f.split()
	f.w.needed = f.w.needed && !slices.Contains(keys, f.w.before)
	if err := f.w.sweep(ctx, keys, progress); err != nil {
		return err
	}
	places, _ := f.leftPlaces()
	if len(places) == 0 {
		return nil
	}
	for _, p := range places {
		if err := f.remove(ctx, p, progress); err != nil {
			return err
		}
	}
	return f.w.action.Apply(ctx, progress) // its register names them no more
}

// wait lets the logins under way end, where a rotation was asked for: only then it has done what it was asked for.
func (f *former) wait(ctx context.Context, progress resource.Progress) error {
	live, ok := f.w.action.Live()
	if f.w.intent != rotation || !f.w.t.waits || !ok {
		return nil
	}
	until := live.Built.Add(f.w.t.grace)
	left := until.Sub(f.w.t.now())
	if left <= 0 {
		return nil
	}
	progress(fmt.Sprintf("the former key stays until %s for logins in progress; it is safe to stop here, the next apply deletes it", until.Local().Format("15:04")))
	timer := time.NewTimer(left)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-f.w.t.stop:
	case <-ctx.Done():
	}
	return fault.Of(context.Canceled)
}

// remove takes a former form away.
func (f *former) remove(ctx context.Context, p templates.Former, progress resource.Progress) error {
	progress("removing the former form at " + strings.TrimPrefix(p.URL, "https://"))
	left, err := f.w.t.removeHost(ctx, config.Host{Kind: p.Kind, Project: p.Project, URL: p.URL, Team: f.w.t.spec.Host.Team})
	if err != nil {
		return err
	}
	if len(left) > 0 {
		return stays(f.w.t.name, left)
	}
	f.gone = append(f.gone, p)
	return nil
}

// UndoChange implements resource.Resource.
func (f *former) UndoChange() event.Change {
	c := event.Change{Resource: f.Name(), Op: event.None}
	if n := len(f.w.registered().Former); n > 0 {
		c.Op, c.Requests, c.Detail = event.Delete, 2*n, fault.Count(n, "former form")
	}
	return c
}

// Undo implements resource.Resource. Former keys go with the form and with the Twilio keys.
func (f *former) Undo(ctx context.Context, progress resource.Progress) error {
	for _, p := range f.w.registered().Former {
		if err := f.remove(ctx, p, progress); err != nil {
			return err
		}
	}
	return nil
}

// sweep takes keys out of the form, then deletes their Twilio keys.
func (w *work) sweep(ctx context.Context, keys []ring.Key, progress resource.Progress) error {
	if len(keys) == 0 {
		return nil
	}
	held, _ := w.host.Held()
	inForm := slices.DeleteFunc(slices.Clone(keys), func(k ring.Key) bool { return !slices.Contains(held, k) })
	if len(inForm) > 0 {
		if err := w.host.Sweep(ctx, inForm, progress); err != nil {
			return err
		}
	}
	for _, k := range keys {
		if err := w.key.Delete(ctx, k.ID); err != nil {
			return err
		}
	}
	return w.t.memory.forget(keys)
}
