package wizard

import (
	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"phonegate/ui/render"
)

// choice is one line of a menu.
type choice struct {
	label, about string
	off          bool // shown, with the reason in about, but not to be chosen
}

// menu is a list of which one line is chosen.
type menu struct {
	choices []choice
	at      int
}

// menuOf is the menu of some lines that need no words beside them.
func menuOf(labels []string) menu {
	var m menu
	for _, l := range labels {
		m.choices = append(m.choices, choice{label: l})
	}
	return m
}

// update moves the choice.
func (m menu) update(keys keyMap, msg tea.Msg) menu {
	k, ok := msg.(tea.KeyPressMsg)
	if !ok {
		return m
	}
	by := 0
	switch {
	case key.Matches(k, keys.Up):
		by = -1
	case key.Matches(k, keys.Down, keys.Tab):
		by = 1
	}
	for i := m.at + by; by != 0 && i >= 0 && i < len(m.choices); i += by {
		if !m.choices[i].off {
			m.at = i
			break
		}
	}
	return m
}

// view draws the menu in two columns; in a narrow window the chosen line's words come below it.
func (m menu) view(st render.Styles, width int) (lines []string, focus int) {
	column := 0
	for _, c := range m.choices {
		column = max(column, ansi.StringWidth(c.label))
	}
	beside := width >= 60 && column <= width/2
	for i, c := range m.choices {
		mark, label, about := "  ", c.label, st.Quiet.Render(c.about)
		switch {
		case i == m.at:
			focus = len(lines)
			mark, label = st.Accent.Render("> "), st.Bright.Render(c.label)
		case c.off:
			label = st.Quiet.Render(c.label)
		}
		if beside {
			lines = append(lines, render.Fit("  "+mark+render.Pad(label, column)+"   "+about, width))
			continue
		}
		lines = append(lines, render.Fit("  "+mark+label, width))
		if i == m.at && c.about != "" {
			lines = append(lines, styled(st.Quiet.Render, render.Hang("      ", c.about, width))...)
		}
	}
	return lines, focus
}
