package wizard

import (
	"bytes"
	"context"
	"strings"
	"testing"

	"phonegate/provision/fault"
	"phonegate/provision/secret"
	"phonegate/ui/render"
)

// spokenTo runs the accessible wizard with lines of answers.
func spokenTo(t *testing.T, f *fake, start string, answers ...string) (Result, string) {
	t.Helper()
	var out bytes.Buffer
	r, err := Accessible(context.Background(), Options{
		Backend: f, In: strings.NewReader(strings.Join(answers, "\n") + "\n"), Out: &out, Start: start, File: "phonegate.yaml",
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

func TestAccessibleOffersLoginsAndAsksForTheHost(t *testing.T) {
	f := newFake()
	known := newFakeSandbox().env
	f.env.Auth0Domain, f.env.Auth0ClientID, f.env.Auth0ClientSecret = "acme-dev.us.auth0.com", "5fKwabcdefghq2Lm", fakeSecret
	f.env.TwilioAuthToken = fakeToken
	for _, e := range []string{"AUTH0_DOMAIN", "AUTH0_CLIENT_ID", "AUTH0_CLIENT_SECRET", "TWILIO_AUTH_TOKEN"} {
		f.sources[e] = e
	}
	f.logins = []secret.Login{
		{Provider: "twilio", Program: "Twilio CLI", Account: "acme", Credentials: secret.Credentials{TwilioAccountSID: known.TwilioAccountSID}, Lacks: "The auth token is asked for."},
		{Provider: "vercel", Program: "Vercel CLI", Credentials: secret.Credentials{VercelToken: fakeVercel}},
	}
	// Set up; its name; the account of the Twilio CLI; Cloudflare; its credentials.
	_, out := spokenTo(t, f, StartWelcome, "2", "", "1", "2", "a-cloudflare-token", "9a7806061c88ada191ed06f989cc3dac")
	for _, want := range []string{"Use the account of the Twilio CLI?", "acme (AC", "The auth token is asked for.", "Twilio account SID: known, the Twilio CLI",
		"Where does the form run?", "Cloudflare: ", "Workers Scripts: Edit", "Cloudflare API token:", "Cloudflare account ID:", "✓ Cloudflare"} {
		if !strings.Contains(out, want) {
			t.Errorf("%q is missing:\n%s", want, out)
		}
	}
	if strings.Contains(out, "Vercel CLI") {
		t.Errorf("the login of another host is offered:\n%s", out)
	}
	_, out = spokenTo(t, f, StartWelcome, "2", "", "1", "1", "2", "a-pasted-token")
	if !strings.Contains(out, "Use the login of the Vercel CLI?") || !strings.Contains(out, "Vercel token:") || strings.Contains(out, fakeVercel) {
		t.Errorf("a login that is declined:\n%s", out)
	}
}

func TestAccessibleRepairsAfterAFailedTest(t *testing.T) {
	f := newFakeSandbox()
	f.testErr = fault.New(fault.Failed, "form.other_secret", "Run phonegate rotate.", "The form refuses sessions")
	f.mended = true
	answers := append(make([]string, 12), "3", "2", "1") // the Action and the form; repair; do it
	r, out := spokenTo(t, f, StartSandbox, answers...)
	if !r.Tested || r.Err != nil || len(f.applied) != 2 {
		t.Errorf("reached %+v, applied %d times:\n%s", r, len(f.applied), out)
	}
	f.testErr, f.mended = fault.New(fault.Failed, "form.other_secret", "Run phonegate rotate.", "The form refuses sessions"), false
	r, out = spokenTo(t, f, StartSandbox, append(make([]string, 12), "3", "1", "3")...) // test again; leave it
	if r.Tested || fault.Of(r.Err).Code != "form.other_secret" || strings.Count(out, "The form refuses sessions") != 4 {
		t.Errorf("reached %+v:\n%s", r, out)
	}
}

func TestAccessibleWaitsForAFormOnAServerOfOnesOwn(t *testing.T) {
	f := newFakeSandbox()
	f.applyErr, f.mended = fault.New(fault.Failed, notRunning, "Start it.", "Nothing answers at https://verify.acme.example yet"), true
	r, out := spokenTo(t, f, StartSandbox, append(make([]string, 14), "4")...)
	if !r.Applied || r.Err != nil || len(f.applied) != 2 {
		t.Errorf("reached %+v, applied %d times:\n%s", r, len(f.applied), out)
	}
	for _, want := range []string{"phonegate secrets --tenant dev -- fly secrets import", "Nothing answers at https://verify.acme.example yet.", "Look again and go on"} {
		if !strings.Contains(out, want) {
			t.Errorf("%q is missing:\n%s", want, out)
		}
	}
}
