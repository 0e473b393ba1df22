package wizard

import (
	"strings"
	"testing"
)

func TestAccessibleOpensTenantsOfTheFileAndAsksForTheirNames(t *testing.T) {
	f := knownTenant(true)
	// Set up; prod; the host and 12 answers as they are; do it; a wrong name; its name; the live test is left.
	answers := append([]string{"2", "prod"}, make([]string, 13)...)
	answers = append(answers, "1", "dev", "prod")
	r, out := spokenTo(t, f, StartWelcome, answers...)
	for _, want := range []string{"prod is in phonegate.yaml already: it is opened with its answers.", "Name on the form [Acme Prod]",
		"This tenant is protected: type its name to go on. Name:", "failed: That is not the tenant's name."} {
		if !strings.Contains(out, want) {
			t.Errorf("%q is missing:\n%s", want, out)
		}
	}
	if !r.Applied || len(f.saved) != 1 || !f.saved[0].Spec.Protected || f.saved[0].Spec.Enforce.SkipClients[0] != "abc" {
		t.Errorf("reached %+v, saved %+v:\n%s", r, f.saved, out)
	}
	f = knownTenant(true)
	if r, out = spokenTo(t, f, StartWelcome, append(answers[:len(answers)-2], "back")...); r.Applied || len(f.saved) > 0 || r.Err != nil {
		t.Errorf("back at the name: %+v, saved %d times:\n%s", r, len(f.saved), out)
	}
}
