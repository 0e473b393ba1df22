package logintest

import (
	"testing"

	"phonegate/provision/config"
)

// TestALoginEndsUnderTheRulesThatItBeganWith changes the answers under everybody's feet.
func TestALoginEndsUnderTheRulesThatItBeganWith(t *testing.T) {
	flipped := map[string]string{"form": "action", "action": "form"}
	for _, change := range []struct {
		name string
		to   func(*config.Tenant)
		// after holds a login that begins afterwards to the new rules; nil where such numbers don't get in any more.
		after func(p *person)
	}{
		{"the code is checked elsewhere", func(a *config.Tenant) { a.CodeCheck = flipped[a.CodeCheck] }, func(p *person) {
			if byForm := p.scene.byForm(); p.offers("resend") != byForm {
				p.t.Errorf("checked by the form: %v, yet a second text is offered: %v", byForm, !byForm)
			}
		}},
		{"codes are longer", func(a *config.Tenant) { a.Twilio.CodeLength = 8 }, func(p *person) {
			if n := len(p.newestCode()); n != 8 {
				p.t.Errorf("the code has %d digits", n)
			}
		}},
		{"the service has another name", func(a *config.Tenant) { a.Twilio.ServiceName = "Acme two" }, func(*person) {}},
		{"numbers of here are no longer taken", func(a *config.Tenant) { a.Countries, a.DefaultCountry = []string{"NZ"}, "NZ" }, nil},
	} {
		t.Run(change.name, func(t *testing.T) {
			whicheverResumes(t, func(t *testing.T, s *stage) {
				s.tell(t, "wherever it stands", func(c *scene) {
					people := make([]*person, len(places))
					for i, at := range places {
						people[i] = c.newcomer()
						people[i].signUpWith("phone_number", "0"+people[i].number[len("+61"):]) // as it is read here and now
						people[i].sees(200, codePage)
						at.there(people[i])
					}
					change.to(&c.spec)
					apply(c.t, c.stage)
					for i, at := range places {
						if people[i].ended != nil && change.after == nil {
							continue // denied for a wrong code: the next login is one under the new rules
						}
						at.on(people[i])
						people[i].getsIn()
					}
					if change.after == nil {
						return
					}
					ada := c.atTheForm()
					change.after(ada)
					ada.enters(ada.newestCode())
					ada.getsIn()
				})
			})
		})
	}
}

func TestALoginMayChangeItsNumberIfItBeganSo(t *testing.T) {
	t.Parallel()
	s := open(t, formChecks)
	s.tell(t, "also where that has ended meanwhile", func(c *scene) {
		ada := c.atTheForm()
		c.spec.NoPhone = "deny" // only the profile's number counts
		apply(c.t, c.stage)
		ada.presses("change")
		ada.sees(200, numberPage)
		ada.number = "+61412999999"
		ada.presses("number", "number", ada.number)
		ada.sees(200, codePage)
		ada.enters(ada.newestCode())
		ada.getsIn()
		bob := c.atTheForm()
		if bob.offers("change") {
			c.t.Error("a login that begins now is offered another number")
		}
	})
}
