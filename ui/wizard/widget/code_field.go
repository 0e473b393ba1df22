package widget

import (
	"strings"

	tea "charm.land/bubbletea/v2"

	"phonegate/ui/render"
)

// CodeField takes the digits of a code, and nothing else: so letters stay free for commands.
type CodeField struct {
	Digits string
	Length int
}

// Update types, pastes or deletes digits.
func (c CodeField) Update(msg tea.Msg) CodeField {
	switch msg := msg.(type) {
	case tea.PasteMsg:
		c.Digits = ""
		return c.add(msg.Content)
	case tea.KeyPressMsg:
		switch msg.String() {
		case "backspace":
			if c.Digits != "" {
				c.Digits = c.Digits[:len(c.Digits)-1]
			}
		case "ctrl+u":
			c.Digits = ""
		default:
			return c.add(msg.Text)
		}
	}
	return c
}

func (c CodeField) add(s string) CodeField {
	for _, r := range s {
		if r >= '0' && r <= '9' && len(c.Digits) < c.Length {
			c.Digits += string(r)
		}
	}
	return c
}

// Full reports whether all digits are there.
func (c CodeField) Full() bool { return len(c.Digits) == c.Length }

// View draws one place a digit.
func (c CodeField) View(st render.Styles) string {
	var places []string
	for i := range c.Length {
		switch {
		case i < len(c.Digits):
			places = append(places, st.Bright.Render(c.Digits[i:i+1]))
		case i == len(c.Digits):
			places = append(places, st.Cursor.Render(" "))
		default:
			places = append(places, st.Quiet.Render("_"))
		}
	}
	return strings.Join(places, " ")
}
