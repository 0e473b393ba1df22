package flow

import (
	"phonegate/provision/fault"
	"phonegate/templates"
)

// NotRunning is the code of the error that a form on a person's own server ends an apply with while it is not up yet.
const NotRunning = "bundle.not_running"

// Awaited reports whether an apply waits for something that the person does elsewhere, rather than having failed.
func Awaited(err error) bool { return err != nil && fault.Of(err).Code == NotRunning }

// HandoverSteps are what is to be done, with a number and, where there is one, a command.
func HandoverSteps(s Session, file string) [][3]string {
	return [][3]string{
		{"1", "Pass it its key; with Fly:", "phonegate secrets --tenant " + s.Tenant + " -- fly secrets import --stage"},
		{"2", "Copy " + NextTo(file, templates.BundleDir+"/"+OrDash(s.Spec.Host.Project)) + " to its server and start it; its README.md shows how.", ""},
		{"3", "Come back here.", ""},
	}
}
