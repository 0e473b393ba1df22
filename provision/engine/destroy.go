package engine

import (
	"context"
	"slices"
	"strings"

	"phonegate/provision/event"
	"phonegate/provision/fault"
	"phonegate/provision/ring"
)

// destroy removes what phonegate made and puts back what stood there before. The Action goes last: as long as it is there, any computer
// can see from it what belongs to the set-up. What phonegate can't tell to be its own, or can't remove, stays and is named in the error.
func (w *work) destroy(ctx context.Context) (event.Outcome, error) {
	t := w.t
	count, err := t.run(ctx, w.leaving(), undoing)
	if err == nil {
		err = t.memory.forget(w.allKeys())
	}
	if err == nil {
		err = t.state.Forget()
	}
	if err != nil {
		return w.outcome(count, err), err
	}
	left := w.left()
	if len(left) > 0 {
		err = stays(t.name, left)
	}
	o := w.outcome(count, err)
	o.Left = left
	return o, err
}

// leaving is the graph for undoing: nobody is led to the form any more before it goes, and the Action goes last.
func (w *work) leaving() graph {
	g := graph{{w.binding, nil}, {w.loginPage, []string{w.binding.Name()}}}
	before := []string{w.binding.Name()}
	for _, r := range slices.Backward(w.host.Resources()) {
		g = append(g, &node{r, before})
		before = []string{r.Name()}
	}
	g = append(g, &node{w.former, before}, &node{w.key, before}, &node{w.service, []string{w.key.Name()}}, &node{w.client, before})
	var all []string
	for _, n := range g {
		all = append(all, n.Name())
	}
	return append(g, &node{w.action, all})
}

// left is what is still there.
func (w *work) left() []event.Left {
	return slices.Concat(w.host.Left(), w.loginPage.Left(), w.service.Left(), w.key.Left())
}

// stays is the error that names what is left.
func stays(tenant string, left []event.Left) error {
	var names, commands []string
	for _, l := range left {
		names = append(names, l.What+" ("+l.Why+")")
		if l.Command != "" {
			commands = append(commands, l.Command)
		}
	}
	hint := "Delete it by hand if nobody needs it."
	if len(commands) > 0 {
		hint = "If nobody needs it, run: " + strings.Join(commands, "; ") + "."
	}
	return fault.New(fault.Failed, "destroy.left", hint, "%s is not completely removed. Still there: %s.", tenant, strings.Join(names, "; "))
}

// allKeys are the keys that this computer knows.
func (w *work) allKeys() []ring.Key {
	var all []ring.Key
	for _, u := range w.t.memory.units() {
		all = append(all, u.Key)
	}
	return all
}
