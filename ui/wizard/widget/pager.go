package widget

import (
	"fmt"

	"charm.land/bubbles/v2/viewport"
	tea "charm.land/bubbletea/v2"

	"phonegate/ui/render"
)

// Pager shows something long over the whole window: code, a diff, a configuration.
type Pager struct {
	title string
	Lines []string
	port  viewport.Model
}

// NewPager is a pager for lines that are already in their styles.
func NewPager(title string, lines []string) *Pager {
	return &Pager{title: title, Lines: lines, port: viewport.New()}
}

// Resize fits the pager to the window.
func (p *Pager) Resize(l Looks) {
	p.port.SetWidth(max(l.Width, 10))
	p.port.SetHeight(max(l.Height-4, 1))
	p.port.SetContentLines(p.Lines)
}

// Update scrolls.
func (p Pager) Update(msg tea.Msg) (Pager, tea.Cmd) {
	var cmd tea.Cmd
	p.port, cmd = p.port.Update(msg)
	return p, cmd
}

// View fills the window.
func (p Pager) View(l Looks) string {
	width := l.Width
	where := fmt.Sprintf("%d lines, %3.0f %%", len(p.Lines), p.port.ScrollPercent()*100)
	head := render.Ends(" "+l.Styles.Title.Render(p.title), l.Styles.Quiet.Render(where), width)
	foot := " " + l.Styles.Key.Render("↑↓ space b") + l.Styles.Quiet.Render(" scroll · ") + l.Styles.Key.Render("←→") + l.Styles.Quiet.Render(" sideways · ") +
		l.Styles.Key.Render("q") + l.Styles.Quiet.Render(" close")
	return head + "\n\n" + p.port.View() + "\n\n" + render.Fit(foot, width)
}
