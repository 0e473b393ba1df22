package widget

import (
	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"phonegate/ui/render"
)

// Sheet is some fields under one another, with the cursor in one of them. Enter accepts the whole
// sheet when every answer is good, and otherwise goes to the first that is not.
type Sheet struct {
	Fields []Field
	At     int
	Wrong  string // what is wrong with the answer under the cursor
}

// Asks reports whether a field can be moved to.
func (sh Sheet) Asks(i int) bool {
	f := sh.Fields[i]
	return f.Known == "" && (f.Hidden == nil || !f.Hidden())
}

// First puts the cursor on the first field that is asked and empty, or else on the first asked.
func (sh Sheet) First() Sheet {
	sh.At = -1
	for i := range sh.Fields {
		if sh.Asks(i) && (sh.At < 0 || sh.Fields[sh.At].Value() != "" && sh.Fields[i].Missing != nil && sh.Fields[i].Value() == "") {
			sh.At = i
		}
	}
	sh.At = max(sh.At, 0)
	return sh
}

// step moves the cursor to the next or the previous field that is asked.
func (sh Sheet) step(by int) Sheet {
	for i := sh.At + by; i >= 0 && i < len(sh.Fields); i += by {
		if sh.Asks(i) {
			sh.At, sh.Wrong = i, ""
			return sh
		}
	}
	return sh
}

// Typing reports whether the cursor is in a text field.
func (sh Sheet) Typing() bool {
	return len(sh.Fields) > 0 && sh.Asks(sh.At) && !sh.Fields[sh.At].Choice()
}

// Update moves, types or chooses. Answers that are good are taken at once, so that
// what depends on them is drawn right and going back keeps them.
func (sh Sheet) Update(keys KeyMap, msg tea.Msg) (Sheet, tea.Cmd) {
	if len(sh.Fields) == 0 {
		return sh, nil
	}
	sh.Fields = append([]Field(nil), sh.Fields...) // a value: the old sheet stays as it was
	f := sh.Fields[sh.At]
	if !sh.Asks(sh.At) {
		return sh, nil
	}
	var cmd tea.Cmd
	switch k, pressed := msg.(tea.KeyPressMsg); {
	case pressed && f.Tall && key.Matches(k, keys.Up) && f.Pick > 0:
		f = f.turn(-1)
	case pressed && f.Tall && key.Matches(k, keys.Down) && f.Pick < len(f.Options)-1:
		f = f.turn(1)
	case pressed && key.Matches(k, keys.Up):
		return sh.step(-1), nil
	case pressed && key.Matches(k, keys.Down, keys.Tab):
		return sh.step(1), nil
	case pressed && f.Choice() && key.Matches(k, keys.Left):
		f = f.turn(-1)
	case pressed && f.Choice() && key.Matches(k, keys.Right):
		f = f.turn(1)
	case f.Choice():
		return sh, nil
	default:
		before := f.in.Value()
		f, cmd = f.update(msg)
		if f.in.Value() == before {
			sh.Fields[sh.At] = f
			return sh, cmd
		}
	}
	sh.Wrong = ""
	sh.Fields[sh.At] = f
	if f.Take != nil && f.Take(f.Value()) == nil && f.Typed != nil {
		f.Typed()
	}
	if f.Choice() { // a choice may have uncovered fields whose answers stand
		for i, other := range sh.Fields {
			if i != sh.At && sh.Asks(i) && other.Take != nil {
				_ = other.Take(other.Value())
			}
		}
	}
	return sh, cmd
}

// Accept checks every answer and stores it. If one is not good, the cursor is there and
// the complaint is set.
func (sh Sheet) Accept() (Sheet, bool) {
	for i, f := range sh.Fields {
		if !sh.Asks(i) {
			continue
		}
		err := error(nil)
		if f.Missing != nil && f.Value() == "" {
			err = f.Missing
		} else if f.Take != nil {
			err = f.Take(f.Value())
		}
		if err != nil {
			sh.At, sh.Wrong = i, err.Error()
			return sh, false
		}
	}
	sh.Wrong = ""
	return sh, true
}

// View draws the fields in columns and, under them, what helps with the one under the cursor.
func (sh Sheet) View(st render.Styles, width int) (lines []string, focus int) {
	column, notes := 0, 0
	for _, f := range sh.Fields {
		column = max(column, len([]rune(f.Label)))
		notes = max(notes, len([]rune(f.Known)))
	}
	column = min(column, width/2)
	for i, f := range sh.Fields {
		if f.Hidden != nil && f.Hidden() {
			continue
		}
		focused := i == sh.At && f.Known == ""
		mark, label := "  ", render.Cell(f.Label, column)
		switch {
		case f.Known != "":
			mark, label = render.OK.Mark(st)+" ", st.Quiet.Render(label)
		case focused:
			mark, label = st.Accent.Render("> "), st.Bright.Render(label)
			focus = len(lines)
		}
		if f.Tall {
			lines = append(lines, "  "+mark+label)
			options, at := f.List(st, focused, width)
			if focused {
				focus = len(lines) + at
			}
			lines = append(lines, options...)
			continue
		}
		head := "  " + mark + label + "   "
		room := width - 4 - column - 3
		note := ""
		if f.Known != "" && room > 44 {
			note = st.Quiet.Render(render.Pad(f.Known, notes))
			room -= notes + 2
		}
		lines = append(lines, render.Ends(head+f.show(st, focused, room), note, width))
	}
	return lines, focus
}

// Advice is the help or the complaint for the field under the cursor.
func (sh Sheet) Advice(st render.Styles, width int) []string {
	if len(sh.Fields) == 0 || !sh.Asks(sh.At) {
		return nil
	}
	if sh.Wrong != "" {
		return Styled(st.Bad.Render, render.Hang("    "+render.Bad.Glyph()+" ", render.Sentence(sh.Wrong), width))
	}
	f := sh.Fields[sh.At]
	text := f.Help
	if f.Choice() && f.Options[f.Pick].About != "" && !f.Tall {
		text = f.Options[f.Pick].About
	}
	if text == "" {
		return nil
	}
	return Styled(st.Quiet.Render, render.Hang("    ", text, width))
}
