package engine

import (
	"slices"
	"strings"

	"phonegate/provision/fault"
	"phonegate/provision/ring"
	"phonegate/provision/secret"
)

// vaultEntry is the name under which the ring's values lie in the vault: one line NAME=value for each key.
const vaultEntry = "ring"

// memory is what this computer knows of the ring's values: a cache, since providers never give a secret back. Without it
// everything still works; a key whose value is needed and not known is replaced by a new one.
type memory struct{ vault secret.Vault }

// units are the keys whose values are known here, oldest first. One whose Twilio key was not made yet is not complete.
func (m memory) units() []ring.Unit {
	var all []ring.Unit
	for line := range strings.Lines(m.vault.Get(vaultEntry)) {
		name, value, _ := strings.Cut(strings.TrimSpace(line), "=")
		if u, ok := ring.Read(name, value); ok {
			all = append(all, u)
		} else if k, ok := ring.Parse(name); ok {
			all = append(all, ring.Unit{Key: k, Session: value})
		}
	}
	// Those of one minute stay in the order in which they were put.
	slices.SortStableFunc(all, func(a, b ring.Unit) int { return a.Made.Compare(b.Made) })
	return all
}

// put stores a unit in the place of what was known of its key.
func (m memory) put(u ring.Unit) error { return m.write(append(m.without([]ring.Key{u.Key}), u)) }

// forget drops keys; with nothing left the entry goes.
func (m memory) forget(keys []ring.Key) error {
	if left := m.without(keys); len(left) < len(m.units()) {
		return m.write(left)
	}
	return nil
}

// without goes by ids alone: Twilio does not tell a key's minute by its name.
func (m memory) without(keys []ring.Key) []ring.Unit {
	return slices.DeleteFunc(m.units(), func(u ring.Unit) bool {
		return slices.ContainsFunc(keys, func(k ring.Key) bool { return k.ID == u.ID })
	})
}

func (m memory) write(all []ring.Unit) error {
	if len(all) == 0 {
		return m.vault.Delete(vaultEntry)
	}
	var b strings.Builder
	for _, u := range all {
		b.WriteString(u.Name() + "=" + u.Value(u.Complete()) + "\n")
	}
	if err := m.vault.Put(vaultEntry, b.String()); err != nil {
		return fault.Wrap(err, fault.Failed, "keyring.put",
			"Unlock the keyring and run the same command again, or set PHONEGATE_KEYRING=off to work without one.", "The keyring did not store the key that the Action and the form share.")
	}
	return nil
}

// spent are keys that this computer still knows although nothing is left of them: a run was cut off before it could forget them.
func (w *work) spent() []ring.Key {
	if !w.key.Known() {
		return nil
	}
	held, _ := w.host.Held()
	var keys []ring.Key
	for _, u := range w.t.memory.units() {
		if !w.former.used(u.Key) && !w.key.Has(u.ID) && !slices.Contains(held, u.Key) {
			keys = append(keys, u.Key)
		}
	}
	return keys
}

// lines are the variables that a form has to have, by name: every key that is known here, so that a file of variables that is
// replaced as a whole loses none that a login needs.
func (m memory) lines(withTwilio bool) map[string]string {
	values := map[string]string{}
	for _, u := range m.units() {
		if u.Complete() {
			values[u.Name()] = u.Value(withTwilio)
		}
	}
	return values
}
