package wizard

import (
	"context"
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"

	"phonegate/provision/fault"
	"phonegate/ui/wizard/flow"
	"phonegate/ui/wizard/flowtest"
)

func TestSandboxNeedsOnlyEnterAndTheCode(t *testing.T) {
	d := newDriver(t, flowtest.NewSandbox(), flow.StartSandbox)
	d.secrets = []string{flowtest.Secret, flowtest.Token, flowtest.VercelToken}
	d.until("All three answer")
	d.golden("connect-all")
	d.press("enter").until("verification code is")
	d.golden("texts")
	d.press("enter").see("Where does a new user give the phone number?")
	d.golden("signup")
	d.press("enter").see("What the Action does")
	d.golden("action")
	d.press("enter").see("The page on which the code is typed")
	d.golden("form")
	d.press("enter").until("where from")
	d.golden("review")
	d.press("enter").until("Shall we try it?")
	d.golden("live-menu")
	d.press("enter").until("is: 418902")
	d.until("Type the code")
	d.golden("live-code")
	d.press("41890", "enter").see("Type the code") // five digits are not a code yet
	d.press("backspace", "0", "1", "enter").until("That code isn't right")
	d.golden("live-wrong")
	d.press("418902", "enter").until("A whole first login")
	d.golden("done-sandbox")
	d.press("enter").untilQuit()
	r := d.m.sh.reach
	if !r.Applied || !r.Tested || !r.Finished || r.Err != nil || r.Continue() != "" {
		t.Errorf("reached %+v", r)
	}
	record := strings.Join(d.printed, "\n")
	for _, want := range []string{"Plan for dev", "dev is set up", "signed up", "second login"} {
		if !strings.Contains(record, want) {
			t.Errorf("the record lacks %q:\n%s", want, record)
		}
	}
}

func TestTheSandboxCanTypeTheCodeItself(t *testing.T) {
	d := newDriver(t, flowtest.NewSandbox(), flow.StartSandbox)
	d.until("All three answer")
	d.press("enter").until("verification code is")
	d.press("enter", "enter", "enter", "enter").until("where from")
	d.press("enter").until("Shall we try it?")
	d.press("enter").until("is: 418902")
	d.until("Type the code")
	d.press("a").until("A whole first login")
}

func TestRealTenantIsAskedForWhatTheEnvironmentDoesNotSay(t *testing.T) {
	f := flowtest.New()
	f.Env.Auth0Domain, f.Env.Auth0ClientID = "acme-dev.us.auth0.com", "5fKwabcdefghq2Lm"
	f.Sources["AUTH0_DOMAIN"], f.Sources["AUTH0_CLIENT_ID"] = "AUTH0_DOMAIN", "AUTH0_CLIENT_ID"
	f.Notes["auth0"] = []flow.Note{{Text: "missing update:clients, needed to put the phone field on the login page", Hint: "Grant it in the dashboard, then press r."}}
	f.Notes["twilio"] = []flow.Note{{OK: true, Text: "a full account"}}
	f.Existing = []flow.ServiceChoice{
		{SID: "VA4c0f3a6c3d0b4a55a7c1f1e7d2c42b91", Name: "Acme", CodeLength: 8, Note: "used by another Action"},
	}
	d := newDriver(t, f, flow.StartWelcome)
	d.secrets = []string{flowtest.Secret, flowtest.Token, flowtest.VercelToken}
	d.until("What would you like to do?")
	d.golden("welcome")
	d.press("down", "enter").see("What shall this tenant be called here?")
	d.golden("connect-name")
	d.press("enter").until("client secret")
	d.golden("connect-auth0")
	d.see("from AUTH0_DOMAIN")
	d.press("enter").see("This one is needed.")
	// A secret that was copied from a wrapped line.
	d.send(tea.PasteMsg{Content: "  " + flowtest.Secret[:9] + "\r\n " + flowtest.Secret[9:] + "\t\n"})
	d.golden("connect-secret")
	d.press("enter").until("missing update:clients")
	d.golden("connect-noted")
	if got := d.m.sh.session.Credentials.Auth0ClientSecret; got != flowtest.Secret {
		t.Fatalf("the pasted secret became %q", got)
	}
	d.press("enter").until("account SID")
	d.press("AC"+strings.Repeat("1", 32), "tab", flowtest.Token, "enter").until("Where does the form run?")
	d.golden("connect-host")
	d.press("enter").see("Vercel", "token")
	d.press(flowtest.VercelToken, "enter").until("All three answer")
	d.press("enter").until("used by another Action")
	d.golden("texts-services")
	d.press("down").see("Acme (VA4c…2b91)")
	if s := d.m.sh.session; s.ServiceSID == "" || s.Spec.Twilio.CodeLength != 8 {
		t.Errorf("the chosen service is not in the session: %q, %d digits", s.ServiceSID, s.Spec.Twilio.CodeLength)
	}
	d.press("enter").see("Where does a new user")
	d.press("right").see("What is your number?")
	d.golden("signup-form")
	d.press("enter").see("What the Action does")
	d.press("enter").see("The page on which")
	d.press("enter").until("where from")
	d.see("Undo: phonegate destroy --tenant dev", "at your tenant's rate of 2 a second")
	d.press("e").see("Which answer?")
	d.golden("review-edit")
	d.press("esc").until("where from")
	d.press("w").until("3 files written")
	d.golden("done-files")
}

func TestRefusedCredentialsCanBeTypedAgain(t *testing.T) {
	f := flowtest.New()
	f.Refuse["auth0"] = fault.New(fault.Refused, "auth0.access_denied", "Look up the client secret again in the dashboard.", "Auth0 refused the client secret")
	d := newDriver(t, f, flow.StartWelcome)
	d.secrets = []string{"wr0ng-but-long-enough"}
	d.until("What would you like to do?")
	d.press("down", "enter", "enter").until("client secret")
	d.press("acme-dev.us.auth0.com", "tab", "5fKwabcdefghq2Lm", "tab", "wr0ng-but-long-enough", "enter").until("Auth0 refused the client secret.")
	d.golden("connect-refused")
	delete(f.Refuse, "auth0")
	d.press("ctrl+u", flowtest.Secret, "enter").until("auth token")
}

func TestApplyFailureKeepsWhatWasDoneAndGoesOn(t *testing.T) {
	f := flowtest.NewSandbox()
	f.ApplyErr = fault.New(fault.Failed, "vercel.503", "Try again in a minute.", "Vercel is not answering")
	d := atReviewed(t, f)
	d.press("enter").until("Vercel is not answering.")
	d.golden("apply-failed")
	if r := d.m.sh.reach; r.Err == nil || r.Outcome.Created != 3 {
		t.Errorf("reached %+v", r)
	}
	f.ApplyErr = nil
	d.press("r").until("where from")
	d.press("enter").until("Shall we try it?")
	if d.m.sh.reach.Err != nil {
		t.Error("a failure that was put right is still reported")
	}
}

func TestSandboxIsLeftForATenantOfOnesOwn(t *testing.T) {
	own, embedded := flowtest.New(), flowtest.NewSandbox()
	d := newDriver(t, own, flow.StartWelcome)
	made := 0
	d.m.sh.sandbox = func(context.Context) (flow.Backend, error) { made++; return embedded, nil }
	d.until("What would you like to do?")
	d.press("enter").until("All three answer")
	d.press("esc", "esc", "esc", "esc").see("What would you like to do?")
	d.press("down", "enter").see("What shall this tenant be called here?")
	d.press("enter").until("client secret")
	if d.m.sh.session.Sandbox || d.m.sh.session.Credentials.TwilioAuthToken != "" || len(d.m.sh.accounts) != 0 {
		t.Error("something of the sandbox came along")
	}
	d.press("esc", "esc").see("What would you like to do?")
	d.press("up", "enter").until("All three answer")
	if made != 1 {
		t.Errorf("%d sandboxes were made", made)
	}
}

func TestHelpShowsEveryKey(t *testing.T) {
	d := newDriver(t, flowtest.New(), flow.StartWelcome)
	d.until("What would you like to do?")
	d.press("?").see("keeping every answer", "fewer keys")
	d.golden("welcome-help")
	d.press("?").seeNot("fewer keys")
}

// atReviewed is a driver that has come to Review with the sandbox's answers.
func atReviewed(t *testing.T, f *flowtest.Fake) *driver {
	t.Helper()
	d := newDriver(t, f, flow.StartSandbox)
	d.until("All three answer")
	d.press("enter").until("verification code is")
	d.press("enter", "enter", "enter", "enter").until("where from")
	return d
}
