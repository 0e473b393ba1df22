package wizard

import (
	"context"
	"slices"
	"time"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"phonegate/provision/event"
	"phonegate/provision/fault"
	"phonegate/provision/smoke"
	"phonegate/ui/render"
	"phonegate/ui/wizard/flow"
	"phonegate/ui/wizard/widget"
)

// live tests what was set up, with the person as the user. In the sandbox the phone lies beside it.
type live struct {
	menu    widget.Menu
	chosen  bool
	number  widget.Sheet // the number to text, at a real tenant
	dialing bool
	since   time.Time // when the question came up

	test     flow.Test
	job      *job
	rows     []row
	began    time.Time
	ask      *codeMsg // the code is being asked for
	answered bool     // a code has been given, and nothing has been heard since
	code     widget.CodeField
	url      string
	noticed  string
	stopping bool
	err      error
	broken   string       // the step that failed
	steps    []event.Step // that have ended, for the details
	copied   bool
}

// rerun is a live test that is to be run again when what it failed on has been repaired.
type rerun struct {
	test    flow.Test
	at      int  // its line in the menu
	planned bool // the plan of the repair has been agreed to
}

// testedMsg is the end of a live test.
type testedMsg struct{ err error }

func (l live) enter(sh *shared) (step, tea.Cmd) {
	again := sh.again
	sh.again = nil
	l = live{since: sh.now(), menu: widget.Menu{At: l.menu.At}}
	for _, level := range flow.Levels {
		about := level.About
		if level.ID == smoke.LevelSMS && sh.session.Sandbox {
			about = "one code to the phone of the sandbox"
		}
		l.menu.Choices = append(l.menu.Choices, widget.Choice{Label: level.Label, About: about})
	}
	if again == nil || !again.planned {
		return l, nil
	}
	l.test, l.menu.At, l.dialing = again.test, again.at, true // the number, if there is one, is known
	s, out := l.start(sh)
	return s, record(out.print, out.cmd)
}

func (l live) busy() bool { return l.job != nil }

// halt ends the test; the backend still cleans up what it made.
func (l live) halt(*shared) (step, tea.Cmd) {
	l.stopping = true
	l.job.halt()
	l.job.cancel()
	return l, nil
}

// start runs the chosen test.
func (l live) start(sh *shared) (step, outcome) {
	level := flow.Levels[l.menu.At]
	if level.ID == "" {
		sh.reach.Finished = true
		return l, outcome{move: jump, to: flow.Done}
	}
	if level.ID == smoke.LevelSMS && !sh.session.Sandbox && !l.dialing {
		f := flow.Ask{Key: "phone", Label: "your number", Help: "With its country code, such as +61 4xx xxx xxx. One text is sent to it.", Text: l.test.Phone, Must: true}
		l.number, l.dialing, l.since = sh.sheet(f), true, sh.now()
		return l, outcome{}
	}
	l.test.Level = level.ID
	l.chosen, l.dialing, l.err, l.broken, l.ask, l.url, l.stopping = true, false, nil, "", nil, "", false
	l.began, l.steps, l.copied = sh.now(), nil, false
	l.rows = nil
	for _, id := range smoke.Steps(level.ID) {
		l.rows = append(l.rows, row{resource: id})
	}
	sh.inbox = nil
	backend, s, test := sh.backend, sh.session.Copy(), l.test
	var cmd tea.Cmd
	l.job, cmd = sh.jobs.start(func(ctx context.Context, _ <-chan struct{}, emit func(tea.Msg)) tea.Msg {
		return testedMsg{backend.LiveTest(ctx, s, test, asker{emit}, func(e event.Event) { emit(stepMsg{e}) })}
	})
	say := []string{"  " + sh.Styles.Title.Render(level.Label+" on "+sh.session.Tenant)}
	return l, outcome{cmd: tea.Batch(cmd, sh.pulse()), print: say}
}

func (l live) update(sh *shared, msg tea.Msg) (step, outcome) {
	switch msg := msg.(type) {
	case fedMsg:
		if l.job == nil || msg.job != l.job.id {
			return l, outcome{}
		}
		return l.handle(sh, msg.msg, l.job.wait())
	case tick:
		if l.busy() {
			return l, doing(sh.pulse())
		}
	case openedMsg:
		l.noticed = ""
		if msg.err != nil {
			l.noticed = "No browser opened here: open the address above yourself."
		}
	case tea.PasteMsg:
		switch {
		case l.ask != nil:
			l.code = l.code.Update(msg)
		case l.dialing:
			return l.dial(sh, msg)
		}
	case tea.KeyPressMsg:
		return l.press(sh, msg)
	}
	return l, outcome{}
}

func (l live) dial(sh *shared, msg tea.Msg) (step, outcome) {
	var cmd tea.Cmd
	l.number, cmd = l.number.Update(sh.Keys, msg)
	return l, doing(cmd)
}

func (l live) press(sh *shared, msg tea.KeyPressMsg) (step, outcome) {
	next := key.Matches(msg, sh.Keys.Next)
	switch {
	case l.ask != nil:
		switch {
		case next && l.code.Full():
			return l.answer(l.code.Digits)
		case key.Matches(msg, sh.Keys.Auto) && len(sh.inbox) > 0:
			return l.answer(sh.inbox[len(sh.inbox)-1].Code)
		}
		l.code = l.code.Update(msg)
	case l.busy():
		switch {
		case l.url != "" && key.Matches(msg, sh.Keys.Open):
			return l, doing(sh.browse(l.url))
		case l.url != "" && key.Matches(msg, sh.Keys.Code) && scannable(sh, l.url):
			return l, outcome{read: qrPage(sh, "The login", l.url, "Sign-up, text and code can be gone through on a phone. Its last page does not open there: it is on this computer, and so the test ends here.")}
		}
	case l.err != nil:
		switch {
		case key.Matches(msg, sh.Keys.Test):
			l.dialing = true // the number is known
			return l.start(sh)
		case key.Matches(msg, sh.Keys.Retry) && l.mendable():
			sh.again = &rerun{test: l.test, at: l.menu.At}
			return l, outcome{move: jump, to: flow.Review, print: []string{""}}
		case key.Matches(msg, sh.Keys.Copy):
			l.copied = true
			return l, doing(tea.SetClipboard(details(sh.session, "live test "+l.test.Level, l.steps, l.err)))
		case next:
			sh.reach.Finished = true
			return l, outcome{move: jump, to: flow.Done}
		}
	case l.dialing:
		if !next {
			return l.dial(sh, msg)
		}
		if sh.now().Sub(l.since) < grace {
			return l, outcome{}
		}
		number, err := flow.E164(l.number.Fields[0].Value())
		if err != nil {
			l.number.Wrong = err.Error()
			return l, outcome{}
		}
		l.test.Phone = number
		return l.start(sh)
	case !l.chosen && next:
		if sh.now().Sub(l.since) < grace {
			return l, outcome{}
		}
		return l.start(sh)
	case !l.chosen:
		l.menu = l.menu.Update(sh.Keys, msg)
	}
	return l, outcome{}
}

// answer hands the code to the test.
func (l live) answer(code string) (step, outcome) {
	l.ask.answer <- code
	l.ask, l.answered = nil, true
	return l, outcome{}
}

// back goes from the number back to the menu.
func (l live) back(*shared) (step, bool) {
	was := l.dialing
	l.dialing = false
	return l, was
}

// handle takes in what the test says.
func (l live) handle(sh *shared, msg tea.Msg, next tea.Cmd) (step, outcome) {
	switch m := msg.(type) {
	case codeMsg:
		if m.problem == "" && l.answered {
			m.problem = "That code was not accepted"
		}
		l.ask, l.answered = &m, false
		l.code = widget.CodeField{Length: len(flow.Digits(sh.session.Spec.Twilio.CodeLength))}
	case visitMsg:
		l.url = m.url
		// In one piece and above the frame, so that it can be copied however long it is.
		say := []string{"", "  " + sh.Styles.Quiet.Render("The login's address:"), render.Printable(m.url), ""}
		return l, outcome{cmd: tea.Batch(next, sh.browse(m.url)), print: say}
	case stepMsg:
		s, ok := m.event.(event.Step)
		if !ok {
			break
		}
		l.answered = l.answered && s.Status == event.Running
		work := apply{rows: l.rows, failed: l.broken != "", stopping: l.stopping}
		var say []string
		if s.Status == event.Failed {
			l.broken = s.Resource
		}
		if s.Status != event.Running {
			l.steps = append(slices.Clip(l.steps), s)
		}
		work, say = work.handle(sh, s)
		l.rows = work.rows
		return l, outcome{cmd: next, print: say}
	case failedMsg:
		return l.end(sh, m.err)
	case testedMsg:
		return l.end(sh, m.err)
	}
	return l, doing(next)
}

// mendable reports whether a repair could help: not with a test that was stopped.
func (l live) mendable() bool { return l.err != nil && fault.Of(l.err).Category != fault.Interrupted }

// end is the end of the test.
func (l live) end(sh *shared, err error) (step, outcome) {
	l.job, l.ask, l.err = nil, nil, err
	sh.reach.Err = err
	if err != nil {
		return l, outcome{}
	}
	sh.reach.Tested, sh.reach.Finished, sh.tested = true, true, l.test.Level
	return l, outcome{move: jump, to: flow.Done}
}
