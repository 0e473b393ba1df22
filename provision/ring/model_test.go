package ring_test

import (
	"maps"
	"slices"
	"strings"
	"testing"
)

// The model: computers rotate at the same time, each may crash anywhere, and in every state logins begin and last pages are rendered.
// What the form's host keeps is the environment; a deployment takes a snapshot of it, which becomes what is live. It is small enough
// for all its states to be visited, and shows what the protocol rests on, and what would not hold.

// scheme is a way to share keys.
type scheme struct {
	name string
	// slots keeps one key in each of two slots, which a rotation overwrites; otherwise keys are added under names of their own.
	slots bool
	// carried says that the key of the answer travels with the login; otherwise a last page is answered under the keys that the form
	// held when it was rendered, and the Action accepts those that it has.
	carried bool
	// waits lets the last pages of before end, before the Action is changed.
	waits bool
	// lateAlias lets a deployment become public after a later one; newest then refuses one that knows less than what is public.
	lateAlias, newest bool
	computers         int
}

// process is one computer's rotation.
type process struct {
	step     int // 0 reads, 1 writes the environment, 2 deploys, 3 goes live, 4 looks, 5 writes the draft, 6 deploys it, 7 done, 9 crashed
	slot     string
	snapshot string
}

// system is one state. Sets are written as sorted strings, so that states can be compared.
type system struct {
	environment, live string // slot=key of each, sorted
	draft, action     string // slot=key
	processes         [2]process
	begun             string // slot=key of logins on the form
	pages             string // what the form held when last pages were rendered, by |
}

func join(set map[string]bool, by string) string {
	return strings.Join(slices.Sorted(maps.Keys(set)), by)
}

func set(s, by string) map[string]bool {
	all := map[string]bool{}
	for _, x := range strings.Split(s, by) {
		if x != "" {
			all[x] = true
		}
	}
	return all
}

// with is the environment with a key in its slot.
func with(environment, slot, key string) string {
	all := map[string]bool{}
	for entry := range set(environment, ",") {
		if s, _, _ := strings.Cut(entry, "="); s != slot {
			all[entry] = true
		}
	}
	all[slot+"="+key] = true
	return join(all, ",")
}

// explore visits every state and names the ways in which a login breaks.
func (c scheme) explore() (states int, broken []string) {
	start := system{environment: "k0=k0", action: "k0=k0"}
	if c.slots {
		start = system{environment: "A=k0,B=kold", action: "A=k0"}
	}
	start.live = start.environment
	for i := c.computers; i < 2; i++ {
		start.processes[i].step = 9
	}
	seen, queue, bad := map[system]bool{start: true}, []system{start}, map[string]bool{}
	for len(queue) > 0 {
		s := queue[len(queue)-1]
		queue = queue[:len(queue)-1]
		live := set(s.live, ",")
		if !live[s.action] {
			bad["a new login is refused by the form"] = true
		}
		for k := range set(s.begun, ",") {
			if !live[k] {
				bad["a login on the form is refused"] = true
			}
		}
		for page := range set(s.pages, "|") {
			if !c.carried && !set(page, ",")[s.action] {
				bad["a last page is refused by the Action"] = true
			}
		}
		for _, next := range c.next(s) {
			if !seen[next] {
				seen[next] = true
				queue = append(queue, next)
			}
		}
	}
	return len(seen), slices.Sorted(maps.Keys(bad))
}

// next are the states that can follow.
func (c scheme) next(s system) []system {
	var all []system
	login := s
	begun := set(s.begun, ",")
	begun[s.action] = true
	login.begun = join(begun, ",")
	if live := set(s.live, ","); slices.ContainsFunc(slices.Collect(maps.Keys(begun)), func(k string) bool { return live[k] }) {
		pages := set(s.pages, "|")
		pages[s.live] = true
		login.pages = join(pages, "|")
	}
	all = append(all, login)
	for i := range s.processes {
		p := s.processes[i]
		if p.step == 7 || p.step == 9 {
			continue
		}
		step := func(change func(n *system, p *process)) {
			n := s
			change(&n, &n.processes[i])
			all = append(all, n)
		}
		step(func(_ *system, p *process) { p.step = 9 })
		own := []string{"n0", "n1"}[i]
		switch p.step {
		case 0:
			step(func(_ *system, p *process) {
				p.step, p.slot = 1, own
				if c.slots {
					p.slot = map[bool]string{true: "B", false: "A"}[strings.HasPrefix(s.action, "A")]
				}
			})
		case 1:
			step(func(n *system, p *process) { p.step, n.environment = 2, with(n.environment, p.slot, own) })
		case 2:
			step(func(n *system, p *process) {
				if p.step = 4; c.lateAlias {
					p.step, p.snapshot = 3, n.environment
				} else {
					n.live = n.environment
				}
			})
		case 3:
			step(func(n *system, p *process) {
				if !c.newest || len(n.live) <= len(p.snapshot) {
					n.live = p.snapshot
				}
				p.step, p.snapshot = 4, ""
			})
		case 4:
			if !set(s.live, ",")[p.slot+"="+own] {
				step(func(_ *system, p *process) { p.step = 9 })
				continue
			}
			step(func(n *system, p *process) {
				p.step = 5
				if c.waits {
					left := map[string]bool{}
					for page := range set(n.pages, "|") {
						if set(page, ",")[p.slot+"="+own] {
							left[page] = true
						}
					}
					n.pages = join(left, "|")
				}
			})
		case 5:
			step(func(n *system, p *process) { p.step, n.draft = 6, p.slot+"="+own })
		case 6:
			step(func(n *system, p *process) { p.step, n.action = 7, n.draft })
		}
	}
	return all
}

func TestTheProtocolHoldsInEveryState(t *testing.T) {
	for _, c := range []struct {
		scheme
		holds bool
	}{
		{scheme{name: "two slots, one computer", slots: true, computers: 1}, false},
		{scheme{name: "two slots and a wait, one computer", slots: true, waits: true, computers: 1}, true},
		{scheme{name: "two slots and a wait, two computers", slots: true, waits: true, computers: 2}, false},
		{scheme{name: "key ring, one computer", carried: true, computers: 1}, true},
		{scheme{name: "key ring, two computers", carried: true, computers: 2}, true},
		{scheme{name: "key ring, an older deployment may replace a newer one", carried: true, lateAlias: true, computers: 2}, false},
		{scheme{name: "key ring, the newest deployment stays", carried: true, lateAlias: true, newest: true, computers: 2}, true},
	} {
		states, broken := c.explore()
		t.Logf("%s: %d states; broken: %v", c.name, states, broken)
		if holds := len(broken) == 0; holds != c.holds {
			t.Errorf("%s: %v", c.name, broken)
		}
	}
}
