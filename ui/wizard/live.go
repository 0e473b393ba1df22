package wizard

import (
	"context"
	"time"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"phonegate/provision/event"
	"phonegate/provision/fault"
	"phonegate/provision/smoke"
	"phonegate/ui/render"
)

// live tests what was set up, with the person as the user. In the sandbox the phone lies beside it.
type live struct {
	menu    menu
	chosen  bool
	number  sheet // the number to text, at a real tenant
	dialing bool
	since   time.Time // when the question came up

	test     Test
	job      *job
	rows     []row
	began    time.Time
	ask      *codeMsg // the code is being asked for
	answered bool     // a code has been given, and nothing has been heard since
	code     codeField
	url      string
	noticed  string
	stopping bool
	err      error
	broken   string // the step that failed
}

// levels are the live tests, in the order of the menu.
var levels = []struct {
	id, label, about string
}{
	{smoke.LevelLogin, "A whole login", "sign up, type the code, come back, log in again"},
	{smoke.LevelSMS, "A text to your phone", "one real code, checked; costs one text"},
	{smoke.LevelAction, "The Action and the form", "no text, no user: are they deployed and sound"},
	{"", "Not now", "phonegate smoke does it later"},
}

// testedMsg is the end of a live test.
type testedMsg struct{ err error }

func (l live) enter(sh *shared) (step, tea.Cmd) {
	l = live{since: sh.now(), menu: menu{at: l.menu.at}}
	for _, level := range levels {
		about := level.about
		if level.id == smoke.LevelSMS && sh.session.Sandbox {
			about = "one code to the phone of the sandbox"
		}
		l.menu.choices = append(l.menu.choices, choice{label: level.label, about: about})
	}
	return l, nil
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
	level := levels[l.menu.at]
	if level.id == "" {
		sh.reach.Finished = true
		return l, outcome{move: jump, to: atDone}
	}
	if level.id == smoke.LevelSMS && !sh.session.Sandbox && !l.dialing {
		f := textField("phone", "your number", "With its country code, such as +61 4xx xxx xxx. One text is sent to it.", l.test.Phone, nil)
		f.must = true
		l.number, l.dialing, l.since = sheet{fields: []field{f}}, true, sh.now()
		return l, outcome{}
	}
	l.test.Level = level.id
	l.chosen, l.dialing, l.err, l.broken, l.ask, l.url, l.stopping = true, false, nil, "", nil, "", false
	l.began = sh.now()
	l.rows = nil
	for _, id := range smoke.Steps(level.id) {
		l.rows = append(l.rows, row{resource: id})
	}
	sh.inbox = nil
	backend, s, test := sh.backend, sh.session.copy(), l.test
	var cmd tea.Cmd
	l.job, cmd = sh.jobs.start(func(ctx context.Context, _ <-chan struct{}, emit func(tea.Msg)) tea.Msg {
		return testedMsg{backend.LiveTest(ctx, s, test, asker{emit}, func(e event.Event) { emit(stepMsg{e}) })}
	})
	say := []string{"  " + sh.st.Title.Render(level.label+" on "+sh.session.Tenant)}
	return l, outcome{cmd: tea.Batch(cmd, sh.pulse()), say: say}
}

func (l live) update(sh *shared, msg tea.Msg) (step, outcome) {
	switch msg := msg.(type) {
	case fedMsg:
		if l.job == nil || msg.job != l.job.id {
			return l, outcome{}
		}
		return l.hear(sh, msg.msg, l.job.wait())
	case beat:
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
			l.code = l.code.update(msg)
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
	l.number, cmd = l.number.update(&sh.session, sh.keys, msg)
	return l, doing(cmd)
}

func (l live) press(sh *shared, msg tea.KeyPressMsg) (step, outcome) {
	next := key.Matches(msg, sh.keys.Next)
	switch {
	case l.ask != nil:
		switch {
		case next && l.code.full():
			return l.answer(l.code.digits)
		case key.Matches(msg, sh.keys.Auto) && len(sh.inbox) > 0:
			return l.answer(sh.inbox[len(sh.inbox)-1].Code)
		}
		l.code = l.code.update(msg)
	case l.busy():
		if l.url != "" && key.Matches(msg, sh.keys.Open) {
			return l, doing(sh.browse(l.url))
		}
	case l.err != nil:
		switch {
		case key.Matches(msg, sh.keys.Retry):
			return l.start(sh)
		case next:
			sh.reach.Finished = true
			return l, outcome{move: jump, to: atDone}
		}
	case l.dialing:
		if !next {
			return l.dial(sh, msg)
		}
		if sh.now().Sub(l.since) < grace {
			return l, outcome{}
		}
		number, err := e164(l.number.fields[0].value())
		if err != nil {
			l.number.wrong = err.Error()
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
		l.menu = l.menu.update(sh.keys, msg)
	}
	return l, outcome{}
}

// answer hands the code to the test.
func (l live) answer(code string) (step, outcome) {
	l.ask.answer <- code
	l.ask, l.answered = nil, true
	return l, outcome{}
}

// inside goes from the number back to the menu.
func (l live) inside(*shared) (step, bool) {
	was := l.dialing
	l.dialing = false
	return l, was
}

// hear takes in what the test says.
func (l live) hear(sh *shared, msg tea.Msg, next tea.Cmd) (step, outcome) {
	switch m := msg.(type) {
	case codeMsg:
		if m.problem == "" && l.answered {
			m.problem = "That code was not accepted"
		}
		l.ask, l.answered = &m, false
		l.code = codeField{length: len(digits(sh.session.Spec.Twilio.CodeLength))}
	case visitMsg:
		l.url = m.url
		// In one piece and above the frame, so that it can be copied however long it is.
		say := []string{"", "  " + sh.st.Quiet.Render("The login's address:"), render.Printable(m.url), ""}
		return l, outcome{cmd: tea.Batch(next, sh.browse(m.url)), say: say}
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
		work, say = work.hear(sh, s)
		l.rows = work.rows
		return l, outcome{cmd: next, say: say}
	case failedMsg:
		return l.end(sh, m.err)
	case testedMsg:
		return l.end(sh, m.err)
	}
	return l, doing(next)
}

// end is the end of the test.
func (l live) end(sh *shared, err error) (step, outcome) {
	l.job, l.ask, l.err = nil, nil, err
	sh.reach.Err = err
	if err != nil {
		return l, outcome{}
	}
	sh.reach.Tested, sh.reach.Finished = true, true
	return l, outcome{move: jump, to: atDone}
}

func (l live) view(sh *shared, width int) ([]string, int) {
	st := sh.st
	switch {
	case l.err != nil:
		return l.failure(sh, width), 0
	case l.dialing:
		fields, _ := l.number.view(st, sh.session, width)
		lines := append(append(title(sh, "Which phone shall get the text?", width), ""), fields...)
		return append(append(lines, ""), l.number.advice(st, sh.session, width)...), 2
	case !l.chosen:
		lines, focus := l.menu.view(st, width)
		return append(append(title(sh, "Shall we try it?", width), ""), lines...), focus + 2
	}
	column := width
	phone := l.phone(sh, width)
	if phone != nil && width >= 72 {
		column = 44
	}
	var left []string
	if l.ask != nil {
		left = append(left, "  "+st.Title.Render("Type the code")+st.Quiet.Render(where(l.ask.to)), "", "    "+l.code.view(st), "")
		if l.ask.problem != "" {
			left = append(left[:3], styled(st.Bad.Render, render.Hang("  "+render.Bad.Glyph()+" ", sentence(l.ask.problem), column))...)
			left = append(left, "")
		}
	}
	rows, _ := rowLines(sh, l.rows, min(column, 59))
	left = append(left, rows...)
	if len(rows) == 0 {
		left = append(left, "  "+spinner(sh)+" finishing")
	}
	lines := left
	if phone != nil && width >= 72 {
		lines = beside(left, phone, column+2, width)
	} else if phone != nil {
		lines = append(phone, left...)
	}
	if l.url != "" && l.ask == nil {
		lines = append([]string{}, title(sh, "Go through the login in the browser", width)...)
		lines = append(lines, styled(st.Quiet.Render, render.Hang("  ", "Any password will do. It comes back here by itself, and the test's user is removed.", width))...)
		if l.noticed != "" {
			lines = append(lines, styled(st.Warn.Render, render.Hang("  ! ", l.noticed, width))...)
		}
		lines = append(append(lines, ""), left...)
	}
	if l.stopping {
		lines = append(lines, styled(st.Warn.Render, render.Hang("  ", "Stopping the test and cleaning up. ctrl+c again: leave now.", width))...)
	}
	return lines, 2
}

// where says which number a code went to.
func where(to string) string {
	if to == "" {
		return ""
	}
	return " sent to " + render.Printable(to)
}

// phone is the sandbox's phone with its newest message; nil at a real tenant, whose phone lies elsewhere.
func (l live) phone(sh *shared, width int) []string {
	if !sh.session.Sandbox {
		return nil
	}
	body := "no message yet"
	if n := len(sh.inbox); n > 0 {
		body = sh.inbox[n-1].Body
	}
	if width >= 72 {
		return phoneBox(sh.st, "phone", body, 30, 5)
	}
	box := phoneBox(sh.st, "phone", body, min(width-2, 40), 4)
	for i, b := range box {
		box[i] = "  " + b
	}
	return box
}

// failure is the broken link, the evidence, and the next thing to do.
func (l live) failure(sh *shared, width int) []string {
	st := sh.st
	var lines []string
	if l.broken != "" && fault.Of(l.err).Category != fault.Interrupted {
		lines = append(lines, "  "+render.Bad.Mark(st)+" "+st.Title.Render(render.NameOf(l.broken).Now()))
	}
	return append(lines, problem(st, l.err, width)...)
}

func (l live) keys(sh *shared) []key.Binding {
	k := sh.keys
	switch {
	case l.ask != nil && sh.session.Sandbox:
		return []key.Binding{as(k.Next, "check"), as(k.Auto, "type it for me"), as(k.Stop, "stop the test")}
	case l.ask != nil:
		return []key.Binding{as(k.Next, "check"), as(k.Stop, "stop the test")}
	case l.busy() && l.url != "":
		return []key.Binding{as(k.Open, "open the browser again"), as(k.Stop, "stop the test")}
	case l.busy():
		return []key.Binding{as(k.Stop, "stop the test")}
	case l.err != nil:
		return []key.Binding{k.Retry, as(k.Next, "leave it"), k.Back}
	case l.dialing:
		return []key.Binding{as(k.Next, "send the text"), k.Back}
	}
	return []key.Binding{k.Up, k.Next, k.Back}
}

func (l live) typing(*shared) bool { return l.dialing }
