package wizard

import (
	"phonegate/provision/config"
	"phonegate/provision/secret"
)

// provider is one page of Connect: whose credentials, which fields, where to make them.
type provider struct {
	id   string // as Backend.Check knows it
	name func(s Session) string
	// fields are the credentials to ask for, given what is known.
	fields func(s Session) []credential
	// extra are questions of the configuration that belong on the page, by key.
	extra []extra
	where string // how to make the credentials
	url   func(s Session) string
}

// credential is one value of secret.Credentials.
type credential struct {
	env, label string
	secret     bool
	at         func(*secret.Credentials) *string
	// also is the key of a question that the value answers too.
	also string
}

type extra struct{ key, label string }

var (
	auth0Domain = credential{"AUTH0_DOMAIN", "domain", false, func(c *secret.Credentials) *string { return &c.Auth0Domain }, "auth0.domain"}
	auth0ID     = credential{"AUTH0_CLIENT_ID", "client ID", false, func(c *secret.Credentials) *string { return &c.Auth0ClientID }, ""}
	auth0Secret = credential{"AUTH0_CLIENT_SECRET", "client secret", true, func(c *secret.Credentials) *string { return &c.Auth0ClientSecret }, ""}
	auth0Token  = credential{"AUTH0_API_TOKEN", "API token", true, func(c *secret.Credentials) *string { return &c.Auth0Token }, ""}

	twilioSID    = credential{"TWILIO_ACCOUNT_SID", "account SID", false, func(c *secret.Credentials) *string { return &c.TwilioAccountSID }, "twilio.account_sid"}
	twilioToken  = credential{"TWILIO_AUTH_TOKEN", "auth token", true, func(c *secret.Credentials) *string { return &c.TwilioAuthToken }, ""}
	twilioKey    = credential{"TWILIO_API_KEY", "API key", false, func(c *secret.Credentials) *string { return &c.TwilioAPIKey }, ""}
	twilioSecret = credential{"TWILIO_API_SECRET", "key's secret", true, func(c *secret.Credentials) *string { return &c.TwilioAPISecret }, ""}

	vercelToken = credential{"VERCEL_TOKEN", "token", true, func(c *secret.Credentials) *string { return &c.VercelToken }, ""}
)

// providers are the pages of Connect, in order.
var providers = []provider{
	{
		id:   "auth0",
		name: func(Session) string { return "Auth0" },
		fields: func(s Session) []credential {
			if s.Credentials.Auth0Token != "" && s.Credentials.Auth0ClientSecret == "" {
				return []credential{auth0Domain, auth0Token}
			}
			return []credential{auth0Domain, auth0ID, auth0Secret}
		},
		where: "Make one under Applications > APIs > Auth0 Management API > Machine to Machine.",
		url:   func(Session) string { return "https://manage.auth0.com/#/applications" },
	},
	{
		id:   "twilio",
		name: func(Session) string { return "Twilio" },
		fields: func(s Session) []credential {
			if s.Credentials.TwilioAPISecret != "" && s.Credentials.TwilioAuthToken == "" {
				return []credential{twilioSID, twilioKey, twilioSecret}
			}
			return []credential{twilioSID, twilioToken}
		},
		where: "Both are on the first page of the Twilio console, under Account Info.",
		url:   func(Session) string { return "https://console.twilio.com" },
	},
	{
		id:   "host",
		name: func(s Session) string { return hostLabel(s.Spec.Host.Kind) },
		fields: func(s Session) []credential {
			if kind := s.Spec.Host.Kind; kind == "vercel" || kind == "" {
				return []credential{vercelToken}
			}
			return nil
		},
		extra: []extra{{"host.kind", "host"}},
		where: "Make a token under Account Settings > Tokens.",
		url:   func(Session) string { return "https://vercel.com/account/settings/tokens" },
	},
}

// hostLabel is a host kind's name in a sentence.
func hostLabel(kind string) string {
	if q, ok := config.Find("host.kind"); ok {
		for _, o := range q.Choices {
			if o.Value == kind {
				return o.Label
			}
		}
	}
	return "Vercel"
}

// credentialField is the field of a credential: one that is known is shown with its source and not asked.
func credentialField(c credential, s Session, ask bool) field {
	value := *c.at(&s.Credentials)
	take := func(s *Session, v string) error {
		v = squeeze(v)
		if c.also != "" {
			if q, ok := config.Find(c.also); ok {
				if err := q.Set(&s.Spec, v); err != nil {
					return err
				}
				v = q.Get(s.Spec)
			}
		}
		*c.at(&s.Credentials) = v
		return nil
	}
	if value == "" && c.also != "" {
		if q, ok := config.Find(c.also); ok {
			value = q.Get(s.Spec)
		}
	}
	make := textField
	if c.secret {
		make = secretField
	}
	f := make(c.env, c.label, "", value, take)
	f.must = true
	if c.secret {
		f.help = "Paste it. It stays in this computer's keyring."
	}
	if from := s.Sources[c.env]; value != "" && from != "" && from != "typed" && !ask {
		f.known = from
		if from == c.env {
			f.known = "from " + from
		}
	}
	return f
}
