package wizard

import (
	"phonegate/provision/fault"
	"phonegate/ui/render"
)

// handover says how the form gets going on a server of one's own.
func handover(sh *shared, err error, width int) []string {
	st := sh.st
	lines := render.Hang("  "+render.Warn.Mark(st)+" ", "Everything is ready except the form. Start it on your server:", width)
	for _, s := range handoverSteps(sh.session, sh.file) {
		lines = append(lines, render.Hang("    "+s[0]+"  ", s[1], width)...)
		if s[2] != "" {
			lines = append(lines, styled(st.Accent.Render, render.Hang("       ", s[2], width))...)
		}
	}
	lines = append(lines, "")
	lines = append(lines, styled(st.Quiet.Render, render.Hang("  ", render.Sentence(fault.Of(err).Message), width))...)
	return lines
}
