package render

import (
	"image/color"

	"charm.land/lipgloss/v2"
)

// Styles are all the looks there are. No other file names a colour. The zero value
// writes plain text without a single escape sequence: the look for pipes and files.
type Styles struct {
	Text   lipgloss.Style // ordinary words
	Bright lipgloss.Style // the question under the cursor, and nothing else
	Title  lipgloss.Style
	Quiet  lipgloss.Style // secondary words
	Accent lipgloss.Style // what is chosen, what is working
	Good   lipgloss.Style
	Warn   lipgloss.Style
	Bad    lipgloss.Style
	Key    lipgloss.Style // a key's name in the footer
	Cursor lipgloss.Style // the block in a text field
	// Added and Removed are the lines of a diff; Comment, Word and String those of code.
	Added, Removed, Comment, Word, String lipgloss.Style
}

// tones is one palette: what stands out from a dark or from a light background.
type tones struct{ bright, quiet, accent, good, warn, bad, soft string }

var (
	onDark  = tones{bright: "#FFFFFF", quiet: "#8B90A0", accent: "#7AA2F7", good: "#7BC68F", warn: "#E0AF68", bad: "#F7768E", soft: "#A9B1D6"}
	onLight = tones{bright: "#000000", quiet: "#6A6F7D", accent: "#2A5BD7", good: "#1F7A3D", warn: "#8A5A00", bad: "#B3261E", soft: "#3D4663"}
)

// NewStyles builds the styles for a terminal. Without colour only bold, faint and
// reverse remain, which NO_COLOR allows.
func NewStyles(isDark, colour bool) Styles {
	plain := lipgloss.NewStyle()
	bold := plain.Bold(true)
	if !colour {
		faint := plain.Faint(true)
		return Styles{
			Text: plain, Bright: bold, Title: bold, Quiet: faint, Accent: bold,
			Good: plain, Warn: plain, Bad: bold, Key: plain, Cursor: plain.Reverse(true),
			Added: plain, Removed: plain, Comment: faint, Word: bold, String: plain,
		}
	}
	t := onLight
	if isDark {
		t = onDark
	}
	in := func(hex string) lipgloss.Style { return plain.Foreground(tone(hex)) }
	return Styles{
		Text: plain, Bright: in(t.bright).Bold(true), Title: bold, Quiet: in(t.quiet),
		Accent: in(t.accent), Good: in(t.good), Warn: in(t.warn), Bad: in(t.bad),
		Key: in(t.soft), Cursor: in(t.accent).Reverse(true),
		Added: in(t.good), Removed: in(t.bad), Comment: in(t.quiet), Word: in(t.accent), String: in(t.soft),
	}
}

func tone(hex string) color.Color { return lipgloss.Color(hex) }
