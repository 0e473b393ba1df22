package wizard

import (
	"strings"

	"charm.land/bubbles/v2/textinput"
	tea "charm.land/bubbletea/v2"
	"charm.land/lipgloss/v2"

	"phonegate/provision/config"
	"phonegate/provision/secret"
	"phonegate/ui/render"
)

// field is one answer on a screen: a line of text, a secret, or one of some options. What it asks and where the answer goes
// are the caller's.
type field struct {
	key     string
	label   string
	help    string // said while the cursor is in the field
	url     string // the page on which the answer is found, "" if there is none
	secret  bool   // never shown
	missing error  // the complaint if it is left empty; nil if it may be
	options []config.Option
	pick    int
	tall    bool // the options are listed rather than turned through
	in      textinput.Model
	// known is where the answer comes from when it is not asked, "" when it is.
	known string
	// take stores the answer, and says what is wrong with it; it may be nil.
	take func(value string) error
	// typed is told that the person has typed or chosen an answer that was taken; it may be nil.
	typed func()
	// hidden takes the field out of the sheet; it may be nil.
	hidden func() bool
}

// newField is the field with a text in it and the cursor behind the text. A secret's text is never shown.
func newField(f field, text string) field {
	f.in = textinput.New()
	f.in.Prompt = ""
	if f.secret {
		f.in.EchoMode = textinput.EchoPassword
		f.in.EchoCharacter = '•'
	}
	return f.set(text)
}

// set puts another text into the field.
func (f field) set(text string) field {
	f.in.SetValue(text)
	f.in.CursorEnd()
	return f
}

// value is the answer as it stands.
func (f field) value() string {
	if len(f.options) > 0 {
		return f.options[f.pick].Value
	}
	if f.secret {
		return secret.Clean(f.in.Value())
	}
	return strings.TrimSpace(f.in.Value())
}

// choice reports whether the field is chosen rather than typed.
func (f field) choice() bool { return len(f.options) > 0 }

// turn moves a choice by one.
func (f field) turn(by int) field {
	n := len(f.options)
	f.pick = (f.pick + by + n) % n
	return f
}

// update lets the text field have a message.
func (f field) update(msg tea.Msg) (field, tea.Cmd) {
	if p, ok := msg.(tea.PasteMsg); ok {
		if f.secret {
			p.Content = secret.Clean(p.Content)
		} else {
			p.Content = strings.Join(strings.Fields(p.Content), " ")
		}
		msg = p
	}
	var cmd tea.Cmd
	f.in.Focus() // an input without focus takes no key
	f.in, cmd = f.in.Update(msg)
	return f, cmd
}

// show is the value in at most w columns; with the cursor if the field has it.
func (f field) show(st render.Styles, focused bool, w int) string {
	w = max(w, 4)
	if f.choice() {
		label := render.Fit(f.options[f.pick].Label, w-4)
		if focused {
			return st.Accent.Render("‹ ") + st.Bright.Render(label) + st.Accent.Render(" ›")
		}
		return label
	}
	if !focused {
		switch {
		case f.value() == "":
			return st.Quiet.Render("–")
		case f.secret:
			return strings.Repeat("•", 8)
		}
		return render.Fit(f.in.Value(), w)
	}
	f.in.SetStyles(inputStyles(st))
	f.in.SetWidth(w - 1)
	f.in.Focus()
	f.in.SetCursor(f.in.Position()) // scrolls a value longer than the field
	return f.in.View()
}

// list draws the options of a tall choice under one another, what each means beside or below it.
func (f field) list(st render.Styles, focused bool, width int) (lines []string, at int) {
	column := 0
	for _, o := range f.options {
		column = max(column, len([]rune(o.Label)))
	}
	for i, o := range f.options {
		mark, label := "  ", o.Label
		if i == f.pick {
			at = len(lines)
			mark = st.Accent.Render("● ")
			if focused {
				label = st.Bright.Render(label)
			}
		} else {
			mark = st.Quiet.Render("○ ")
		}
		head := "      " + mark + render.Pad(label, column)
		if room := width - 8 - column - 2; room >= 30 {
			about := render.Wrap(o.About, room)
			lines = append(lines, head+"  "+st.Quiet.Render(about[0]))
			for _, l := range about[1:] {
				lines = append(lines, render.Pad("", 8+column+2)+st.Quiet.Render(l))
			}
			continue
		}
		lines = append(lines, render.Fit(head, width))
		if i == f.pick && focused {
			lines = append(lines, styled(st.Quiet.Render, render.Hang("        ", clause(o.About), width))...)
		}
	}
	return lines, at
}

// clause is a sentence up to its first pause: what there is room for in a narrow window.
func clause(s string) string {
	if i := strings.IndexAny(s, ",;:"); i > 0 {
		return s[:i] + "."
	}
	return s
}

// inputStyles are the looks of a text field.
func inputStyles(st render.Styles) textinput.Styles {
	state := textinput.StyleState{Text: st.Bright, Placeholder: st.Quiet, Suggestion: st.Quiet, Prompt: lipgloss.NewStyle()}
	return textinput.Styles{
		Focused: state, Blurred: state,
		Cursor: textinput.CursorStyle{Color: st.Cursor.GetForeground(), Blink: false},
	}
}
