package plain

import (
	"bytes"
	"context"
	"strings"
	"testing"

	"phonegate/provision/fault"
	"phonegate/provision/secret"
	"phonegate/ui/render"
	"phonegate/ui/wizard/flow"
	"phonegate/ui/wizard/flowtest"
)

// spokenTo runs the accessible wizard with lines of answers.
func spokenTo(t *testing.T, f *flowtest.Fake, start string, answers ...string) (flow.Result, string) {
	t.Helper()
	var out bytes.Buffer
	r, err := Accessible(context.Background(), flow.Options{
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
	answers := append(make([]string, 12), "000000", "418902")
	r, out := spokenTo(t, flowtest.NewSandbox(), flow.StartSandbox, answers...)
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
	_, out := spokenTo(t, flowtest.NewSandbox(), flow.StartSandbox, "Acme one", "back", "Acme two", "99", "6")
	if strings.Count(out, "Verify service name [") != 2 || !strings.Contains(out, "Verify service name [Acme one]") {
		t.Errorf("back did not lead to the question before, with its answer:\n%s", out)
	}
	if !strings.Contains(out, "failed: “99” is not a whole number") && !strings.Contains(out, "is not a whole number from 4 to 10") {
		t.Errorf("a bad answer was taken:\n%s", out)
	}
}

func TestAccessibleEndOfInputIsAnInterruptionAndChangesNothing(t *testing.T) {
	f := flowtest.NewSandbox()
	r, _ := spokenTo(t, f, flow.StartSandbox)
	if !r.Interrupted || r.Finished || len(f.Applied) != 0 {
		t.Errorf("reached %+v, applied %d times", r, len(f.Applied))
	}
}

func TestAccessibleOffersLoginsAndAsksForTheHost(t *testing.T) {
	f := flowtest.New()
	known := flowtest.NewSandbox().Env
	f.Env.Auth0Domain, f.Env.Auth0ClientID, f.Env.Auth0ClientSecret = "acme-dev.us.auth0.com", "5fKwabcdefghq2Lm", flowtest.Secret
	f.Env.TwilioAuthToken = flowtest.Token
	for _, e := range []string{"AUTH0_DOMAIN", "AUTH0_CLIENT_ID", "AUTH0_CLIENT_SECRET", "TWILIO_AUTH_TOKEN"} {
		f.Sources[e] = e
	}
	f.OtherLogins = []secret.Login{
		{Provider: "twilio", Program: "Twilio CLI", Account: "acme", Credentials: secret.Credentials{TwilioAccountSID: known.TwilioAccountSID}, Lacks: "The auth token is asked for."},
		{Provider: "vercel", Program: "Vercel CLI", Credentials: secret.Credentials{VercelToken: flowtest.VercelToken}},
	}
	// Set up; its name; the account of the Twilio CLI; Cloudflare; its credentials.
	_, out := spokenTo(t, f, flow.StartWelcome, "2", "", "1", "2", "a-cloudflare-token", "9a7806061c88ada191ed06f989cc3dac")
	for _, want := range []string{"Use the account of the Twilio CLI?", "acme (AC", "The auth token is asked for.", "Twilio account SID: known, the Twilio CLI",
		"Where does the form run?", "Cloudflare: ", "Workers Scripts: Edit", "Cloudflare API token:", "Cloudflare account ID:", "✓ Cloudflare"} {
		if !strings.Contains(out, want) {
			t.Errorf("%q is missing:\n%s", want, out)
		}
	}
	if strings.Contains(out, "Vercel CLI") {
		t.Errorf("the login of another host is offered:\n%s", out)
	}
	_, out = spokenTo(t, f, flow.StartWelcome, "2", "", "1", "1", "2", "a-pasted-token")
	if !strings.Contains(out, "Use the login of the Vercel CLI?") || !strings.Contains(out, "Vercel token:") || strings.Contains(out, flowtest.VercelToken) {
		t.Errorf("a login that is declined:\n%s", out)
	}
}

func TestAccessibleRepairsAfterAFailedTest(t *testing.T) {
	f := flowtest.NewSandbox()
	f.TestErr = fault.New(fault.Failed, "form.other_secret", "Run phonegate rotate.", "The form refuses sessions")
	f.Mended = true
	answers := append(make([]string, 11), "3", "2", "1") // the Action and the form; repair; do it
	r, out := spokenTo(t, f, flow.StartSandbox, answers...)
	if !r.Tested || r.Err != nil || len(f.Applied) != 2 {
		t.Errorf("reached %+v, applied %d times:\n%s", r, len(f.Applied), out)
	}
	f.TestErr, f.Mended = fault.New(fault.Failed, "form.other_secret", "Run phonegate rotate.", "The form refuses sessions"), false
	r, out = spokenTo(t, f, flow.StartSandbox, append(make([]string, 11), "3", "1", "3")...) // test again; leave it
	if r.Tested || fault.Of(r.Err).Code != "form.other_secret" || strings.Count(out, "The form refuses sessions") != 4 {
		t.Errorf("reached %+v:\n%s", r, out)
	}
}

func TestAccessibleWaitsForAFormOnAServerOfOnesOwn(t *testing.T) {
	f := flowtest.NewSandbox()
	f.ApplyErr, f.Mended = fault.New(fault.Failed, flow.NotRunning, "Start it.", "Nothing answers at https://verify.acme.example yet"), true
	r, out := spokenTo(t, f, flow.StartSandbox, append(make([]string, 13), "4")...)
	if !r.Applied || r.Err != nil || len(f.Applied) != 2 {
		t.Errorf("reached %+v, applied %d times:\n%s", r, len(f.Applied), out)
	}
	for _, want := range []string{"phonegate secrets --tenant dev -- fly secrets import", "Nothing answers at https://verify.acme.example yet.", "Look again and go on"} {
		if !strings.Contains(out, want) {
			t.Errorf("%q is missing:\n%s", want, out)
		}
	}
}
