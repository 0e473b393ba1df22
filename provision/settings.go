package provision

import (
	"phonegate/provision/config"
	"phonegate/templates"
)

// Settings is what of a tenant's answers shapes the artefacts. It is the only bridge from the file to the templates, so
// what is generated depends on nothing but the file.
func Settings(t config.Tenant) templates.Settings {
	return templates.Settings{
		Domain:         t.Auth0.Domain,
		CustomDomains:  t.Auth0.CustomDomains,
		Connection:     t.Auth0.Connection,
		CodeCheck:      t.CodeCheck,
		Capture:        t.Capture,
		NoPhone:        t.NoPhone,
		CodeLength:     t.Twilio.CodeLength,
		Countries:      t.Countries,
		DefaultCountry: t.DefaultCountry,
		Brand:          templates.Brand{Name: t.Brand.Name, Color: t.Brand.Color, LogoURL: t.Brand.LogoURL},
		Enforce: templates.Enforce{
			UsersCreatedAfter: t.Enforce.UsersCreatedAfter,
			SkipClients:       t.Enforce.SkipClients,
			SkipConnections:   t.Enforce.SkipConnections,
		},
		Claims: t.Claims,
	}
}
