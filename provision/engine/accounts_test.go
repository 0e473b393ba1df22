package engine

import (
	"strings"
	"testing"

	"phonegate/provision/config"
	"phonegate/provision/secret"
)

func TestTenantsShareTheLimitsOfTheAccountsThatTheyShare(t *testing.T) {
	one := config.Tenant{Auth0: config.Auth0{Domain: "one.us.auth0.test"}}
	two := config.Tenant{Auth0: config.Auth0{Domain: "two.us.auth0.test"}}
	inTeam := two
	inTeam.Host.Team = "acme"
	creds := secret.Credentials{TwilioAccountSID: "AC1", VercelToken: "token-one"}
	others := secret.Credentials{TwilioAccountSID: "AC2", VercelToken: "token-two"}
	for name, c := range map[string]struct {
		t      config.Tenant
		c      secret.Credentials
		shared string
	}{
		"the same credentials": {two, creds, "twilio vercel"},
		"other credentials":    {two, others, ""},
		"a team's":             {inTeam, creds, "twilio"},
	} {
		var shared []string
		mine, theirs := accounts(one, creds), accounts(c.t, c.c)
		for _, provider := range []string{"auth0", "twilio", "vercel", "cloudflare"} {
			if mine[provider] != "" && mine[provider] == theirs[provider] {
				shared = append(shared, provider)
			}
			if strings.Contains(theirs[provider], "token") {
				t.Errorf("%s: the account's name %q holds the token", name, theirs[provider])
			}
		}
		if got := strings.Join(shared, " "); got != c.shared {
			t.Errorf("%s share %q, want %q", name, got, c.shared)
		}
	}
}
