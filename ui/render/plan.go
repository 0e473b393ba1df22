package render

import (
	"fmt"
	"strings"

	"github.com/charmbracelet/x/ansi"

	"phonegate/provision/event"
)

// PlanLines is a plan with its title and its sum, in lines of at most width columns.
func PlanLines(p event.Plan, st Styles, width int, host string) []string {
	title := "plan"
	if p.Tenant != "" {
		title = "plan for " + p.Tenant
	}
	lines := []string{st.Title.Render(title)}
	for _, c := range p.Changes {
		lines = append(lines, ChangeLines(c, st, width, host, true)...)
		if c.Diff != "" {
			lines = append(lines, DiffLines(c.Diff, st, width)...)
		}
	}
	lines = append(lines, WarningLines(p, st, width)...)
	for _, l := range Hang("  ", Sum(p), width) {
		lines = append(lines, st.Quiet.Render(l))
	}
	return append(lines, "")
}

// WarningLines is what a plan warns of, in lines of at most width columns.
func WarningLines(p event.Plan, st Styles, width int) []string {
	var lines []string
	for _, w := range p.Warnings {
		for _, l := range Hang("  ! ", Printable(w), width) {
			lines = append(lines, st.Warn.Render(l))
		}
	}
	return lines
}

// ChangeLines is one change of a plan: sign, whose, what, and where the decision comes from. With
// words, the operation is spelt out beside its sign.
func ChangeLines(c event.Change, st Styles, width int, host string, words bool) []string {
	name := NameOf(c.Resource).At(host)
	sign := OpGlyph(c.Op)
	if words {
		sign += " " + Pad(OpWord(c.Op), 6)
	}
	sign = OpStyle(c.Op, st).Render(sign)
	detail := described(name, c)
	if width < 60 {
		if c.From != "" {
			detail += " (" + Printable(c.From) + ")"
		}
		return Hang("  "+sign+" ", name.Who+" "+detail, width)
	}
	from := Printable(c.From)
	head := "  " + sign + " " + Pad(name.Who, 8) + " "
	in := ansi.StringWidth(head)
	parts := Wrap(detail, width-in-max(ansi.StringWidth(from)+2, 10))
	lines := []string{Ends(head+Cell(parts[0], width-in-max(ansi.StringWidth(from)+1, 10)), st.Quiet.Render(from), width)}
	for _, r := range parts[1:] {
		lines = append(lines, strings.Repeat(" ", in)+r)
	}
	return lines
}

// ChangeLine is ChangeLines in one line, whatever has to be cut; in a narrow window it is ChangeLines.
func ChangeLine(c event.Change, st Styles, width int, host string) []string {
	lines := ChangeLines(c, st, width, host, false)
	if width < 60 || len(lines) == 1 {
		return lines
	}
	from := ansi.StringWidth(Printable(c.From))
	room := width - 13 - max(from+2, 10) // behind sign and owner, before where it comes from
	c.Detail = Fit(described(NameOf(c.Resource).At(host), c), room)
	return ChangeLines(c, st, width, host, false)[:1]
}

// described is what a change is about: the engine's detail, behind the thing's name unless it has it in it.
func described(n Name, c event.Change) string {
	detail := Printable(c.Detail)
	switch {
	case detail == "":
		return n.What
	case n.In(detail):
		return detail
	}
	return n.What + ": " + detail
}

// Sum is a plan's sum in one sentence.
func Sum(p event.Plan) string {
	var n = map[event.Op]int{}
	requests := 0
	for _, c := range p.Changes {
		n[c.Op]++
		requests += c.Requests
	}
	if n[event.Create]+n[event.Update]+n[event.Delete] == 0 {
		return "No changes."
	}
	var parts []string
	for _, op := range []event.Op{event.Create, event.Update, event.Delete, event.None} {
		if n[op] > 0 {
			parts = append(parts, fmt.Sprintf("%d to %s", n[op], OpWord(op)))
		}
	}
	s := strings.Join(parts, ", ") + "."
	if requests > 0 {
		s += " " + Count(requests, "request") + "."
	}
	return s
}
