package render

import (
	"strings"

	"phonegate/provision/event"
)

// Command is a suggested next command and why one would run it.
type Command struct{ Line, Why string }

// Next is what a person would sensibly run after the command.
func Next(r event.Result) []Command {
	on := onThese(r)
	if !r.OK {
		if onlyLeft(r) || allCancelled(r) {
			return nil // another run would leave the same, or nobody wants it
		}
		if r.Command == "apply" || r.Command == "rotate" || r.Command == "destroy" {
			return []Command{
				{"phonegate " + r.Command + on, "continue where this run stopped"},
				{"phonegate doctor" + several(r, on), "find out what is wrong"},
			}
		}
		return nil
	}
	switch r.Command {
	case "apply":
		return []Command{
			{"phonegate smoke" + on + " --level sms", "send a real code to your own phone"},
			{"phonegate doctor" + several(r, on), "check the whole setup"},
			{"phonegate export github-actions --out .", "run this in CI"},
		}
	case "rotate":
		next := []Command{{"phonegate smoke" + on, "test the new key"}}
		if waiting(r) {
			next = append(next, Command{"phonegate apply" + on, "delete the former key, in 15 minutes or later"})
		}
		return next
	case "smoke":
		return []Command{{"phonegate doctor" + several(r, on), "check the whole setup"}}
	case "init":
		return []Command{{"phonegate plan" + on, "show the changes"}, {"phonegate apply" + on, "apply the changes"}}
	case "generate":
		return []Command{{"phonegate apply" + on, "deploy the files"}}
	}
	return nil
}

// waiting says whether a rotation has left a former key to a later run.
func waiting(r event.Result) bool {
	for _, t := range r.Tenants {
		if t.Updated > 0 && t.Deleted == 0 && t.Created == 0 {
			return true
		}
	}
	return false
}

// allCancelled says whether nothing failed except that a person answered no.
func allCancelled(r event.Result) bool {
	for _, t := range r.Tenants {
		if !t.OK && !cancelled(t.Error) {
			return false
		}
	}
	return len(r.Tenants) > 0
}

// onlyLeft says whether all that failed is that destroy leaves things behind.
func onlyLeft(r event.Result) bool {
	failed := false
	for _, t := range r.Tenants {
		if !t.OK && len(t.Left) == 0 {
			return false
		}
		failed = failed || !t.OK
	}
	return failed
}

// afterRotation is the result of a rotation that failed when the new key was in use already: apply does the rest, another rotation
// would make another key.
func (p *plain) afterRotation(r event.Result) event.Result {
	if r.Command != "rotate" {
		return r
	}
	for _, t := range r.Tenants {
		if !t.OK && !p.switched[t.Name] {
			return r
		}
	}
	if !r.OK {
		r.Command = "apply"
	}
	return r
}

// onThese names the tenants to go on with: those that failed, or all that there were.
func onThese(r event.Result) string {
	const most = 3 // more are no easier to type than all
	var failed []string
	for _, t := range r.Tenants {
		if !t.OK {
			failed = append(failed, t.Name)
		}
	}
	switch {
	case len(r.Tenants) == 1 && r.Tenants[0].Name != "":
		return " --tenant " + r.Tenants[0].Name
	case len(r.Tenants) < 2:
		return ""
	case len(failed) > 0 && len(failed) <= most:
		return " --tenant " + strings.Join(failed, " --tenant ")
	}
	return " --all"
}

// several is on where a run was about several tenants.
func several(r event.Result, on string) string {
	if len(r.Tenants) < 2 {
		return ""
	}
	return on
}

// Commands lists commands under the word Next.
func Commands(next []Command, st Styles, width int) []string {
	lines := []string{"", st.Quiet.Render("Next")}
	column := 0
	for _, c := range next {
		column = max(column, len(c.Line))
	}
	for _, c := range next {
		if 2+column+2+len(c.Why) <= width {
			lines = append(lines, "  "+Pad(c.Line, column)+"  "+st.Quiet.Render(c.Why))
			continue
		}
		lines = append(lines, Hang("  ", c.Line, width)...)
		for _, l := range Hang("    ", c.Why, width) {
			lines = append(lines, st.Quiet.Render(l))
		}
	}
	return lines
}
