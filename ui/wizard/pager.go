package wizard

import (
	"fmt"
	"strings"

	"charm.land/bubbles/v2/viewport"
	tea "charm.land/bubbletea/v2"

	"phonegate/ui/render"
)

// pager shows something long over the whole window: code, a diff, a configuration.
type pager struct {
	title string
	lines []string
	port  viewport.Model
}

// newPager is a pager for lines that are already in their styles.
func newPager(title string, lines []string) *pager {
	return &pager{title: title, lines: lines, port: viewport.New()}
}

// resize fits the pager to the window.
func (p *pager) resize(sh *shared) {
	p.port.SetWidth(max(sh.width, 10))
	p.port.SetHeight(max(sh.height-4, 1))
	p.port.SetContentLines(p.lines)
}

// update scrolls.
func (p pager) update(msg tea.Msg) (pager, tea.Cmd) {
	var cmd tea.Cmd
	p.port, cmd = p.port.Update(msg)
	return p, cmd
}

// view fills the window.
func (p pager) view(sh *shared) string {
	width := sh.width
	where := fmt.Sprintf("%d lines, %3.0f %%", len(p.lines), p.port.ScrollPercent()*100)
	head := render.Ends(" "+sh.st.Title.Render(p.title), sh.st.Quiet.Render(where), width)
	foot := " " + sh.st.Key.Render("↑↓ space b") + sh.st.Quiet.Render(" scroll · ") + sh.st.Key.Render("←→") + sh.st.Quiet.Render(" sideways · ") +
		sh.st.Key.Render("q") + sh.st.Quiet.Render(" close")
	return head + "\n\n" + p.port.View() + "\n\n" + render.Fit(foot, width)
}

// diffLines puts a readable diff ("- ", "+ ", "  ") into styles.
func diffLines(st render.Styles, diff string) []string {
	var lines []string
	for l := range strings.SplitSeq(strings.TrimRight(diff, "\n"), "\n") {
		l = printableLine(l)
		switch {
		case strings.HasPrefix(l, "+"):
			l = st.Added.Render(l)
		case strings.HasPrefix(l, "-"):
			l = st.Removed.Render(l)
		case strings.HasPrefix(l, "@"):
			l = st.Quiet.Render(l)
		}
		lines = append(lines, l)
	}
	return lines
}

// printableLine is render.Printable for a line of code: tabs become two columns.
func printableLine(l string) string {
	return render.Printable(strings.ReplaceAll(l, "\t", "  "))
}
