package wizard

import (
	"strings"

	tea "charm.land/bubbletea/v2"

	"phonegate/ui/render"
)

// codeField takes the digits of a code, and nothing else: so letters stay free for commands.
type codeField struct {
	digits string
	length int
}

// update types, pastes or deletes digits.
func (c codeField) update(msg tea.Msg) codeField {
	switch msg := msg.(type) {
	case tea.PasteMsg:
		c.digits = ""
		return c.add(msg.Content)
	case tea.KeyPressMsg:
		switch msg.String() {
		case "backspace":
			if c.digits != "" {
				c.digits = c.digits[:len(c.digits)-1]
			}
		case "ctrl+u":
			c.digits = ""
		default:
			return c.add(msg.Text)
		}
	}
	return c
}

func (c codeField) add(s string) codeField {
	for _, r := range s {
		if r >= '0' && r <= '9' && len(c.digits) < c.length {
			c.digits += string(r)
		}
	}
	return c
}

// full reports whether all digits are there.
func (c codeField) full() bool { return len(c.digits) == c.length }

// view draws one place a digit.
func (c codeField) view(st render.Styles) string {
	var places []string
	for i := range c.length {
		switch {
		case i < len(c.digits):
			places = append(places, st.Bright.Render(c.digits[i:i+1]))
		case i == len(c.digits):
			places = append(places, st.Cursor.Render(" "))
		default:
			places = append(places, st.Quiet.Render("_"))
		}
	}
	return strings.Join(places, " ")
}
