package flow

import "phonegate/ui/render"

// AccountColumn is how wide the providers' names are written.
const AccountColumn = 10

// AccountLines is a checked account: whose it is, and what is worth knowing.
func AccountLines(st render.Styles, who string, a Account, width int) []string {
	lines := render.Hang("  "+render.OK.Mark(st)+" "+render.Pad(who, AccountColumn)+" ", render.Printable(a.Name), width)
	for _, n := range a.Notes {
		state := render.Warn
		if n.OK {
			state = render.OK
		}
		lines = append(lines, render.Hang("    "+state.Mark(st)+" ", render.Printable(n.Text), width)...)
		if n.Hint != "" && !n.OK {
			for _, l := range render.Hang("      ", render.Printable(n.Hint), width) {
				lines = append(lines, st.Quiet.Render(l))
			}
		}
	}
	return lines
}
