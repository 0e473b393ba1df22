package render

import (
	"charm.land/lipgloss/v2"

	"phonegate/provision/event"
)

// State is how a line stands. Every state has a glyph and a word, so that nothing
// depends on colour, and a style on top.
type State int

// The states of a line.
const (
	Waiting State = iota
	Working
	OK
	Warn
	Bad
	Passed // skipped
)

// StateOf is the state of a step.
func StateOf(s event.Status) State {
	switch s {
	case event.Done:
		return OK
	case event.Failed:
		return Bad
	case event.Skipped:
		return Passed
	}
	return Working
}

// Glyph is one column wide.
func (s State) Glyph() string { return [...]string{"○", "●", "✓", "!", "✗", "–"}[s] }

// Word says the same as the glyph.
func (s State) Word() string {
	return [...]string{"waiting", "working", "done", "note", "failed", "skipped"}[s]
}

// Style is the state's style among st.
func (s State) Style(st Styles) lipgloss.Style {
	switch s {
	case Working:
		return st.Accent
	case OK:
		return st.Good
	case Warn:
		return st.Warn
	case Bad:
		return st.Bad
	}
	return st.Quiet
}

// Mark is the glyph in its style.
func (s State) Mark(st Styles) string { return s.Style(st).Render(s.Glyph()) }

// opLook is how a plan shows an operation.
type opLook struct{ glyph, word string }

var opLooks = map[event.Op]opLook{
	event.Create: {"+", "create"},
	event.Update: {"~", "change"},
	event.Delete: {"-", "delete"},
	event.None:   {"=", "keep"},
}

// OpGlyph is the sign of an operation in a plan.
func OpGlyph(op event.Op) string {
	if l, ok := opLooks[op]; ok {
		return l.glyph
	}
	return "?"
}

// OpWord is the operation as a verb.
func OpWord(op event.Op) string {
	if l, ok := opLooks[op]; ok {
		return l.word
	}
	return string(op)
}

// OpStyle is the operation's style among st.
func OpStyle(op event.Op, st Styles) lipgloss.Style {
	switch op {
	case event.Create:
		return st.Good
	case event.Update:
		return st.Warn
	case event.Delete:
		return st.Bad
	}
	return st.Quiet
}
