package flow

import (
	"cmp"
	"slices"

	"phonegate/provision/config"
	"phonegate/provision/host/kind"
	"phonegate/provision/secret"
)

// Provider is one page of Connect: whose credentials, and which fields.
type Provider struct {
	ID   string // as Backend.Check knows it
	Name func(s Session) string
	// Slots are the names of the credentials to ask for, given what is known.
	Slots func(s Session) []string
	// Owner is whose credentials they are, as in secret.Slot.
	Owner func(s Session) string
	// Choice is the key of a question that decides who the provider is, "" if there is only one.
	Choice string
}

// always is a function of the session that does not depend on it.
func always(name string) func(Session) string { return func(Session) string { return name } }

// Providers are the pages of Connect, in order.
var Providers = []Provider{
	{
		ID: "auth0", Name: always("Auth0"), Owner: always("auth0"),
		Slots: func(s Session) []string {
			if s.Credentials.Auth0Token != "" && s.Credentials.Auth0ClientSecret == "" {
				return []string{"AUTH0_DOMAIN", "AUTH0_API_TOKEN"}
			}
			return []string{"AUTH0_DOMAIN", "AUTH0_CLIENT_ID", "AUTH0_CLIENT_SECRET"}
		},
	},
	{
		ID: "twilio", Name: always("Twilio"), Owner: always("twilio"),
		Slots: func(s Session) []string {
			if s.Credentials.TwilioAPISecret != "" && s.Credentials.TwilioAuthToken == "" {
				return []string{"TWILIO_ACCOUNT_SID", "TWILIO_API_KEY", "TWILIO_API_SECRET"}
			}
			return []string{"TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN"}
		},
	},
	{
		ID: "host", Choice: "host.kind",
		Name:  func(s Session) string { return HostLabel(s.Spec.Host.Kind) },
		Owner: func(s Session) string { return s.Spec.Host.Kind },
		Slots: func(s Session) []string {
			k, _ := kind.Of(cmp.Or(s.Spec.Host.Kind, kind.Default))
			return k.Secrets
		},
	},
}

// AlsoAnswers are the questions that a credential answers too, by its environment name.
var AlsoAnswers = map[string]string{"AUTH0_DOMAIN": "auth0.domain", "TWILIO_ACCOUNT_SID": "twilio.account_sid", "VERCEL_TEAM_ID": "host.team"}

// slot is the row of the table of credentials.
func slot(env string) secret.Slot {
	all := secret.Slots()
	if i := slices.IndexFunc(all, func(s secret.Slot) bool { return s.Env == env }); i >= 0 {
		return all[i]
	}
	return secret.Slot{Env: env, Label: env}
}

// HostLabel is a host kind's name in a sentence.
func HostLabel(name string) string {
	k, ok := kind.Of(name)
	if !ok {
		k, _ = kind.Of(kind.Default)
	}
	return k.Label
}

// HostField is the choice of the host, between those that there are.
func HostField(s Session, there []string) Ask {
	f := Asked("host.kind", "host", s)
	now := f.Value()
	f.Options = slices.DeleteFunc(slices.Clone(f.Options), func(o config.Option) bool { return !slices.Contains(there, o.Value) })
	f.Pick = max(slices.IndexFunc(f.Options, func(o config.Option) bool { return o.Value == now }), 0)
	return f
}

// takeCredential stores a credential, and the answer to the question that it answers too.
func takeCredential(s *Session, env, value string) error {
	if key := AlsoAnswers[env]; key != "" {
		if q, ok := config.Find(key); ok {
			if err := q.Set(&s.Spec, secret.Clean(value)); err != nil {
				return err
			}
			value = q.Get(s.Spec)
		}
	}
	s.Credentials.Set(env, value)
	return nil
}

// CredentialField is the question for a credential: one that is known is shown with its source and not asked, unless it is asked again.
func CredentialField(env string, s Session, again bool) Ask {
	row := slot(env)
	value := s.Credentials.Get(env)
	if value == "" && AlsoAnswers[env] != "" {
		if q, ok := config.Find(AlsoAnswers[env]); ok {
			value = q.Get(s.Spec)
		}
	}
	f := Ask{Key: env, Label: row.Label, Help: row.Help, URL: row.URL, Secret: row.Secret, Must: true, Text: value,
		Take: func(s *Session, v string) error { return takeCredential(s, env, v) }}
	if row.Secret {
		if f.Help += " Paste it here; it stays in this computer's keyring."; !s.Persisted {
			f.Help = row.Help + " Paste it here; it is kept in memory only: no system keyring found."
		}
	}
	if from := s.Sources[env]; value != "" && from != "" && from != "typed" && !again {
		f.Known = from
		if from == env {
			f.Known = "from " + from
		}
	}
	return f
}
