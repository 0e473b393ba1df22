package engine

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"

	"phonegate/provision/auth0"
	"phonegate/provision/config"
	"phonegate/provision/fault"
	"phonegate/provision/host"
	"phonegate/provision/host/kind"
	"phonegate/provision/resource"
	"phonegate/provision/ring"
	"phonegate/provision/secret"
	"phonegate/provision/transport"
	"phonegate/provision/twilio"
	"phonegate/templates"
)

// Account is whom a provider's credentials belong to, and what is worth knowing about it before going on.
type Account struct {
	Name string // "acme-dev, Classic login"
	// Rate is how many requests a second the provider takes in the long run; 0 if unknown.
	Rate  float64
	Notes []Remark
}

// Remark is one finding about an account.
type Remark struct {
	OK   bool
	Text string
	Hint string
}

// Check tries the credentials of one provider ("auth0", "twilio" or "host"). A refusal is an error; what works but will
// get in the way later (a missing scope, a trial account) is a Remark.
func Check(ctx context.Context, provider string, t config.Tenant, c secret.Credentials, e transport.Endpoints) (Account, error) {
	road := transport.New(transport.Options{Endpoints: e, Auth0Hosts: append([]string{t.Auth0.Domain}, t.Auth0.CustomDomains...)})
	switch provider {
	case "auth0":
		seen := &rateSeen{road: road}
		client := auth0.New(auth0.Options{Domain: t.Auth0.Domain, ClientID: c.Auth0ClientID, ClientSecret: c.Auth0ClientSecret, Token: c.Auth0Token, HTTP: seen})
		return checkAuth0(ctx, client, seen, t)
	case "twilio":
		return checkTwilio(ctx, twilio.New(twilio.Options{AccountSID: c.TwilioAccountSID, AuthToken: c.TwilioAuthToken, APIKey: c.TwilioAPIKey, APISecret: c.TwilioAPISecret, HTTP: road}), c.TwilioAuthToken != "")
	case "host":
		return checkHost(ctx, hosting{spec: t, credentials: c, road: road, url: func() string { return "" }, note: func(string) resource.Note { return blank{} },
			env: host.Environment{Add: func() (string, string) { return "", "" }, Must: func() []ring.Key { return nil }}})
	}
	return Account{}, fault.New(fault.Failed, "check.provider", "", "There is no provider %q.", provider)
}

// Services lists the Verify services of the account.
func Services(ctx context.Context, c secret.Credentials, e transport.Endpoints) ([]twilio.ServiceInfo, error) {
	road := transport.New(transport.Options{Endpoints: e})
	return twilio.New(twilio.Options{AccountSID: c.TwilioAccountSID, AuthToken: c.TwilioAuthToken, APIKey: c.TwilioAPIKey, APISecret: c.TwilioAPISecret, HTTP: road}).Services(ctx)
}

func checkAuth0(ctx context.Context, client *auth0.Client, seen *rateSeen, t config.Tenant) (Account, error) {
	needed := append(auth0.NeededScopes(t.Auth0.LoginPage != "none"), auth0.LiveTestScopes()...)
	found, err := client.Check(ctx, needed...)
	if err != nil {
		return Account{}, err
	}
	a := Account{Name: cmp.Or(found.TenantName, found.Domain)}
	switch found.Experience {
	case "classic":
		a.Name += ", Classic login"
	case "new":
		a.Name += ", Universal Login"
		if t.Capture == "lock" && t.Auth0.LoginPage != "none" {
			a.Notes = append(a.Notes, Remark{Text: "the tenant uses Universal Login, which does not show a custom login page",
				Hint: "on the Sign-up screen choose “The code form”, or switch to Classic under Branding > Universal Login"})
		}
	}
	if seen.perSecond() == 0 && slices.Contains(found.Scopes, "read:actions") { // nothing was asked of the Management API yet
		_ = auth0.NewAction(client, auth0.ActionSpec{Name: templates.ActionName, Domain: t.Auth0.Domain, Mark: templates.ActionMarker}).Read(ctx)
	}
	if a.Rate = seen.perSecond(); a.Rate > 0 {
		a.Name += fmt.Sprintf(", %g requests a second", a.Rate)
	}
	for _, scope := range found.Missing {
		a.Notes = append(a.Notes, Remark{Text: "missing " + scope, Hint: "grant it under Applications > APIs > Auth0 Management API > Machine to Machine"})
	}
	if len(found.Missing) == 0 {
		a.Notes = append(a.Notes, Remark{OK: true, Text: fmt.Sprintf("all %d permissions are granted", len(needed))})
	}
	return a, nil
}

func checkTwilio(ctx context.Context, client *twilio.Client, master bool) (Account, error) {
	found, err := client.Check(ctx)
	if err != nil {
		return Account{}, err
	}
	a := Account{Name: cmp.Or(found.FriendlyName, "Twilio account")}
	if found.Type != "" {
		a.Name += ", " + strings.ToLower(found.Type) + " account"
	}
	if found.Balance != "" {
		a.Name += ", balance " + found.Balance
	}
	if amount, _, _ := strings.Cut(found.Balance, " "); amount != "" {
		if left, err := strconv.ParseFloat(amount, 64); err == nil && left <= 0 {
			a.Notes = append(a.Notes, Remark{Text: "the account has no balance left: Twilio sends no texts", Hint: "add funds under Billing"})
		}
	}
	if found.Trial() {
		text := "trial account: it can only text the numbers you verified at Twilio"
		if len(found.CallerIDs) > 0 {
			text += " (" + strings.Join(found.CallerIDs, ", ") + ")"
		}
		a.Notes = append(a.Notes, Remark{Text: text, Hint: "upgrade it, or verify your own number under Phone Numbers > Verified Caller IDs"})
	}
	if !master {
		a.Notes = append(a.Notes, Remark{Text: "an API key can't create the key that the Action and the form need; it only works if phonegate created one before",
			Hint: "use the auth token for the first setup"})
	}
	return a, nil
}

func checkHost(ctx context.Context, h hosting) (Account, error) {
	if kind.SelfHosted(h.spec.Host.Kind) {
		return Account{Name: "on your own server, which needs no account"}, nil
	}
	var err error
	if h.form, err = renderForm(h.tenant, h.spec); err != nil {
		return Account{}, err
	}
	form, err := newHost(h)
	if err != nil {
		return Account{}, err
	}
	name, err := form.Check(ctx)
	if err != nil {
		return Account{}, err
	}
	return Account{Name: name}, nil
}

// blank is a resource.Note for resources that are only looked at.
type blank struct{}

func (blank) Get(string) string        { return "" }
func (blank) Set(string, string) error { return nil }

// rateSeen passes requests on and reads the Management API's limit from the answers.
type rateSeen struct {
	road  http.RoundTripper
	burst atomic.Int64
}

// RoundTrip implements http.RoundTripper.
func (s *rateSeen) RoundTrip(r *http.Request) (*http.Response, error) {
	res, err := s.road.RoundTrip(r)
	if err == nil && strings.HasPrefix(r.URL.Path, "/api/v2/") { // logins have limits of their own
		if limit, err := strconv.ParseInt(res.Header.Get("X-RateLimit-Limit"), 10, 64); err == nil && limit > 0 {
			s.burst.Store(limit)
		}
	}
	return res, err
}

// sustained is what Auth0 takes in the long run, by what it takes at once. The header says only the latter; both are in
// the tables of Auth0's plans.
var sustained = map[int64]float64{2: 2, 10: 2, 50: 16}

// perSecond is the rate in the long run, 0 if it is not known.
func (s *rateSeen) perSecond() float64 { return sustained[s.burst.Load()] }
