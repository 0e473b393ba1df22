package browsertest

import (
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"phonegate/provision/auth0"
	"phonegate/provision/config"
)

func TestANewUserVerifiesTheNumberOnceAndForAll(t *testing.T) {
	tests := map[string]struct {
		page          string // the behaviour auth0.login_page
		signUp, logIn string
		email, phone  string
	}{
		"with Lock": {
			page: "deployed", signUp: signUpWithLock, logIn: logInWithLock,
			email: "ada@example.com", phone: "+15005550100",
		},
		"without JavaScript": {
			page: "standin", signUp: signUpWithoutScripts, logIn: logInWithoutScripts,
			email: "bob@example.com", phone: "+15005550101",
		},
	}
	found := findTools(t)
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			s := newStage(t, config.Tenant{}, test.page)
			s.mountLock(found.bundleLock(t))
			first, second := s.newLogin(), s.newLogin()
			journeys := found.drive(t, s.script(test.email, test.phone, start{test.signUp, first.authorizeURL}, start{test.logIn, second.authorizeURL}))

			signUp, logIn := journeys[test.signUp], journeys[test.logIn]
			s.checkPages(t, signUp)
			if signUp.said("a wrong code is refused") == "" {
				t.Error("nothing was said about a wrong code")
			}
			if loaded := signUp.went("https://"+lockHost) > 0; loaded != (test.page == "deployed") {
				t.Errorf("the page loaded Lock: %v", loaded)
			}
			userID := s.finish(t, first, signUp.CallbackURL)
			s.checkRecord(t, userID, test.email, test.phone)
			if got := s.user(t, test.email).UserMetadata["phone_number"]; got != test.phone {
				t.Errorf("user_metadata.phone_number is %v, want %s", got, test.phone)
			}

			// The second login goes straight through.
			if n := logIn.went(origin(t, s.formURL)); n != 0 {
				t.Errorf("the form was asked for %d times at the second login", n)
			}
			if again := s.finish(t, second, logIn.CallbackURL); again != userID {
				t.Errorf("the second login was %s's, the first %s's", again, userID)
			}
			s.checkTexts(t, test.phone, 1)
		})
	}
}

func TestAUserWithoutANumberIsAskedForItByTheForm(t *testing.T) {
	found := findTools(t)
	s := newStage(t, config.Tenant{Capture: "form"}, "standin")
	const email, phone = "eve@example.com", "+15005550102"
	login := s.newLogin()
	journey := found.drive(t, s.script(email, phone, start{signUpWithoutANumber, login.authorizeURL}))[signUpWithoutANumber]
	s.checkPages(t, journey)
	if journey.said("a wrong number is refused") == "" {
		t.Error("nothing was said about a number that is none")
	}
	s.checkRecord(t, s.finish(t, login, journey.CallbackURL), email, phone)
	s.checkTexts(t, phone, 1)
}

func TestWhereTheActionChecksTheCodeAWrongOneEndsTheLogin(t *testing.T) {
	found := findTools(t)
	s := newStage(t, config.Tenant{CodeCheck: "action"}, "standin")
	const email, phone = "kim@example.com", "+15005550103"
	first, second := s.newLogin(), s.newLogin()
	journeys := found.drive(t, s.script(email, phone, start{signUpAndMistype, first.authorizeURL}, start{logInAndTypeTheCode, second.authorizeURL}))

	s.checkPages(t, journeys[signUpAndMistype])
	if code, why := refusal(t, journeys[signUpAndMistype].CallbackURL); code != "access_denied" || !strings.HasPrefix(why, "phone_code_wrong: ") {
		t.Errorf("the app was told %q, %q", code, why)
	}
	// The text that was sent still holds for the next login.
	s.checkRecord(t, s.finish(t, second, journeys[logInAndTypeTheCode].CallbackURL), email, phone)
	s.checkTexts(t, phone, 1)
}

// checkPages checks what no page may do, as far as a browser sees it.
func (s *stage) checkPages(t *testing.T, j journey) {
	t.Helper()
	// Chromium reports here what a page's security policy did not allow.
	if len(j.Problems) > 0 {
		t.Errorf("%s: the browser complained: %q", j.Name, j.Problems)
	}
	form := origin(t, s.formURL)
	known := []string{form, tenantOrigin, origin(t, s.app)} // the last two: where the form sends the browser
	for _, r := range j.Requests {
		if !slices.Contains(known, r.To) && (r.From == form || r.To != "https://"+lockHost) {
			t.Errorf("%s: %s called a stranger: %v", j.Name, r.From, r)
		}
	}
}

// checkRecord checks what the tenant knows of the user after the number was verified.
func (s *stage) checkRecord(t *testing.T, userID, email, phone string) {
	t.Helper()
	u := s.user(t, email)
	if u.ID != userID {
		t.Errorf("the tokens are %s's, want %s's", userID, u.ID)
	}
	if m := u.AppMetadata; m["phone_number"] != phone || m["phone_number_verified"] != true {
		t.Errorf("the record is %v, want %s verified", m, phone)
	}
	at, _ := u.AppMetadata["phone_number_verified_at"].(string)
	if when, err := time.Parse(time.RFC3339, at); err != nil || time.Since(when).Abs() > time.Hour {
		t.Errorf("phone_number_verified_at is %q", at)
	}
	if pending, there := u.AppMetadata["phone_verification"]; there {
		t.Errorf("a verification is still remembered: %v", pending)
	}
}

func (s *stage) checkTexts(t *testing.T, phone string, want int) {
	t.Helper()
	if texts := s.Phone().Messages(phone); len(texts) != want {
		t.Errorf("%d texts were sent to %s, want %d", len(texts), phone, want)
	}
}

func (s *stage) user(t *testing.T, email string) *auth0.User {
	t.Helper()
	u, err := s.api.FindUser(t.Context(), email)
	if err != nil || u == nil {
		t.Fatalf("the user %s is not found: %v", email, err)
	}
	return u
}

func origin(t *testing.T, address string) string {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	return u.Scheme + "://" + u.Host
}
