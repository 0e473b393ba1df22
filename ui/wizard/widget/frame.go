package widget

import (
	"strings"

	"charm.land/bubbles/v2/key"
	"github.com/charmbracelet/x/ansi"

	"phonegate/ui/render"
)

// MaxRows is the tallest live frame. More would push the record out of sight, and an inline
// frame taller than the window loses its top.
const MaxRows = 15

// footer is one line of keys; with help, all of them on as many lines as they take.
func footer(look Looks, bindings []key.Binding, full bool, width int) []string {
	var lines []string
	line, used := "  ", 0
	for _, b := range bindings {
		if !b.Enabled() || b.Help().Key == "" {
			continue
		}
		h := b.Help()
		item := look.Styles.Key.Render(h.Key) + " " + look.Styles.Quiet.Render(h.Desc)
		w := ansi.StringWidth(h.Key) + 1 + ansi.StringWidth(h.Desc)
		if used > 0 && 2+used+3+w > width {
			if !full {
				break
			}
			lines = append(lines, line)
			line, used = "  ", 0
		}
		if used > 0 {
			line += look.Styles.Quiet.Render(" · ")
			used += 3
		}
		line += item
		used += w
	}
	return append(lines, line)
}

// squash takes out blank lines, the last first, while there are more lines than rows.
func squash(lines []string, focus, rows int) ([]string, int) {
	lines = append([]string(nil), lines...)
	for i := len(lines) - 1; i >= 0 && len(lines) > rows; i-- {
		if strings.TrimSpace(lines[i]) == "" {
			lines = append(lines[:i], lines[i+1:]...)
			if i < focus {
				focus--
			}
		}
	}
	return lines, focus
}

// clip keeps at most rows lines, among them the one with the focus, and says what is hidden.
func clip(look Looks, lines []string, focus, rows int) []string {
	if rows < 1 || len(lines) <= rows {
		return lines[:min(len(lines), max(rows, 1))]
	}
	from := min(max(focus-rows/2, 0), len(lines)-rows)
	shown := append([]string(nil), lines[from:from+rows]...)
	if rows >= 3 {
		if from > 0 {
			shown[0] = look.Styles.Quiet.Render("  ↑ more")
		}
		if from+rows < len(lines) {
			shown[rows-1] = look.Styles.Quiet.Render("  ↓ more")
		}
	}
	return shown
}

// Frame puts header, body and footer together for the window. focus is the line of the body that stays visible in a low window;
// apart keeps a blank line above the header; full shows every key on as many lines as they take.
func Frame(look Looks, header string, apart bool, body []string, focus int, bindings []key.Binding, full bool) string {
	width := min(look.Width, render.MaxWidth)
	foot := footer(look, bindings, full, width)
	rows := MaxRows
	if look.Height > 0 {
		rows = min(rows, max(look.Height-1, 4))
	}
	var top []string
	if apart {
		top = []string{""}
	}
	room := rows - len(top) - len(foot) - 3
	if room < 1 { // a very low window keeps the question and gives up the rest
		top, foot, room = nil, nil, rows-2
	}
	body, focus = squash(body, focus, room)
	above, below := []string{""}, []string{""}
	if over := len(body) - room; foot != nil && over > 0 && over <= 2 { // rather no air than a line or two out of sight
		above = nil
		if over == 2 {
			below = nil
		}
		room += over
	}
	lines := append(append(append(top, header), above...), clip(look, body, focus, room)...)
	if foot != nil {
		lines = append(append(lines, below...), foot...)
	}
	for i, l := range lines {
		lines[i] = strings.TrimRight(render.Fit(l, width), " ")
	}
	return strings.Join(lines, "\n") + "\n"
}
