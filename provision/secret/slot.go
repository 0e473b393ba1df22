package secret

import (
	"strings"
	"unicode"

	"phonegate/provision/host/cloudflare"
	"phonegate/provision/host/vercel"
)

// Slot is one credential: where it is looked for, how it is asked for and where to make one.
type Slot struct {
	Env      string // the environment variable, also the name in the keyring
	Provider string // auth0, twilio, vercel or cloudflare
	Label    string // what a person calls it
	Secret   bool   // typed behind dots and kept out of every output
	Optional bool   // nothing is missing without it
	// Way groups the slots of a provider that has more than one way to prove who calls: all slots of one
	// way are enough. "" holds for slots that say which account is meant and belong to every way.
	Way  string
	Help string // where to make one, in a sentence
	URL  string // the page on which to make one

	field func(*Credentials) *string
}

// Slots is the table of credentials, in the order in which a person is asked.
func Slots() []Slot {
	return []Slot{
		{Env: "AUTH0_DOMAIN", Provider: "auth0", Label: "domain",
			Help: "Applications > your application > Domain, such as acme-dev.us.auth0.com.", URL: "https://manage.auth0.com/",
			field: func(c *Credentials) *string { return &c.Auth0Domain }},
		{Env: "AUTH0_CLIENT_ID", Provider: "auth0", Label: "client ID", Way: "application",
			Help: "Make one under Applications > APIs > Auth0 Management API > Machine to Machine.", URL: "https://manage.auth0.com/#/apis",
			field: func(c *Credentials) *string { return &c.Auth0ClientID }},
		{Env: "AUTH0_CLIENT_SECRET", Provider: "auth0", Label: "client secret", Secret: true, Way: "application",
			Help: "It is on the Settings page of the same Machine to Machine application.", URL: "https://manage.auth0.com/#/applications",
			field: func(c *Credentials) *string { return &c.Auth0ClientSecret }},
		{Env: "AUTH0_API_TOKEN", Provider: "auth0", Label: "Management API token", Secret: true, Way: "token",
			Help: "Copy one from Applications > APIs > Auth0 Management API > API Explorer; it lasts a day.", URL: "https://manage.auth0.com/#/apis",
			field: func(c *Credentials) *string { return &c.Auth0Token }},
		{Env: "TWILIO_ACCOUNT_SID", Provider: "twilio", Label: "account SID",
			Help: "It is on the Console's first page under Account Info; it begins with AC.", URL: "https://console.twilio.com/",
			field: func(c *Credentials) *string { return &c.TwilioAccountSID }},
		{Env: "TWILIO_AUTH_TOKEN", Provider: "twilio", Label: "auth token", Secret: true, Way: "token",
			Help: "It is on the Console's first page under Account Info, next to the account SID.", URL: "https://console.twilio.com/",
			field: func(c *Credentials) *string { return &c.TwilioAuthToken }},
		{Env: "TWILIO_API_KEY", Provider: "twilio", Label: "API key SID", Way: "key",
			Help: "Make a key of type Main under Account > API keys & tokens; its SID begins with SK.", URL: "https://console.twilio.com/us1/account/keys-credentials/api-keys",
			field: func(c *Credentials) *string { return &c.TwilioAPIKey }},
		{Env: "TWILIO_API_SECRET", Provider: "twilio", Label: "API key secret", Secret: true, Way: "key",
			Help: "Twilio shows it only once, when the key is created.", URL: "https://console.twilio.com/us1/account/keys-credentials/api-keys",
			field: func(c *Credentials) *string { return &c.TwilioAPISecret }},
		{Env: "VERCEL_TOKEN", Provider: vercel.Name, Label: "token", Secret: true,
			Help: "Make one under Account Settings > Tokens.", URL: "https://vercel.com/account/settings/tokens",
			field: func(c *Credentials) *string { return &c.VercelToken }},
		{Env: "VERCEL_TEAM_ID", Provider: vercel.Name, Label: "team ID", Optional: true,
			Help: "It is under the team's Settings > General; leave it empty for a personal account.", URL: "https://vercel.com/account",
			field: func(c *Credentials) *string { return &c.VercelTeam }},
		{Env: "CLOUDFLARE_API_TOKEN", Provider: cloudflare.Name, Label: "API token", Secret: true,
			Help: "Make one under My Profile > API Tokens > Custom token, with the Account permissions Workers Scripts: Edit and Account Settings: Read.", URL: "https://dash.cloudflare.com/profile/api-tokens",
			field: func(c *Credentials) *string { return &c.CloudflareToken }},
		{Env: "CLOUDFLARE_ACCOUNT_ID", Provider: cloudflare.Name, Label: "account ID",
			Help: "It is on the Workers & Pages overview, on the right: 32 hexadecimal digits.", URL: "https://dash.cloudflare.com/",
			field: func(c *Credentials) *string { return &c.CloudflareAccountID }},
	}
}

// slot is the row of an environment variable.
func slot(env string) (Slot, bool) {
	for _, s := range Slots() {
		if s.Env == env {
			return s, true
		}
	}
	return Slot{}, false
}

// Get is the credential by its environment variable's name, "" if it is unknown.
func (c Credentials) Get(env string) string {
	if s, ok := slot(env); ok {
		return *s.field(&c)
	}
	return ""
}

// Set takes a credential in, without any white space that a paste brought along. It says whether
// there is a credential of that name.
func (c *Credentials) Set(env, value string) bool {
	s, ok := slot(env)
	if ok {
		*s.field(c) = Clean(value)
	}
	return ok
}

// Clean is a pasted value without white space, wherever it is, and without characters that
// nobody sees (zero-width ones, controls): no credential has any, and terminals and web pages add them.
func Clean(value string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || unicode.IsControl(r) || unicode.Is(unicode.Cf, r) {
			return -1
		}
		return r
	}, value)
}

// MissingFor lists what the provider's calls still need. Where there are two ways, it is the one that was
// begun, or else the table's first.
func MissingFor(c Credentials, provider string) []Slot {
	var missing []Slot
	ways := map[string][]Slot{} // what each way lacks
	begun := map[string]bool{}
	var order []string
	for _, s := range Slots() {
		switch {
		case s.Provider != provider || s.Optional:
		case s.Way == "":
			if c.Get(s.Env) == "" {
				missing = append(missing, s)
			}
		default:
			if _, seen := ways[s.Way]; !seen {
				order = append(order, s.Way)
				ways[s.Way] = nil
			}
			if c.Get(s.Env) == "" {
				ways[s.Way] = append(ways[s.Way], s)
			} else {
				begun[s.Way] = true
			}
		}
	}
	if len(order) == 0 {
		return missing
	}
	chosen := order[0]
	for _, way := range order {
		if len(ways[way]) == 0 {
			return missing
		}
		if begun[way] && !begun[chosen] {
			chosen = way
		}
	}
	return append(missing, ways[chosen]...)
}

// proven says whether one way of the provider is complete.
func proven(c Credentials, provider string) bool {
	for _, s := range MissingFor(c, provider) {
		if s.Way != "" {
			return false
		}
	}
	return true
}
