package engine

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"phonegate/provision/auth0"
	"phonegate/provision/event"
	"phonegate/provision/fault"
	"phonegate/templates"
)

// Finding is what Doctor says about one link of the chain.
type Finding struct {
	Resource string `json:"resource"` // a resource's public name, or "auth0.account", "twilio.account", "host.account", "form", "clock"
	OK       bool   `json:"ok"`
	Code     string `json:"code"` // stable; "ok" where all is well
	Message  string `json:"message"`
	Hint     string `json:"hint,omitempty"` // what to do about it
}

// maxSkew is how far apart clocks may be. Tokens between Auth0 and the form live for minutes, and the Management API's are not
// accepted before their time.
const maxSkew = 30 * time.Second

// look is one link of the chain and how it is looked at: what is fine in words, what is not as problems. A failure of
// the look itself is a problem as well.
type look struct {
	resource string
	at       func(context.Context) (fine string, problems []*fault.Error, err error)
}

// Doctor looks at every link of the chain and says what is broken and what to do about it. It changes nothing. A link that
// can't be looked at is a finding, not an error; an error means that the look was interrupted.
func (t *Tenant) Doctor(ctx context.Context) ([]Finding, error) {
	var all []Finding
	looks, err := t.looks()
	if err != nil {
		return nil, err
	}
	for _, l := range looks {
		fine, problems, err := l.at(ctx)
		if ctx.Err() != nil {
			return all, fault.Of(ctx.Err())
		}
		if err != nil {
			problems = append(problems, fault.Of(err))
		}
		for _, p := range problems {
			f := Finding{Resource: l.resource, Code: p.Code, Message: p.Message, Hint: cmp.Or(p.Hint, "Run phonegate apply --tenant "+t.name+".")}
			// One refused credential makes several looks fail: it is said once.
			if !slices.ContainsFunc(all, func(o Finding) bool { return o.Code == f.Code && o.Message == f.Message }) {
				all = append(all, f)
			}
		}
		if len(problems) == 0 {
			all = append(all, Finding{Resource: l.resource, OK: true, Code: "ok", Message: fine})
		}
	}
	return all, nil
}

// looks are the links of the chain. The resources are read once, all together: the key can only be judged when everything is known.
func (t *Tenant) looks() ([]look, error) {
	w, err := t.begin(looking)
	if err != nil {
		return nil, err
	}
	all := []look{{"auth0.account", t.lookAtAuth0}, {"twilio.account", t.lookAtTwilio}, {"host.account", w.lookAtHost}}
	problems := map[string]func(context.Context) ([]*fault.Error, error){
		"twilio.service": func(context.Context) ([]*fault.Error, error) { return w.service.Problems(), nil },
		"twilio.key":     func(context.Context) ([]*fault.Error, error) { return w.key.Problems(), nil },
		"auth0.action": func(context.Context) ([]*fault.Error, error) {
			return append(w.action.Problems(), w.keyProblems()...), nil
		},
		"auth0.binding":    func(context.Context) ([]*fault.Error, error) { return w.binding.Problems(), nil },
		"auth0.login_page": func(context.Context) ([]*fault.Error, error) { return w.pageProblems(), nil },
		"auth0.client":     w.client.Problems,
		"former":           w.formerProblems,
	}
	for _, r := range w.host.Resources() {
		problems[r.Name()] = func(context.Context) ([]*fault.Error, error) { return r.Problems(), nil }
	}
	var read map[string]error // what could not be read, by name
	for _, n := range w.nodes {
		all = append(all, look{n.Name(), func(ctx context.Context) (string, []*fault.Error, error) {
			if read == nil {
				read = w.readAll(ctx)
			}
			if err := read[n.Name()]; err != nil {
				return "", nil, err
			}
			found, err := problems[n.Name()](ctx)
			fine := "no problems" // not the plan's detail: what is still to be done is not in order
			if c := n.Change(); c.Op == event.None {
				fine = cmp.Or(c.Detail, "no leftovers")
			}
			return fine, found, err
		}})
	}
	return append(all, look{"form", w.lookAtForm}, look{"clock", t.lookAtClocks}), nil
}

// keyProblems names why Action and form can't go on with the key that they share.
func (w *work) keyProblems() []*fault.Error {
	if !w.action.Found() || !w.choice.fresh() {
		return nil
	}
	return []*fault.Error{fault.New(fault.Differences, "key.useless", "Run phonegate apply --tenant "+w.t.name+" to create a new key. Logins in progress are not affected.",
		"The key that the Action and the form share must be replaced: %s.", w.choice.why)}
}

// formerProblems names what is left for no login's sake.
func (w *work) formerProblems(ctx context.Context) ([]*fault.Error, error) {
	var all []*fault.Error
	if keys, _ := w.former.split(); len(keys) > 0 {
		all = append(all, fault.New(fault.Differences, "former.keys", "", "%s still accepted, although no login needs it any more.", fault.Count(len(keys), "former key")))
	}
	places, _ := w.former.leftPlaces()
	for _, p := range places {
		all = append(all, fault.New(fault.Differences, "former.form", "", "The former form at %s is still there, although no login needs it any more.", p.URL))
	}
	err := w.findStrays(ctx)
	for _, s := range w.strays.services {
		all = append(all, fault.New(fault.Differences, "former.service", "", "The Verify service “%s” (%s) is left over from an interrupted run.", s.Name, s.SID))
	}
	return all, err
}

func (t *Tenant) lookAtAuth0(ctx context.Context) (string, []*fault.Error, error) {
	needed := append(auth0.NeededScopes(t.spec.Auth0.LoginPage != "none"), auth0.LiveTestScopes()...)
	a, err := t.auth0.Check(ctx, needed...)
	var all []*fault.Error
	if len(a.Missing) > 0 {
		const where = " under Auth0 dashboard > Applications > APIs > Auth0 Management API > Machine to Machine Applications."
		message, hint := "The Auth0 application lacks the permission %s.", "Grant it"+where
		if n := len(a.Missing); n > 1 {
			message, hint = fmt.Sprintf("The Auth0 application lacks %d permissions: %%s.", n), "Grant them"+where
		}
		all = append(all, fault.New(fault.Refused, "auth0.scope_missing", hint, message, strings.Join(a.Missing, ", ")))
	}
	if a.Experience == "new" && t.spec.Capture == "lock" && t.spec.Auth0.LoginPage != "none" {
		all = append(all, fault.New(fault.Differences, "auth0.universal_login", "Set capture: form, or switch to Classic under Branding > Universal Login.",
			"The tenant uses Universal Login, which never shows the login page that asks for the number."))
	}
	return "credentials work, all permissions granted", all, err
}

func (t *Tenant) lookAtTwilio(ctx context.Context) (string, []*fault.Error, error) {
	a, err := t.twilio.Check(ctx)
	return cmp.Or(a.FriendlyName, "credentials work"), a.Problems(), err
}

func (w *work) lookAtHost(ctx context.Context) (string, []*fault.Error, error) {
	account, err := w.host.Check(ctx)
	return account, nil, err
}

// pageProblems names each way in which the login page that was read does not do its work.
func (w *work) pageProblems() []*fault.Error {
	html, on, ours := w.loginPage.Page()
	if !ours {
		return nil
	}
	fields, err := templates.SignUpFieldsOf(html)
	asks := err == nil && slices.ContainsFunc(fields, func(f templates.Field) bool { return f.Name == "phone_number" })
	switch {
	case !on:
		return []*fault.Error{fault.New(fault.Differences, "auth0.login_page_off", "", "The custom login page is switched off: sign-up does not ask for the number.")}
	case !asks && w.t.spec.Capture == "lock":
		return []*fault.Error{fault.New(fault.Differences, "auth0.login_page_field", "", "Sign-up does not ask for the number: somebody replaced phonegate's login page.")}
	case !w.loginPage.Generated():
		return []*fault.Error{fault.New(fault.Differences, "auth0.login_page_edited", "See the difference with phonegate plan --tenant "+w.t.name+"; phonegate apply restores the generated page.",
			"The login page differs from the generated one: somebody edited it, or the answers changed.")}
	}
	return nil
}

// lookAtClocks compares this computer's clock with those of the providers that have answered.
func (t *Tenant) lookAtClocks(context.Context) (string, []*fault.Error, error) {
	var all []*fault.Error
	for provider, ahead := range t.transport.Skews() {
		if ahead.Abs() <= maxSkew {
			continue
		}
		way := "behind"
		if ahead < 0 {
			way = "ahead of"
		}
		all = append(all, fault.New(fault.Differences, "clock.skew", "Set this computer's clock, preferably from the network (NTP).",
			"This computer's clock is %s %s %s's clock.", ahead.Abs(), way, provider))
	}
	slices.SortFunc(all, func(a, b *fault.Error) int { return len(a.Message) - len(b.Message) })
	return fmt.Sprintf("within %s of the providers' clocks", maxSkew), all, nil
}
