package vercel

import (
	"cmp"

	"phonegate/provision/host"
)

// Name is the kind's name in the file.
const Name = "vercel"

// Kind is Vercel's row in the table of hosts.
var Kind = host.Kind{
	Name: Name, Label: "Vercel", About: "The form is deployed as one function of a Vercel project.", Column: "Vercel",
	Asks:    []string{"host.team"},
	Project: "The project's name becomes the form's address.",
	Address: func(project string) string {
		return "Its address will be https://" + project + ".vercel.app, or the nearest that is free."
	},
	Secrets: []string{"VERCEL_TOKEN"}, Account: "VERCEL_TEAM_ID",
	Terraform: true,
	New: func(o host.Order) host.Host {
		team := cmp.Or(o.Team, o.Credential("VERCEL_TEAM_ID"))
		return NewHost(New(Options{Token: o.Credential("VERCEL_TOKEN"), Team: team, HTTP: o.HTTP, Poll: o.Poll}), Form{
			Project: o.Project, Domain: o.Domain, Files: o.Files, Version: o.Version, Env: o.Env, URL: o.Known,
		})
	},
}
