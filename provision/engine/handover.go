package engine

import (
	"slices"

	"phonegate/provision/fault"
	"phonegate/provision/host"
)

// handedOver is a host whose form gets its keys from a person.
type handedOver interface {
	host.Host
	// Extra are the ids of keys that the form has and does not need.
	Extra() []string
}

// canHandOver refuses to make a key that nobody could be handed after this run.
func (w *work) canHandOver() error {
	t := w.t
	if !w.selfHosted() || !w.choice.mint || t.memory.vault.Durable() || t.handTo != nil {
		return nil
	}
	return fault.New(fault.Failed, "secrets.no_keyring",
		"Run phonegate secrets --tenant "+t.name+" -- COMMAND here: it creates the key, passes it to your command and finishes, all in one run. Or run apply on a computer with a keyring.",
		"The form of %s needs a new key, but there is no keyring here to store it until you pass it on. Nothing was changed.", t.name)
}

// begun says whether a key of this computer is on its way to a form that a person runs. Whoever was asked to carry it there was told
// that the next apply continues.
func (w *work) begun(s sight) bool {
	u, ok := s.pending()
	if !w.selfHosted() || !ok || w.intent == leaving {
		return false
	}
	return !slices.Contains(s.shows, u.ID) || s.checks == slices.Contains(s.sends, u.ID)
}

// SelfHosted says whether the form gets its keys from a person.
func (t *Tenant) SelfHosted() bool { return t.own }

func (w *work) selfHosted() bool {
	_, ok := w.host.(handedOver)
	return ok
}

// Environment is what a form that runs elsewhere has to have in its environment: every key that this computer knows, by its name. It asks
// nobody, so it is what the last Apply left, whether it came to its end or not.
func (t *Tenant) Environment() (map[string]string, error) {
	if !t.SelfHosted() {
		return nil, fault.New(fault.Usage, "secrets.not_needed", "Run phonegate apply --tenant "+t.name+".",
			"The form of %s runs on %s, where phonegate sets its key itself.", t.name, t.spec.Host.Kind)
	}
	values := t.memory.lines(t.spec.CodeCheck == "form")
	if len(values) > 0 {
		return values, nil
	}
	if !t.memory.vault.Durable() {
		return nil, fault.New(fault.Failed, "secrets.no_keyring",
			"Run phonegate secrets --tenant "+t.name+" -- COMMAND: without a keyring it creates a new key and passes it on in one run.",
			"The form's key is in the keyring of the computer that created it; no keyring is available here.")
	}
	return nil, fault.New(fault.Failed, "secrets.not_made", "Run phonegate apply --tenant "+t.name+" first, or phonegate rotate: either creates a key and then waits for the form to have it.",
		"This keyring has no key for the form of %s.", t.name)
}
