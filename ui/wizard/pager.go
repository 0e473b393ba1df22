package wizard

import (
	"fmt"

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
func (p *pager) resize(l looks) {
	p.port.SetWidth(max(l.width, 10))
	p.port.SetHeight(max(l.height-4, 1))
	p.port.SetContentLines(p.lines)
}

// update scrolls.
func (p pager) update(msg tea.Msg) (pager, tea.Cmd) {
	var cmd tea.Cmd
	p.port, cmd = p.port.Update(msg)
	return p, cmd
}

// view fills the window.
func (p pager) view(l looks) string {
	width := l.width
	where := fmt.Sprintf("%d lines, %3.0f %%", len(p.lines), p.port.ScrollPercent()*100)
	head := render.Ends(" "+l.st.Title.Render(p.title), l.st.Quiet.Render(where), width)
	foot := " " + l.st.Key.Render("↑↓ space b") + l.st.Quiet.Render(" scroll · ") + l.st.Key.Render("←→") + l.st.Quiet.Render(" sideways · ") +
		l.st.Key.Render("q") + l.st.Quiet.Render(" close")
	return head + "\n\n" + p.port.View() + "\n\n" + render.Fit(foot, width)
}
