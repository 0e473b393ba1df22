package widget

import (
	"strings"

	"github.com/charmbracelet/x/ansi"

	"phonegate/ui/render"
)

// PhoneBox draws a phone's screen of the given width with a text on it, in at most rows rows.
func PhoneBox(st render.Styles, title, body string, width, rows int) []string {
	inner := width - 4
	line := func(l, r, name string) string {
		bar := l + "─"
		if name != "" {
			bar += " " + name + " "
		}
		return bar + strings.Repeat("─", max(width-1-ansi.StringWidth(bar), 0)) + r
	}
	lines := []string{st.Quiet.Render(line("╭", "╮", title))}
	words := render.Wrap(render.Printable(body), inner)
	for _, l := range words[:min(len(words), max(rows-2, 1))] {
		lines = append(lines, st.Quiet.Render("│ ")+st.Text.Render(render.Cell(l, inner))+st.Quiet.Render(" │"))
	}
	return append(lines, st.Quiet.Render(line("╰", "╯", "")))
}

// Beside puts right next to left, starting at a column; where the window is too narrow it goes below.
func Beside(left, right []string, column, width int) []string {
	need := 0
	for _, r := range right {
		need = max(need, ansi.StringWidth(r))
	}
	if column+need > width {
		return append(left, right...)
	}
	for i, r := range right {
		if i >= len(left) {
			left = append(left, "")
		}
		left[i] = render.Cell(left[i], column-1) + " " + r
	}
	return left
}
