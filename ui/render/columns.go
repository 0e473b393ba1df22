package render

import (
	"fmt"
	"strings"
	"time"

	"github.com/charmbracelet/x/ansi"
)

// MaxWidth is the widest line anything is laid out to, however wide the window is:
// longer ones are hard to read, and full-width lines leave traces when a window shrinks.
const MaxWidth = 78

// Width is the width to lay out to in a window of the given width; 0 means unknown.
func Width(window int) int {
	switch {
	case window <= 0 || window > MaxWidth:
		return MaxWidth
	case window < 20:
		return 20
	}
	return window
}

// Fit cuts s to w columns, with an ellipsis if something is lost.
func Fit(s string, w int) string {
	if w <= 0 {
		return ""
	}
	return ansi.Truncate(s, w, "…")
}

// Pad fills s with spaces up to w columns; a longer s stays as it is.
func Pad(s string, w int) string {
	if n := w - ansi.StringWidth(s); n > 0 {
		return s + strings.Repeat(" ", n)
	}
	return s
}

// Cell is s in exactly w columns.
func Cell(s string, w int) string { return Pad(Fit(s, w), w) }

// Ends puts left and right at the two ends of w columns; left gives way.
func Ends(left, right string, w int) string {
	room := w - ansi.StringWidth(right)
	if room == w { // a style of nothing is not nothing
		return Fit(left, w)
	}
	if room < 2 {
		return Fit(left, w)
	}
	return Pad(Fit(left, room-1), room) + right
}

// Wrap breaks s into lines of at most w columns, at spaces where there are any. It never
// breaks at a hyphen: addresses and names are full of them and must stay copyable.
func Wrap(s string, w int) []string {
	w = max(w, 2) // a wide character needs two columns
	var lines []string
	line := ""
	for _, word := range strings.Fields(s) {
		if line != "" {
			if ansi.StringWidth(line)+1+ansi.StringWidth(word) <= w {
				line += " " + word
				continue
			}
			lines = append(lines, line)
		}
		parts := strings.Split(ansi.Hardwrap(word, w, true), "\n")
		lines = append(lines, parts[:len(parts)-1]...)
		line = parts[len(parts)-1]
	}
	return append(lines, line)
}

// Hang wraps s to w columns behind a first prefix; further lines are indented to match.
func Hang(prefix, s string, w int) []string {
	in := ansi.StringWidth(prefix)
	lines := Wrap(s, w-in)
	for i, l := range lines {
		if i == 0 {
			lines[i] = prefix + l
		} else {
			lines[i] = strings.Repeat(" ", in) + l
		}
	}
	return lines
}

// Printable drops control characters and escape sequences from text that came from
// elsewhere, so that a provider's message cannot move the cursor.
func Printable(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\t':
			return ' '
		case r < ' ' || (r >= 0x7f && r < 0xa0):
			return -1
		}
		return r
	}, ansi.Strip(s))
}

// Elapsed is a duration as a person says it: 0.4 s, 12 s, 2 min 5 s.
func Elapsed(d time.Duration) string {
	switch {
	case d < 10*time.Second:
		return fmt.Sprintf("%.1f s", d.Seconds())
	case d < time.Minute:
		return fmt.Sprintf("%d s", int(d.Seconds()))
	}
	s := int(d.Seconds())
	return fmt.Sprintf("%d min %d s", s/60, s%60)
}

// Clock is a duration as minutes and seconds: 0:12.
func Clock(d time.Duration) string {
	s := int(d.Seconds())
	return fmt.Sprintf("%d:%02d", s/60, s%60)
}

// Count is a number with its noun: "1 request", "3 requests".
func Count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// Short keeps the two ends of an identifier: VA4c…91.
func Short(id string) string {
	if r := []rune(id); len(r) > 12 {
		return string(r[:4]) + "…" + string(r[len(r)-4:])
	}
	return id
}
