package provision

import (
	"maps"
	"slices"
	"strings"

	"phonegate/provision/fault"
	"phonegate/provision/host"
	"phonegate/provision/host/bundle"
	"phonegate/templates"
)

// newBundle makes the host of a form that a person runs: the one host that phonegate can't bring secrets to.
func newBundle(h hosting) (host.Host, error) {
	files, err := filesOf(Bundle(h.tenant, h.spec))
	if err != nil {
		return nil, fault.Wrap(err, fault.Usage, "host.bundle", "Correct the answers host.project and host.url.", "The form can't be written to a folder: %s.", err)
	}
	version, err := templates.FormVersion(Settings(h.spec))
	if err != nil {
		return nil, err
	}
	return bundle.New(bundle.Options{
		Dir: h.dir, Folder: templates.BundleDir + "/" + h.spec.Host.Project, Files: files, URL: h.spec.Host.URL, Version: version,
		Tenant: h.tenant, Issuer: h.spec.Auth0.Domain, Inputs: h.inputs, Session: h.session, Note: h.note, HTTP: h.road, Poll: h.poll,
	}), nil
}

// handedOver is a host whose form gets its secrets from a person.
type handedOver interface {
	host.Host
	// NeedsNewSession says that the other secrets of the form change, so that the session secret has to change with them: it is
	// the one by which can be seen what the form has.
	NeedsNewSession() bool
}

// renewWithTheRest makes a new session pair where all that is handed over changes together. A pair that waits to be handed
// over is replaced; the one that the Action signs with stays the previous one.
func (t *Tenant) renewWithTheRest() {
	h, ok := t.host.(handedOver)
	if !ok || !h.NeedsNewSession() {
		return
	}
	if t.state.Note("secrets").Get(rotating) != t.session.print() {
		t.previousSession.replaceBy(t.session.value())
		t.previousVerdict.replaceBy(t.verdict.value())
	}
	t.session.renew()
	t.verdict.renew()
	t.rotates = true
}

// canHandOver refuses to make secrets that nobody could be handed after this run.
func (t *Tenant) canHandOver() error {
	if _, ok := t.host.(handedOver); !ok || !t.host.SendsSecrets() || t.vault.Durable() {
		return nil
	}
	return fault.New(fault.Failed, "secrets.no_keyring",
		"Run it on a computer with a keyring (macOS, Windows, a Linux desktop or a Secret Service on the session bus; PHONEGATE_KEYRING must not be off).",
		"The form of %s runs elsewhere, so its secrets have to be handed over after this run, but here is no keyring that would keep them until then. Nothing was changed.", t.name)
}

// Environment is what a form that runs elsewhere has to have in its environment: every secret by its name. It asks nobody, so
// it is what the last Apply left, whether it came to its end or not.
func (t *Tenant) Environment() (map[string]string, error) {
	if _, ok := t.host.(handedOver); !ok {
		return nil, fault.New(fault.Usage, "secrets.not_needed", "phonegate apply --tenant "+t.name+" does it.",
			"The form of %s runs on %s, where phonegate puts its secrets itself.", t.name, t.spec.Host.Kind)
	}
	values := t.keptInputs()
	var unknown []string
	for _, name := range slices.Sorted(maps.Keys(values)) {
		if values[name] == "" {
			unknown = append(unknown, name)
		}
	}
	switch {
	case len(unknown) == 0:
		return values, nil
	case !t.vault.Durable():
		return nil, fault.New(fault.Failed, "secrets.no_keyring", "Run it on the computer, and as the person, that ran phonegate apply; PHONEGATE_KEYRING must not be off.",
			"The form's secrets are in the keyring of the computer that made them, and here is none.")
	case t.kept(sessionSecret).print() == "":
		return nil, fault.New(fault.Failed, "secrets.not_made", "Run phonegate apply --tenant "+t.name+" first: it makes them, and stops until the form has them.",
			"The form of %s has no secrets yet.", t.name)
	}
	return nil, fault.New(fault.Failed, "secrets.elsewhere",
		"Run it on the computer that made them, or make new ones here: phonegate rotate --tenant "+t.name+".",
		"The form's secrets are not all in this keyring: %s.", strings.Join(unknown, ", "))
}

// keptInputs is formInputs as vault and state have it, whatever this engine has read or plans: it may be asked for while the
// engine is at work.
func (t *Tenant) keptInputs() map[string]string {
	values := map[string]string{"SESSION_SECRET": t.kept(sessionSecret).value(), "VERDICT_SECRET": t.kept(verdictSecret).value()}
	session, verdict := t.kept(sessionSecret+"-previous"), t.kept(verdictSecret+"-previous")
	if session.print() != "" && verdict.print() != "" {
		values["SESSION_SECRET_PREVIOUS"], values["VERDICT_SECRET_PREVIOUS"] = session.value(), verdict.value()
	}
	if t.spec.CodeCheck == "form" {
		sid, secret, _ := strings.Cut(t.kept(twilioKey).value(), ":") // one value, so that the two are never out of step
		values["TWILIO_API_KEY"], values["TWILIO_API_SECRET"] = sid, secret
		values["TWILIO_VERIFY_SERVICE"] = t.state.Note("twilio.service").Get("sid")
	}
	return values
}

// kept is a generated secret as it is stored.
func (t *Tenant) kept(name string) *generated {
	return &generated{name: name, vault: t.vault, note: t.state.Note("secrets")}
}
