package logintest

import (
	"strings"
	"testing"

	"phonegate/provision/config"
)

func TestNumbers(t *testing.T) {
	inBoth(t, func(t *testing.T, s *stage) {
		s.tell(t, "a verified user who edits the number must prove the new one", func(c *scene) {
			ada := c.verified()
			old := ada.number
			ada.number = "+61413" + old[6:]
			ada.edits(map[string]any{"phone_number": ada.number})
			ada.authorize() // also within the session
			ada.sees(200, codePage)
			ada.stillOut()
			ada.logIn()
			ada.sees(200, codePage)
			ada.hasTexts(1)
			ada.stillOut()
			ada.enters(ada.newestCode())
			ada.getsIn()
			c.twilioSaw("send", "check")
		})
		s.tell(t, "and has the old record back with the old number", func(c *scene) {
			ada := c.verified()
			ada.edits(map[string]any{"phone_number": "+61413999999"})
			ada.logIn()
			ada.sees(200, codePage)
			ada.edits(map[string]any{"phone_number": ada.number})
			ada.logIn()
			ada.getsIn()
		})
		s.tell(t, "the same number written otherwise stays verified", func(c *scene) {
			ada := c.verified()
			for _, written := range []string{"0" + ada.number[3:], "0061 " + ada.number[3:], "+61 (0) " + ada.number[3:], "+61-" + ada.number[3:6] + "-" + ada.number[6:]} {
				ada.edits(map[string]any{"phone_number": written})
				ada.logIn()
				ada.getsIn()
			}
			c.twilioSaw()
		})
		s.tell(t, "a number edited between the two legs is not the one that was proven", func(c *scene) {
			ada := c.atTheForm()
			ada.edits(map[string]any{"phone_number": "+61413999998"})
			ada.enters(ada.newestCode())
			ada.isDenied("phone_token")
		})
		s.tell(t, "nor one edited between the code and the way back", func(c *scene) {
			ada := c.atTheForm()
			ada.types(ada.newestCode())
			ada.edits(map[string]any{"phone_number": "+61413999997"})
			ada.continue_()
			ada.isDenied("phone_token")
		})
		s.tell(t, "national form is read as the tenant's country", func(c *scene) {
			ada := c.newcomer()
			ada.signUpBehindThePage(map[string]any{"phone_number": "0" + ada.number[3:6] + " " + ada.number[6:]})
			ada.logIn()
			ada.sees(200, codePage)
			ada.hasTexts(1)
			ada.enters(ada.newestCode())
			ada.getsIn()
			if got := ada.profile().UserMetadata["phone_number"]; got != ada.number {
				c.t.Errorf("user_metadata has %v", got)
			}
		})
		for _, junk := range []string{"", " ", "+", "00", "abc", "12", "+0123456789", "+61 412 345 678 x", "<script>alert(1)</script>", "' OR 1=1 --",
			"+999999999999999999", "tel:+61412345678", "+61412345678,+61412345679", strings.Repeat("9", 500), "🙂", "{{7*7}}"} {
			s.tell(t, "junk from a script at sign-up: "+junk[:min(len(junk), 30)], func(c *scene) {
				mallory := c.newcomer()
				mallory.signUpBehindThePage(map[string]any{"phone_number": junk})
				mallory.logIn()
				switch {
				case c.byForm():
					mallory.sees(200, numberPage)
					if len(junk) > 2 && strings.Contains(mallory.text(), junk) {
						c.t.Error("the page shows what came in")
					}
				case junk == "":
					mallory.isDenied("phone_missing")
				default:
					mallory.isDenied("phone_invalid")
				}
				mallory.stillOut()
				c.twilioSaw()
			})
		}
		for name, number := range map[string]any{"a number": 61412345678, "a list": []any{"+61412345678"}, "an object": map[string]any{"number": "+61412345678"}, "true": true} {
			s.tell(t, "not a text but "+name, func(c *scene) {
				mallory := c.newcomer()
				mallory.signUpBehindThePage(nil)
				mallory.edits(map[string]any{"phone_number": number})
				mallory.logIn()
				if c.byForm() {
					mallory.sees(200, numberPage)
				} else {
					mallory.isDenied("phone_invalid")
				}
				mallory.stillOut()
				c.twilioSaw()
			})
		}
		s.tell(t, "what looks like the record counts for nothing in user_metadata", func(c *scene) {
			mallory := c.newcomer()
			mallory.signUpBehindThePage(map[string]any{"phone_number": mallory.number, "phone_number_verified": "true",
				"phone_number_verified_at": "2026-01-01T00:00:00.000Z", "app_metadata": `{"phone_number_verified":true}`})
			mallory.edits(map[string]any{"phone_number_verified": true, "app_metadata": map[string]any{"phone_number": mallory.number, "phone_number_verified": true},
				"phone_verification": map[string]any{"sid": "VE00000000000000000000000000000000", "number": mallory.number, "sent_at": "2026-01-01T00:00:00.000Z"}})
			mallory.logIn()
			mallory.sees(200, codePage)
			mallory.hasTexts(1)
			mallory.stillOut()
			c.twilioSaw("send")
		})
		s.tell(t, "the sign-up itself takes no app_metadata", func(c *scene) {
			mallory := c.newcomer()
			c.call(c.t, "POST", "/dbconnections/signup", map[string]any{"client_id": mallory.client, "connection": c.spec.Auth0.Connection,
				"email": mallory.email, "password": password, "user_metadata": map[string]any{"phone_number": mallory.number},
				"app_metadata": map[string]any{"phone_number": mallory.number, "phone_number_verified": true}}, nil)
			mallory.logIn()
			mallory.sees(200, codePage)
			mallory.stillOut()
		})
		s.tell(t, "half a record is none", func(c *scene) {
			for _, half := range []map[string]any{
				{"phone_number_verified": true}, {"phone_number_verified": "true", "phone_number": ""},
				{"phone_number_verified": "true"}, {"phone_number_verified": 1}, {"phone_number_verified": true, "phone_number": nil},
			} {
				ada := c.newcomer()
				if n, ok := half["phone_number"]; ok && n == "" || half["phone_number_verified"] != true {
					half["phone_number"] = ada.number
				}
				ada.signUpBehindThePage(map[string]any{"phone_number": ada.number})
				c.management(c.t, "PATCH", "/users/"+ada.profile().ID, map[string]any{"app_metadata": half}, nil)
				ada.logIn()
				ada.sees(200, codePage)
				if len(ada.codes) > 0 {
					c.t.Errorf("%v let in", half)
				}
				c.management(c.t, "PATCH", "/users/"+ada.profile().ID, map[string]any{"app_metadata": map[string]any{}}, nil)
			}
		})
	})
}

func TestANumberThatIsNoneReachesNoPhone(t *testing.T) {
	// Of the right form, so that only Twilio knows better.
	inBoth(t, func(t *testing.T, s *stage) {
		s.tell(t, "and the person is told", func(c *scene) {
			ada := c.newcomer()
			ada.number = "+19995551234"
			ada.signUp()
			if c.byForm() {
				ada.sees(200, numberPage)
			} else {
				ada.isDenied("phone_invalid")
			}
			ada.hasTexts(0)
			ada.stillOut()
			c.twilioSaw("send", "send") // what was refused may be the number or the rate limits, so it is asked for once more
		})
	})
}

func TestCountriesThatAreNotAllowed(t *testing.T) {
	inBoth(t, func(t *testing.T, s *stage) {
		s.tell(t, "no text is sent abroad", func(c *scene) {
			ada := c.newcomer()
			home := ada.number
			ada.number = "+447400123456"
			ada.signUpBehindThePage(map[string]any{"phone_number": ada.number})
			ada.logIn()
			if !c.byForm() {
				ada.isDenied("phone_country")
				ada.hasTexts(0)
				c.twilioSaw()
				return
			}
			ada.sees(200, numberPage)
			ada.isTold("The number in your profile is from a country")
			ada.presses("number", "number", "+33 6 12 34 56 78")
			ada.sees(422, numberPage)
			ada.isTold("We can’t send codes to that country.")
			ada.hasTexts(0)
			c.twilioSaw()
			ada.stillOut()
			ada.number = home
			ada.presses("number", "number", "0"+home[3:])
			ada.sees(200, codePage)
			ada.enters(ada.newestCode())
			ada.getsIn()
		})
		s.tell(t, "a number at home is texted", func(c *scene) {
			c.verified()
		})
	}, func(a *config.Tenant) { a.Countries = []string{"AU", "NZ"} })
}

func TestTheFormAsksForTheNumber(t *testing.T) {
	t.Parallel()
	s := open(t, formChecks, func(a *config.Tenant) { a.Capture = "form" })
	newcomer := func(c *scene) *person {
		c.t.Helper()
		ada := c.newcomer()
		ada.signUpWith()
		ada.sees(200, numberPage)
		ada.hasTexts(0)
		return ada
	}
	s.tell(t, "a number in national form is texted, proven and kept", func(c *scene) {
		ada := newcomer(c)
		ada.presses("number", "number", "0"+ada.number[3:6]+" "+ada.number[6:])
		ada.sees(200, codePage)
		ada.hasTexts(1)
		ada.stillOut()
		ada.enters(ada.newestCode())
		ada.getsIn()
		if got := ada.profile().UserMetadata["phone_number"]; got != ada.number {
			c.t.Errorf("user_metadata has %v", got)
		}
		c.twilioSaw("send", "check")
		ada.logIn()
		ada.getsIn()
		c.twilioSaw("send", "check")
	})
	s.tell(t, "what is no number reaches nobody", func(c *scene) {
		ada := newcomer(c)
		for _, typed := range []string{"", "12", "abc", "+0412345678", "412", strings.Repeat("4", 61)} {
			ada.presses("number", "number", typed)
			ada.sees(422, numberPage)
			ada.isTold("That number can’t get a text.")
		}
		ada.stillOut()
		c.twilioSaw()
	})
	s.tell(t, "a wrong number is changed, and its code opens nothing then", func(c *scene) {
		ada := newcomer(c)
		right := ada.number
		ada.number = "+61413" + right[6:]
		ada.presses("number", "number", ada.number)
		ada.sees(200, codePage)
		stray := ada.newestCode()
		ada.presses("change")
		ada.sees(200, numberPage)
		ada.number = right
		ada.presses("number", "number", right)
		ada.sees(200, codePage)
		if stray != ada.newestCode() {
			ada.types(stray)
			ada.sees(422, codePage)
			ada.stillOut()
		}
		ada.enters(ada.newestCode())
		ada.getsIn()
	})
	s.tell(t, "whoever goes away is asked again", func(c *scene) {
		ada := newcomer(c)
		ada.presses("number", "number", ada.number)
		ada.logIn()
		ada.sees(200, numberPage)
		ada.stillOut()
		ada.hasTexts(1)
	})
	s.tell(t, "a code for a number that was not typed here does not prove it", func(c *scene) {
		ada := newcomer(c)
		ada.types("123456")
		ada.sees(200, numberPage)
		ada.presses("resend")
		ada.sees(200, numberPage)
		ada.stillOut()
		c.twilioSaw()
	})
	s.tell(t, "one person texts five numbers and no sixth", func(c *scene) {
		mallory := newcomer(c)
		for n := range 6 {
			mallory.number = "+6141477770" + string(rune('0'+n))
			if n > 0 {
				mallory.presses("change")
			}
			mallory.presses("number", "number", mallory.number)
			if n < 5 {
				mallory.sees(200, codePage)
				mallory.hasTexts(1)
			}
		}
		mallory.sees(429, numberPage)
		mallory.hasTexts(0)
		mallory.stillOut()
	})
	s.tell(t, "after the sixth text to a number its code still lets in", func(c *scene) {
		ada := newcomer(c)
		for range 5 {
			ada.presses("number", "number", ada.number)
			ada.sees(200, codePage)
			ada.presses("change")
		}
		ada.presses("number", "number", ada.number)
		ada.sees(429, codePage)
		ada.isTold("No more codes can be sent for now.")
		ada.hasTexts(5)
		ada.enters(ada.newestCode())
		ada.getsIn()
	})
}

func TestWrongNumberAtTheForm(t *testing.T) {
	t.Parallel()
	s := open(t, formChecks)
	s.tell(t, "the number from sign-up is replaced by the one that was proven", func(c *scene) {
		ada := c.atTheForm()
		ada.hasTexts(1)
		ada.presses("change")
		ada.sees(200, numberPage)
		ada.presses("back")
		ada.sees(200, codePage)
		ada.presses("change")
		ada.number = "+61413" + ada.number[6:]
		ada.presses("number", "number", ada.number)
		ada.sees(200, codePage)
		ada.enters(ada.newestCode())
		ada.getsIn()
		if got := ada.profile().UserMetadata["phone_number"]; got != ada.number {
			c.t.Errorf("user_metadata has %v", got)
		}
		c.since = len(c.box.World().Requests())
		ada.logIn()
		ada.getsIn()
		c.twilioSaw()
	})
}

func TestUsersWithoutANumber(t *testing.T) {
	t.Parallel()
	noPhone := func(how string) func(*config.Tenant) { return func(a *config.Tenant) { a.NoPhone = how } }
	for _, tt := range []struct {
		check, noPhone string
		story          func(c *scene, ada *person)
	}{
		{"form", "form", func(_ *scene, ada *person) { ada.sees(200, numberPage) }},
		{"form", "deny", func(_ *scene, ada *person) { ada.isDenied("phone_missing") }},
		{"action", "deny", func(_ *scene, ada *person) { ada.isDenied("phone_missing") }},
		{"form", "skip", func(_ *scene, ada *person) { ada.getsInUnverified() }},
		{"action", "skip", func(_ *scene, ada *person) { ada.getsInUnverified() }},
	} {
		t.Run(tt.check+" "+tt.noPhone, func(t *testing.T) {
			t.Parallel()
			s := open(t, codeCheck(tt.check), noPhone(tt.noPhone))
			s.tell(t, "one who has none", func(c *scene) {
				ada := c.newcomer()
				ada.signUpBehindThePage(nil)
				ada.logIn()
				tt.story(c, ada)
				ada.stillOut()
				c.twilioSaw()
				if tt.noPhone != "form" {
					c.formSawNothing()
				}
			})
			s.tell(t, "one who has one is asked all the same", func(c *scene) {
				ada := c.atTheForm()
				ada.enters(ada.newestCode())
				ada.getsIn()
			})
			s.tell(t, "one who removes the number", func(c *scene) {
				ada := c.verified()
				ada.edits(map[string]any{"phone_number": nil})
				ada.logIn()
				ada.getsIn() // a proven number stays proven
				c.twilioSaw()
			})
			if tt.noPhone != "deny" || tt.check != "form" {
				return
			}
			s.tell(t, "where only the profile's number counts, the form asks for no other", func(c *scene) {
				mallory := c.atTheForm()
				if mallory.offers("change") {
					c.t.Error("another number is offered")
				}
				before := mallory.tab()
				for _, intent := range []string{"number", "change"} {
					mallory.turnTo(before)
					mallory.presses(intent, "number", "+61413000000")
					mallory.sees(400, invalidPage)
				}
				mallory.stillOut()
				c.twilioSaw("send")
			})
			s.tell(t, "and a number that is none denies", func(c *scene) {
				ada := c.newcomer()
				ada.signUpBehindThePage(map[string]any{"phone_number": "none"})
				ada.logIn()
				ada.isDenied("phone_invalid")
				ada.number = "+19995551234"
				ada.edits(map[string]any{"phone_number": ada.number})
				ada.logIn()
				ada.isDenied("phone_invalid")
				ada.hasTexts(0)
			})
		})
	}
}
