package wizard

import (
	"fmt"
	"strings"

	"charm.land/bubbles/v2/key"
	"github.com/charmbracelet/x/ansi"

	"phonegate/ui/render"
)

// maxRows is the tallest live frame. More would push the record out of sight, and an inline
// frame taller than the window loses its top.
const maxRows = 15

// crumb is a part of the way that the header shows.
type crumb struct {
	at   place
	name string
}

var crumbs = []crumb{
	{atConnect, "Connect"}, {atTexts, "Texts"}, {atSignup, "Sign-up"}, {atAction, "Action"},
	{atForm, "Form"}, {atReview, "Review"}, {atLive, "Live test"},
}

// header says whose set-up this is and where on the way.
func header(sh *shared, at place, width int) string {
	if at == atWelcome {
		return render.Ends("  "+sh.st.Title.Render("phonegate"), sh.st.Quiet.Render("verified phones for Auth0"), width)
	}
	name := sh.session.Tenant
	if sh.session.Sandbox {
		name = "sandbox"
	}
	here := at
	switch at {
	case atApply:
		here = atReview
	case atDone:
		here = atLive
	}
	long := "  " + sh.st.Title.Render(name) + "   "
	for i, c := range crumbs {
		if i > 0 {
			long += sh.st.Quiet.Render(" ─ ")
		}
		if c.at == here {
			long += sh.st.Accent.Render("● " + c.name)
		} else {
			long += sh.st.Quiet.Render(c.name)
		}
	}
	if ansi.StringWidth(long) <= width {
		return long
	}
	for i, c := range crumbs {
		if c.at == here {
			where := fmt.Sprintf("%d/%d ", i+1, len(crumbs))
			return render.Ends("  "+sh.st.Title.Render(name), sh.st.Quiet.Render(where)+sh.st.Accent.Render(c.name), width)
		}
	}
	return "  " + sh.st.Title.Render(name)
}

// footer is one line of keys; with help, all of them on as many lines as they take.
func footer(sh *shared, bindings []key.Binding, full bool, width int) []string {
	var lines []string
	line, used := "  ", 0
	for _, b := range bindings {
		if !b.Enabled() || b.Help().Key == "" {
			continue
		}
		h := b.Help()
		item := sh.st.Key.Render(h.Key) + " " + sh.st.Quiet.Render(h.Desc)
		w := ansi.StringWidth(h.Key) + 1 + ansi.StringWidth(h.Desc)
		if used > 0 && 2+used+3+w > width {
			if !full {
				break
			}
			lines = append(lines, line)
			line, used = "  ", 0
		}
		if used > 0 {
			line += sh.st.Quiet.Render(" · ")
			used += 3
		}
		line += item
		used += w
	}
	return append(lines, line)
}

// title is the question of a screen.
func title(sh *shared, text string, width int) []string {
	return styled(sh.st.Title.Render, render.Hang("  ", text, width))
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
func clip(sh *shared, lines []string, focus, rows int) []string {
	if rows < 1 || len(lines) <= rows {
		return lines[:min(len(lines), max(rows, 1))]
	}
	from := min(max(focus-rows/2, 0), len(lines)-rows)
	shown := append([]string(nil), lines[from:from+rows]...)
	if rows >= 3 {
		if from > 0 {
			shown[0] = sh.st.Quiet.Render("  ↑ more")
		}
		if from+rows < len(lines) {
			shown[rows-1] = sh.st.Quiet.Render("  ↓ more")
		}
	}
	return shown
}

// frame puts header, body and footer together for the window.
func frame(sh *shared, at place, body []string, focus int, bindings []key.Binding, full bool) string {
	width := min(sh.width, render.MaxWidth)
	foot := footer(sh, bindings, full, width)
	rows := maxRows
	if sh.height > 0 {
		rows = min(rows, max(sh.height-1, 4))
	}
	var top []string
	if at >= atApply { // the record is right above: keep it apart
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
	lines := append(append(append(top, header(sh, at, width)), above...), clip(sh, body, focus, room)...)
	if foot != nil {
		lines = append(append(lines, below...), foot...)
	}
	for i, l := range lines {
		lines[i] = strings.TrimRight(render.Fit(l, width), " ")
	}
	return strings.Join(lines, "\n") + "\n"
}
