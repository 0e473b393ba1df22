package widget

import (
	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"phonegate/ui/render"
)

// Choice is one line of a menu.
type Choice struct {
	Label, About string
	Off          bool // shown, with the reason in about, but not to be chosen
}

// Menu is a list of which one line is chosen.
type Menu struct {
	Choices []Choice
	At      int
}

// MenuOf is the menu of some lines that need no words beside them.
func MenuOf(labels []string) Menu {
	var m Menu
	for _, l := range labels {
		m.Choices = append(m.Choices, Choice{Label: l})
	}
	return m
}

// Update moves the choice.
func (m Menu) Update(keys KeyMap, msg tea.Msg) Menu {
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
	for i := m.At + by; by != 0 && i >= 0 && i < len(m.Choices); i += by {
		if !m.Choices[i].Off {
			m.At = i
			break
		}
	}
	return m
}

// View draws the menu in two columns; in a narrow window the chosen line's words come below it.
func (m Menu) View(st render.Styles, width int) (lines []string, focus int) {
	column := 0
	for _, c := range m.Choices {
		column = max(column, ansi.StringWidth(c.Label))
	}
	beside := width >= 60 && column <= width/2
	for i, c := range m.Choices {
		mark, label, about := "  ", c.Label, st.Quiet.Render(c.About)
		switch {
		case i == m.At:
			focus = len(lines)
			mark, label = st.Accent.Render("> "), st.Bright.Render(c.Label)
		case c.Off:
			label = st.Quiet.Render(c.Label)
		}
		if beside {
			lines = append(lines, render.Fit("  "+mark+render.Pad(label, column)+"   "+about, width))
			continue
		}
		lines = append(lines, render.Fit("  "+mark+label, width))
		if i == m.At && c.About != "" {
			lines = append(lines, Styled(st.Quiet.Render, render.Hang("      ", c.About, width))...)
		}
	}
	return lines, focus
}
