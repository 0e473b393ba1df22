package plain

import (
	"errors"
	"phonegate/provision/fault"
	"phonegate/ui/wizard/flow"
	"phonegate/ui/wizard/flowtest"
	"strings"
	"testing"
)

func TestAccessibleOpensTenantsOfTheFileAndAsksForTheirNames(t *testing.T) {
	f := flowtest.NewKnown(true)
	// Set up; prod; the host and 12 answers as they are; do it; a wrong name; its name; the live test is left.
	answers := append([]string{"2", "prod"}, make([]string, 13)...)
	answers = append(answers, "1", "dev", "prod")
	r, out := spokenTo(t, f, flow.StartWelcome, answers...)
	for _, want := range []string{"prod is in phonegate.yaml already: it is opened with its answers.", "Name on the form [Acme Prod]",
		"This tenant is protected: type its name to go on. Name:", "failed: That is not the tenant's name."} {
		if !strings.Contains(out, want) {
			t.Errorf("%q is missing:\n%s", want, out)
		}
	}
	if !r.Applied || len(f.Saved) != 1 || !f.Saved[0].Spec.Protected || f.Saved[0].Spec.Enforce.SkipClients[0] != "abc" {
		t.Errorf("reached %+v, saved %+v:\n%s", r, f.Saved, out)
	}
	f = flowtest.NewKnown(true)
	if r, out = spokenTo(t, f, flow.StartWelcome, append(answers[:len(answers)-2], "back")...); r.Applied || len(f.Saved) > 0 || r.Err != nil {
		t.Errorf("back at the name: %+v, saved %d times:\n%s", r, len(f.Saved), out)
	}
}

func TestFileThatCannotBeReadEndsTheDialogue(t *testing.T) {
	f := flowtest.NewKnown(false)
	f.InFile, f.Unreadable = nil, fault.New(fault.Usage, "config", "Mend it.", "phonegate.yaml:3:5: brnd is not a key here")
	r, out := spokenTo(t, f, flow.StartWelcome, "2", "dev")
	if !errors.Is(r.Err, f.Unreadable) || !strings.Contains(out, "brnd is not a key here") {
		t.Errorf("%v\n%s", r.Err, out)
	}
}
