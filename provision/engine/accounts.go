package engine

import (
	"cmp"

	"phonegate/provision/config"
	"phonegate/provision/secret"
)

// accounts name, by provider, whose rate limit a tenant's requests count against: what shares a name shares a limit. A token
// without the name of an account stands for its owner's, as a fingerprint.
func accounts(t config.Tenant, c secret.Credentials) map[string]string {
	return map[string]string{
		"auth0":      t.Auth0.Domain,
		"twilio":     cmp.Or(c.TwilioAccountSID, t.Twilio.AccountSID),
		"vercel":     cmp.Or(t.Host.Team, c.VercelTeam, ownerOf(c.VercelToken)),
		"cloudflare": cmp.Or(c.CloudflareAccountID, ownerOf(c.CloudflareToken)),
	}
}

// ownerOf tells tokens apart without being one; "" for none.
func ownerOf(token string) string {
	if token == "" {
		return ""
	}
	return secret.Fingerprint(map[string]string{"": token})
}
