package logintest

import (
	"testing"
	"time"

	"phonegate/provision/config"
	"phonegate/provision/sandbox"
	"phonegate/provision/sandbox/world"
)

// failures are the ways in which Twilio may not answer.
var failures = []struct {
	name  string
	fault world.Fault
	acted bool // Twilio did what it was asked, and only the answer was lost
	limit bool // the answer is one of a limit that is reached
}{
	{name: "down", fault: world.Fault{Status: 503}},
	{name: "broken", fault: world.Fault{Status: 500}},
	{name: "out of breath", fault: world.Fault{Status: 429}, limit: true},
	{name: "against the key", fault: world.Fault{Status: 401}},
	{name: "an HTML error", fault: world.Fault{Status: 502, Body: "<html><h1>Bad gateway</h1></html>"}},
	{name: "an HTML success", fault: world.Fault{Status: 200, Body: "<html>approved</html>"}},
	{name: "an empty success", fault: world.Fault{Status: 200, Body: `{}`}},
	{name: "a null success", fault: world.Fault{Status: 201, Body: `null`}},
	{name: "somebody else's success", fault: world.Fault{Status: 200, Body: `{"sid":"VE00000000000000000000000000000000","status":"approved","valid":true,"to":"+61400000000"}`}},
	{name: "away without a word", fault: world.Fault{Drop: true}},
	{name: "too slow", fault: world.Fault{DelayMS: 15_000}},
	{name: "heard no more after the deed", fault: world.Fault{Drop: true, After: true}, acted: true},
}

// slowly is fast enough for a limit of 5 s to be tested, and slow enough for it not to be hit by chance.
const slowly = 5

func TestTwilioFails(t *testing.T) {
	t.Parallel()
	for _, how := range []string{"form", "action"} {
		t.Run("code_check "+how, func(t *testing.T) {
			t.Parallel()
			s := openIn(t, sandbox.Options{Speed: slowly}, codeCheck(how), func(a *config.Tenant) { a.Claims = "https://acme.example/" })
			for _, f := range failures {
				// A verification of somebody else can't be told from one's own when it begins: the check is what counts.
				if f.name != "somebody else's success" {
					s.tell(t, f.name+", at the send: denied, and the next login sends", func(c *scene) {
						ada := c.newcomer()
						c.fails(f.fault)
						ada.signUp()
						ada.isDenied(map[bool]string{true: "phone_too_many_sends", false: "phone_provider"}[f.limit])
						c.twilioSaw("send")
						ada.hasTexts(map[bool]int{true: 1, false: 0}[f.acted])
						ada.authorize("prompt", "none")
						ada.isDenied("phone_unverified")
						ada.logIn()
						ada.sees(200, codePage)
						ada.enters(ada.newestCode())
						ada.getsIn()
						c.twilioSaw("send", "send", "check")
					})
				}
				s.tell(t, f.name+", at the check", func(c *scene) {
					ada := c.atTheForm()
					c.fails(f.fault)
					ada.enters(ada.newestCode())
					if c.byForm() {
						ada.sees(503, codePage)
						ada.isTold("The code could not be checked just now.")
						ada.stillOut()
					} else {
						ada.isDenied("phone_provider")
						ada.logIn()
						ada.sees(200, codePage)
					}
					ada.hasTexts(1)
					if f.acted { // the code is used up at Twilio, but nobody was told: it opens nothing any more
						ada.enters(ada.newestCode())
						if c.byForm() {
							ada.sees(410, usedPage)
						} else {
							ada.isDenied("phone_code_expired")
						}
						c.later(61 * time.Second)
						ada.logIn()
						ada.sees(200, codePage)
						ada.hasTexts(2)
					}
					ada.enters(ada.newestCode())
					ada.getsIn()
				})
				if s.spec.CodeCheck != "form" || f.acted || f.name == "somebody else's success" {
					continue
				}
				s.tell(t, f.name+", at the look before a second send", func(c *scene) {
					ada := c.atTheForm()
					c.later(31 * time.Second)
					c.fails(f.fault)
					ada.presses("resend")
					ada.sees(503, codePage)
					ada.isTold("The message could not be sent just now.")
					ada.hasTexts(1)
					c.twilioSaw("send", "look")
					ada.enters(ada.newestCode())
					ada.getsIn()
				})
			}
			s.tell(t, "Twilio down for a verified user goes unnoticed", func(c *scene) {
				ada := c.verified()
				c.fails(world.Fault{Status: 503, Times: 10})
				ada.logIn()
				ada.getsIn()
				c.twilioSaw()
			})
		})
	}
}

func TestTwilioRefuses(t *testing.T) {
	inBoth(t, func(t *testing.T, s *stage) {
		for name, behaviour := range map[string][3]string{
			"a trial account":             {"twilio.account_type", "Trial", "Full"},
			"a suspended account":         {"twilio.account_status", "suspended", "active"},
			"a country that is blocked":   {"twilio.geo_permissions", "disable", "allow"},
			"a number suspected of fraud": {"twilio.fraud_guard", "60410", "off"},
			"texts that are switched off": {"twilio.channel_disabled", "sms", "none"},
		} {
			s.tell(t, name, func(c *scene) {
				set := func(value string) {
					if err := c.box.World().SetBehaviour(behaviour[0], value); err != nil {
						c.t.Fatal(err)
					}
				}
				set(behaviour[1])
				defer set(behaviour[2])
				ada := c.newcomer()
				ada.signUp()
				ada.isDenied("phone_provider")
				ada.hasTexts(0)
				set(behaviour[2])
				ada.logIn()
				ada.sees(200, codePage)
				ada.stillOut()
			})
		}
		s.tell(t, "a text that the carrier loses", func(c *scene) {
			if err := c.box.World().SetBehaviour("twilio.delivery", "30003"); err != nil {
				c.t.Fatal(err)
			}
			ada := c.newcomer()
			ada.signUp()
			ada.sees(200, codePage)
			ada.hasTexts(0)
			if err := c.box.World().SetBehaviour("twilio.delivery", "delivered"); err != nil {
				c.t.Fatal(err)
			}
			c.later(61 * time.Second)
			ada.logIn()
			ada.hasTexts(1)
			ada.enters(ada.newestCode())
			ada.getsIn()
		})
	})
}
