package ring_test

import (
	"slices"
	"testing"
)

// The model of first applies at the same time. Each makes a thing (a Verify service, say) and then an Action that names it; creating the
// Action is the compare-and-swap. Where Auth0 takes two Actions of one name, the older one counts. Any of them may crash anywhere.

// nobody is the maker of nothing.
const nobody = 9

// world is one state; all of it is comparable.
type firstWorld struct {
	things   [3]bool     // by maker
	actions  [3]named    // by maker
	clock    int         // of the last Action
	bound    int         // the maker of the Action that is bound
	computer [3]computer // the third one runs alone, at the end
}

// named is an Action: when it was made (0: it is not there), and whose thing it names.
type named struct{ at, thing int }

type computer struct {
	step  int // 0 looks for an Action, 1 for a thing, 2 creates the Action, 3 looks for an older one, 4 lost, 5 binds, 6 done, 7 crashed
	thing int // whose it uses
}

// oldest is the maker of the Action that counts.
func (w firstWorld) oldest() int {
	best := nobody
	for i, a := range w.actions {
		if a.at > 0 && (best == nobody || a.at < w.actions[best].at) {
			best = i
		}
	}
	return best
}

// step is what computer i does next.
func (w firstWorld) step(i int, unique bool) firstWorld {
	c := &w.computer[i]
	winner := w.oldest()
	switch c.step {
	case 0:
		if c.step = 1; winner != nobody {
			c.step = 5
		}
	case 1:
		c.thing = slices.Index(w.things[:], true)
		if c.step = 2; c.thing < 0 {
			c.thing, w.things[i] = i, true
		}
	case 2:
		if unique && winner != nobody {
			c.step = 4
			break
		}
		w.clock++
		w.actions[i] = named{w.clock, c.thing}
		if c.step = 3; unique {
			c.step = 5
		}
	case 3:
		if c.step = 5; winner != i {
			w.actions[i], c.step = named{}, 4
		}
	case 4:
		if w.actions[winner].thing != i {
			w.things[i] = false
		}
		c.step = 5
	case 5:
		if winner == nobody { // it has gone since: another look
			c.step = 0
			break
		}
		w.bound, c.step = winner, 6
	}
	return w
}

func TestFirstAppliesAtTheSameTimeEndWithOneOfEverything(t *testing.T) {
	for _, unique := range []bool{true, false} {
		start := firstWorld{bound: nobody}
		seen, queue := map[firstWorld]bool{start: true}, []firstWorld{start}
		ends := 0
		for len(queue) > 0 {
			w := queue[len(queue)-1]
			queue = queue[:len(queue)-1]
			if w.bound != nobody {
				if a := w.actions[w.bound]; a.at == 0 || !w.things[a.thing] {
					t.Fatalf("unique %v: what is bound is gone, or what it names: %+v", unique, w)
				}
			}
			follow := func(n firstWorld) {
				if !seen[n] {
					seen[n] = true
					queue = append(queue, n)
				}
			}
			at := func(i int) int { return w.computer[i].step }
			alive := false
			for i := range 2 {
				if at(i) < 6 {
					alive = true
					follow(w.step(i, unique))
					crashed := w
					crashed.computer[i].step = 7
					follow(crashed)
				}
			}
			if alive {
				continue
			}
			if at(2) < 6 { // whoever comes afterwards carries on
				follow(w.step(2, unique))
				continue
			}
			ends++
			if w.bound == nobody || w.bound != w.oldest() {
				t.Fatalf("unique %v: it ends without the Action that counts: %+v", unique, w)
			}
			if at(0) == 6 && at(1) == 6 { // nobody crashed: nothing is left over
				actions, things := 0, 0
				for i := range w.actions {
					if w.actions[i].at > 0 {
						actions++
					}
					if w.things[i] {
						things++
					}
				}
				if actions != 1 || things != 1 {
					t.Fatalf("unique %v: %d Actions, %d things: %+v", unique, actions, things, w)
				}
			}
		}
		t.Logf("Action names unique %v: %d states, %d ends", unique, len(seen), ends)
	}
}
