package auth0

import (
	"cmp"
	"context"
	"fmt"

	"github.com/auth0/go-auth0/v3/management"

	"phonegate/provision/fault"
)

// problem is a difference that a doctor names. Without a hint, the remedy is phonegate apply.
func problem(code, hint, format string, args ...any) *fault.Error {
	return fault.New(fault.Differences, code, hint, format, args...)
}

// Problems names each way in which the Action that was read is not as it should be.
func (a *Action) Problems() []*fault.Error {
	if a.found == nil {
		return []*fault.Error{problem("auth0.action_missing", "", "The tenant has no Action “%s”.", a.spec.Name)}
	}
	var all []*fault.Error
	say := func(wrong bool, code, hint, format string, args ...any) {
		if wrong {
			all = append(all, problem(code, hint, format, args...))
		}
	}
	name := a.spec.Name
	d := a.difference()
	_, known := a.spec.Code()
	say(d.name, "auth0.action_renamed", "", "The Action’s name is “%s” instead of “%s”.", a.found.GetName(), name)
	say(d.code && known, "auth0.action_edited",
		"See the difference with phonegate plan; phonegate apply restores the generated code.",
		"The code of the Action “%s” differs from the generated code: somebody edited it, or the answers changed.", name)
	say(d.runtime, "auth0.action_runtime", "",
		"The Action “%s” runs on %s instead of %s.", name, cmp.Or(a.found.GetRuntime(), "no runtime"), runtime)
	say(d.failed, "auth0.action_build_failed", "Look at the Action in the Auth0 dashboard under Actions > Library.",
		"Auth0 could not build the Action “%s”.", name)
	say(d.undeployed && !d.failed, "auth0.action_undeployed", "",
		"The Action “%s” has changes that are not deployed: an older version is running.", name)
	say(len(a.losers) > 0, "auth0.action_twice", "",
		"The tenant has %d Actions “%s” written by phonegate; there should be one.", 1+len(a.losers), name)
	return append(all, a.secretProblems()...)
}

// secretProblems names what is wrong with the Action's key. A stranger's secret does no harm and can't be taken out alone: the
// list of secrets is written whole, and the key's value can't be read back. It goes with the next key.
func (a *Action) secretProblems() []*fault.Error {
	var all []*fault.Error
	key, _ := a.spec.Key()
	have := a.DraftKeys()
	for _, k := range have {
		if a.KeyEdited(k.Name()) {
			all = append(all, problem("auth0.key_edited", "Run phonegate rotate.",
				"Somebody changed the value of the key %s of the Action “%s”: logins of unverified users may be denied.",
				k.Name(), a.spec.Name))
		}
	}
	switch {
	case len(have) == 0:
		all = append(all, problem("auth0.key_missing", "",
			"The Action “%s” has no key: every unverified user is denied.", a.spec.Name))
	case len(all) == 0 && key != "" && !a.holds(key): // where one was changed, it is to have another for that reason
		all = append(all, problem("auth0.key_differs", "",
			"The Action “%s” has the key %s instead of %s.", a.spec.Name, have[len(have)-1].Name(), key))
	}
	for _, name := range a.foreign() {
		all = append(all, problem("auth0.secret_foreign",
			"Delete it in the Auth0 dashboard (Actions > Library), or leave it: the next key replaces it.",
			"The Action “%s” has a secret %s that is not phonegate's.", a.spec.Name, name))
	}
	return all
}

// Problems names each way in which the flow that was read is not as it should be.
func (b *Binding) Problems() []*fault.Error {
	switch ours := len(b.list) - len(b.others(b.list)); {
	case b.last(b.list):
		return nil
	case ours == 0:
		return []*fault.Error{problem("auth0.action_unbound", "",
			"The Action is not in the post-login flow: nobody is asked for a code.")}
	default:
		return []*fault.Error{problem("auth0.action_not_last", "",
			"The Action is not last in the post-login flow: “%s” comes after it and can let users in.",
			bindingName(b.list[len(b.list)-1]))}
	}
}

// Page is the login page that was read and whether it is switched on; nil if none is to be ours.
func (l *LoginPage) Page() (html []byte, on, ours bool) {
	if l.target == nil {
		return nil, false, false
	}
	return []byte(l.target.page.html), l.target.page.on, true
}

// Generated says whether the page that was read is the generated one.
func (l *LoginPage) Generated() bool { return l.target != nil && l.target.page.html == l.spec.HTML }

// Edited says whether the page that was read is one of phonegate's that somebody edited.
func (l *LoginPage) Edited() bool { return l.target != nil && l.target.page.standing() == edited }

// Problems names each way in which the application that was read is not as it should be. Whether the connection is enabled for it
// is asked now.
func (t *TestClient) Problems(ctx context.Context) ([]*fault.Error, error) {
	app := t.app()
	if app.id == "" {
		return []*fault.Error{problem("auth0.client_missing", "",
			"The application “%s”, which the live test logs in to, does not exist.", t.spec.Name)}, nil
	}
	var all []*fault.Error
	if app.name != t.spec.Name {
		all = append(all, problem("auth0.client_renamed", "",
			"The live test's application has the name “%s” instead of “%s”.", app.name, t.spec.Name))
	}
	if !app.asWanted {
		all = append(all, problem("auth0.client_callbacks", "",
			"The application “%s” lacks callback URLs or grants that the live test needs.", app.name))
	}
	if t.spec.Connection == "" {
		return all, nil
	}
	id, err := t.connection(ctx)
	if fault.Of(err) != nil && fault.Of(err).Code == "auth0.connection_unknown" {
		return append(all, fault.Of(err)), nil
	}
	if err != nil {
		return all, err
	}
	enabled, err := t.c.connections.Clients.Get(ctx, id,
		&management.GetConnectionEnabledClientsRequestParameters{Take: management.Int(100)})
	if err != nil {
		return all, typed(err)
	}
	for page := enabled; ; {
		for _, c := range page.Results {
			if c.GetClientID() == app.id {
				return all, nil
			}
		}
		next, err := page.GetNextPage(ctx)
		if err != nil || next == nil || len(next.Results) == 0 {
			break
		}
		page = next
	}
	return append(all, problem("auth0.client_connection",
		fmt.Sprintf("Enable it under Auth0 dashboard > Authentication > Database > %s > Applications.", t.spec.Connection),
		"The application “%s” can't sign users up: the connection %s is not enabled for it.", app.name, t.spec.Connection)), nil
}
