package wizard

import (
	"fmt"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"phonegate/ui/render"
)

// action says what the Action will do, and asks who checks the code.
type action struct {
	sheet sheet
	wait  bool // for the plan, to show differences
}

func (a action) enter(sh *shared) (step, tea.Cmd) {
	f := asked("code_check", "who checks the code", sh.session)
	f.tall = true
	f.hidden = func(s Session) bool { return s.Spec.Capture == "form" }
	a.sheet, a.wait = sheet{fields: []field{f}}, false
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
		case key.Matches(msg, sh.keys.Next):
			a.sheet, _ = a.sheet.accept(&sh.session)
			return a, outcome{move: forward}
		case key.Matches(msg, sh.keys.View):
			return a, artefact(sh, "action/")
		case key.Matches(msg, sh.keys.Diff) && !a.wait:
			a.wait = true
			return a, doing(planNow(sh))
		}
		var cmd tea.Cmd
		a.sheet, cmd = a.sheet.update(&sh.session, sh.keys, msg)
		return a, doing(cmd)
	}
	return a, outcome{}
}

// story is the Action in five lines, under the answers given.
func story(s Session) []string {
	wrong := "A typo is put right on the form; only Twilio's “approved” is recorded."
	if s.Spec.CodeCheck == "action" {
		wrong = "The Action checks the code; a wrong one ends this login, without a new text."
	}
	missing := "A user without a number is asked for one on the form."
	switch {
	case s.Spec.CodeCheck == "action" && s.Spec.NoPhone == "form":
		missing = "A user without a number cannot log in: the form cannot ask under this setting."
	case s.Spec.NoPhone == "deny":
		missing = "A user without a number is refused."
	case s.Spec.NoPhone == "skip":
		missing = "A user without a number is let in."
	}
	return []string{
		"A user whose number is verified goes straight through, with no network call.",
		"Anyone else is texted a code and sent to the form.",
		wrong,
		missing,
		"If Twilio is down or no page can be shown, an unverified user is refused.",
	}
}

func (a action) view(sh *shared, width int) ([]string, int) {
	st := sh.st
	lines := []string{"  " + st.Title.Render("What the Action does at every login")}
	for i, l := range story(sh.session) {
		lines = append(lines, render.Hang(fmt.Sprintf("    %d  ", i+1), l, width)...)
	}
	lines = append(lines, "")
	fields, at := a.sheet.view(st, sh.session, width)
	focus := len(lines) + at
	lines = append(lines, fields...)
	if len(fields) == 0 {
		lines = append(lines, styled(st.Quiet.Render, render.Hang("    ", "The form checks the code, since it is the form that asks for the number.", width))...)
	}
	if a.wait {
		lines = append(lines, "  "+render.Working.Mark(st)+" comparing with what is deployed")
	}
	return lines, focus
}

func (a action) keys(sh *shared) []key.Binding {
	return []key.Binding{sh.keys.Next, sh.keys.Back, sh.keys.Up, sh.keys.View, sh.keys.Diff}
}

func (a action) typing(*shared) bool { return false }
