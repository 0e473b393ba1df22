package ring_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"phonegate/provision/ring"
)

var noon = time.Date(2026, 11, 28, 12, 0, 31, 0, time.UTC)

func TestNameCertifiesTheValue(t *testing.T) {
	u := ring.New(noon)
	u.APIKey, u.APISecret, u.Service = "SK1", "s3cret", "VA1"
	got, ok := ring.Read(u.Name(), u.Value(true))
	if !ok || got != u || !u.Complete() {
		t.Fatalf("%q reads as %q, %v", u.Name(), got, ok)
	}
	other := ring.New(noon)
	for _, value := range []string{"", u.Session, other.Session + ".SK1.s3cret.VA1", u.Value(true) + ".more"} {
		if _, ok := ring.Read(u.Name(), value); ok {
			t.Errorf("the name certifies a value that is not its own")
		}
	}
	if shown := fmt.Sprintf("%v %+v %#v", u, u, u); strings.Contains(shown, u.Session) || strings.Contains(shown, "s3cret") {
		t.Errorf("a unit shows its secrets: %s", shown)
	}
}

func TestKeysAmongOtherVariables(t *testing.T) {
	first, second := ring.New(noon.Add(-time.Hour)), ring.New(noon)
	keys := ring.In([]string{"PATH", second.Name(), "PHONEGATE_KEY_x", first.Name(), first.Name(), "PHONEGATE_KEY_209913320000_0123456789abcdef"})
	if len(keys) != 2 || keys[0] != first.Key || keys[1] != second.Key {
		t.Errorf("found %v", keys)
	}
	if made := keys[1].Made; !made.Equal(noon.Truncate(time.Minute)) {
		t.Errorf("made at %s", made)
	}
	if (ring.Key{}).Name() != "" {
		t.Error("no key has a name")
	}
}

func FuzzParse(f *testing.F) {
	f.Add("PHONEGATE_KEY_202611280014_0123456789abcdef")
	f.Add("PHONEGATE_KEY_202613280014_0123456789abcdef")
	f.Fuzz(func(t *testing.T, name string) {
		if k, ok := ring.Parse(name); ok && k.Name() != name {
			t.Errorf("%q reads as %q", name, k.Name())
		}
	})
}
