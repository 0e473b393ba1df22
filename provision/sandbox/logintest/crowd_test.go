package logintest

import (
	"runtime"
	"strings"
	"sync"
	"testing"
)

// crowd people log in at the same time, half of them on a stage for each value of code_check.
const crowd = 400

// TestACrowdLogsInAtTheSameTime is the test to run with -race: everything that a login touches is shared by all.
func TestACrowdLogsInAtTheSameTime(t *testing.T) {
	inBoth(t, func(t *testing.T, s *stage) {
		s.tell(t, "everybody gets in with their own code, and only they", func(c *scene) {
			people := make([]*person, crowd/2)
			for i := range people {
				people[i] = c.newcomer()
			}
			var all sync.WaitGroup
			for i, p := range people {
				p.t = alongside{p.t}
				all.Go(func() {
					p.signUp()
					p.sees(200, codePage)
					switch {
					case i%10 == 1: // goes away
						p.stillOut()
						return
					case i%10 == 2: // mistypes
						p.enters(p.wrongCode(1))
						if !c.byForm() {
							p.isDenied("phone_code_wrong")
							p.logIn()
						}
					case i%10 == 3: // guesses
						p.enters(p.wrongCode(1))
						p.stillOut()
						return
					}
					p.enters(p.newestCode())
					p.getsIn()
					p.authorize()
					p.getsIn()
				})
			}
			all.Wait()
			in := map[string]bool{}
			for _, p := range people {
				p.hasTexts(1)
				for _, code := range p.codes {
					if in[code] {
						c.t.Errorf("an authorization code reached two people")
					}
					in[code] = true
				}
			}
			if want := crowd / 2 / 10 * 8 * 2; len(in) != want {
				c.t.Errorf("%d logins ended well, not %d", len(in), want)
			}
			calls := strings.Join(c.calls(), " ")
			if sends, checks := strings.Count(calls, "send"), strings.Count(calls, "check"); sends != crowd/2 || checks != crowd/2 {
				c.t.Errorf("%d sends and %d checks", sends, checks)
			}
		})
	})
}

// alongside lets a goroutine of a test end itself where the test could.
type alongside struct{ testing.TB }

// Fatal implements testing.TB.
func (a alongside) Fatal(args ...any) {
	a.Helper()
	a.Error(args...)
	runtime.Goexit()
}

// Fatalf implements testing.TB.
func (a alongside) Fatalf(format string, args ...any) {
	a.Helper()
	a.Errorf(format, args...)
	runtime.Goexit()
}
