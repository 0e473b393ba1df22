package logintest

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"phonegate/provision/sandbox"
	"phonegate/provision/sandbox/world"
)

// resumes are the versions of an Action that may answer /continue when another one was deployed meanwhile.
var resumes = []string{"deployed", "suspended"}

// whicheverResumes tells the same stories for each of them, and for each value of code_check.
func whicheverResumes(t *testing.T, stories func(t *testing.T, s *stage)) {
	t.Helper()
	for _, version := range resumes {
		t.Run("the "+version+" version resumes", func(t *testing.T) {
			inBothIn(t, sandbox.Options{Behaviours: map[string]string{"auth0.resume_version": version}}, func(t *testing.T, s *stage) {
				s.resumes = version
				stories(t, s)
			})
		})
	}
}

func TestNoRotationBreaksALogin(t *testing.T) {
	whicheverResumes(t, func(t *testing.T, s *stage) {
		for n, times := range []string{"no rotation", "a rotation", "two rotations", "three rotations"} {
			for _, at := range places {
				s.tell(t, times+" "+at.name, func(c *scene) {
					ada := c.atTheForm()
					at.there(ada)
					for range n {
						c.rotates()
					}
					at.on(ada)
					ada.getsIn()
					ada.hasTexts(1)
				})
			}
		}
		s.tell(t, "nor do three that computers make which know nothing of each other", func(c *scene) {
			people := make([]*person, 2*len(places))
			for i := range people {
				people[i] = c.atTheForm()
				places[i%len(places)].there(people[i])
				if i >= len(places) && i%2 == 1 {
					c.elsewhere(c.t)
					c.rotates()
				}
			}
			for i, p := range people {
				places[i%len(places)].on(p)
				p.getsIn()
			}
		})
		s.tell(t, "nor does one that stops half way", func(c *scene) {
			ada, bob := c.atTheForm(), c.atTheForm()
			bob.types(bob.newestCode())
			// The form is deployed with the new key, the Action is not.
			c.box.World().Arm(world.Fault{Provider: "auth0", Method: "PATCH", Path: "/actions/", Status: 400})
			if c.rotate(c.t) == nil {
				c.t.Fatal("the rotation did not stop")
			}
			made := c.newest(c.t).ID
			eve := c.atTheForm()
			if token, _ := eve.carried(); claims(c.t, token)["key"] == made {
				c.t.Fatal("the Action has the new key")
			}
			for _, p := range []*person{ada, eve} {
				p.enters(p.newestCode())
				p.getsIn()
			}
			bob.continue_()
			bob.getsIn()
			apply(c.t, c.stage)
			for _, again := range []bool{false, true} {
				if again {
					c.rotates() // carries on with the key that is there
				}
				dan := c.atTheForm()
				if token, _ := dan.carried(); (claims(c.t, token)["key"] == made) != again {
					c.t.Errorf("rotated again: %v; the key of the rotation that stopped is in use: %v", again, !again)
				}
				dan.enters(dan.newestCode())
				dan.getsIn()
			}
		})
		s.tell(t, "a verified user does not notice", func(c *scene) {
			ada := c.verified()
			c.rotates()
			ada.logIn()
			ada.getsIn()
			c.twilioSaw()
		})
	})
}

func TestALoginThatBeginsAfterARotationIsUnderTheNewKey(t *testing.T) {
	whicheverResumes(t, func(t *testing.T, s *stage) {
		s.tell(t, "both ways", func(c *scene) {
			former := c.newest(c.t)
			c.rotates()
			ada := c.atTheForm()
			token, _ := ada.carried()
			held := claims(c.t, token)
			now := c.newest(c.t)
			if now.ID == former.ID || held["key"] != now.ID {
				c.t.Error("the session does not name the new key")
			}
			if !signedBy(token, []byte(now.Session)) || signedBy(token, []byte(former.Session)) {
				c.t.Error("the session is not signed with the new key")
			}
			ada.types(ada.newestCode())
			answer, _ := ada.carried()
			if !signedBy(answer, c.verdict(c.t, held)) || signedBy(answer, derived([]byte(former.Session), held)) {
				c.t.Error("the answer is not signed with what the new key makes of the login")
			}
			ada.continue_()
			ada.getsIn()
		})
		s.tell(t, "each of its logins has another key for the answer", func(c *scene) {
			ada := c.newcomer()
			ada.signUp()
			keys := []string{}
			for range 3 {
				ada.sees(200, codePage)
				token, _ := ada.carried()
				keys = append(keys, string(c.verdict(c.t, claims(c.t, token))))
				ada.logIn()
			}
			if slices.Sort(keys); len(slices.Compact(keys)) != 3 {
				c.t.Error("two logins share a key")
			}
		})
		s.tell(t, "what Auth0 remembers of it comes to nobody", func(c *scene) {
			ada := c.atTheForm()
			token, _ := ada.carried()
			held := claims(c.t, token)
			known := []string{string(c.verdict(c.t, held)), string(c.session(c.t, held)), c.leaked[held["key"].(string)].APISecret}
			pages := []string{ada.at.String(), ada.page}
			ada.types(ada.newestCode())
			answer, _ := ada.carried()
			pages = append(pages, ada.page, ada.at.String())
			ada.continue_()
			ada.getsIn()
			for _, of := range []any{held, claims(c.t, answer), ada.profile(), ada.redeem(), ada.ended} {
				text, err := json.Marshal(of)
				if err != nil {
					c.t.Fatal(err)
				}
				pages = append(pages, string(text))
			}
			for i, page := range pages {
				for _, s := range known {
					if strings.Contains(page, s) {
						c.t.Errorf("text %d holds a secret", i)
					}
				}
			}
		})
	})
}

// rotates carries a whole rotation out.
func (c *scene) rotates() {
	c.t.Helper()
	if err := c.rotate(c.t); err != nil {
		c.t.Fatal("rotate:", err)
	}
}

// sweeps removes former keys at once, as if the logins that need them had ended.
func (c *scene) sweeps() {
	c.t.Helper()
	c.later(2 * time.Second) // clocks are compared to the second
	c.grace = time.Millisecond
	defer func() { c.grace = 0 }()
	apply(c.t, c.stage)
	c.keysAre(c.newest(c.t).ID)
}

// keysAre holds the providers to having these keys and no others, and the Action to the last.
func (c *scene) keysAre(ids ...string) {
	c.t.Helper()
	action, form, keys := c.inUse(c.t)
	if want := ids[len(ids)-1:]; !slices.Equal(action, want) {
		c.t.Errorf("the Action has the keys %v, not %v", action, want)
	}
	slices.Sort(ids)
	if !slices.Equal(form, ids) || !slices.Equal(keys, ids) {
		c.t.Errorf("the form has the keys %v and Twilio %v, not %v", form, keys, ids)
	}
}
