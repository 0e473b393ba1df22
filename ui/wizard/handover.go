package wizard

import (
	"phonegate/provision/fault"
	"phonegate/ui/render"
	"phonegate/ui/wizard/flow"
	"phonegate/ui/wizard/widget"
)

// handover says how the form gets going on a server of one's own.
func handover(sh *shared, err error, width int) []string {
	st := sh.Styles
	lines := render.Hang("  "+render.Warn.Mark(st)+" ", "Everything is ready except the form. Start it on your server:", width)
	for _, s := range flow.HandoverSteps(sh.session, sh.file) {
		lines = append(lines, render.Hang("    "+s[0]+"  ", s[1], width)...)
		if s[2] != "" {
			lines = append(lines, widget.Styled(st.Accent.Render, render.Hang("       ", s[2], width))...)
		}
	}
	lines = append(lines, "")
	lines = append(lines, widget.Styled(st.Quiet.Render, render.Hang("  ", render.Sentence(fault.Of(err).Message), width))...)
	return lines
}
