package logintest

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"phonegate/provision/sandbox"
)

// What the Verify service allows (package twilio keeps the figures).
const (
	userIn10Minutes = 8
	userInADay      = 20
)

// pumps tries to have texts sent to n numbers that are not this person's, by every way that the answers leave, and counts those that
// were, with those to the person on the way.
func (p *person) pumps(n int) (sent int) {
	p.t.Helper()
	own := len(p.scene.box.Phone().Messages(p.number))
	defer func() { sent += len(p.scene.box.Phone().Messages(p.number)) - own }()
	for range n {
		p.scene.strangers++
		number := fmt.Sprintf("+61413%06d", p.scene.strangers)
		if p.scene.byForm() {
			p.scene.later(time.Second)
			p.logIn() // a session of its own: the form itself allows one session a few numbers
			if p.heading() == codePage {
				p.presses("change")
			}
			if p.heading() == numberPage {
				p.presses("number", "number", number)
			}
		} else {
			p.edits(map[string]any{"phone_number": number})
			p.logIn()
		}
		sent += len(p.scene.box.Phone().Messages(number))
	}
	return sent
}

func TestNobodyCanPumpTexts(t *testing.T) {
	inBoth(t, func(t *testing.T, s *stage) {
		s.tell(t, "one user has so many texts sent in ten minutes, and so many in a day", func(c *scene) {
			mallory := c.atTheForm()
			total := 1
			for total < userInADay {
				want := min(userIn10Minutes, userInADay-total)
				if total == 1 {
					want--
				}
				if got := mallory.pumps(12); got != want {
					c.t.Fatalf("after %d texts there were %d more in ten minutes, not %d", total, got, want)
				}
				total += want
				c.later(10 * time.Minute)
			}
			c.later(10 * time.Minute)
			if got := mallory.pumps(3); got != 0 {
				c.t.Errorf("%d texts beyond the day's limit", got)
			}
			if !c.byForm() {
				mallory.isDenied("phone_too_many_sends")
			}
			bob := c.atTheForm() // somebody else does not notice
			bob.enters(bob.newestCode())
			bob.getsIn()
			c.later(24 * time.Hour)
			c.administer(c.t)
			if got := mallory.pumps(1); got == 0 {
				c.t.Error("no text on the next day")
			}
		})
		s.tell(t, "many users of one network have so many together", func(c *scene) {
			const together = 10 // fewer than the engine sets, to be done sooner
			for _, b := range c.atTheConsole(http.MethodGet, "/RateLimits/phonegate_ip/Buckets", nil)["buckets"].([]any) {
				if b := b.(map[string]any); b["interval"] == 600.0 {
					c.atTheConsole(http.MethodPost, "/RateLimits/phonegate_ip/Buckets/"+b["sid"].(string), url.Values{"Max": {fmt.Sprint(together)}})
				}
			}
			sent, denied := 0, 0
			for range together + 3 {
				p := c.newcomer()
				p.ip = "2001:db8:0:7:" + fmt.Sprintf("%x:%x::1", c.people, c.people*7) // one household has 2^64 addresses
				p.signUp()
				sent += len(c.box.Phone().Messages(p.number))
				if p.ended != nil {
					p.isDenied("phone_too_many_sends")
					denied++
				}
			}
			if sent != together || denied != 3 {
				c.t.Errorf("%d texts, %d users denied", sent, denied)
			}
			neighbour := c.newcomer()
			neighbour.ip = "2001:db8:0:8::1"
			neighbour.signUp()
			neighbour.enters(neighbour.newestCode())
			neighbour.getsIn()
			c.later(10 * time.Minute)
			late := c.newcomer()
			late.ip = "2001:db8:0:7::1"
			late.signUp()
			late.enters(late.newestCode())
			late.getsIn()
		})
		s.tell(t, "whoever is over the limit gets in with the code that did arrive", func(c *scene) {
			ada := c.atTheForm()
			if c.byForm() {
				ada.pumps(userIn10Minutes - 1)
				ada.logIn()
				c.later(61 * time.Second)
				ada.presses("resend")
				ada.sees(429, codePage)
				ada.isTold("No more codes can be sent for now.")
			} else {
				right := ada.number
				ada.pumps(userIn10Minutes - 2)
				ada.edits(map[string]any{"phone_number": right})
				ada.logIn() // another number was noted meanwhile: this is the last text
				ada.sees(200, codePage)
				ada.hasTexts(2)
				c.later(61 * time.Second)
				ada.logIn() // and this would be one too many
				ada.sees(200, codePage)
				ada.isTold("No more codes can be sent for now.")
				ada.hasTexts(2)
			}
			ada.enters(ada.newestCode())
			ada.getsIn()
		})
	})
}

func TestOneSessionTokenSendsFewTexts(t *testing.T) {
	t.Parallel()
	s := open(t, formChecks)
	s.tell(t, "whatever is posted with it, from wherever", func(c *scene) {
		mallory := c.atTheForm()
		first := mallory.tab()
		numbers := []string{mallory.number}
		for n := range 60 {
			mallory.turnTo(first)
			mallory.ip = fmt.Sprintf("192.0.2.%d", n) // the address that counts is the one of the login
			switch n % 3 {
			case 0:
				number := fmt.Sprintf("+61414%06d", n)
				numbers = append(numbers, number)
				mallory.presses("number", "number", number)
			case 1:
				mallory.presses("resend")
			case 2:
				mallory.presses("call")
			}
			c.later(9 * time.Second)
		}
		sent := 0
		for _, n := range numbers {
			sent += len(c.box.Phone().Messages(n))
		}
		if sent != userIn10Minutes {
			c.t.Errorf("%d texts and calls in the life of one session token", sent)
		}
		c.later(2 * time.Minute)
		mallory.turnTo(first)
		mallory.presses("resend")
		mallory.sees(410, expiredPage)
		mallory.stillOut()
	})
}

// changing is what differs between two pages that read the same.
var changing = regexp.MustCompile(`nonce="[^"]*"|name="session_token" value="[^"]*"|name="state" value="[^"]*"|•• ••\d\d`)

func TestTheFormDoesNotTellWhoseNumberItIs(t *testing.T) {
	t.Parallel()
	s := open(t, formChecks)
	s.tell(t, "neither below the limit nor above it", func(c *scene) {
		verified := c.verified().number
		pending := c.atTheForm().number
		mallory := c.atTheForm()
		pages := func() (all []string) {
			for _, number := range []string{verified, pending, "+61415000001"} {
				mallory.logIn()
				mallory.presses("change")
				mallory.presses("number", "number", number)
				all = append(all, fmt.Sprint(mallory.status, " ", changing.ReplaceAllString(mallory.text(), "")))
			}
			return all
		}
		same := func(when string, all []string) {
			for _, page := range all[1:] {
				if page != all[0] {
					c.t.Errorf("%s the pages differ:\n%s", when, cmp.Diff(all[0], page))
				}
			}
		}
		// Whose verification is under way waits longer for the next text, as after every second one: let it be over.
		c.later(10 * time.Minute)
		same("below the limit", pages())
		mallory.pumps(userIn10Minutes)
		same("above the limit", pages())
		if mallory.sees(429, numberPage); mallory.problem() == "" {
			c.t.Error("nothing is said")
		}
	})
}

func TestLoginsGoOnWhereSomebodyHasDeletedTheLimits(t *testing.T) {
	inBoth(t, func(t *testing.T, s *stage) {
		for _, answer := range []string{"60200", "20404", "ignored"} {
			s.tell(t, "and Twilio answers "+answer, func(c *scene) {
				if err := c.box.World().SetBehaviour("twilio.unknown_rate_limit", answer); err != nil {
					c.t.Fatal(err)
				}
				c.deleteLimits()
				ada := c.atTheForm()
				ada.hasTexts(1)
				if c.byForm() {
					c.later(31 * time.Second)
					ada.presses("resend")
					ada.sees(200, codePage)
					ada.hasTexts(2)
				}
				ada.enters(ada.newestCode())
				ada.getsIn()
				apply(c.t, c.stage)
				if got := len(c.box.State().Twilio.Services[0].RateLimits); got != 2 {
					c.t.Errorf("after apply the service has %d limits", got)
				}
			})
		}
	})
}

// deleteLimits is what somebody does at the console.
func (c *scene) deleteLimits() {
	c.t.Helper()
	for _, limit := range c.box.State().Twilio.Services[0].RateLimits {
		name, _, _ := strings.Cut(limit, " ")
		c.atTheConsole(http.MethodDelete, "/RateLimits/"+name, nil)
	}
}

// atTheConsole makes a call about the Verify service with the account's own credentials.
func (c *scene) atTheConsole(method, path string, form url.Values) (answer map[string]any) {
	c.t.Helper()
	req, err := http.NewRequestWithContext(c.t.Context(), method,
		"https://verify.twilio.com/v2/Services/"+c.box.State().Twilio.Services[0].SID+path, strings.NewReader(form.Encode()))
	if err != nil {
		c.t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.SetBasicAuth(sandbox.TwilioAccountSID, sandbox.TwilioAuthToken)
	res, err := c.box.Network().RoundTrip(req)
	if err != nil || res.StatusCode/100 != 2 {
		c.t.Fatal(res, err)
	}
	if res.StatusCode != http.StatusNoContent {
		err = json.NewDecoder(res.Body).Decode(&answer)
	}
	if err != nil {
		c.t.Fatal(err)
	}
	return answer
}
