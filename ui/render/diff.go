package render

import (
	"fmt"
	"strings"
)

// maxDiff is how many lines of a difference a plan shows; the whole of it is in --json and in the wizard.
const maxDiff = 16

// DiffLines is a difference ("- ", "+ " and "  " in front of its lines), indented, each line cut to width columns.
func DiffLines(diff string, st Styles, width int) []string {
	all := strings.Split(strings.TrimRight(diff, "\n"), "\n")
	rest := 0
	if len(all) > maxDiff {
		all, rest = all[:maxDiff], len(all)-maxDiff
	}
	var lines []string
	for _, l := range all {
		lines = append(lines, "    "+DiffLine(l, st, width-4))
	}
	if rest > 0 {
		lines = append(lines, st.Quiet.Render(Fit(fmt.Sprintf("    and %s more: see --json", Count(rest, "line")), width)))
	}
	return lines
}

// DiffLine is one line of a difference, printable and coloured, tabs as two columns; cut to width columns if that is not 0.
func DiffLine(line string, st Styles, width int) string {
	l := Printable(strings.ReplaceAll(line, "\t", "  "))
	if width > 0 {
		l = Fit(l, width)
	}
	switch {
	case strings.HasPrefix(l, "+"):
		return st.Added.Render(l)
	case strings.HasPrefix(l, "-"):
		return st.Removed.Render(l)
	case strings.HasPrefix(l, "@"):
		return st.Quiet.Render(l)
	}
	return l
}
