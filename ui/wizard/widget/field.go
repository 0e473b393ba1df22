package widget

import (
	"strings"

	"charm.land/bubbles/v2/textinput"
	tea "charm.land/bubbletea/v2"
	"charm.land/lipgloss/v2"

	"phonegate/provision/config"
	"phonegate/provision/secret"
	"phonegate/ui/render"
)

// Field is one answer on a screen: a line of text, a secret, or one of some options. What it asks and where the answer goes
// are the caller's.
type Field struct {
	Key     string
	Label   string
	Help    string // said while the cursor is in the field
	URL     string // the page on which the answer is found, "" if there is none
	Secret  bool   // never shown
	Missing error  // the complaint if it is left empty; nil if it may be
	Options []config.Option
	Pick    int
	Tall    bool // the options are listed rather than turned through
	in      textinput.Model
	// Known is where the answer comes from when it is not asked, "" when it is.
	Known string
	// Take stores the answer, and says what is wrong with it; it may be nil.
	Take func(value string) error
	// Typed is told that the person has typed or chosen an answer that was taken; it may be nil.
	Typed func()
	// Hidden takes the field out of the sheet; it may be nil.
	Hidden func() bool
}

// NewField is the field with a text in it and the cursor behind the text. A secret's text is never shown.
func NewField(f Field, text string) Field {
	f.in = textinput.New()
	f.in.Prompt = ""
	if f.Secret {
		f.in.EchoMode = textinput.EchoPassword
		f.in.EchoCharacter = '•'
	}
	return f.Set(text)
}

// Set puts another text into the field.
func (f Field) Set(text string) Field {
	f.in.SetValue(text)
	f.in.CursorEnd()
	return f
}

// Value is the answer as it stands.
func (f Field) Value() string {
	if len(f.Options) > 0 {
		return f.Options[f.Pick].Value
	}
	if f.Secret {
		return secret.Clean(f.in.Value())
	}
	return strings.TrimSpace(f.in.Value())
}

// Choice reports whether the field is chosen rather than typed.
func (f Field) Choice() bool { return len(f.Options) > 0 }

// turn moves a choice by one.
func (f Field) turn(by int) Field {
	n := len(f.Options)
	f.Pick = (f.Pick + by + n) % n
	return f
}

// update lets the text field have a message.
func (f Field) update(msg tea.Msg) (Field, tea.Cmd) {
	if p, ok := msg.(tea.PasteMsg); ok {
		if f.Secret {
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
func (f Field) show(st render.Styles, focused bool, w int) string {
	w = max(w, 4)
	if f.Choice() {
		label := render.Fit(f.Options[f.Pick].Label, w-4)
		if focused {
			return st.Accent.Render("‹ ") + st.Bright.Render(label) + st.Accent.Render(" ›")
		}
		return label
	}
	if !focused {
		switch {
		case f.Value() == "":
			return st.Quiet.Render("–")
		case f.Secret:
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

// List draws the options of a tall choice under one another, what each means beside or below it.
func (f Field) List(st render.Styles, focused bool, width int) (lines []string, at int) {
	column := 0
	for _, o := range f.Options {
		column = max(column, len([]rune(o.Label)))
	}
	for i, o := range f.Options {
		mark, label := st.Quiet.Render("○ "), o.Label
		if i == f.Pick {
			at = len(lines)
			mark = st.Accent.Render("● ")
			if focused {
				label = st.Bright.Render(label)
			}
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
		if i == f.Pick && focused {
			lines = append(lines, Styled(st.Quiet.Render, render.Hang("        ", clause(o.About), width))...)
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
