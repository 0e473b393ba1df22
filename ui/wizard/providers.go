package wizard

import (
	"slices"

	"phonegate/provision/config"
	"phonegate/provision/secret"
)

// provider is one page of Connect: whose credentials, and which fields.
type provider struct {
	id   string // as Backend.Check knows it
	name func(s Session) string
	// slots are the names of the credentials to ask for, given what is known.
	slots func(s Session) []string
	// owner is whose credentials they are, as in secret.Slot.
	owner func(s Session) string
	// choice is the key of a question that decides who the provider is, "" if there is only one.
	choice string
}

// always is a function of the session that does not depend on it.
func always(name string) func(Session) string { return func(Session) string { return name } }

// providers are the pages of Connect, in order.
var providers = []provider{
	{
		id: "auth0", name: always("Auth0"), owner: always("auth0"),
		slots: func(s Session) []string {
			if s.Credentials.Auth0Token != "" && s.Credentials.Auth0ClientSecret == "" {
				return []string{"AUTH0_DOMAIN", "AUTH0_API_TOKEN"}
			}
			return []string{"AUTH0_DOMAIN", "AUTH0_CLIENT_ID", "AUTH0_CLIENT_SECRET"}
		},
	},
	{
		id: "twilio", name: always("Twilio"), owner: always("twilio"),
		slots: func(s Session) []string {
			if s.Credentials.TwilioAPISecret != "" && s.Credentials.TwilioAuthToken == "" {
				return []string{"TWILIO_ACCOUNT_SID", "TWILIO_API_KEY", "TWILIO_API_SECRET"}
			}
			return []string{"TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN"}
		},
	},
	{
		id: "host", choice: "host.kind",
		name:  func(s Session) string { return hostLabel(s.Spec.Host.Kind) },
		owner: func(s Session) string { return s.Spec.Host.Kind },
		slots: func(s Session) []string {
			switch s.Spec.Host.Kind {
			case "vercel", "":
				return []string{"VERCEL_TOKEN"}
			case "cloudflare":
				return []string{"CLOUDFLARE_API_TOKEN", "CLOUDFLARE_ACCOUNT_ID"}
			}
			return nil
		},
	},
}

// also are the questions that a credential answers too, by its environment name.
var also = map[string]string{"AUTH0_DOMAIN": "auth0.domain", "TWILIO_ACCOUNT_SID": "twilio.account_sid", "VERCEL_TEAM_ID": "host.team"}

// slot is the row of the table of credentials.
func slot(env string) secret.Slot {
	all := secret.Slots()
	if i := slices.IndexFunc(all, func(s secret.Slot) bool { return s.Env == env }); i >= 0 {
		return all[i]
	}
	return secret.Slot{Env: env, Label: env}
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

// hostField is the choice of the host, between those that there are.
func hostField(s Session, there []string) ask {
	f := asked("host.kind", "host", s)
	now := f.value()
	f.options = slices.DeleteFunc(slices.Clone(f.options), func(o config.Option) bool { return !slices.Contains(there, o.Value) })
	f.pick = max(slices.IndexFunc(f.options, func(o config.Option) bool { return o.Value == now }), 0)
	return f
}

// takeCredential stores a credential, and the answer to the question that it answers too.
func takeCredential(s *Session, env, value string) error {
	if key := also[env]; key != "" {
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

// credentialField is the question for a credential: one that is known is shown with its source and not asked, unless it is asked again.
func credentialField(env string, s Session, again bool) ask {
	row := slot(env)
	value := s.Credentials.Get(env)
	if value == "" && also[env] != "" {
		if q, ok := config.Find(also[env]); ok {
			value = q.Get(s.Spec)
		}
	}
	f := ask{key: env, label: row.Label, help: row.Help, url: row.URL, secret: row.Secret, must: true, text: value,
		take: func(s *Session, v string) error { return takeCredential(s, env, v) }}
	if row.Secret {
		if f.help += " Paste it here; it stays in this computer's keyring."; !s.Lasting {
			f.help = row.Help + " Paste it here; it is kept in memory only: no system keyring found."
		}
	}
	if from := s.Sources[env]; value != "" && from != "" && from != "typed" && !again {
		f.known = from
		if from == env {
			f.known = "from " + from
		}
	}
	return f
}
