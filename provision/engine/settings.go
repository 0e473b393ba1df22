package engine

import (
	"phonegate/provision/config"
	"phonegate/provision/host/kind"
	"phonegate/templates"
)

// Settings is what of a tenant's answers shapes the artefacts. It is the only bridge from the file to the templates, so
// what is generated depends on nothing but the file.
func Settings(t config.Tenant) templates.Settings {
	return templates.Settings{
		Domain:         t.Auth0.Domain,
		CustomDomains:  t.Auth0.CustomDomains,
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

// Artefacts renders all that a tenant's answers lead to, as files for people to read. Where the form runs elsewhere, the folder that it
// runs from is among them.
func Artefacts(tenant string, t config.Tenant) ([]templates.File, error) {
	all, err := templates.Artefacts(Settings(t))
	if err != nil || !kind.SelfHosted(t.Host.Kind) {
		return all, err
	}
	form, err := Bundle(tenant, t)
	if err != nil {
		return nil, err
	}
	return templates.WithBundle(all, form), nil
}

// Bundle renders the folder of a form that runs elsewhere.
func Bundle(tenant string, t config.Tenant) ([]templates.File, error) {
	return templates.Bundle(Settings(t), templates.BundleNames{Tenant: tenant, Project: t.Host.Project, URL: t.Host.URL})
}
