package logintest

import (
	"testing"
	"time"

	"phonegate/provision/sandbox/world"
	"phonegate/provision/state"
)

func TestRotation(t *testing.T) {
	inBoth(t, func(t *testing.T, s *stage) {
		s.tell(t, "a login that stands at the form ends as if nothing had been", func(c *scene) {
			ada := c.atTheForm()
			held := c.vault.Get(sessionSecret)
			c.rotates()
			if held == c.vault.Get(sessionSecret) {
				c.t.Fatal("nothing was rotated")
			}
			ada.enters(ada.newestCode())
			ada.getsIn()
			ada.hasTexts(1)
		})
		s.tell(t, "so does one whose answer is on its way", func(c *scene) {
			ada := c.atTheForm()
			ada.types(ada.newestCode())
			c.rotates()
			ada.continue_()
			ada.getsIn()
		})
		s.tell(t, "and one after a wrong code", func(c *scene) {
			ada := c.atTheForm()
			ada.enters(ada.wrongCode(1))
			c.rotates()
			if !c.byForm() {
				ada.isDenied("phone_code_wrong")
				ada.logIn()
			}
			ada.enters(ada.newestCode())
			ada.getsIn()
		})
		s.tell(t, "a login that begins afterwards uses the new generation", func(c *scene) {
			c.rotates()
			ada := c.atTheForm()
			token, _ := ada.carried()
			if !signedBy(token, c.key(sessionSecret)) {
				c.t.Error("the session is not signed with the new secret")
			}
			ada.types(ada.newestCode())
			answer, _ := ada.carried()
			if !signedBy(answer, c.key(verdictSecret)) {
				c.t.Error("the answer is not signed with the new secret")
			}
			ada.continue_()
			ada.getsIn()
		})
		s.tell(t, "two rotations later the old generation opens nothing", func(c *scene) {
			ada, bob := c.atTheForm(), c.atTheForm()
			bob.types(bob.newestCode())
			c.rotates()
			c.rotates()
			ada.types(ada.newestCode())
			ada.sees(400, invalidPage)
			ada.stillOut()
			bob.continue_()
			bob.isDenied("phone_token")
		})
		s.tell(t, "an apply long after it ends the old generation, and nobody notices", func(c *scene) {
			ada := c.atTheForm()
			c.rotates()
			bob, eve := c.atTheForm(), c.atTheForm()
			eve.types(eve.newestCode())
			remembered, err := state.Open(c.dir, "dev")
			if err != nil {
				c.t.Fatal(err)
			}
			if err := remembered.Note("secrets").Set("rotated", time.Now().Add(-time.Hour).UTC().Format(time.RFC3339)); err != nil {
				c.t.Fatal(err)
			}
			apply(c.t, c.stage)
			bob.enters(bob.newestCode())
			bob.getsIn()
			eve.continue_()
			eve.getsIn()
			ada.types(ada.newestCode())
			ada.sees(400, invalidPage)
			ada.stillOut()
		})
		s.tell(t, "a rotation that stops half way breaks no login either", func(c *scene) {
			ada, bob := c.atTheForm(), c.atTheForm()
			bob.types(bob.newestCode())
			// The form is deployed with the new secrets, the Action is not.
			c.box.World().Arm(world.Fault{Provider: "auth0", Method: "PATCH", Path: "/actions/", Status: 400})
			if c.rotate(c.t) == nil {
				c.t.Fatal("the rotation did not stop")
			}
			eve := c.atTheForm()
			for _, p := range []*person{ada, eve} {
				p.enters(p.newestCode())
				p.getsIn()
			}
			bob.continue_()
			bob.getsIn()
			apply(c.t, c.stage)
			dan := c.atTheForm()
			dan.enters(dan.newestCode())
			dan.getsIn()
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

// rotates carries a whole rotation out.
func (c *scene) rotates() {
	c.t.Helper()
	if err := c.rotate(c.t); err != nil {
		c.t.Fatal("rotate:", err)
	}
}
