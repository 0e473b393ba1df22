package provision

import (
	"phonegate/provision/fault"
	"phonegate/provision/resource"
	"phonegate/provision/secret"
)

// The names under which generated secrets lie in the vault and their fingerprints in the state.
const (
	sessionSecret = "session" // Action -> form
	verdictSecret = "verdict" // form -> Action
	twilioKey     = "twilio-key"
)

// generated is one secret of phonegate's own. It can be in use at the providers while its value is unknown here: providers
// never give a secret back, and without a keyring it is gone when the process ends. The fingerprint in
// the state then still tells whether something changed.
type generated struct {
	name  string
	vault secret.Vault
	note  resource.Note
	fresh string // made by this plan, not stored yet
	lost  bool   // dropped by this plan, still stored
}

// value is the secret, "" if it is not known here.
func (g *generated) value() string {
	if g.fresh != "" || g.lost {
		return g.fresh
	}
	v := g.vault.Get(g.name)
	if used := g.note.Get(g.name); v != "" && used != "" && used != fingerprint(v) {
		return "" // someone else replaced it since: what is in this vault is not what is in use
	}
	return v
}

// print identifies the secret that is in use or about to be, "" if neither is known.
func (g *generated) print() string {
	if v := g.value(); v != "" {
		return fingerprint(v)
	}
	if g.lost {
		return ""
	}
	return g.note.Get(g.name)
}

// lose drops a secret that is no longer wanted. Its fingerprint goes first: what has none is not handed out.
func (g *generated) lose() { g.lost = g.lost || g.print() != "" }

// renew makes a new value, to be stored by keep.
func (g *generated) renew() { g.fresh = secret.Generate() }

// replaceBy takes over another secret's value; "" drops it.
func (g *generated) replaceBy(value string) {
	if g.fresh = value; value == "" {
		g.lose()
	}
}

// keep carries out what the plan decided: store a new value and its fingerprint, or drop both. The fingerprint of a value that was there
// already is noted too, in case the state has been lost since.
func (g *generated) keep() error {
	switch v := g.value(); {
	case g.lost:
		return g.forget()
	case g.fresh != "":
		return g.put(g.fresh)
	case v != "" && g.note.Get(g.name) == "":
		return g.note.Set(g.name, fingerprint(v))
	}
	return nil
}

// put stores a value; "" forgets it.
func (g *generated) put(value string) error {
	if value == "" {
		return g.forget()
	}
	if err := g.vault.Put(g.name, value); err != nil {
		return fault.Wrap(err, fault.Failed, "keyring.put",
			"Unlock the keyring and run it again, or set PHONEGATE_KEYRING=off to do without.", "The keyring did not take the secret %q.", g.name)
	}
	g.fresh = value
	return g.note.Set(g.name, fingerprint(value))
}

// forget removes value and fingerprint.
func (g *generated) forget() error {
	g.fresh, g.lost = "", false
	if err := g.note.Set(g.name, ""); err != nil {
		return err
	}
	return g.vault.Delete(g.name)
}

func fingerprint(value string) string { return secret.Fingerprint(map[string]string{"": value}) }

// sheet collects the inputs of one resource.
type sheet struct {
	values, prints map[string]string
	unknown        bool
}

func newSheet() *sheet { return &sheet{values: map[string]string{}, prints: map[string]string{}} }

// plain adds a value that is no secret; "" is one that an earlier change will make.
func (s *sheet) plain(name, value string) {
	s.values[name], s.prints[name] = value, value
	s.unknown = s.unknown || value == ""
}

// secret adds a generated secret.
func (s *sheet) secret(name string, g *generated) { s.sealed(name, g.value(), g.print()) }

// sealed adds a secret value that may be unknown here while its fingerprint is known.
func (s *sheet) sealed(name, value, print string) {
	s.values[name], s.prints[name] = value, print
	s.unknown = s.unknown || print == ""
}

func (s *sheet) inputs() resource.Inputs {
	in := resource.Inputs{Values: s.values}
	if !s.unknown {
		in.Fingerprint = secret.Fingerprint(s.prints)
	}
	return in
}
