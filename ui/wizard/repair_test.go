package wizard

import (
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"

	"phonegate/provision/event"
	"phonegate/provision/fault"
	"phonegate/ui/wizard/flow"
	"phonegate/ui/wizard/flowtest"
)

// failed is a driver whose live test of Action and form has failed, at a real tenant.
func failed(t *testing.T, f *flowtest.Fake) *driver {
	t.Helper()
	f.InFile = []flow.TenantStatus{{Name: "dev", OK: true, State: "in order"}}
	f.InFile[0].Spec.Host.Kind = "vercel"
	f.Env = flowtest.NewSandbox().Env
	f.TestErr = fault.New(fault.Failed, "form.other_secret", "Run phonegate rotate: it gives Action and form a new key.", "The form refuses sessions signed with the key that it shares with the Action; +61412345678 of a.user@acme.com was not verified with %s", flowtest.Token)
	d := newDriver(t, f, flow.StartWelcome)
	d.until("dev ✓ in order")
	d.press("down", "down", "down", "enter").until("Shall we try it?")
	d.press("down", "down", "enter").until("refuses sessions signed with")
	return d
}

func TestFailedLiveTestIsRepairedAndRunAgain(t *testing.T) {
	f := flowtest.New()
	d := failed(t, f)
	d.see("r repair", "t test again", "c copy details")
	d.press("r").until("where from")
	d.see("This would repair it")
	d.golden("review-repair")
	if len(f.Applied) != 0 {
		t.Fatal("repaired before anybody saw the plan")
	}
	f.TestErr = nil
	d.press("enter").until("The live test passed")
	if r := d.m.sh.reach; len(f.Applied) != 1 || !r.Tested || r.Err != nil || d.m.sh.again != nil {
		t.Errorf("applied %d times, reached %+v", len(f.Applied), r)
	}
	if n := strings.Count(strings.Join(f.Calls, "\n"), "test action"); n != 2 {
		t.Errorf("tested %d times", n)
	}
}

func TestReviewWarnsBeforeItIsAgreedTo(t *testing.T) {
	f := flowtest.New()
	warning := "The form moves. The one at acme-old.vercel.app stays for 15 minutes, for logins under way; the first apply after that removes it."
	f.Planned = &event.Plan{Tenant: "dev", Warnings: []string{warning}, Changes: []event.Change{
		{Resource: "auth0.action", Op: event.Update, Detail: "Action “Verify phone number”: code, a new key", Requests: 2},
		{Resource: "former", Op: event.Delete, Detail: "1 former key: no login needs it any more", Requests: 3},
	}}
	d := failed(t, f)
	d.press("r").until("where from")
	d.see("! The form moves. The one at acme-old.vercel.app stays for 15 minutes", "Former", "1 former key: no login needs it any more")
	d.golden("review-warning")
	f.TestErr = nil
	d.press("enter").until("The live test passed")
	said := ansi.Strip(strings.Join(d.printed, "\n"))
	if strings.Count(strings.Join(strings.Fields(said), " "), "! "+warning) != 1 {
		t.Errorf("the warning is not in what stays on the screen:\n%s", said)
	}
}

func TestRepairThatIsNotAgreedToDoesNothing(t *testing.T) {
	f := flowtest.New()
	d := failed(t, f)
	d.press("r").until("where from")
	d.press("esc").see("Shall we try it?")
	if len(f.Applied) != 0 || strings.Count(strings.Join(f.Calls, "\n"), "test action") != 1 || d.m.sh.again != nil {
		t.Errorf("something was done: %v", f.Calls)
	}
	d.press("esc").see("What would you like to do?")
}

func TestRepairWithNothingToChangeSaysWhereToLook(t *testing.T) {
	f := flowtest.New()
	f.Planned = &event.Plan{Changes: []event.Change{{Resource: "auth0.action", Op: event.None, Detail: "Action “Verify phone number”"}}}
	d := failed(t, f)
	d.press("r").until("There is nothing to repair")
	d.see("phonegate doctor", "phonegate rotate", "enter test again")
	f.TestErr = nil
	d.press("enter").until("The live test passed")
	if len(f.Applied) != 0 {
		t.Error("something was applied")
	}
}

func TestFailedLiveTestCanBeRunAgainAsItWas(t *testing.T) {
	f := flowtest.New()
	d := failed(t, f)
	f.TestErr = nil
	d.press("t").until("The live test passed")
	d.see("The Action and the form are in place and sound.")
}

func TestDetailsAreCopiedWithoutSecretsAndPeople(t *testing.T) {
	d := failed(t, flowtest.New())
	d.press("c").until("Copied")
	for d.clip == "" {
		d.send(<-d.msgs)
	}
	for _, want := range []string{"live test action, tenant dev", "✓ action.deployed", "✗ form.reachable", "form.other_secret: The form refuses sessions", "next: Run phonegate rotate", "host vercel"} {
		if !strings.Contains(d.clip, want) {
			t.Errorf("%q is missing:\n%s", want, d.clip)
		}
	}
	for _, not := range []string{"+61412345678", "a.user", "session_token", "eyJh", flowtest.Token} {
		if strings.Contains(d.clip, not) {
			t.Errorf("%q is in the details:\n%s", not, d.clip)
		}
	}
}

func TestApplyThatFailedCanBeCopiedToo(t *testing.T) {
	f := flowtest.NewSandbox()
	f.ApplyErr = fault.New(fault.Failed, "vercel.503", "Try again in a minute.", "Vercel is not answering")
	d := atReviewed(t, f)
	d.press("enter").until("Vercel is not answering.")
	d.press("c").until("Copied")
	for d.clip == "" {
		d.send(<-d.msgs)
	}
	if !strings.Contains(d.clip, "apply, tenant dev") || !strings.Contains(d.clip, "✗ host.env") || !strings.Contains(d.clip, "vercel.503") {
		t.Errorf("the details:\n%s", d.clip)
	}
}

func TestFormOnAServerOfOnesOwnIsWaitedFor(t *testing.T) {
	f := flowtest.New()
	f.ApplyErr = fault.New(fault.Failed, flow.NotRunning, "Its files are in phonegate-dev/form.", "Nothing answers at https://verify.acme.example yet")
	d := atHost(t, f)
	d.press("down", "down", "enter").until("Both accounts answer")
	d.press("enter").until("verification code is")
	d.press("enter", "enter", "enter").see("ready to run anywhere")
	d.press("tab", "tab", "tab")
	d.press("enter").see("✗ This one is needed.")
	d.press("verify.acme.example", "enter").until("where from")
	d.press("enter").until("phonegate secrets --tenant dev -- fly secrets import")
	d.see("Nothing answers at https://verify.acme.example yet.", "enter look again and go on")
	d.seeNot("✗")
	d.golden("apply-handover")
	f.ApplyErr = nil
	d.press("enter").until("where from")
	d.press("enter").until("Shall we try it?")
}

func FuzzDetailsHideWhatIsSecret(f *testing.F) {
	f.Add("Twilio said no to", "+61412345678", "https://x.example/?a=b")
	f.Add("a\nb\tc", "", "\x1b]0;title\x07")
	f.Fuzz(func(t *testing.T, message, around, detail string) {
		s := flow.Session{Tenant: "dev"}
		s.Credentials.TwilioAuthToken = flowtest.Token
		text := details(s, "apply", []event.Step{{Resource: "twilio.key", Status: event.Done, Detail: around + flowtest.Token + detail}},
			fault.New(fault.Failed, "x", around+flowtest.Token, "%s +61412345678 %s https://acme.example/continue?state=hunter2hunter2", message, detail))
		for _, not := range []string{flowtest.Token, "+61412345678", "hunter2", "\x1b", "\x07"} {
			if strings.Contains(text, not) && !strings.Contains(message+around+detail, not) {
				t.Errorf("%q is in the details: %q", not, text)
			}
		}
	})
}
