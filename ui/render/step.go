package render

import (
	"strings"
	"time"

	"github.com/charmbracelet/x/ansi"

	"phonegate/provision/event"
)

// elapsedColumn is the room kept for a duration, so that details break alike.
const elapsedColumn = 8

// StepLines is one step as lines of at most width columns: state, name, detail, time, and
// under a failure what happened and what to do.
func StepLines(s event.Step, st Styles, width int, host string) []string {
	return stepLines(s, wordOf(StateOf(s.Status), s.Error), st, width, host)
}

// stepLines is StepLines with another word for the state.
func stepLines(s event.Step, word string, st Styles, width int, host string) []string {
	state := StateOf(s.Status)
	name := NameOf(s.Resource).At(host)
	took := ""
	if worthSaying(s) {
		took = Elapsed(time.Duration(s.ElapsedMS) * time.Millisecond)
	}
	what := name.What
	if s.Status == event.Running {
		what = name.Now()
	}
	detail := Printable(s.Detail)
	mark := state.Mark(st) + " " + state.Style(st).Render(Pad(word, 7))
	var lines []string
	if width >= 60 {
		head := "  " + mark + "  " + Pad(name.Who, 7) + " "
		in := 2 + 9 + 2 + 8
		if detail == "" || !name.In(detail) {
			if ansi.StringWidth(detail) <= width-in-21-elapsedColumn-1 {
				head += Pad(what, 20) + " "
			} else { // too long for a column of its own
				detail = what + ": " + detail
			}
			in = ansi.StringWidth(head)
		}
		first, rest := detail, []string(nil)
		room := width - in
		if took != "" {
			room = max(room-max(elapsedColumn, len(took))-1, 12)
		}
		switch parts := Wrap(detail, room); {
		case longest(detail) > room: // an address stays in one piece, on a line of its own
			first, rest, in = "", Wrap(detail, width-6), 6
		case len(parts) > 1:
			first, rest = parts[0], parts[1:]
		}
		lines = append(lines, Ends(head+first, st.Quiet.Render(took), width))
		for _, r := range rest {
			lines = append(lines, strings.Repeat(" ", in)+r)
		}
	} else {
		head := state.Mark(st) + " " + name.Who + " "
		if detail != "" && name.In(detail) && ansi.StringWidth(head+detail)+1+len(took) <= width {
			what, detail = detail, ""
		}
		lines = append(lines, Ends(head+what, st.Quiet.Render(took), width))
		words := word
		if detail != "" {
			words += ": " + detail
		}
		lines = append(lines, Hang("  ", words, width)...)
	}
	if stopped(s.Error) {
		return lines // the command's end says how to go on
	}
	return append(lines, ErrorLines(s.Error, st, width)...)
}

// stopped says whether an error is only that a person stopped it.
func stopped(e *event.Error) bool { return e != nil && e.Code == "interrupted" }

// wordOf is the word for a state that may come of having been stopped.
func wordOf(s State, e *event.Error) string {
	if stopped(e) {
		return "stopped"
	}
	return s.Word()
}

// worthSaying reports whether a step took long enough for its time to mean anything.
func worthSaying(s event.Step) bool { return s.ElapsedMS >= 50 && s.Status != event.Skipped }

// longest is the width of the longest word.
func longest(s string) (w int) {
	for _, word := range strings.Fields(s) {
		w = max(w, ansi.StringWidth(word))
	}
	return w
}

// ErrorLines says what happened and what to do next; nothing for nil.
func ErrorLines(e *event.Error, st Styles, width int) []string {
	if e == nil {
		return nil
	}
	var lines []string
	for _, l := range Hang("    ", Printable(e.Message), width) {
		lines = append(lines, st.Bad.Render(l))
	}
	if e.Hint != "" {
		lines = append(lines, Hang("    → ", Printable(e.Hint), width)...)
	}
	return lines
}
