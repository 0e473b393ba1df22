package wizard

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"phonegate/provision/fault"
	"phonegate/ui/wizard/flow"
	"phonegate/ui/wizard/flowtest"
)

func TestNameOfATenantInTheFileOpensItAsItIs(t *testing.T) {
	f := flowtest.NewKnown(true)
	d := newDriver(t, f, flow.StartWelcome)
	d.until("prod ! 2 changes")
	d.press("down", "enter").see("What shall this tenant be called here?")
	d.press("ctrl+u", "prod", "enter").until("All three answer")
	if record := strings.Join(d.printed, "\n"); !strings.Contains(record, "prod is in phonegate.yaml already: it is opened with its answers.") {
		t.Errorf("that it is opened is not said:\n%s", record)
	}
	want := f.InFile[0].Spec
	want.Auth0.Domain = f.Env.Auth0Domain // the fake's environment
	want.Twilio.AccountSID = f.Env.TwilioAccountSID
	if diff := cmp.Diff(want, d.m.sh.session.Spec); diff != "" {
		t.Errorf("the answers (-file +session):\n%s", diff)
	}
	d.press("enter").until("verification code is")
	d.press("enter", "enter", "enter").see("Acme Prod")
	d.press("enter").until("where from")
	d.press("enter").see("This tenant is protected: type its name to go on.")
	if len(f.Saved) > 0 {
		t.Error("it was saved before its name was typed")
	}
	d.press("prod", "enter").until("Shall we try it?")
	if len(f.Saved) != 1 || !f.Saved[0].Spec.Protected || f.Saved[0].Spec.Enforce.SkipClients[0] != "abc" {
		t.Errorf("saved %+v", f.Saved)
	}
}

func TestAnotherNameBeginsWithoutTheAnswersOfTheOneBefore(t *testing.T) {
	f := flowtest.NewKnown(true)
	d := newDriver(t, f, flow.StartWelcome)
	d.until("prod ! 2 changes")
	d.press("down", "enter", "ctrl+u", "prod", "enter").until("All three answer")
	for range 8 {
		if d.press("esc"); strings.Contains(d.frame(), "What shall this tenant be called here?") {
			break
		}
	}
	d.press("ctrl+u", "test", "enter").until("Where does the form run?")
	s := d.m.sh.session
	if s.Tenant != "test" || s.Opened || s.Spec.Protected || len(s.Spec.Auth0.CustomDomains)+len(s.Spec.Countries)+len(s.Spec.Enforce.SkipClients) > 0 || s.Spec.Brand.Name == "Acme Prod" {
		t.Errorf("test has the answers %+v", s.Spec)
	}
	if record := strings.Join(d.printed, "\n"); strings.Count(record, "already") != 1 {
		t.Errorf("the record:\n%s", record)
	}
}

func TestDomainOfAProtectedTenantAsksForThatName(t *testing.T) {
	f := flowtest.NewSandbox()
	f.GuardedBy = "prod"
	d := newDriver(t, f, flow.StartSandbox)
	d.until("All three answer")
	d.press("enter").until("verification code is")
	d.press("enter", "enter", "enter", "enter").until("where from")
	d.press("enter").see("is the domain of prod, which is protected: type")
	d.press("dev", "enter").see("That is not the tenant's name.")
	d.press("ctrl+u", "prod", "enter").until("Shall we try it?")
}

func TestFileThatCannotBeReadIsNotWrittenOver(t *testing.T) {
	f := flowtest.NewKnown(false)
	f.InFile, f.Unreadable = nil, fault.New(fault.Usage, "config", "Mend it.", "phonegate.yaml:3:5: brnd is not a key here")
	d := newDriver(t, f, flow.StartWelcome)
	d.until("What would you like to do?")
	d.press("down", "enter", "dev", "enter").until("brnd is not a key here")
	d.see("What shall this tenant be called here?", "Mend it.")
}

func TestWelcomeSaysWhereTheFileIsUnlessItIsHere(t *testing.T) {
	d := newDriver(t, flowtest.New(), flow.StartWelcome)
	d.until("What would you like to do?")
	d.seeNot("kept in")
	d.m.sh.file = "../phonegate.yaml"
	d.see("Tenants are kept in ../phonegate.yaml")
}
