package wizard

import (
	"strings"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"phonegate/ui/render"
	"phonegate/ui/wizard/flow"
	"phonegate/ui/wizard/widget"
)

// signup asks where a new user gives the number, and draws what that looks like.
type signup struct{ sheet widget.Sheet }

func (g signup) enter(sh *shared) (step, tea.Cmd) {
	at := g.sheet.At
	g.sheet = sh.sheet(flow.AsksAt(flow.Signup, sh.session, sh.seen())...)
	g.sheet.At = at
	return g, nil
}

func (g signup) update(sh *shared, msg tea.Msg) (step, outcome) {
	switch msg := msg.(type) {
	case tea.KeyPressMsg:
		switch {
		case key.Matches(msg, sh.Keys.Next):
			var ok bool
			if g.sheet, ok = g.sheet.Accept(); !ok {
				return g, outcome{}
			}
			flow.Settle(&sh.session)
			return g, outcome{move: forward}
		case key.Matches(msg, sh.Keys.View):
			return g, artefact(sh, "lock/")
		}
		return g.edit(sh, msg)
	case tea.PasteMsg:
		return g.edit(sh, msg)
	}
	return g, outcome{}
}

func (g signup) edit(sh *shared, msg tea.Msg) (step, outcome) {
	var cmd tea.Cmd
	g.sheet, cmd = g.sheet.Update(sh.Keys, msg)
	return g, doing(cmd)
}

func (g signup) view(sh *shared, width int) ([]string, int) {
	st := sh.Styles
	lines := widget.Title(sh.Styles, "Where does a new user give the phone number?", width)
	fields, at := g.sheet.View(st, width)
	focus := len(lines) + at
	lines = append(append(lines, fields...), "")
	lines = append(lines, g.sheet.Advice(st, width)...)
	lines = append(lines, "")
	return append(lines, g.drawing(sh, width)...), focus
}

// drawing is the field as the user will see it, beside where its value goes.
func (g signup) drawing(sh *shared, width int) []string {
	st := sh.Styles
	name, rows := "sign up", []string{"you@example.com", "••••••••", sampleNumber(sh.session.Spec.DefaultCountry)}
	if sh.session.Spec.Capture == "form" {
		name, rows = "first login", []string{"What is your number?", sampleNumber(sh.session.Spec.DefaultCountry), "[ Send the code ]"}
	}
	const inner = 22
	side := func(s string) string { return st.Quiet.Render(s) }
	box := []string{"    " + side("╭─ "+name+" "+strings.Repeat("─", inner-len(name)-1)+"╮")}
	number := 0
	for i, r := range rows {
		text := side(render.Cell(r, inner))
		if r == sampleNumber(sh.session.Spec.DefaultCountry) {
			number = i + 1
			text = st.Accent.Render(render.Cell(r, inner))
		}
		box = append(box, "    "+side("│ ")+text+side(" │"))
	}
	box = append(box, "    "+side("╰"+strings.Repeat("─", inner+2)+"╯"))
	where := []string{"", "", "", "", ""}
	where[number] = st.Accent.Render("─▶ ") + "user_metadata.phone_number"
	where[number+1] = side("   verified: app_metadata.phone_number")
	return widget.Beside(box, where, 34, width)
}

// sampleNumber is a number nobody has, as it is typed in a country.
func sampleNumber(country string) string {
	switch country {
	case "AU":
		return "0491 570 156"
	case "GB":
		return "07700 900 123"
	case "US", "CA":
		return "(201) 555-0123"
	}
	return "+61 491 570 156"
}

func (g signup) keys(sh *shared) []key.Binding {
	keys := []key.Binding{sh.Keys.Next, sh.Keys.Back, widget.As(sh.Keys.Up, "move")}
	if g.sheet.Fields[g.sheet.At].Choice() {
		keys = append(keys, sh.Keys.Left, widget.As(sh.Keys.View, "view Lock's configuration"))
	}
	return keys
}

func (g signup) typing(sh *shared) bool { return g.sheet.Typing() }

// artefact opens a generated file of a folder for reading.
func artefact(sh *shared, folder string) outcome {
	files, err := sh.backend.Artefacts(sh.session.Copy())
	if err != nil {
		return outcome{read: widget.NewPager("The files could not be generated", problem(sh.Styles, err, min(sh.Width, render.MaxWidth)))}
	}
	for _, f := range files {
		if strings.HasPrefix(f.Path, folder) {
			return outcome{read: widget.NewPager(f.Path, widget.CodeLines(sh.Styles, string(f.Data)))}
		}
	}
	return outcome{read: widget.NewPager(folder, []string{" Nothing is generated here under these answers."})}
}
