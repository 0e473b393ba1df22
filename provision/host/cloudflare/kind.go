package cloudflare

import (
	"strings"

	"phonegate/provision/host"
)

// Name is the kind's name in the file.
const Name = "cloudflare"

// Kind is Cloudflare's row in the table of hosts.
var Kind = host.Kind{
	Name: Name, Label: "Cloudflare", About: "The form is deployed as a Worker.", Column: "Workers",
	Project: "The Worker's name becomes a part of the form's address.",
	WrongProject: func(project string) string {
		if len(project) > 63 || strings.ContainsAny(project, "._") {
			return "cannot be a Worker's name: up to 63 lower-case letters, digits and -"
		}
		return ""
	},
	Address: func(project string) string {
		return "Its address will be " + project + " below the account's own part of workers.dev."
	},
	Secrets: []string{"CLOUDFLARE_API_TOKEN", "CLOUDFLARE_ACCOUNT_ID"}, Account: "CLOUDFLARE_ACCOUNT_ID",
	Names: map[string]string{"project": "subdomain", "deployment": "form"},
	New: func(o host.Order) host.Host {
		client := New(Options{Token: o.Credential("CLOUDFLARE_API_TOKEN"), Account: o.Credential("CLOUDFLARE_ACCOUNT_ID"), HTTP: o.HTTP, Poll: o.Poll})
		return NewHost(client, Form{Name: o.Project, Tenant: o.Domain, Env: o.Env, Version: o.Version, Module: o.Module})
	},
}
