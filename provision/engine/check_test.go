package engine_test

import (
	"context"
	"strings"
	"testing"

	"phonegate/provision/config"
	"phonegate/provision/engine"
	"phonegate/provision/fault"
	"phonegate/provision/sandbox"
	"phonegate/provision/secret"
)

func TestCheckSaysWhoseTheCredentialsAre(t *testing.T) {
	for name, c := range map[string]struct {
		provider string
		options  sandbox.Options
		change   func(*config.Tenant, *secret.Credentials)
		name     string // what the account's name has in it
		rate     float64
		note     string // what one of the remarks has in it, "" for none that is not fine
	}{
		"Auth0, Free":            {"auth0", sandbox.Options{RateLimits: map[string]float64{"auth0": 2}}, nil, "Classic login, 2 requests a second", 2, ""},
		"Auth0, Enterprise":      {"auth0", sandbox.Options{RateLimits: map[string]float64{"auth0": 50}}, nil, "16 requests a second", 16, ""},
		"Auth0, silent on rates": {"auth0", sandbox.Options{}, nil, "Classic login", 0, ""},
		"Twilio":                 {"twilio", sandbox.Options{}, nil, "full account, balance 20.00 USD", 0, ""},
		"Twilio, trial":          {"twilio", sandbox.Options{Behaviours: map[string]string{"twilio.account_type": "Trial"}}, nil, "trial account", 0, "only text the numbers"},
		"Vercel":                 {"host", sandbox.Options{}, nil, "sandbox", 0, ""},
		"a server of one's own": {"host", sandbox.Options{}, func(t *config.Tenant, c *secret.Credentials) { t.Host.Kind, c.VercelToken = "bundle", "" },
			"needs no account", 0, ""},
	} {
		t.Run(name, func(t *testing.T) {
			box, err := sandbox.Start(t.Context(), c.options)
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = box.Close() })
			creds, _ := secret.FromEnv("dev", func(name string) string { return sandbox.Credentials()[name] })
			spec := config.Complete("dev", config.Tenant{Auth0: config.Auth0{Domain: sandbox.Auth0Domain}})
			if c.change != nil {
				c.change(&spec, &creds)
			}
			a, err := engine.Check(t.Context(), c.provider, spec, creds, box.Endpoints())
			if err != nil {
				t.Fatal(err)
			}
			if !strings.Contains(strings.ToLower(a.Name), strings.ToLower(c.name)) || a.Rate != c.rate {
				t.Errorf("%q at %g/s, want %q at %g/s", a.Name, a.Rate, c.name, c.rate)
			}
			var notes []string
			for _, n := range a.Notes {
				if !n.OK {
					notes = append(notes, n.Text)
				}
			}
			if said := strings.Join(notes, "; "); c.note == "" && said != "" || !strings.Contains(said, c.note) {
				t.Errorf("remarks: %q, want %q", said, c.note)
			}
		})
	}
}

func TestCheckPassesRefusalsOn(t *testing.T) {
	box, err := sandbox.Start(t.Context(), sandbox.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = box.Close() })
	spec := config.Complete("dev", config.Tenant{Auth0: config.Auth0{Domain: sandbox.Auth0Domain}})
	wrong := secret.Credentials{Auth0Domain: sandbox.Auth0Domain, Auth0ClientID: sandbox.Auth0ClientID, Auth0ClientSecret: "wrong-wrong-wrong",
		TwilioAccountSID: sandbox.TwilioAccountSID, TwilioAuthToken: strings.Repeat("0", 32), VercelToken: "wrong-wrong-wrong"}
	for _, provider := range []string{"auth0", "twilio", "host"} {
		_, err := engine.Check(context.Background(), provider, spec, wrong, box.Endpoints())
		if f := fault.Of(err); f == nil || f.Category != fault.Refused || f.Hint == "" || strings.Contains(f.Message+f.Hint, "wrong-wrong") {
			t.Errorf("%s: %+v", provider, f)
		}
	}
}
