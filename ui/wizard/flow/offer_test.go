package flow

import (
	"phonegate/provision/secret"
	"strings"
	"testing"
)

func TestOffersContradictNothingThatIsKnown(t *testing.T) {
	mine, other := "AC"+strings.Repeat("1a", 16), "AC"+strings.Repeat("2b", 16)
	login := func(sid, token string) []secret.Login {
		return []secret.Login{{Provider: "twilio", Program: "Twilio CLI", Credentials: secret.Credentials{TwilioAccountSID: sid, TwilioAuthToken: token}}}
	}
	twilio, host := Providers[1], Providers[2]
	for name, c := range map[string]struct {
		logins []secret.Login
		at     Provider
		change func(*Session)
		want   int
	}{
		"nothing is known":                 {login(mine, ""), twilio, func(*Session) {}, 1},
		"the same account, and its token":  {login(mine, "a-token"), twilio, func(s *Session) { s.Credentials.TwilioAccountSID = mine }, 1},
		"the same account, without token":  {login(mine, ""), twilio, func(s *Session) { s.Credentials.TwilioAccountSID = mine }, 0},
		"another account":                  {login(other, "a-token"), twilio, func(s *Session) { s.Credentials.TwilioAccountSID = mine }, 0},
		"another account in the file":      {login(other, "a-token"), twilio, func(s *Session) { s.Spec.Twilio.AccountSID = mine }, 0},
		"everything is known":              {login(mine, "a-token"), twilio, func(s *Session) { s.Credentials.TwilioAccountSID, s.Credentials.TwilioAuthToken = mine, "a-token" }, 0},
		"another provider's":               {login(mine, ""), host, func(s *Session) { s.Spec.Host.Kind = "vercel" }, 0},
		"in the sandbox":                   {login(mine, ""), twilio, func(s *Session) { s.Sandbox = true }, 0},
		"a server of one's own needs none": {[]secret.Login{{Provider: "vercel", Credentials: secret.Credentials{VercelToken: "a-vercel-token"}}}, host, func(s *Session) { s.Spec.Host.Kind = "bundle" }, 0},
	} {
		s := Session{Sources: map[string]string{}}
		c.change(&s)
		if got := Offers(c.logins, c.at, s); len(got) != c.want {
			t.Errorf("%s: %d offers", name, len(got))
		}
	}
}
