package wizard

import (
	"strings"
	"unicode"

	"charm.land/bubbles/v2/textinput"
	tea "charm.land/bubbletea/v2"
	"charm.land/lipgloss/v2"

	"phonegate/provision/config"
	"phonegate/ui/render"
)

// field is one answer on a screen: a line of text, a secret, or one of some options.
type field struct {
	key     string // of config.Question, or the environment name of a credential
	label   string
	help    string
	url     string // the page on which the answer is found
	secret  bool
	must    bool // cannot be left empty
	options []config.Option
	tall    bool // the options are listed rather than turned through
	pick    int
	in      textinput.Model
	// known is where the answer comes from when it is not asked, "" when it is.
	known string
	// take stores the answer in the session, and says what is wrong with it.
	take func(s *Session, value string) error
	// hidden takes the field out of the screen under the other answers.
	hidden func(s Session) bool
}

// textField is a field for a line of text.
func textField(key, label, help, value string, take func(*Session, string) error) field {
	in := textinput.New()
	in.Prompt = ""
	in.SetValue(value)
	in.CursorEnd()
	return field{key: key, label: label, help: help, in: in, take: take}
}

// secretField is a field that never shows what it holds.
func secretField(key, label, help, value string, take func(*Session, string) error) field {
	f := textField(key, label, help, value, take)
	f.secret = true
	f.in.EchoMode = textinput.EchoPassword
	f.in.EchoCharacter = '•'
	return f
}

// asked is the field of a question of the configuration's table, with the answer it has or would have.
func asked(key, label string, s Session) field {
	q, ok := config.Find(key)
	if !ok {
		return textField(key, label, "", "", func(*Session, string) error { return nil })
	}
	value := q.Get(s.Spec)
	if value == "" && q.Default != nil {
		value = q.Default(s.Tenant, s.Spec)
	}
	f := textField(key, label, q.Help, value, func(s *Session, v string) error { return q.Set(&s.Spec, v) })
	f.must = q.Required
	for i, o := range q.Choices {
		f.options = append(f.options, o)
		if o.Value == value {
			f.pick = i
		}
	}
	return f
}

// value is the answer as it stands.
func (f field) value() string {
	if len(f.options) > 0 {
		return f.options[f.pick].Value
	}
	if f.secret {
		return squeeze(f.in.Value())
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
			p.Content = squeeze(p.Content)
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

// squeeze takes all white space out: what is pasted from a wrapped line has breaks inside.
func squeeze(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || r == '\u200b' || r == '\ufeff' {
			return -1
		}
		return r
	}, s)
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
