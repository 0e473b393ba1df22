package wizard

import (
	"strings"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"phonegate/ui/render"
)

// signup asks where a new user gives the number, and draws what that looks like.
type signup struct{ sheet sheet }

func (g signup) enter(sh *shared) (step, tea.Cmd) {
	at := g.sheet.at
	capture := asked("capture", "number", sh.session)
	page := asked("auth0.login_page", "login page", sh.session)
	page.hidden = func(s Session) bool { return s.Spec.Capture == "form" }
	client := asked("auth0.client_id", "application", sh.session)
	client.hidden = func(s Session) bool { return s.Spec.Capture == "form" || s.Spec.Auth0.LoginPage != "client" }
	country := asked("default_country", "country", sh.session)
	g.sheet = sh.sheet(capture, page, client, country)
	g.sheet.at = at
	return g, nil
}

func (g signup) update(sh *shared, msg tea.Msg) (step, outcome) {
	switch msg := msg.(type) {
	case tea.KeyPressMsg:
		switch {
		case key.Matches(msg, sh.keys.Next):
			var ok bool
			if g.sheet, ok = g.sheet.accept(); !ok {
				return g, outcome{}
			}
			if sh.session.Spec.Capture == "form" { // only the form's server can ask for a number
				sh.session.Spec.CodeCheck = "form"
			}
			return g, outcome{move: forward}
		case key.Matches(msg, sh.keys.View):
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
	g.sheet, cmd = g.sheet.update(sh.keys, msg)
	return g, doing(cmd)
}

func (g signup) view(sh *shared, width int) ([]string, int) {
	st := sh.st
	lines := title(sh.st, "Where does a new user give the phone number?", width)
	fields, at := g.sheet.view(st, width)
	focus := len(lines) + at
	lines = append(append(lines, fields...), "")
	lines = append(lines, g.sheet.advice(st, width)...)
	lines = append(lines, "")
	return append(lines, g.drawing(sh, width)...), focus
}

// drawing is the field as the user will see it, beside where its value goes.
func (g signup) drawing(sh *shared, width int) []string {
	st := sh.st
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
	return beside(box, where, 34, width)
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
	keys := []key.Binding{sh.keys.Next, sh.keys.Back, as(sh.keys.Up, "move")}
	if g.sheet.fields[g.sheet.at].choice() {
		keys = append(keys, sh.keys.Left, as(sh.keys.View, "view Lock's configuration"))
	}
	return keys
}

func (g signup) typing(sh *shared) bool { return g.sheet.typing() }

// artefact opens a generated file of a folder for reading.
func artefact(sh *shared, folder string) outcome {
	files, err := sh.backend.Artefacts(sh.session.copy())
	if err != nil {
		return outcome{read: newPager("The files could not be generated", problem(sh.st, err, min(sh.width, render.MaxWidth)))}
	}
	for _, f := range files {
		if strings.HasPrefix(f.Path, folder) {
			return outcome{read: newPager(f.Path, codeLines(sh.st, string(f.Data)))}
		}
	}
	return outcome{read: newPager(folder, []string{" Nothing is generated here under these answers."})}
}
