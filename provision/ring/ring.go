// Package ring has the keys that Action and form share. A ring's keys are only ever added and, when no login can need
// them any more, taken out: none is overwritten. So computers that know nothing of each other can rotate at the same time, and a
// login that began under one key ends under it.
package ring

import (
	"cmp"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"regexp"
	"slices"
	"strings"
	"time"

	"phonegate/templates"
)

// Layout is the number of the arrangement of keys, tokens and marks that this program writes. It reads this one and the
// one before it, and refuses a higher one.
const Layout = templates.Layout

// Prefix begins the name of every key, in the Action's secrets and in the form's environment.
const Prefix = "PHONEGATE_KEY_"

// minute is how a key's name tells when it was made, in UTC.
const minute = "200601021504"

// Key names one key of the ring. It is no secret: it is readable wherever the key is used.
type Key struct {
	// Made is when the key was made, to the minute.
	Made time.Time
	// ID certifies the session secret: 16 hexadecimal digits of its hash.
	ID string
}

var pattern = regexp.MustCompile(`^` + Prefix + `(\d{12})_([0-9a-f]{16})$`)

// Parse reads a key's name; ok is false for a variable that is none.
func Parse(name string) (k Key, ok bool) {
	m := pattern.FindStringSubmatch(name)
	if m == nil {
		return Key{}, false
	}
	made, err := time.Parse(minute, m[1])
	return Key{made, m[2]}, err == nil
}

// Name is the variable that holds the key, such as PHONEGATE_KEY_202611280014_0123456789abcdef; "" for no key.
func (k Key) Name() string {
	if k.ID == "" {
		return ""
	}
	return Prefix + k.Made.UTC().Format(minute) + "_" + k.ID
}

// In picks the keys out of names of variables, oldest first.
func In(names []string) []Key {
	var keys []Key
	for _, name := range names {
		if k, ok := Parse(name); ok {
			keys = append(keys, k)
		}
	}
	slices.SortFunc(keys, compare)
	return slices.Compact(keys)
}

func compare(a, b Key) int { return cmp.Or(a.Made.Compare(b.Made), strings.Compare(a.ID, b.ID)) }

// Unit is a key with all that it stands for. It is a secret.
type Unit struct {
	Key
	// Session signs what the Action sends to the form: 32 random bytes as base64url.
	Session string
	// APIKey and APISecret are Twilio's, Service is the sid of the Verify service that they send by.
	APIKey, APISecret, Service string
}

// New makes a unit that has no Twilio key yet.
func New(now time.Time) Unit {
	var random [32]byte
	_, _ = rand.Read(random[:]) // never fails: crypto/rand ends the process instead
	session := base64.RawURLEncoding.EncodeToString(random[:])
	return Unit{Key: Key{now.UTC().Truncate(time.Minute), idOf(session)}, Session: session}
}

// idOf is the same in Action and form.
func idOf(session string) string {
	sum := sha256.Sum256([]byte("phonegate/key/2|" + session))
	return hex.EncodeToString(sum[:8])
}

// Complete says whether the unit has everything that the Action needs.
func (u Unit) Complete() bool {
	return u.ID != "" && u.Session != "" && u.APIKey != "" && u.APISecret != "" && u.Service != ""
}

// Value is what the variable holds: everything, or under code_check "action" in the form, which sends nothing itself, the
// session secret alone.
func (u Unit) Value(withTwilio bool) string {
	if !withTwilio {
		return u.Session
	}
	return strings.Join([]string{u.Session, u.APIKey, u.APISecret, u.Service}, ".")
}

// Read reads a variable that holds a whole unit. ok is false unless the name certifies the value.
func Read(name, value string) (u Unit, ok bool) {
	k, ok := Parse(name)
	parts := strings.Split(value, ".")
	if !ok || len(parts) != 4 || idOf(parts[0]) != k.ID {
		return Unit{}, false
	}
	return Unit{k, parts[0], parts[1], parts[2], parts[3]}, true
}

// String keeps the values out of every log and message by accident.
func (u Unit) String() string { return u.Name() }

// GoString is String, for %#v.
func (u Unit) GoString() string { return u.Name() }
