package logintest

import (
	"testing"
	"time"
)

func TestCodes(t *testing.T) {
	inBoth(t, func(t *testing.T, s *stage) {
		s.tell(t, "the right code lets in, once", func(c *scene) {
			ada := c.atTheForm()
			ada.enters(ada.newestCode())
			ada.getsIn()
			ada.hasTexts(1)
			c.twilioSaw("send", "check")
		})
		s.tell(t, "after a wrong code the right one lets in, without another text", func(c *scene) {
			ada := c.atTheForm()
			ada.enters(ada.wrongCode(1))
			if c.byForm() {
				ada.sees(422, codePage)
				ada.isTold("That code isn’t right. 4 tries left.")
				ada.stillOut()
			} else {
				ada.isDenied("phone_code_wrong")
				ada.logIn()
				ada.sees(200, codePage)
				c.later(2 * time.Minute) // a code that was tried is not replaced while it lives
				ada.logIn()
				ada.sees(200, codePage)
			}
			ada.hasTexts(1)
			ada.enters(ada.newestCode())
			ada.getsIn()
			ada.hasTexts(1)
			c.twilioSaw("send", "check", "check")
		})
		s.tell(t, "what is no code reaches nobody", func(c *scene) {
			ada := c.atTheForm()
			for _, typed := range []string{"", "123", "12345678901", "abcdef", "12 3", "<script>"} {
				ada.types(typed)
				ada.sees(422, codePage)
				ada.isTold("Enter the 6 digits")
			}
			ada.stillOut()
			c.twilioSaw("send")
			code := ada.newestCode()
			ada.enters(" " + code[:3] + "-" + code[3:] + " ")
			ada.getsIn()
		})
		s.tell(t, "whether a code of another length is right is for Twilio to say", func(c *scene) {
			ada := c.atTheForm()
			for i, typed := range []string{"1234", "1234567890"} {
				ada.enters(typed)
				if c.byForm() {
					ada.sees(422, codePage)
					ada.isTold("That code isn’t right. " + []string{"4", "3"}[i] + " tries left.")
				} else {
					ada.isDenied("phone_code_wrong")
					ada.logIn()
					ada.sees(200, codePage)
				}
			}
			c.twilioSaw("send", "check", "check")
			ada.enters(ada.newestCode())
			ada.getsIn()
		})
		s.tell(t, "the page of a code lives as long as the code", func(c *scene) {
			ada := c.atTheForm()
			code := ada.newestCode()
			c.later(601 * time.Second)
			ada.types(code)
			ada.sees(410, expiredPage)
			ada.stillOut()
			c.twilioSaw("send")
			ada.logIn()
			ada.hasTexts(2)
			ada.enters(ada.newestCode())
			ada.getsIn()
		})
		s.tell(t, "a code that is older than its page has expired too", func(c *scene) {
			ada := c.atTheForm()
			code := ada.newestCode()
			c.later(50 * time.Second)
			ada.logIn()
			ada.sees(200, codePage)
			ada.hasTexts(1)
			c.later(551 * time.Second)
			ada.enters(code)
			if c.byForm() {
				ada.sees(410, usedPage)
			} else {
				ada.isDenied("phone_code_expired")
			}
			ada.stillOut()
			ada.logIn()
			ada.hasTexts(2)
			ada.enters(ada.newestCode())
			ada.getsIn()
		})
		s.tell(t, "a second login within a minute sends no second text", func(c *scene) {
			ada := c.atTheForm()
			for range 3 {
				c.later(15 * time.Second)
				ada.logIn()
				ada.sees(200, codePage)
			}
			ada.hasTexts(1)
			c.twilioSaw("send")
			c.later(16 * time.Second)
			ada.logIn()
			ada.hasTexts(2)
			ada.enters(ada.newestCode())
			ada.getsIn()
			c.twilioSaw("send", "send", "check")
		})
		s.tell(t, "there is no sixth try", func(c *scene) {
			ada := c.atTheForm()
			for n := 1; n <= 5; n++ {
				before := ada.tab()
				ada.enters(ada.wrongCode(n))
				switch {
				case !c.byForm():
					ada.isDenied("phone_code_wrong")
					ada.logIn()
				case n < 5:
					ada.sees(422, codePage)
				default:
					ada.sees(429, triesPage)
					ada.turnTo(before)
				}
			}
			if c.byForm() {
				ada.types(ada.newestCode()) // the right one, on a page from before
				ada.sees(429, triesPage)
				c.twilioSaw("send", "check", "check", "check", "check", "check", "check")
				ada.logIn()
				ada.types(ada.newestCode())
				ada.sees(429, triesPage)
				c.later(2 * time.Minute)
				ada.logIn()
			} else {
				c.twilioSaw("send", "check", "check", "check", "check", "check")
			}
			ada.isDenied("phone_too_many_tries")
			ada.hasTexts(1)
			c.later(10 * time.Minute)
			ada.logIn()
			ada.sees(200, codePage)
			ada.hasTexts(2)
			ada.enters(ada.newestCode())
			ada.getsIn()
		})
		s.tell(t, "a sixth login's text is not sent, and a code that did arrive lets in", func(c *scene) {
			ada := c.atTheForm()
			for range 4 {
				c.later(61 * time.Second)
				ada.logIn()
			}
			ada.hasTexts(5)
			for range 2 {
				c.later(61 * time.Second)
				ada.logIn()
				ada.sees(200, codePage)
				ada.isTold("No more codes can be sent for now.")
			}
			ada.hasTexts(5)
			c.twilioSaw("send", "send", "send", "send", "send", "send", "send")
			ada.enters(ada.newestCode())
			ada.getsIn()
		})
		s.tell(t, "so does one that the Action knows nothing of any more", func(c *scene) {
			ada := c.atTheForm()
			for range 4 {
				c.later(61 * time.Second)
				ada.logIn()
			}
			c.management(c.t, "PATCH", "/users/"+ada.profile().ID, map[string]any{"app_metadata": map[string]any{"phone_verification": nil}}, nil)
			ada.logIn()
			ada.isTold("No more codes can be sent for now.")
			c.twilioSaw("send", "send", "send", "send", "send", "send", "look")
			ada.enters(ada.newestCode())
			ada.getsIn()
		})
		s.tell(t, "a code that is sent twice counts once", func(c *scene) {
			ada := c.atTheForm()
			before := ada.tab()
			ada.types(ada.newestCode())
			first := ada.tab()
			ada.turnTo(before)
			ada.types(ada.newestCode())
			if c.byForm() {
				ada.sees(410, usedPage)
			}
			ada.turnTo(first)
			ada.continue_()
			ada.getsIn()
			ada.turnTo(first)
			ada.continue_()
			ada.isStoppedByAuth0()
			c.twilioSaw(map[bool][]string{true: {"send", "check", "check"}, false: {"send", "check"}}[c.byForm()]...)
		})
		s.tell(t, "of two tabs one lets in and the other is no way round", func(c *scene) {
			ada := c.atTheForm()
			left := ada.tab()
			ada.authorize() // the same browser, with the session of the login under way
			ada.sees(200, codePage)
			ada.hasTexts(1)
			code := ada.newestCode()
			ada.enters(code)
			ada.getsIn()
			ada.turnTo(left)
			ada.enters(code)
			if c.byForm() {
				ada.sees(410, usedPage)
			} else {
				ada.isDenied("phone_token")
			}
			ada.stillOut()
			ada.authorize()
			ada.getsIn()
		})
		s.tell(t, "a code that nobody finishes with lets nobody in", func(c *scene) {
			ada := c.atTheForm()
			ada.types(ada.newestCode())
			ada.sees(200, donePage)
			ada.stillOut()
			c.later(301 * time.Second)
			ada.continue_()
			ada.isDenied("phone_token")
			ada.logIn()
			ada.sees(200, codePage)
			ada.enters(ada.newestCode())
			ada.getsIn()
		})
		s.tell(t, "somebody else's code is a wrong one", func(c *scene) {
			ada, mallory := c.atTheForm(), c.atTheForm()
			ada.enters(mallory.newestCode())
			if c.byForm() {
				ada.sees(422, codePage)
			} else {
				ada.isDenied("phone_code_wrong")
			}
			ada.stillOut()
		})
	})
}

func TestSendingAgain(t *testing.T) {
	t.Parallel()
	s := open(t, formChecks)
	s.tell(t, "each wait is respected, on the page and behind it", func(c *scene) {
		ada := c.atTheForm()
		texts := 1
		for _, wait := range []time.Duration{30, 40, 60, 90} {
			c.later((wait - 5) * time.Second)
			ada.presses("resend")
			ada.sees(429, codePage)
			ada.isTold("You can ask for another code in ")
			ada.hasTexts(texts)
			c.later(5 * time.Second)
			ada.presses("resend")
			ada.sees(200, codePage)
			texts++
			ada.hasTexts(texts)
		}
		c.later(120 * time.Second)
		ada.presses("resend")
		ada.sees(429, codePage)
		ada.isTold("No more codes can be sent for now.")
		ada.hasTexts(5)
		ada.types(ada.newestCode())
		ada.continue_()
		ada.getsIn()
	})
	s.tell(t, "an old page does not get round the wait", func(c *scene) {
		ada := c.atTheForm()
		first := ada.tab()
		c.later(31 * time.Second)
		ada.presses("resend")
		ada.hasTexts(2)
		ada.turnTo(first)
		ada.presses("resend")
		ada.sees(429, codePage)
		ada.hasTexts(2)
		ada.stillOut()
	})
	s.tell(t, "a call is there from the third send on", func(c *scene) {
		ada := c.atTheForm()
		c.later(31 * time.Second)
		if ada.offers("call") {
			c.t.Error("a call is offered for the second send")
		}
		ada.presses("call") // behind the page
		ada.hasTexts(1)
		ada.presses("resend")
		if !ada.offers("call") {
			c.t.Error("no call is offered for the third send")
		}
		ada.presses("call")
		ada.sees(429, codePage)
		c.later(41 * time.Second)
		ada.presses("call")
		ada.sees(200, codePage)
		ada.hasTexts(3)
		if last := c.box.Phone().Messages(ada.number)[0]; last.Channel != "call" {
			c.t.Errorf("the third message came as %s", last.Channel)
		}
		ada.enters(ada.newestCode())
		ada.getsIn()
	})
	s.tell(t, "a used code is not sent again", func(c *scene) {
		ada := c.atTheForm()
		before := ada.tab()
		ada.types(ada.newestCode())
		c.later(31 * time.Second)
		ada.turnTo(before)
		ada.presses("resend")
		ada.sees(410, usedPage)
		ada.hasTexts(1)
		ada.stillOut()
	})
}

func TestTheSameMomentTwice(t *testing.T) {
	inBoth(t, func(t *testing.T, s *stage) {
		s.tell(t, "of two posts of a code at the same time at most one counts", func(c *scene) {
			ada := c.atTheForm()
			code := ada.newestCode()
			twins := ada.twins(6, func(b *browser) { b.submit("", "intent", "check", "code", code) })
			led := 0
			for _, b := range twins {
				if b.heading() == donePage {
					led++
				} else if b.status/100 != 4 {
					c.t.Errorf("another one is shown %d %q", b.status, b.heading())
				}
			}
			if c.byForm() && led != 1 {
				c.t.Errorf("%d of them lead on", led)
			}
			ada.stillOut()
		})
		s.tell(t, "of two ways back at the same time one ends the login", func(c *scene) {
			ada := c.atTheForm()
			ada.types(ada.newestCode())
			ada.sees(200, donePage)
			for _, b := range ada.twins(6, func(b *browser) { b.submit("") }) {
				if b.ended.Get("code") == "" {
					continue
				}
				ada.ended = b.ended
				ada.codes = append(ada.codes, b.codes...)
			}
			ada.getsIn()
		})
		s.tell(t, "of two first logins at the same time each leads to the form", func(c *scene) {
			ada := c.newcomer()
			ada.signUpBehindThePage(map[string]any{"phone_number": ada.number})
			ada.authorize()
			for _, b := range ada.twins(4, func(b *browser) { b.submit("login", "email", ada.email, "password", password) }) {
				if b.ended != nil || b.heading() != codePage && b.status != 400 {
					c.t.Errorf("one is at %s (%d) reading %q", b.at.Host, b.status, b.heading())
				}
			}
			ada.stillOut()
		})
	})
}
