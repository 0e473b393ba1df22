package wizard

import (
	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"phonegate/ui/render"
)

// sheet is some fields under one another, with the cursor in one of them. Enter accepts the whole
// sheet when every answer is good, and otherwise goes to the first that is not.
type sheet struct {
	fields []field
	at     int
	wrong  string // what is wrong with the answer under the cursor
}

// asks reports whether a field can be moved to.
func (sh sheet) asks(i int) bool {
	f := sh.fields[i]
	return f.known == "" && (f.hidden == nil || !f.hidden())
}

// first puts the cursor on the first field that is asked and empty, or else on the first asked.
func (sh sheet) first() sheet {
	sh.at = -1
	for i := range sh.fields {
		if sh.asks(i) && (sh.at < 0 || sh.fields[sh.at].value() != "" && sh.fields[i].missing != nil && sh.fields[i].value() == "") {
			sh.at = i
		}
	}
	sh.at = max(sh.at, 0)
	return sh
}

// step moves the cursor to the next or the previous field that is asked.
func (sh sheet) step(by int) sheet {
	for i := sh.at + by; i >= 0 && i < len(sh.fields); i += by {
		if sh.asks(i) {
			sh.at, sh.wrong = i, ""
			return sh
		}
	}
	return sh
}

// typing reports whether the cursor is in a text field.
func (sh sheet) typing() bool {
	return len(sh.fields) > 0 && sh.asks(sh.at) && !sh.fields[sh.at].choice()
}

// update moves, types or chooses. Answers that are good are taken at once, so that
// what depends on them is drawn right and going back keeps them.
func (sh sheet) update(keys keyMap, msg tea.Msg) (sheet, tea.Cmd) {
	if len(sh.fields) == 0 {
		return sh, nil
	}
	sh.fields = append([]field(nil), sh.fields...) // a value: the old sheet stays as it was
	f := sh.fields[sh.at]
	if !sh.asks(sh.at) {
		return sh, nil
	}
	var cmd tea.Cmd
	switch k, pressed := msg.(tea.KeyPressMsg); {
	case pressed && f.tall && key.Matches(k, keys.Up) && f.pick > 0:
		f = f.turn(-1)
	case pressed && f.tall && key.Matches(k, keys.Down) && f.pick < len(f.options)-1:
		f = f.turn(1)
	case pressed && key.Matches(k, keys.Up):
		return sh.step(-1), nil
	case pressed && key.Matches(k, keys.Down, keys.Tab):
		return sh.step(1), nil
	case pressed && f.choice() && key.Matches(k, keys.Left):
		f = f.turn(-1)
	case pressed && f.choice() && key.Matches(k, keys.Right):
		f = f.turn(1)
	case f.choice():
		return sh, nil
	default:
		before := f.in.Value()
		f, cmd = f.update(msg)
		if f.in.Value() == before {
			sh.fields[sh.at] = f
			return sh, cmd
		}
	}
	sh.wrong = ""
	sh.fields[sh.at] = f
	if f.take != nil && f.take(f.value()) == nil && f.typed != nil {
		f.typed()
	}
	if f.choice() { // a choice may have uncovered fields whose answers stand
		for i, other := range sh.fields {
			if i != sh.at && sh.asks(i) && other.take != nil {
				_ = other.take(other.value())
			}
		}
	}
	return sh, cmd
}

// accept checks every answer and stores it. If one is not good, the cursor is there and
// the complaint is set.
func (sh sheet) accept() (sheet, bool) {
	for i, f := range sh.fields {
		if !sh.asks(i) {
			continue
		}
		err := error(nil)
		if f.missing != nil && f.value() == "" {
			err = f.missing
		} else if f.take != nil {
			err = f.take(f.value())
		}
		if err != nil {
			sh.at, sh.wrong = i, err.Error()
			return sh, false
		}
	}
	sh.wrong = ""
	return sh, true
}

// view draws the fields in columns and, under them, what helps with the one under the cursor.
func (sh sheet) view(st render.Styles, width int) (lines []string, focus int) {
	column, notes := 0, 0
	for _, f := range sh.fields {
		column = max(column, len([]rune(f.label)))
		notes = max(notes, len([]rune(f.known)))
	}
	column = min(column, width/2)
	for i, f := range sh.fields {
		if f.hidden != nil && f.hidden() {
			continue
		}
		focused := i == sh.at && f.known == ""
		mark, label := "  ", render.Cell(f.label, column)
		switch {
		case f.known != "":
			mark, label = render.OK.Mark(st)+" ", st.Quiet.Render(label)
		case focused:
			mark, label = st.Accent.Render("> "), st.Bright.Render(label)
			focus = len(lines)
		}
		if f.tall {
			lines = append(lines, "  "+mark+label)
			options, at := f.list(st, focused, width)
			if focused {
				focus = len(lines) + at
			}
			lines = append(lines, options...)
			continue
		}
		head := "  " + mark + label + "   "
		room := width - 4 - column - 3
		note := ""
		if f.known != "" && room > 44 {
			note = st.Quiet.Render(render.Pad(f.known, notes))
			room -= notes + 2
		}
		lines = append(lines, render.Ends(head+f.show(st, focused, room), note, width))
	}
	return lines, focus
}

// advice is the help or the complaint for the field under the cursor.
func (sh sheet) advice(st render.Styles, width int) []string {
	if len(sh.fields) == 0 || !sh.asks(sh.at) {
		return nil
	}
	if sh.wrong != "" {
		return styled(st.Bad.Render, render.Hang("    "+render.Bad.Glyph()+" ", render.Sentence(sh.wrong), width))
	}
	f := sh.fields[sh.at]
	text := f.help
	if f.choice() && f.options[f.pick].About != "" && !f.tall {
		text = f.options[f.pick].About
	}
	if text == "" {
		return nil
	}
	return styled(st.Quiet.Render, render.Hang("    ", text, width))
}
