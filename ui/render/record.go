package render

import (
	"strings"
	"time"

	"github.com/charmbracelet/x/ansi"

	"phonegate/provision/event"
)

// RecordLines is a finished step as the wizard leaves it above the live rows: one line, with
// the glyph for its state, and the word where it is not done.
func RecordLines(s event.Step, st Styles, width int, host string) []string {
	state := StateOf(s.Status)
	name := NameOf(s.Resource).At(host)
	took := ""
	if worthSaying(s) {
		took = Elapsed(time.Duration(s.ElapsedMS) * time.Millisecond)
	}
	detail := Printable(s.Detail)
	what := name.What
	if state == Bad {
		what += ": failed"
	}
	if state == Passed {
		what += ": skipped"
	}
	if width < 60 {
		whole := strings.Replace(what, name.What, detail, 1)
		if fits := 4+ansi.StringWidth(whole)+1+len(took) <= width; fits && detail != "" && name.In(detail) {
			what, detail = whole, ""
		}
		lines := []string{Ends("  "+state.Mark(st)+" "+what, st.Quiet.Render(took), width)}
		if detail != "" && !strings.EqualFold(detail, what) {
			lines = append(lines, styledAll(st, Hang("    ", detail, width))...)
		}
		return lines
	}
	head := "  " + state.Mark(st) + " " + Pad(name.Who, 8) + " "
	in := ansi.StringWidth(head)
	if name.In(detail) {
		what, detail = strings.Replace(what, name.What, detail, 1), ""
	}
	if detail != "" && ansi.StringWidth(detail) <= width-in-23-elapsedColumn-1 { // room for a column of its own
		return []string{Ends(head+Pad(what, 22)+" "+st.Quiet.Render(detail), st.Quiet.Render(took), width)}
	}
	if detail != "" {
		what += ": " + detail
	}
	parts := Wrap(what, max(width-in-elapsedColumn-1, 12))
	lines := []string{Ends(head+parts[0], st.Quiet.Render(took), width)}
	for _, p := range parts[1:] {
		lines = append(lines, strings.Repeat(" ", in)+p)
	}
	return lines
}

func styledAll(st Styles, lines []string) []string {
	for i, l := range lines {
		lines[i] = st.Quiet.Render(l)
	}
	return lines
}
