package wizard

import (
	"context"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"phonegate/provision/event"
	"phonegate/provision/fault"
	"phonegate/ui/wizard/flow"
	"phonegate/ui/wizard/flowtest"
)

func TestBackAlwaysWorksAndKeepsAnswers(t *testing.T) {
	for _, back := range []string{"esc", "shift+tab"} {
		t.Run(back, func(t *testing.T) {
			d := newDriver(t, flowtest.NewSandbox(), flow.StartWelcome)
			d.until("What would you like to do?")
			d.press("enter").until("All three answer")
			d.press("enter").until("verification code is")
			d.press("ctrl+u", "Corner shop").see("Your Corner shop verification")
			d.press("enter").see("Where does a new user")
			d.press("down", "down", "ctrl+u", "NOWHERE") // not a country
			d.press("enter").see("✗")                    // forward is refused
			d.press(back).see("Corner shop")             // back is not
			d.press("enter").see("Where does a new user")
			d.press(back, back).see("All three answer")
			d.press(back).see("Vercel", "token")
			d.press(back).see("Twilio", "auth token")
			d.press(back).see("Auth0", "client secret")
			d.press(back).see("What would you like to do?")
			d.press(back).see("What would you like to do?") // there is nothing before it
		})
	}
}

func TestEnterOfTheScreenBeforeStartsNothing(t *testing.T) {
	f := flowtest.NewSandbox()
	d := atReviewed(t, f)
	d.press("esc", "enter")
	for !strings.Contains(d.frame(), "where from") { // as until, but the clock stands
		d.send(<-d.msgs)
	}
	d.press("enter").see("where from")
	d.clock = d.clock.Add(grace)
	d.press("enter").until("Shall we try it?")
	if len(f.Applied) != 1 {
		t.Errorf("applied %d times", len(f.Applied))
	}
}

func TestCtrlCLeavesAtOnceWhileQuestionsAreAsked(t *testing.T) {
	d := newDriver(t, flowtest.New(), flow.StartWelcome)
	d.until("What would you like to do?")
	d.press("ctrl+c").untilQuit()
	if r := d.m.sh.reach; !r.Interrupted || r.Finished {
		t.Errorf("reached %+v", r)
	}
	if strings.TrimSpace(d.frame()) != "" {
		t.Errorf("a question is left on the screen:\n%s", d.frame())
	}
}

func TestFirstCtrlCFinishesTheCallUnderWay(t *testing.T) {
	f := flowtest.NewSandbox()
	f.Hold = true
	d := atReviewed(t, f)
	d.press("enter")
	for !strings.Contains(d.frame(), "API key") || strings.Contains(d.frame(), "○ Twilio   API key") {
		d.send(<-d.msgs)
	}
	d.golden("apply-running")
	d.press("esc").see("API key") // work is not left by accident
	d.press("ctrl+c").see("Finishing the call under way")
	d.golden("apply-stopping")
	d.until("Stopped, as you asked.")
	if r := d.m.sh.reach; r.Applied || fault.Of(r.Err).Category != fault.Interrupted || r.Outcome.Created != 2 {
		t.Errorf("reached %+v", r)
	}
}

func TestSecondCtrlCLeaves(t *testing.T) {
	f := flowtest.NewSandbox()
	f.Hold = true
	d := atReviewed(t, f)
	d.press("enter").until("API key")
	d.press("ctrl+c", "ctrl+c").untilQuit()
	if !d.m.sh.reach.Interrupted {
		t.Error("not reported as interrupted")
	}
	if d.m.sh.jobs.ctx.Err() == nil {
		t.Error("the work has not been told to stop")
	}
}

func TestLettersBelongToTheFieldThatHasTheCursor(t *testing.T) {
	d := newDriver(t, flowtest.NewSandbox(), flow.StartSandbox)
	d.until("All three answer")
	d.press("enter").until("verification code is")
	d.press("ctrl+u", "vodka wares").see("Your vodka wares verification")
	d.press("f1").see("ctrl+c leave")
}

func TestProtectedTenantAsksForItsName(t *testing.T) {
	f := flowtest.New()
	f.InFile = []flow.TenantStatus{{Name: "prod", OK: true, State: "in order"}}
	f.InFile[0].Spec.Protected = true
	d := newDriver(t, f, flow.StartWelcome)
	d.until("prod ✓ in order")
	d.press("down", "down", "enter").until("where from")
	d.press("enter").see("This tenant is protected")
	d.golden("review-protected")
	d.press("dev", "enter").see("That is not the tenant's name.")
	d.press("ctrl+u", "prod", "enter").until("Shall we try it?")
	if len(f.Applied) != 1 || f.Applied[0].Tenant != "prod" {
		t.Errorf("applied %v", f.Applied)
	}
}

func TestRegenerateWithNothingToChangeGoesToTheLiveTest(t *testing.T) {
	f := flowtest.New()
	f.InFile = []flow.TenantStatus{{Name: "dev", OK: true, State: "in order"}, {Name: "staging", State: "2 changes"}}
	f.Planned = &event.Plan{Tenant: "staging", Changes: []event.Change{{Resource: "auth0.action", Op: event.None, Detail: "Action “Verify phone number”"}}}
	d := newDriver(t, f, flow.StartWelcome)
	d.until("staging ! 2 changes")
	d.golden("welcome-tenants")
	d.press("down", "down", "enter").see("Which tenant?")
	d.golden("welcome-pick")
	d.press("esc").see("What would you like to do?")
	d.press("enter", "down", "enter").until("No changes")
	d.press("enter").see("Shall we try it?")
	if len(f.Applied) != 0 {
		t.Error("something was applied")
	}
}

func TestLiveTestOfARealTenantAsksForTheNumberFirst(t *testing.T) {
	f := flowtest.New()
	f.InFile = []flow.TenantStatus{{Name: "dev", OK: true, State: "in order"}}
	d := newDriver(t, f, flow.StartWelcome)
	d.until("dev ✓ in order")
	d.press("down", "down", "down", "enter").until("Shall we try it?")
	d.press("down", "enter").see("Which phone shall get the text?")
	d.golden("live-number")
	d.clock = d.clock.Add(time.Second)
	d.press("0412 345 678", "enter").see("not a number with its country code")
	d.press("ctrl+u", "+61 (412) 345-678", "enter").until("Type the code")
	d.golden("live-code-real")
	d.press("418902", "enter").until("The live test passed")
	d.golden("done-tested")
	f.Mutex.Lock()
	defer f.Mutex.Unlock()
	if got := f.Calls[len(f.Calls)-1]; got != "test sms +61412345678" {
		t.Errorf("the test that ran: %q", got)
	}
}

func TestWholeLoginOfARealTenantShowsItsAddressInOnePiece(t *testing.T) {
	f := flowtest.New()
	f.InFile = []flow.TenantStatus{{Name: "dev", OK: true, State: "in order"}}
	d := newDriver(t, f, flow.StartWelcome)
	d.until("dev ✓ in order")
	d.press("down", "down", "down", "enter").until("Shall we try it?")
	d.press("enter").until("No browser opened here")
	d.golden("live-browser")
	if record := strings.Join(d.printed, "\n"); !strings.Contains(record, "authorize?"+strings.Repeat("a=b&", 60)) {
		t.Errorf("the address is not in the record:\n%s", record)
	}
	d.press("o")
	for d.visits() < 2 {
		d.send(<-d.msgs)
	}
	d.press("ctrl+c").until("Stopped, as you asked.")
}

func TestNotNowEndsWithoutATest(t *testing.T) {
	d := atReviewed(t, flowtest.NewSandbox())
	d.press("enter").until("Shall we try it?")
	d.press("down", "down", "down", "enter").see("has not been tested yet")
	d.golden("done-untested")
}

func TestStoppedLiveTestCleansUpAndCanBeRunAgain(t *testing.T) {
	d := atReviewed(t, flowtest.NewSandbox())
	d.press("enter").until("Shall we try it?")
	d.press("enter").until("Type the code")
	d.press("ctrl+c").until("Stopped, as you asked.")
	d.golden("live-stopped")
	d.press("r").see("Stopped, as you asked.") // there is nothing to repair
	d.press("t").until("Type the code")
	d.until("is: 418902")
	d.press("a").until("A whole first login")
}

func TestCodeIsReadOverTheWholeWindow(t *testing.T) {
	d := newDriver(t, flowtest.NewSandbox(), flow.StartSandbox)
	d.until("All three answer")
	d.press("enter").until("verification code is")
	d.press("enter", "enter", "v").see("action/verify-phone-number.js", "onExecutePostLogin", "q close")
	if !d.m.View().AltScreen {
		t.Error("the code is in the scrollback")
	}
	d.press("q").see("What the Action does")
	d.press("d").until("+ Verify phone number")
	d.press("esc").see("What the Action does")
	if d.m.View().AltScreen {
		t.Error("the other screen is still on")
	}
}

func TestPreviewSaysItsAddressWhereNoBrowserOpens(t *testing.T) {
	f := flowtest.NewSandbox()
	d := newDriver(t, f, flow.StartSandbox)
	d.until("All three answer")
	d.press("enter").until("verification code is")
	d.press("enter", "enter", "enter", "ctrl+p").until("http://127.0.0.1:4321/")
	d.golden("form-preview")
	if n := d.visits(); n != 1 {
		t.Errorf("opened %d addresses", n)
	}
	d.m.sh.close()
	if f.Calls[len(f.Calls)-1] != "preview stopped" {
		t.Error("the preview is still served")
	}
}

func TestPlanThatCannotBeMadeCanBeTriedAgain(t *testing.T) {
	f := flowtest.NewSandbox()
	f.PlanErr = fault.New(fault.Failed, "auth0.503", "Try again in a minute.", "Auth0 is not answering")
	d := newDriver(t, f, flow.StartSandbox)
	d.until("All three answer")
	d.press("enter").until("verification code is")
	d.press("enter", "enter", "enter", "enter").until("Auth0 is not answering.")
	d.golden("review-failed")
	d.press("enter").see("Auth0 is not answering.") // there is nothing to confirm
	d.press("c").see("Copied")
	f.PlanErr = nil
	d.press("r").until("where from")
}

func TestStaleCheckDoesNotMoveAnyone(t *testing.T) {
	d := newDriver(t, flowtest.NewSandbox(), flow.StartSandbox)
	d.until("All three answer")
	d.press("esc").see("Vercel", "token")
	d.send(checkedMsg{number: 1, provider: "auth0", account: flow.Account{Name: "late"}})
	d.see("Vercel", "token")
}

func TestLightBackgroundChangesTheLooks(t *testing.T) {
	d := newDriver(t, flowtest.New(), flow.StartWelcome)
	d.until("What would you like to do?")
	dark := d.m.View().Content
	d.send(tea.BackgroundColorMsg{Color: white{}})
	if d.m.View().Content == dark {
		t.Error("the looks did not change")
	}
}

type white struct{}

func (white) RGBA() (r, g, b, a uint32) { return 0xffff, 0xffff, 0xffff, 0xffff }

func TestPanicInTheBackendIsAnErrorAndSaysNothingOfItsValue(t *testing.T) {
	j := newJobs(context.Background())
	defer j.close(time.Second)
	_, next := j.start(func(context.Context, <-chan struct{}, func(tea.Msg)) tea.Msg { panic("hunter2") })
	m := next().(fedMsg)
	failed, ok := m.msg.(failedMsg)
	if !ok || !m.last || strings.Contains(failed.err.Error(), "hunter2") {
		t.Errorf("got %#v", m)
	}
}

func TestOnlyWebAddressesAreOpened(t *testing.T) {
	for _, bad := range []string{"file:///etc/passwd", "javascript:alert(1)", "-x", "", "\x00"} {
		if openBrowser(bad) == nil {
			t.Errorf("%q was opened", bad)
		}
	}
}

func FuzzFramesFitWhateverProvidersSay(f *testing.F) {
	f.Add("acme", "a note", "a hint", uint8(60))
	f.Add(strings.Repeat("長い名前", 30), "\x1b[2J\x07", strings.Repeat("x", 300), uint8(10))
	f.Fuzz(func(t *testing.T, name, note, hint string, size uint8) {
		fk := flowtest.NewSandbox()
		fk.Notes["auth0"] = []flow.Note{{Text: note, Hint: hint}}
		sh := newShared(t.Context(), flow.Options{Backend: fk, Start: flow.StartSandbox})
		sh.Width, sh.Height = 30+int(size)%91, 8+int(size)%40
		sh.session.Tenant = "dev"
		sh.accounts["auth0"] = flow.Account{Name: name, Notes: fk.Notes["auth0"]}
		sh.accounts["twilio"] = flow.Account{Name: hint}
		m := newModel(sh, flow.Options{Start: flow.StartSandbox})
		m.steps[flow.Connect] = connect{entered: true, page: pageAll}
		fitting(t, "fuzzed", m)
	})
}
