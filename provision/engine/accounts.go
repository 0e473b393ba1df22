package engine

import (
	"cmp"
	"slices"

	"phonegate/provision/config"
	"phonegate/provision/host/kind"
	"phonegate/provision/secret"
)

// accounts name, by provider, whose rate limit a tenant's requests count against: what shares a name shares a limit. A token
// without the name of an account stands for its owner's, as a fingerprint.
func accounts(t config.Tenant, c secret.Credentials) map[string]string {
	all := map[string]string{"auth0": t.Auth0.Domain, "twilio": cmp.Or(c.TwilioAccountSID, t.Twilio.AccountSID)}
	for _, k := range kind.All() {
		if k.SelfHosted {
			continue
		}
		team := ""
		if slices.Contains(k.Asks, "host.team") {
			team = t.Host.Team
		}
		all[k.Name] = cmp.Or(team, c.Get(k.Account), ownerOf(c.Get(k.Token())))
	}
	return all
}

// ownerOf tells tokens apart without being one; "" for none.
func ownerOf(token string) string {
	if token == "" {
		return ""
	}
	return secret.Fingerprint(map[string]string{"": token})
}
