package wizard

import (
	"bytes"
	"context"
	"strings"
	"testing"

	"phonegate/ui/render"
)

// spokenTo runs the accessible wizard with lines of answers.
func spokenTo(t *testing.T, f *fake, start string, answers ...string) (Result, string) {
	t.Helper()
	var out bytes.Buffer
	r, err := Accessible(context.Background(), Options{
		Backend: f, In: strings.NewReader(strings.Join(answers, "\n") + "\n"), Out: &out, Start: start,
	}, render.Options{Host: "vercel"})
	if err != nil {
		t.Fatalf("%v\n%s", err, out.String())
	}
	if strings.ContainsRune(out.String(), '\x1b') || strings.ContainsRune(out.String(), '\r') {
		t.Error("the output is not append-only lines")
	}
	return r, out.String()
}

func TestAccessibleSandboxNeedsOnlyEnterAndTheCode(t *testing.T) {
	answers := append(make([]string, 13), "000000", "418902")
	r, out := spokenTo(t, newFakeSandbox(), StartSandbox, answers...)
	if !r.Applied || !r.Tested || !r.Finished {
		t.Errorf("reached %+v:\n%s", r, out)
	}
	for _, want := range []string{"Where does a new user give the phone number?", "  1. ", "plan for dev", "✓ done", "The phone received: Your Acme dev verification code is: 418902",
		"failed: That code isn't right", "the live test passed"} {
		if !strings.Contains(out, want) {
			t.Errorf("%q is missing:\n%s", want, out)
		}
	}
}

func TestAccessibleGoesBackAndSaysWhatIsWrong(t *testing.T) {
	_, out := spokenTo(t, newFakeSandbox(), StartSandbox, "Acme one", "back", "Acme two", "99", "6")
	if strings.Count(out, "Verify service name [") != 2 || !strings.Contains(out, "Verify service name [Acme one]") {
		t.Errorf("back did not lead to the question before, with its answer:\n%s", out)
	}
	if !strings.Contains(out, "failed: “99” is not a whole number") && !strings.Contains(out, "is not a whole number from 4 to 10") {
		t.Errorf("a bad answer was taken:\n%s", out)
	}
}

func TestAccessibleEndOfInputIsAnInterruptionAndChangesNothing(t *testing.T) {
	f := newFakeSandbox()
	r, _ := spokenTo(t, f, StartSandbox)
	if !r.Interrupted || r.Finished || len(f.applied) != 0 {
		t.Errorf("reached %+v, applied %d times", r, len(f.applied))
	}
}
