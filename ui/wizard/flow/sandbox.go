package flow

import (
	"phonegate/provision/config"
	"phonegate/provision/host/kind"
)

// SandboxURL is where the sandbox runs a form that runs elsewhere; "" for the hosts that give out addresses of their own.
func SandboxURL(spec config.Tenant, at string) string {
	if !kind.SelfHosted(at) {
		return ""
	}
	return "https://" + spec.Host.Project + ".test"
}

// SandboxSpec is what a newcomer would answer: in the sandbox every question comes with an answer.
func SandboxSpec(domain string) config.Tenant {
	return config.Tenant{
		Auth0:          config.Auth0{Domain: domain, LoginPage: "tenant"},
		Twilio:         config.Twilio{ServiceName: "Acme dev", CodeLength: 6},
		Host:           config.Host{Kind: kind.Default, Project: "acme-dev-verify"},
		Brand:          config.Brand{Name: "Acme", Color: "#2a5bd7"},
		CodeCheck:      "form",
		Capture:        "lock",
		NoPhone:        "form",
		DefaultCountry: "AU",
	}
}
