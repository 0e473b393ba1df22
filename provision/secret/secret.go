// Package secret is where credentials come from and where generated secrets live:
// environment first, then the operating system's keyring, then a prompt.
package secret

// Credentials are what one tenant's providers are called with. Empty fields are unknown.
type Credentials struct {
	Auth0Domain         string // AUTH0_DOMAIN
	Auth0ClientID       string // AUTH0_CLIENT_ID
	Auth0ClientSecret   string // AUTH0_CLIENT_SECRET
	Auth0Token          string // AUTH0_API_TOKEN, instead of id and secret
	TwilioAccountSID    string // TWILIO_ACCOUNT_SID
	TwilioAuthToken     string // TWILIO_AUTH_TOKEN
	TwilioAPIKey        string // TWILIO_API_KEY, with TwilioAPISecret instead of the auth token
	TwilioAPISecret     string // TWILIO_API_SECRET
	VercelToken         string // VERCEL_TOKEN
	VercelTeam          string // VERCEL_TEAM_ID, not secret
	CloudflareToken     string // CLOUDFLARE_API_TOKEN
	CloudflareAccountID string // CLOUDFLARE_ACCOUNT_ID, not secret
}

// Vault keeps the secrets that phonegate generates for one tenant (session secrets, the Twilio key's
// secret). Without a keyring it only lasts as long as the process.
type Vault interface {
	// Get is the secret, "" if the vault does not have it.
	Get(name string) string
	// Put keeps the secret. It fails only if a keyring that is there refused it.
	Put(name, value string) error
	// Delete forgets the secret; forgetting what is not there is no error.
	Delete(name string) error
	// Durable says whether a later process will find the secrets again.
	Durable() bool
}

// String keeps credentials out of every log and message by accident.
func (Credentials) String() string { return "credentials (hidden)" }

// GoString is String, for %#v.
func (Credentials) GoString() string { return "credentials (hidden)" }
