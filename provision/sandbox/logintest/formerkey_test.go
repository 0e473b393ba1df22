package logintest

import (
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

func TestAFormerKeyForgesNothing(t *testing.T) {
	whicheverResumes(t, func(t *testing.T, s *stage) {
		// forge is what somebody can sign who has got hold of a key that is not that of the login any more.
		forge := func(c *scene, p *person, key []byte) (token, state string) {
			session, state := p.carried()
			held, now := claims(c.t, session), c.box.World().Now().Unix()
			a := jwt.MapClaims{"iss": held["iss"], "sub": held["sub"], "iat": now, "exp": now + 300, "state": state,
				"vsid": held["vsid"], "purpose": "phonegate/code", "code": p.newestCode()}
			if c.byForm() {
				a["purpose"], a["phone_number"], a["approved"] = "phonegate/verdict", p.number, true
			}
			return sign(c.t, a, derived(key, held)), state
		}
		s.tell(t, "the right one opens what it forges", func(c *scene) {
			ada := c.atTheForm()
			ada.bringsBack(forge(c, ada, []byte(c.newest(c.t).Session)))
			ada.getsIn()
		})
		for _, swept := range []bool{false, true} {
			while := map[bool]string{false: "while it still serves others", true: "after it was swept"}[swept]
			s.tell(t, "an answer, "+while, func(c *scene) {
				former := c.newest(c.t)
				c.rotates()
				if swept {
					c.sweeps()
				}
				mallory := c.atTheForm()
				mallory.bringsBack(forge(c, mallory, []byte(former.Session)))
				mallory.isDenied("phone_token")
			})
			s.tell(t, "a session, "+while, func(c *scene) {
				former := c.newest(c.t)
				c.rotates()
				if swept {
					c.sweeps()
				}
				mallory := c.atTheForm()
				genuine, state := mallory.carried()
				held := claims(c.t, genuine)
				look := func(key any, session string) {
					forged := sign(c.t, with(held, jwt.MapClaims{"key": key}), []byte(session))
					mallory.get("https://" + c.formHost + "/?session_token=" + forged + "&state=" + state)
				}
				look(held["key"], former.Session)
				mallory.sees(400, invalidPage)
				look(former.ID, c.newest(c.t).Session)
				if swept {
					mallory.sees(409, momentPage)
				} else {
					mallory.sees(400, invalidPage)
				}
				// Signed by the key that it names it is a session, and its answer is still none for this login.
				look(former.ID, former.Session)
				if swept {
					mallory.sees(409, momentPage)
					return
				}
				mallory.sees(200, codePage)
				mallory.enters(mallory.newestCode())
				mallory.isDenied("phone_token")
			})
		}
	})
}

func TestAFormerKeyLivesAsLongAsALoginNeedsIt(t *testing.T) {
	whicheverResumes(t, func(t *testing.T, s *stage) {
		s.tell(t, "it stays for a quarter of an hour, then it goes, and nobody notices", func(c *scene) {
			former := c.newest(c.t).ID
			c.rotates()
			c.later(14 * time.Minute)
			apply(c.t, c.stage)
			c.keysAre(former, c.newest(c.t).ID)
			bob, eve := c.atTheForm(), c.atTheForm()
			eve.types(eve.newestCode())
			c.later(2 * time.Minute)
			apply(c.t, c.stage)
			c.keysAre(c.newest(c.t).ID)
			bob.enters(bob.newestCode())
			bob.getsIn()
			eve.continue_()
			eve.getsIn()
			n := len(c.box.World().Requests())
			apply(c.t, c.stage)
			for _, r := range c.box.World().Requests()[n:] {
				if r.Write() && r.Path != "/oauth/token" && r.By == "api" {
					c.t.Errorf("there was nothing left to do, but: %s %s", r.Method, r.Path)
				}
			}
		})
		s.tell(t, "another computer removes it too", func(c *scene) {
			c.rotates()
			now := c.newest(c.t).ID
			c.elsewhere(c.t)
			c.later(61 * time.Minute) // it can't know whose it is: it may be somebody's who is still at work
			apply(c.t, c.stage)
			c.keysAre(now)
			ada := c.atTheForm()
			ada.enters(ada.newestCode())
			ada.getsIn()
		})
		s.tell(t, "without it, the form takes nobody in who came with it", func(c *scene) {
			ada, bob := c.atTheForm(), c.atTheForm()
			bob.types(bob.newestCode())
			c.rotates()
			c.sweeps()
			typing := ada.tab()
			ada.types(ada.newestCode())
			ada.sees(409, momentPage) // a key that nobody knows in a fresh session is on its way, for all that the form can tell
			c.later(time.Minute)
			ada.turnTo(typing)
			ada.types(ada.newestCode())
			ada.sees(400, invalidPage)
			ada.stillOut()
			// Bob was answered already and needs no key of Action or form: Auth0 has remembered what the answer is signed with.
			// Only an Action that resumes as it was would check the code with a key of Twilio that is gone.
			bob.continue_()
			if !c.byForm() && c.resumes == "suspended" {
				bob.isDenied("phone_provider")
				return
			}
			bob.getsIn()
		})
	})
}
