package bundle

import (
	"strings"

	"phonegate/provision/host"
)

// Name is the kind's name in the file.
const Name = "bundle"

// Kind is the row of a form that a person runs in the table of hosts.
var Kind = host.Kind{
	Name: Name, Label: "Elsewhere", About: "The form is written to a folder for you to run on your own server.", Column: "Bundle",
	Asks:    []string{"host.url"},
	Project: "It names the folder that the form is written to",
	WrongProject: func(project string) string {
		if len(project) > 63 || strings.ContainsAny(project, "._") {
			return "cannot name a folder of which an app or a service is made: up to 63 lower-case letters, digits and -"
		}
		return ""
	},
	Address: func(string) string {
		return "Its files are written to a folder, ready to run anywhere: with Node, in a container, as a service."
	},
	SelfHosted: true,
	Names:      map[string]string{"project": "folder", "deployment": "form"},
	New: func(o host.Order) host.Host {
		return New(Options{
			Dir: o.Dir, Folder: o.Folder, Files: o.Files, URL: o.URL, Version: o.Version, Tenant: o.Tenant, Env: o.Env,
			Handed: o.Handed, Note: o.Note, HTTP: o.HTTP, Poll: o.Poll,
		})
	},
}
