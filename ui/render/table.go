package render

import (
	"fmt"
	"strings"
	"time"

	"github.com/charmbracelet/x/ansi"

	"phonegate/provision/event"
)

// Table is how a command ended for several tenants: what failed in full, then one row a tenant.
func Table(r event.Result, st Styles, width int) []string {
	lines := failures(r, st, width)
	if len(lines) > 0 {
		lines = append(lines, "")
	}
	if width < 60 {
		return append(lines, narrow(r, st, width)...)
	}
	return append(lines, wide(r, st, width)...)
}

// failures says each error once, with the tenants that it happened to.
func failures(r event.Result, st Styles, width int) []string {
	type failure struct {
		error   event.Error
		tenants []string
	}
	var all []*failure
	for _, t := range r.Tenants {
		if t.Error == nil || quietly(t) || len(t.Left) > 0 {
			continue
		}
		known := false
		for _, f := range all {
			if f.error.Code == t.Error.Code && f.error.Message == t.Error.Message && f.error.Hint == t.Error.Hint {
				f.tenants, known = append(f.tenants, t.Name), true
			}
		}
		if !known {
			all = append(all, &failure{*t.Error, []string{t.Name}})
		}
	}
	var lines []string
	for _, f := range all {
		head := Bad.Mark(st) + " " + Bad.Style(st).Render(Bad.Word()) + "  "
		lines = append(lines, Hang(head, Listed(f.tenants), width)...)
		lines = append(lines, ErrorLines(&f.error, st, width)...)
	}
	for _, t := range r.Tenants {
		if len(t.Left) > 0 {
			head := Bad.Mark(st) + " " + Bad.Style(st).Render(Bad.Word()) + "  "
			lines = append(lines, Hang(head, t.Name+"  "+leftBehind, width)...)
			lines = append(lines, LeftLines(t.Left, st, width)...)
		}
	}
	return lines
}

// leftBehind heads what destroy leaves behind.
const leftBehind = "This is still there:"

// quietly says whether a tenant's error says no more than its row.
func quietly(t event.Outcome) bool {
	return t.Error.Code == "doctor.findings" || stopped(t.Error) || cancelled(t.Error)
}

// Listed is names in a row; of very many only how many there are more.
func Listed(names []string) string {
	const most = 12
	if len(names) <= most {
		return strings.Join(names, ", ")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(names[:most], ", "), len(names)-most)
}

// standing is how a tenant stands after a command, as a state and in a word.
func standing(command string, t event.Outcome) (State, string) {
	switch {
	case t.Error != nil && t.Error.Code == "doctor.findings":
		return Warn, "problems"
	case stopped(t.Error):
		return Bad, "stopped"
	case cancelled(t.Error):
		return Passed, "cancelled"
	case !t.OK:
		return Bad, "failed"
	case command == "plan" && pending(t):
		return Warn, "differs"
	case command == "doctor", command == "plan":
		return OK, "in order"
	}
	return OK, "done"
}

// figure is one column of counts.
type figure struct {
	word string
	of   func(event.Outcome) int
}

// figures are the columns in which at least one tenant has something to say.
func figures(r event.Result) []figure {
	all := []figure{
		{"created", func(t event.Outcome) int { return t.Created }},
		{"updated", func(t event.Outcome) int { return t.Updated }},
		{"deleted", func(t event.Outcome) int { return t.Deleted }},
		{"unchanged", func(t event.Outcome) int { return t.Unchanged }},
		{"problems", func(t event.Outcome) int { return t.Findings }},
	}
	if r.Command == "plan" { // which has done nothing yet
		all[0].word, all[1].word, all[2].word, all[3].word = "create", "change", "delete", "keep"
	}
	var told []figure
	for _, f := range all {
		for _, t := range r.Tenants {
			if f.of(t) > 0 {
				told = append(told, f)
				break
			}
		}
	}
	return told
}

// wide has a column for everything. Names give way if there is too little room.
func wide(r event.Result, st Styles, width int) []string {
	columns := figures(r)
	word, clock := len("state"), ""
	for _, t := range r.Tenants {
		if lasted(t) != "" {
			clock = "time"
		}
	}
	time := len(clock)
	name := len("tenant")
	for _, t := range r.Tenants {
		_, w := standing(r.Command, t)
		word = max(word, len(w))
		time = max(time, len(lasted(t)))
		name = max(name, ansi.StringWidth(t.Name))
	}
	room := width - 2 - 2 - word - 2 - time
	for _, c := range columns {
		room -= 2 + len(c.word)
	}
	name = min(name, max(room, 8))
	row := func(mark, who, how string, counts func(figure) string, took string) string {
		l := mark + " " + Pad(Squeeze(who, name), name) + "  " + how
		for _, c := range columns {
			l += "  " + toTheRight(counts(c), len(c.word))
		}
		return strings.TrimRight(l+"  "+toTheRight(took, time), " ")
	}
	head := row(" ", "tenant", Pad("state", word), func(f figure) string { return f.word }, clock)
	lines := []string{st.Quiet.Render(head)}
	for _, t := range r.Tenants {
		state, w := standing(r.Command, t)
		lines = append(lines, row(state.Mark(st), t.Name, state.Style(st).Render(Pad(w, word)), func(f figure) string {
			if n := f.of(t); n > 0 {
				return fmt.Sprint(n)
			}
			return "-"
		}, lasted(t)))
		if first := firstLine(t); first != "" {
			lines = append(lines, st.Bad.Render("  "+Fit(first, width-2)))
		}
	}
	return lines
}

// narrow has two lines a tenant.
func narrow(r event.Result, st Styles, width int) []string {
	var lines []string
	for _, t := range r.Tenants {
		state, w := standing(r.Command, t)
		took := lasted(t)
		lines = append(lines, Ends(state.Mark(st)+" "+Squeeze(t.Name, width-4-len(took)), st.Quiet.Render(took), width))
		words := w
		var counts []string
		for _, f := range figures(r) {
			if n := f.of(t); n > 0 && f.word == "problems" {
				words = Count(n, "problem")
			} else if n > 0 {
				to := ""
				if r.Command == "plan" {
					to = "to "
				}
				counts = append(counts, fmt.Sprintf("%d %s%s", n, to, f.word))
			}
		}
		if len(counts) > 0 {
			words += ": " + strings.Join(counts, ", ")
		}
		lines = append(lines, Hang("  ", words, width)...)
		if first := firstLine(t); first != "" {
			lines = append(lines, st.Bad.Render("  "+Fit(first, width-2)))
		}
	}
	return lines
}

// lasted is how long a tenant took, "" if it was not begun.
func lasted(t event.Outcome) string {
	if t.ElapsedMS <= 0 {
		return ""
	}
	return Elapsed(time.Duration(t.ElapsedMS) * time.Millisecond)
}

// firstLine is how a tenant's error begins.
func firstLine(t event.Outcome) string {
	if t.Error == nil || quietly(t) {
		return ""
	}
	if len(t.Left) > 0 {
		return "" // it is listed above
	}
	first, _, _ := strings.Cut(t.Error.Message, "\n")
	return Printable(first)
}

// toTheRight fills s with spaces before it.
func toTheRight(s string, w int) string {
	return strings.Repeat(" ", max(0, w-ansi.StringWidth(s))) + s
}

// Squeeze cuts s to w columns in its middle: names of tenants differ at either end.
func Squeeze(s string, w int) string {
	if ansi.StringWidth(s) <= w {
		return s
	}
	if w < 5 {
		return Fit(s, w)
	}
	tail := (w - 1) / 2
	return Fit(s, w-tail) + ansi.TruncateLeft(s, ansi.StringWidth(s)-tail, "")
}
