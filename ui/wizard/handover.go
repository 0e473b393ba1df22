package wizard

import (
	"phonegate/provision/fault"
	"phonegate/templates"
	"phonegate/ui/render"
)

// notRunning is the code of the error that a form on a person's own server ends an apply with while it is not up yet.
const notRunning = "bundle.not_running"

// awaited reports whether an apply waits for something that the person does elsewhere, rather than having failed.
func awaited(err error) bool { return err != nil && fault.Of(err).Code == notRunning }

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
	lines = append(lines, styled(st.Quiet.Render, render.Hang("  ", sentence(fault.Of(err).Message), width))...)
	return lines
}

// handoverSteps are what is to be done, with a number and, where there is one, a command.
func handoverSteps(s Session, file string) [][3]string {
	return [][3]string{
		{"1", "Pass it its key; with Fly:", "phonegate secrets --tenant " + s.Tenant + " -- fly secrets import --stage"},
		{"2", "Copy " + nextTo(file, templates.BundleDir+"/"+orDash(s.Spec.Host.Project)) + " to its server and start it; its README.md shows how.", ""},
		{"3", "Come back here.", ""},
	}
}
