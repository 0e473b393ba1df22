package logintest

import (
	"sync"
	"testing"
	"time"
)

// standing is how many people stand somewhere in their login when the key is rotated, for each value of code_check; hands is
// how many of them do something in the same moment, and turns how often the key is rotated meanwhile.
const (
	standing = 300
	hands    = 16
	turns    = 3
)

// places are where a login can be, each with how one gets there and how one goes on from there.
var places = []struct {
	name  string
	there func(p *person)
	on    func(p *person)
}{
	{"before the form: Auth0 has answered, the browser has not gone there yet", func(*person) {},
		func(p *person) { p.get(p.at.String()); p.enters(p.newestCode()) }},
	{"on the form", func(*person) {}, func(p *person) { p.enters(p.newestCode()) }},
	{"after a wrong code", func(p *person) { p.enters(p.wrongCode(1)) }, func(p *person) {
		if p.ended != nil { // the Action has checked it
			p.isDenied("phone_code_wrong")
			p.logIn()
		}
		p.enters(p.newestCode())
	}},
	{"with the code typed, the answer signed", func(p *person) { p.types(p.newestCode()) }, func(p *person) { p.continue_() }},
	{"on the way to /continue, while it happens", func(p *person) { p.types(p.newestCode()) }, func(p *person) { p.continue_() }},
}

// TestRotationDuringManyLogins rotates under everybody's feet, again and again: at each place a half goes on as soon as it begins,
// the other half when it is over, and at /continue nobody waits.
func TestRotationDuringManyLogins(t *testing.T) {
	each := standing / len(places)
	if testing.Short() {
		each = 8
	}
	inBoth(t, func(t *testing.T, s *stage) {
		s.tell(t, "everybody gets in", func(c *scene) {
			people := make([]*person, each*len(places))
			everybody := func(of func(i int) bool, do func(i int, p *person)) {
				var all sync.WaitGroup
				free := make(chan struct{}, hands)
				for i, p := range people {
					if !of(i) {
						continue
					}
					free <- struct{}{}
					all.Go(func() {
						defer func() { <-free }()
						do(i, p)
					})
				}
				all.Wait()
			}
			for i := range people {
				people[i] = c.newcomer()
				people[i].t = alongside{people[i].t}
			}
			place := func(i int) int { return i % len(places) }
			everybody(func(int) bool { return true }, func(i int, p *person) {
				p.signUp()
				p.sees(200, codePage)
				places[place(i)].there(p)
			})
			goesOn := func(i int, p *person) {
				places[place(i)].on(p)
				p.getsIn()
			}
			waits := func(i int) bool { return i/len(places)%2 == 1 && place(i) != len(places)-1 }
			var rotation sync.WaitGroup
			rotation.Go(func() {
				for range turns {
					if err := c.rotate(c.t); err != nil {
						c.t.Error("rotate:", err)
					}
				}
			})
			everybody(func(i int) bool { return !waits(i) }, goesOn)
			rotation.Wait()
			everybody(waits, goesOn)
			in := map[string]int{}
			for i, p := range people {
				p.hasTexts(1)
				if len(p.codes) == 1 {
					in[places[place(i)].name]++
				}
			}
			for _, at := range places {
				if in[at.name] != each {
					c.t.Errorf("%s: %d of %d got in", at.name, in[at.name], each)
				}
			}
			c.later(16 * time.Minute)
			apply(c.t, c.stage)
			c.keysAre(c.newest(c.t).ID)
		})
	})
}
