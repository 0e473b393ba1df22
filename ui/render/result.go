package render

import (
	"fmt"
	"sort"
	"strings"
	"time"

	"phonegate/provision/event"
)

// result is the last word of a command: one line a tenant, what it cost, what comes next.
func (p *plain) result(r event.Result) []string {
	st := p.o.Styles
	lines := []string{""}
	if len(r.Tenants) == 1 && !r.Tenants[0].OK && r.Tenants[0].Error == nil {
		r.Tenants = []event.Outcome{withError(r.Tenants[0], r.Error)}
	}
	if len(r.Tenants) > 1 {
		lines = append(append(lines, Table(r, st, p.whole)...), "")
	} else {
		for _, t := range r.Tenants {
			if r.Command == "plan" && t.Error == nil && pending(t) {
				continue // the plan's sum says it, and the command says what to run
			}
			lines = append(lines, OutcomeLines(r.Command, t, st, p.whole)...)
		}
	}
	if len(r.Tenants) == 0 && r.OK {
		lines = append(lines, OK.Mark(st)+" "+r.Command+": done")
	}
	if r.Error != nil && !shown(r) {
		lines = append(lines, Bad.Mark(st)+" "+Bad.Style(st).Render("failed")+"  "+r.Command)
		lines = append(lines, ErrorLines(r.Error, st, p.whole)...)
	}
	if cost := Cost(r); cost != "" {
		for _, l := range Hang("  ", cost, p.whole) {
			lines = append(lines, st.Quiet.Render(l))
		}
	}
	if next := Next(p.afterRotation(r)); len(next) > 0 && !p.o.Quiet {
		for i := range next {
			next[i].Line += p.o.File
		}
		lines = append(lines, Commands(next, st, p.whole)...)
	}
	return lines
}

// withError is the outcome with the command's error as its own.
func withError(t event.Outcome, e *event.Error) event.Outcome {
	t.Error = e
	return t
}

// shown reports whether the result's error is also that of a tenant.
func shown(r event.Result) bool {
	for _, t := range r.Tenants {
		if t.Error != nil && t.Error.Message == r.Error.Message {
			return true
		}
	}
	return false
}

// OutcomeLines is how a command ended for one tenant.
func OutcomeLines(command string, t event.Outcome, st Styles, width int) []string {
	if cancelled(t.Error) {
		return []string{Passed.Mark(st) + " " + st.Title.Render(t.Name) + "  Cancelled. Nothing was changed."}
	}
	if t.Error != nil && t.Error.Code == "doctor.findings" {
		return []string{Bad.Mark(st) + " " + st.Title.Render(t.Name) + ": " + strings.Trim(strings.TrimPrefix(t.Error.Message, t.Name+" has "), ".")}
	}
	state := OK
	switch {
	case !t.OK:
		state = Bad
	case command == "plan" && pending(t):
		state = Warn
	}
	head := state.Mark(st) + " " + state.Style(st).Render(Pad(wordOf(state, t.Error), 7)) + " "
	lines := Hang(head, st.Title.Render(t.Name)+"  "+sentence(command, t), width)
	for _, f := range [][2]string{{"form", t.FormURL}, {"Action", t.ActionID}, {"service", t.ServiceSID}} {
		if f[1] != "" && command != "plan" && command != "destroy" {
			lines = append(lines, Hang("          "+st.Quiet.Render(Pad(f[0], 9)), f[1], width)...)
		}
	}
	if len(t.Left) > 0 {
		return append(lines, LeftLines(t.Left, st, width)...)
	}
	lines = append(lines, ErrorLines(t.Error, st, width)...)
	if t.Error != nil && t.Error.Detail != "" {
		for _, l := range Hang("    ", "Details: "+Printable(t.Error.Detail), width) {
			lines = append(lines, st.Quiet.Render(l))
		}
	}
	return lines
}

// LeftLines is what destroy leaves behind: what, why, and the command that removes it.
func LeftLines(left []event.Left, st Styles, width int) []string {
	var lines []string
	for _, l := range left {
		text := Printable(l.What)
		if l.Why != "" {
			text += ": " + Printable(l.Why)
		}
		for _, line := range Hang("    – ", text, width) {
			lines = append(lines, st.Bad.Render(line))
		}
		if l.Command != "" {
			lines = append(lines, Hang("      → ", Printable(l.Command), width)...)
		}
	}
	return lines
}

// sentence says in words what the command achieved for a tenant.
func sentence(command string, t event.Outcome) string {
	counts := tally(t)
	switch {
	case len(t.Left) > 0 && counts == "":
		return leftBehind
	case len(t.Left) > 0:
		return counts + ". " + leftBehind
	case stopped(t.Error) && counts == "":
		return command + " stopped"
	case stopped(t.Error):
		return command + " stopped after: " + counts
	case !t.OK && counts == "":
		return command + " failed"
	case !t.OK:
		return command + " failed after: " + counts
	case command == "plan" && pending(t):
		return "differs from its configuration"
	case command == "plan":
		return "matches its configuration"
	case command == "doctor":
		return "no problems found"
	case command == "smoke":
		return "the live test passed"
	case command == "destroy" && counts == "":
		return "there was nothing to delete"
	case counts == "":
		return command + " is done"
	case command == "apply" && t.Unchanged > 0 && !pending(t):
		return "matches its configuration: nothing to change"
	}
	return counts
}

// cancelled says whether an error is only that a person answered no.
func cancelled(e *event.Error) bool { return e != nil && e.Code == "declined" }

// pending says whether a plan found something to do.
func pending(t event.Outcome) bool { return t.Created+t.Updated+t.Deleted > 0 }

// tally counts what was done, leaving out what was not.
func tally(t event.Outcome) string {
	var parts []string
	for _, c := range []struct {
		n    int
		word string
	}{{t.Created, "created"}, {t.Updated, "updated"}, {t.Deleted, "deleted"}, {t.Unchanged, "unchanged"}} {
		if c.n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", c.n, c.word))
		}
	}
	return strings.Join(parts, ", ")
}

// Cost is what a command took: "auth0 7, twilio 2 requests in 1.8 s".
func Cost(r event.Result) string {
	var parts []string
	keys := make([]string, 0, len(r.Requests))
	for k := range r.Requests {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	total := 0
	for _, k := range keys {
		if n := r.Requests[k]; n > 0 {
			parts = append(parts, fmt.Sprintf("%s %d", k, n))
			total += n
		}
	}
	var s string
	if total > 0 {
		s = Count(total, "request") + " (" + strings.Join(parts, ", ") + ")"
	}
	if r.ElapsedMS > 0 {
		took := Elapsed(time.Duration(r.ElapsedMS) * time.Millisecond)
		if s == "" {
			return took
		}
		return s + " in " + took
	}
	return s
}
