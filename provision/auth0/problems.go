package auth0

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/auth0/go-auth0/v3/management"

	"phonegate/provision/fault"
)

// problem is a difference that a doctor names. Where there is no hint, applying again is what helps.
func problem(code, hint, format string, args ...any) *fault.Error {
	return fault.New(fault.Differences, code, hint, format, args...)
}

// Problems names each way in which the Action that was read is not as it should be.
func (a *Action) Problems() []*fault.Error {
	if a.found == nil {
		return []*fault.Error{problem("auth0.action_missing", "", "The tenant has no Action “%s”.", a.spec.Name)}
	}
	var all []*fault.Error
	if a.found.GetName() != a.spec.Name {
		all = append(all, problem("auth0.action_renamed", "", "The Action is called “%s”, not “%s”.", a.found.GetName(), a.spec.Name))
	}
	if a.found.GetCode() != a.spec.Code {
		all = append(all, problem("auth0.action_edited", "See the difference with phonegate plan; phonegate apply puts the generated code back.",
			"The code of the Action “%s” is not what is generated: somebody edited it, or the answers have changed.", a.spec.Name))
	}
	if r := a.found.GetRuntime(); r != runtime {
		all = append(all, problem("auth0.action_runtime", "", "The Action “%s” runs on %s, not on %s.", a.spec.Name, first(r, "no runtime"), runtime))
	}
	switch {
	case strings.EqualFold(string(a.found.GetStatus()), "failed"):
		all = append(all, problem("auth0.action_build_failed", "See the action in the Auth0 dashboard: Actions > Library.", "Auth0 could not build the Action “%s”.", a.spec.Name))
	case !deployed(a.found):
		all = append(all, problem("auth0.action_undeployed", "", "The Action “%s” has changes that are not deployed: what runs is not what it says.", a.spec.Name))
	}
	in := a.spec.Inputs()
	have := map[string]bool{}
	for _, s := range a.found.GetSecrets() {
		have[s.GetName()] = true
		if _, wanted := in.Values[s.GetName()]; !wanted {
			all = append(all, problem("auth0.secret_foreign", "", "The Action “%s” has a secret %s that is not phonegate's.", a.spec.Name, s.GetName()))
		}
	}
	missing := false
	for _, name := range slices.Sorted(maps.Keys(in.Values)) {
		if !have[name] {
			missing = true
			all = append(all, problem("auth0.secret_missing", "", "The Action “%s” lacks the secret %s: every login of an unverified user is denied.", a.spec.Name, name))
		}
	}
	if !missing && in.Fingerprint != "" && in.Fingerprint != a.note.Get("inputs") {
		all = append(all, problem("auth0.secrets_differ", "", "The Action “%s” does not have the secrets and addresses that the form and the Twilio key have now.", a.spec.Name))
	} else if !missing {
		for _, edited := range a.secretsEdited() {
			all = append(all, problem("auth0.secret_edited", "", "The Action “%s” may not have the secrets that the form has: %s.", a.spec.Name, edited))
		}
	}
	return all
}

// Problems names each way in which the flow that was read is not as it should be.
func (b *Binding) Problems() []*fault.Error {
	switch ours := len(b.list) - len(b.others(b.list)); {
	case b.last(b.list):
		return nil
	case ours == 0:
		return []*fault.Error{problem("auth0.action_unbound", "", "The Action is not in the post-login flow: nobody is asked for a code.")}
	default:
		return []*fault.Error{problem("auth0.action_not_last", "", "The Action is not the last one in the post-login flow: “%s” comes after it and can let users in.", bindingName(b.list[len(b.list)-1]))}
	}
}

// Page is the login page that was read and whether it is switched on; nil if none is to be ours.
func (l *LoginPage) Page() (html []byte, on, ours bool) {
	if l.target == nil {
		return nil, false, false
	}
	return []byte(l.target.html), l.target.on, true
}

// Generated says whether the page that was read is the generated one.
func (l *LoginPage) Generated() bool { return l.target != nil && l.target.html == l.spec.HTML }

// Problems names each way in which the application that was read is not as it should be. Whether the connection is enabled for it
// is asked now.
func (t *TestClient) Problems(ctx context.Context) ([]*fault.Error, error) {
	if t.id == "" {
		return []*fault.Error{problem("auth0.client_missing", "", "The tenant has no application “%s”, which the live test logs in to.", t.name)}, nil
	}
	var all []*fault.Error
	if t.drifted {
		all = append(all, problem("auth0.client_callbacks", "", "The application “%s” does not have the callback URLs and grants that the live test needs.", t.name))
	}
	if t.Connection == "" {
		return all, nil
	}
	id, err := t.connection(ctx)
	if fault.Of(err) != nil && fault.Of(err).Code == "auth0.connection_unknown" {
		return append(all, fault.Of(err)), nil
	}
	if err != nil {
		return all, err
	}
	enabled, err := t.c.connections.Clients.Get(ctx, id, &management.GetConnectionEnabledClientsRequestParameters{Take: management.Int(100)})
	if err != nil {
		return all, typed(err)
	}
	for page := enabled; ; {
		for _, c := range page.Results {
			if c.GetClientID() == t.id {
				return all, nil
			}
		}
		next, err := page.GetNextPage(ctx)
		if err != nil || next == nil || len(next.Results) == 0 {
			break
		}
		page = next
	}
	return append(all, problem("auth0.client_connection", fmt.Sprintf("Enable it: Auth0 dashboard > Authentication > Database > %s > Applications.", t.Connection),
		"The application “%s” can't sign users up: the connection %s is not enabled for it.", t.name, t.Connection)), nil
}
