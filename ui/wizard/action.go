package wizard

import (
	"fmt"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"phonegate/ui/render"
	"phonegate/ui/wizard/flow"
	"phonegate/ui/wizard/widget"
)

// action says what the Action will do, and asks who checks the code.
type action struct {
	sheet widget.Sheet
	wait  bool // for the plan, to show differences
}

func (a action) enter(sh *shared) (step, tea.Cmd) {
	a.sheet, a.wait = sh.sheet(flow.AsksAt(flow.Action, sh.session, sh.seen())...), false
	a.sheet.Fields[0].Tall = true
	return a, nil
}

func (a action) update(sh *shared, msg tea.Msg) (step, outcome) {
	switch msg := msg.(type) {
	case plannedMsg:
		if !a.wait {
			return a, outcome{}
		}
		a.wait = false
		return a, outcome{read: differences(sh, msg)}
	case tea.KeyPressMsg:
		switch {
		case key.Matches(msg, sh.Keys.Next):
			a.sheet, _ = a.sheet.Accept()
			return a, outcome{move: forward}
		case key.Matches(msg, sh.Keys.View):
			return a, artefact(sh, "action/")
		case key.Matches(msg, sh.Keys.Diff) && !a.wait:
			a.wait = true
			return a, doing(planNow(sh))
		}
		var cmd tea.Cmd
		a.sheet, cmd = a.sheet.Update(sh.Keys, msg)
		return a, doing(cmd)
	}
	return a, outcome{}
}

// story is the Action in five lines, under the answers given; brief for a narrow window.
func story(s flow.Session, brief bool) []string {
	if brief {
		return briefly(s)
	}
	wrong := "A typo is put right on the form; only Twilio's “approved” is recorded."
	if s.Spec.CodeCheck == "action" {
		wrong = "The Action checks the code; a wrong one ends this login."
	}
	missing := "A user without a number is asked for one on the form."
	switch {
	case s.Spec.CodeCheck == "action" && s.Spec.NoPhone == "form":
		missing = "A user without a number cannot log in: this form cannot ask for one."
	case s.Spec.NoPhone == "deny":
		missing = "A user without a number is refused."
	case s.Spec.NoPhone == "skip":
		missing = "A user without a number is let in."
	}
	return []string{
		"A user whose number is verified goes straight through: no network call.",
		"Anyone else is texted a code and sent to the form.",
		wrong,
		missing,
		"Twilio down, or no page possible: an unverified user is refused.",
	}
}

// briefly is the story in a few words a line.
func briefly(s flow.Session) []string {
	wrong := "A typo is put right on the form"
	if s.Spec.CodeCheck == "action" {
		wrong = "A wrong code ends this login"
	}
	missing := "No number: the form asks"
	switch {
	case s.Spec.NoPhone == "skip":
		missing = "No number: let in"
	case s.Spec.NoPhone == "deny" || s.Spec.CodeCheck == "action":
		missing = "No number: refused"
	}
	return []string{"Verified: straight through", "Others: a text, then the form", wrong, missing, "Twilio down: refused"}
}

func (a action) view(sh *shared, width int) ([]string, int) {
	st := sh.Styles
	lines := widget.Title(sh.Styles, "What the Action does at every login", width)
	for i, l := range story(sh.session, width < 60) {
		lines = append(lines, render.Hang(fmt.Sprintf("    %d  ", i+1), l, width)...)
	}
	lines = append(lines, "")
	fields, at := a.sheet.View(st, width)
	focus := len(lines) + at
	lines = append(lines, fields...)
	if len(fields) == 0 {
		lines = append(lines, widget.Styled(st.Quiet.Render, render.Hang("    ", "The form checks the code, since it is the form that asks for the number.", width))...)
	}
	if a.wait {
		lines = append(lines, "  "+render.Working.Mark(st)+" comparing with what is deployed")
	}
	return lines, focus
}

func (a action) keys(sh *shared) []key.Binding {
	return []key.Binding{sh.Keys.Next, sh.Keys.Back, sh.Keys.Up, sh.Keys.View, sh.Keys.Diff}
}

func (a action) typing(*shared) bool { return false }
