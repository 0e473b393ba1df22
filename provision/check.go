package provision

import (
	"context"
	"fmt"
	"strings"

	"phonegate/provision/auth0"
	"phonegate/provision/config"
	"phonegate/provision/fault"
	"phonegate/provision/host/vercel"
	"phonegate/provision/secret"
	"phonegate/provision/transport"
	"phonegate/provision/twilio"
)

// Account is whom a provider's credentials belong to, and what is worth knowing about it before going on.
type Account struct {
	Name  string // "acme-dev, Classic login"
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
		client := auth0.New(auth0.Options{Domain: t.Auth0.Domain, ClientID: c.Auth0ClientID, ClientSecret: c.Auth0ClientSecret, Token: c.Auth0Token, HTTP: road})
		return checkAuth0(ctx, client, t)
	case "twilio":
		return checkTwilio(ctx, twilio.New(twilio.Options{AccountSID: c.TwilioAccountSID, AuthToken: c.TwilioAuthToken, APIKey: c.TwilioAPIKey, APISecret: c.TwilioAPISecret, HTTP: road}))
	case "host":
		return checkVercel(ctx, vercel.New(vercel.Options{Token: c.VercelToken, Team: firstOf(t.Host.Team, c.VercelTeam), HTTP: road}))
	}
	return Account{}, fault.New(fault.Failed, "check.provider", "", "There is no provider %q.", provider)
}

// Services lists the Verify services of the account.
func Services(ctx context.Context, c secret.Credentials, e transport.Endpoints) ([]twilio.ServiceInfo, error) {
	road := transport.New(transport.Options{Endpoints: e})
	return twilio.New(twilio.Options{AccountSID: c.TwilioAccountSID, AuthToken: c.TwilioAuthToken, APIKey: c.TwilioAPIKey, APISecret: c.TwilioAPISecret, HTTP: road}).Services(ctx)
}

func checkAuth0(ctx context.Context, client *auth0.Client, t config.Tenant) (Account, error) {
	needed := append(auth0.NeededScopes(t.Auth0.LoginPage != "none"), auth0.LiveTestScopes()...)
	found, err := client.Check(ctx, needed...)
	if err != nil {
		return Account{}, err
	}
	a := Account{Name: firstOf(found.TenantName, found.Domain)}
	switch found.Experience {
	case "classic":
		a.Name += ", Classic login"
	case "new":
		a.Name += ", Universal Login"
		if t.Capture == "lock" && t.Auth0.LoginPage != "none" {
			a.Notes = append(a.Notes, Remark{Text: "the tenant uses Universal Login, which does not show a custom login page",
				Hint: "choose capture: form, or switch to Classic under Branding > Universal Login"})
		}
	}
	for _, scope := range found.Missing {
		a.Notes = append(a.Notes, Remark{Text: "missing " + scope, Hint: "grant it under Applications > APIs > Auth0 Management API > Machine to Machine"})
	}
	if len(found.Missing) == 0 {
		a.Notes = append(a.Notes, Remark{OK: true, Text: fmt.Sprintf("all %d scopes are granted", len(needed))})
	}
	return a, nil
}

func checkTwilio(ctx context.Context, client *twilio.Client) (Account, error) {
	found, err := client.Check(ctx)
	if err != nil {
		return Account{}, err
	}
	a := Account{Name: firstOf(found.FriendlyName, "Twilio account")}
	if found.Type == "Trial" {
		text := "trial account: it can only text the numbers you verified at Twilio"
		if len(found.CallerIDs) > 0 {
			text += " (" + strings.Join(found.CallerIDs, ", ") + ")"
		}
		a.Notes = append(a.Notes, Remark{Text: text, Hint: "upgrade it, or verify your own number under Phone Numbers > Verified Caller IDs"})
	}
	return a, nil
}

func checkVercel(ctx context.Context, client *vercel.Client) (Account, error) {
	found, err := client.Check(ctx)
	if err != nil {
		return Account{}, err
	}
	return Account{Name: found.User}, nil
}
