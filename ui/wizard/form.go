package wizard

import (
	"strings"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"phonegate/provision/host/kind"
	"phonegate/ui/render"
	"phonegate/ui/wizard/flow"
	"phonegate/ui/wizard/widget"
)

// form asks for the form's address and looks.
type form struct {
	sheet   widget.Sheet
	address string // of the preview that is served
	opened  bool   // a browser has taken it
	err     error
}

type previewMsg struct {
	url  string
	stop func()
	err  error
}

func (f form) enter(sh *shared) (step, tea.Cmd) {
	at := f.sheet.At
	f.sheet = sh.sheet(flow.AsksAt(flow.Form, sh.session, sh.seen())...)
	f.sheet.At = at
	if !f.sheet.Asks(at) {
		f.sheet = f.sheet.First()
	}
	return f, nil
}

func (f form) update(sh *shared, msg tea.Msg) (step, outcome) {
	switch msg := msg.(type) {
	case previewMsg:
		if f.err = msg.err; msg.err != nil {
			return f, outcome{}
		}
		if sh.preview != nil {
			sh.preview()
		}
		sh.preview, f.address, f.opened = msg.stop, msg.url, false
		return f, doing(sh.browse(msg.url))
	case openedMsg:
		f.opened = msg.err == nil
		if !f.opened && len(msg.url) > sh.Width-24 { // in one piece, to be copied
			return f, outcome{print: []string{"", "  " + sh.Styles.Quiet.Render("The preview's whole address:"), msg.url, ""}}
		}
	case tea.KeyPressMsg:
		switch {
		case key.Matches(msg, sh.Keys.Next):
			var ok bool
			if f.sheet, ok = f.sheet.Accept(); !ok {
				return f, outcome{}
			}
			return f, outcome{move: forward}
		case key.Matches(msg, sh.Keys.Preview):
			var ok bool
			if f.sheet, ok = f.sheet.Accept(); !ok {
				return f, outcome{}
			}
			ctx, backend, s := sh.jobs.ctx, sh.backend, sh.session.Copy()
			return f, doing(func() tea.Msg {
				url, stop, err := backend.Preview(ctx, s)
				return previewMsg{url, stop, err}
			})
		}
		return f.edit(sh, msg)
	case tea.PasteMsg:
		return f.edit(sh, msg)
	}
	return f, outcome{}
}

func (f form) edit(sh *shared, msg tea.Msg) (step, outcome) {
	var cmd tea.Cmd
	f.sheet, cmd = f.sheet.Update(sh.Keys, msg)
	return f, doing(cmd)
}

func (f form) view(sh *shared, width int) ([]string, int) {
	st, s := sh.Styles, sh.session
	lines := widget.Title(sh.Styles, "The page on which the code is typed", width)
	room := width
	if width >= 72 {
		room = 44 // the drawing of the form is beside the fields
	}
	fields, at := f.sheet.View(st, room)
	focus := len(lines) + at
	if room < width {
		fields = widget.Beside(fields, miniForm(sh), room+2, width)
	}
	lines = append(append(lines, fields...), "")
	lines = append(lines, f.sheet.Advice(st, width)...)
	switch {
	case f.err != nil:
		lines = append(lines, problem(st, f.err, width)...)
	case f.address != "" && f.opened:
		lines = append(lines, render.Fit("    "+render.OK.Mark(st)+" The preview is open in your browser.", width))
	case f.address != "":
		lines = append(lines, render.Fit("    "+render.OK.Mark(st)+" The preview is at "+f.address, width))
	default:
		lines = append(lines, widget.Styled(st.Quiet.Render, render.Hang("    ", f.place(s), width))...)
	}
	return lines, focus
}

// place says where the form will be.
func (f form) place(s flow.Session) string {
	k, ok := kind.Of(s.Spec.Host.Kind)
	if !ok {
		return ""
	}
	return k.Address(flow.OrDash(s.Spec.Host.Project))
}

// miniForm is the form in a few characters.
func miniForm(sh *shared) []string {
	st, s := sh.Styles, sh.session
	const inner = 26
	row := func(text string) string {
		return st.Quiet.Render("│ ") + render.Cell(text, inner) + st.Quiet.Render(" │")
	}
	boxes := strings.TrimSpace(strings.Repeat("_ ", len(flow.Digits(s.Spec.Twilio.CodeLength))))
	return []string{
		st.Quiet.Render("╭" + strings.Repeat("─", inner+2) + "╮"),
		row(st.Title.Render(render.Fit(flow.OrDash(s.Spec.Brand.Name), inner))),
		row("Check your phone"),
		row(st.Accent.Render(boxes)),
		st.Quiet.Render("╰" + strings.Repeat("─", inner+2) + "╯"),
	}
}

func (f form) keys(sh *shared) []key.Binding {
	return []key.Binding{sh.Keys.Next, sh.Keys.Back, widget.As(sh.Keys.Up, "move"), sh.Keys.Preview}
}

func (f form) typing(sh *shared) bool { return f.sheet.Typing() }
