package engine

import (
	"context"
	"strings"
	"time"

	"phonegate/provision/ring"
)

// Known is one thing that the providers know of a set-up, readable from any computer with the credentials.
type Known struct {
	Where string // "Auth0: the Action's code"
	What  string // "form"
	Value string // "https://acme-verify.vercel.app"
}

// Known reads what the providers know of the set-up: what another computer goes by. It shows no secret and changes nothing.
func (t *Tenant) Known(ctx context.Context) ([]Known, error) {
	p, err := t.Plan(ctx)
	if err != nil {
		return nil, err
	}
	w := p.work()
	var all []Known
	add := func(where, what, value string) {
		if value != "" {
			all = append(all, Known{where, what, value})
		}
	}
	const action, secrets, account = "Auth0: the Action’s code", "Auth0: the Action’s secrets", "Twilio: the account"
	r := w.registered()
	add(action, "form", r.FormURL)
	add(action, "host", strings.TrimSpace(r.Host.Kind+" "+r.Host.Project))
	add(action, "Verify service", r.Service)
	add(action, "test application", r.Test)
	for _, p := range r.Former {
		add(action, "former form", p.URL)
	}
	if live, ok := w.action.Live(); ok {
		for _, k := range live.Keys {
			add(secrets, "key in use", named(k))
		}
		add(secrets, "in use since", live.Built.UTC().Format(time.RFC3339))
	}
	if c, ok := w.host.Seen(); ok {
		add("The form", "version", c.Version)
		add("The form", "keys", strings.Join(c.Keys, ", "))
	}
	if held, known := w.host.Held(); known {
		for _, k := range held {
			add("The form’s host", "key", named(k))
		}
	}
	if w.key.Known() {
		add(account, "API keys for", strings.Join(w.key.IDs(), ", "))
	}
	return all, nil
}

// named is a key for people: its id and when it was made.
func named(k ring.Key) string { return k.ID + ", made " + k.Made.UTC().Format("2006-01-02 15:04 UTC") }
