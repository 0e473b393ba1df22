package wizard

import (
	"phonegate/provision/fault"
	"phonegate/templates"
)

// notRunning is the code of the error that a form on a person's own server ends an apply with while it is not up yet.
const notRunning = "bundle.not_running"

// awaited reports whether an apply waits for something that the person does elsewhere, rather than having failed.
func awaited(err error) bool { return err != nil && fault.Of(err).Code == notRunning }

// handoverSteps are what is to be done, with a number and, where there is one, a command.
func handoverSteps(s Session, file string) [][3]string {
	return [][3]string{
		{"1", "Pass it its key; with Fly:", "phonegate secrets --tenant " + s.Tenant + " -- fly secrets import --stage"},
		{"2", "Copy " + nextTo(file, templates.BundleDir+"/"+orDash(s.Spec.Host.Project)) + " to its server and start it; its README.md shows how.", ""},
		{"3", "Come back here.", ""},
	}
}
