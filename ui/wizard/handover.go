package wizard

import (
	"phonegate/provision/fault"
	"phonegate/ui/render"
)

// notRunning is the code of the error that a form on a person's own server ends an apply with while it is not up yet.
const notRunning = "bundle.not_running"

// awaited reports whether an apply waits for something that the person does elsewhere, rather than having failed.
func awaited(err error) bool { return err != nil && fault.Of(err).Code == notRunning }

// handover says how the form gets going on a server of one's own.
func handover(sh *shared, err error, width int) []string {
	st, f := sh.st, fault.Of(err)
	lines := render.Hang("  "+render.Warn.Mark(st)+" ", "All is ready but the form: it is started where it will run.", width)
	for _, s := range handoverSteps(sh.session.Tenant) {
		lines = append(lines, render.Hang("    "+s[0]+"  ", s[1], width)...)
		if s[2] != "" {
			lines = append(lines, styled(st.Accent.Render, render.Hang("       ", s[2], width))...)
		}
	}
	lines = append(lines, "")
	lines = append(lines, styled(st.Quiet.Render, render.Hang("  ", sentence(f.Message), width))...)
	if f.Hint != "" {
		lines = append(lines, styled(st.Quiet.Render, render.Hang("  ", sentence(f.Hint), width))...)
	}
	return lines
}

// handoverSteps are what is to be done, with a number and, where there is one, a command.
func handoverSteps(tenant string) [][3]string {
	return [][3]string{
		{"1", "Give it its secrets, here for Fly:", "phonegate secrets --tenant " + tenant + " -- fly secrets import"},
		{"2", "Start it: the README in its folder says how.", ""},
		{"3", "Come back and press enter.", ""},
	}
}
