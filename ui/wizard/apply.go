package wizard

import (
	"context"
	"fmt"
	"slices"
	"time"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"phonegate/provision/event"
	"phonegate/ui/render"
	"phonegate/ui/wizard/flow"
	"phonegate/ui/wizard/widget"
)

// apply carries the plan out. What is finished goes up into the scrollback; the frame holds
// what is running and what is still to come.
type apply struct {
	job      *job
	rows     []row
	stopping bool
	failed   bool // a step has failed: what follows from it need not be said
	err      error
	began    time.Time
	steps    []event.Step // that have ended, for the details
	copied   bool
}

// row is one line of work.
type row struct {
	resource string
	state    render.State
	detail   string
	since    time.Time
}

// stepMsg is an event of the engine.
type stepMsg struct{ event event.Event }

// appliedMsg is the end of an apply.
type appliedMsg struct {
	outcome event.Outcome
	err     error
}

func (a apply) enter(sh *shared) (step, tea.Cmd) {
	a = apply{began: sh.now()}
	for _, c := range sh.plan.Changes {
		if c.Op != event.None {
			a.rows = append(a.rows, row{resource: c.Resource})
		}
	}
	backend, s := sh.backend, sh.session.Copy()
	var cmd tea.Cmd
	a.job, cmd = sh.jobs.start(func(ctx context.Context, stop <-chan struct{}, emit func(tea.Msg)) tea.Msg {
		if err := backend.Save(s); err != nil {
			return appliedMsg{err: err}
		}
		o, err := backend.Apply(ctx, s, stop, func(e event.Event) { emit(stepMsg{e}) })
		return appliedMsg{o, err}
	})
	return a, tea.Batch(cmd, sh.pulse())
}

func (a apply) busy() bool { return a.job != nil }

func (a apply) halt(*shared) (step, tea.Cmd) {
	a.stopping = true
	a.job.halt()
	return a, nil
}

func (a apply) update(sh *shared, msg tea.Msg) (step, outcome) {
	switch msg := msg.(type) {
	case fedMsg:
		if a.job == nil || msg.job != a.job.id {
			return a, outcome{}
		}
		next := a.job.wait()
		switch m := msg.msg.(type) {
		case stepMsg:
			var say []string
			a, say = a.handle(sh, m.event)
			if s, ok := m.event.(event.Step); ok && s.Status != event.Running {
				a.steps = append(slices.Clip(a.steps), s)
			}
			return a, outcome{cmd: next, print: say}
		case appliedMsg:
			return a.end(sh, m)
		case failedMsg:
			return a.end(sh, appliedMsg{err: m.err})
		}
	case tick:
		if a.busy() {
			return a, doing(sh.pulse())
		}
	case tea.KeyPressMsg:
		if a.busy() {
			return a, outcome{}
		}
		switch {
		case key.Matches(msg, sh.Keys.Retry):
			return a, outcome{move: jump, to: flow.Review, print: []string{""}}
		case key.Matches(msg, sh.Keys.Next) && a.err != nil:
			return a, outcome{move: jump, to: flow.Review, print: []string{""}}
		case key.Matches(msg, sh.Keys.Copy) && a.err != nil:
			a.copied = true
			return a, doing(tea.SetClipboard(details(sh.session, "apply", a.steps, a.err)))
		}
	}
	return a, outcome{}
}

// handle takes in an event; a finished step leaves the rows for the scrollback.
func (a apply) handle(sh *shared, e event.Event) (apply, []string) {
	s, ok := e.(event.Step)
	if !ok {
		return a, nil
	}
	rows := append([]row(nil), a.rows...)
	at := -1
	for i := range rows {
		if rows[i].resource == s.Resource {
			at = i
		}
	}
	if s.Status == event.Running {
		if at < 0 {
			rows = append(rows, row{resource: s.Resource})
			at = len(rows) - 1
		}
		if rows[at].state != render.Working {
			rows[at].state, rows[at].since = render.Working, sh.now()
		}
		rows[at].detail = s.Detail
		a.rows = rows
		return a, nil
	}
	if at >= 0 {
		a.rows = append(rows[:at], rows[at+1:]...)
	}
	if s.Status == event.Failed {
		a.failed = true
	}
	if s.Status == event.Skipped && (at < 0 || a.failed || a.stopping) {
		return a, nil // it was never to be done, or was not come to
	}
	return a, doneLines(sh, s)
}

// doneLines is a finished step as it goes to the scrollback.
func doneLines(sh *shared, s event.Step) []string {
	s.Error = nil // the frame says it, with what can be done
	return render.RecordLines(s, sh.Styles, render.Width(sh.Width), sh.session.Spec.Host.Kind)
}

// end is the end of the apply, good or bad.
func (a apply) end(sh *shared, m appliedMsg) (step, outcome) {
	a.job = nil
	sh.reach.Outcome, sh.reach.Err = m.outcome, m.err
	if m.err == nil {
		sh.reach.Applied = true
		took := render.Elapsed(sh.now().Sub(a.began))
		say := []string{"", "  " + render.OK.Mark(sh.Styles) + " " + sh.session.Tenant + " is set up, in " + took, ""}
		return a, outcome{move: forward, print: say}
	}
	a.err = m.err
	return a, outcome{}
}

func (a apply) view(sh *shared, width int) ([]string, int) {
	st := sh.Styles
	if flow.Awaited(a.err) {
		return handover(sh, a.err, width), 0
	}
	if a.err != nil {
		lines := problem(st, a.err, width)
		for _, l := range render.Hang("  ", "What was done is kept. Going on does only what is left.", width) {
			lines = append(lines, st.Quiet.Render(l))
		}
		if a.copied {
			lines = append(lines, widget.Styled(st.Quiet.Render, render.Hang("  ", copied, width))...)
		}
		return lines, 0
	}
	lines, focus := rowLines(sh, a.rows, width)
	if len(lines) == 0 {
		lines = []string{"  " + spinner(sh) + " " + "writing it down"}
	}
	if a.stopping {
		lines = append(lines, "")
		lines = append(lines, widget.Styled(st.Warn.Render, render.Hang("  ! ", "Finishing the call under way. ctrl+c again: stop at once.", width))...)
	}
	return lines, focus
}

// rowLines draws rows of work: running ones with their clock, waiting ones quietly.
func rowLines(sh *shared, rows []row, width int) (lines []string, focus int) {
	const most = 8 // rows at once; the rest is a number
	st := sh.Styles
	for i, r := range rows {
		if left := len(rows) - i; len(lines) == most-1 && left > 1 && r.state != render.Working {
			lines = append(lines, "  "+render.Waiting.Mark(st)+st.Quiet.Render(fmt.Sprintf(" and %d more", left)))
			break
		}
		n := render.NameOf(r.resource).At(sh.session.Spec.Host.Kind)
		who := ""
		if width >= 60 {
			who = render.Pad(n.Who, 8) + " "
		}
		if r.state != render.Working {
			lines = append(lines, "  "+render.Waiting.Mark(st)+" "+st.Quiet.Render(who+n.What))
			continue
		}
		focus = len(lines)
		took := st.Quiet.Render(render.Elapsed(sh.now().Sub(r.since)))
		text, d := n.Now(), render.Printable(r.detail)
		switch {
		case d == "" || width < 60:
		case n.In(d):
			text = d
		default:
			text = render.Pad(text, 22) + " " + st.Quiet.Render(d)
		}
		lines = append(lines, render.Ends("  "+spinner(sh)+" "+who+text, took, width))
	}
	return lines, focus
}

func (a apply) keys(sh *shared) []key.Binding {
	if a.stopping && a.busy() {
		return nil
	}
	if a.busy() {
		if sh.Width < 60 {
			return []key.Binding{widget.As(sh.Keys.Stop, "stop; can be resumed")}
		}
		return []key.Binding{widget.As(sh.Keys.Stop, "finish the call under way, then stop; all can be resumed")}
	}
	if flow.Awaited(a.err) {
		return []key.Binding{widget.As(sh.Keys.Next, "look again and go on"), sh.Keys.Back}
	}
	return []key.Binding{widget.As(sh.Keys.Retry, "look again and go on"), sh.Keys.Copy, sh.Keys.Back}
}

func (a apply) typing(*shared) bool { return false }
