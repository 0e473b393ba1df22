package config

import (
	"fmt"
	"slices"
	"strings"

	"phonegate/provision/host/kind"
)

// Validate says how the answers of a completed tenant contradict one another, all together.
// Each answer on its own has been checked when it was taken in.
func Validate(tenant string, t Tenant) error { return contradictions(t).err("tenant " + tenant) }

// contradictions checks answers against each other. Keys are relative to the tenant.
func contradictions(t Tenant) (found Problems) {
	add := func(key, format string, args ...any) {
		found = append(found, Problem{Key: key, Message: fmt.Sprintf(format, args...)})
	}
	if t.Capture == "form" && t.CodeCheck == "action" {
		add("capture", "form needs code_check: form, because under code_check: action the form cannot start a text; set code_check to form or capture to lock")
	}
	if t.NoPhone == "form" && t.CodeCheck == "action" {
		add("no_phone", "form needs code_check: form, because under code_check: action the form cannot start a text; set no_phone to deny or skip")
	}
	if t.Capture == "form" && t.NoPhone != "form" && t.CodeCheck != "action" {
		add("no_phone", "%s contradicts capture: form, under which every new user comes without a number and is asked for one; set no_phone to form", t.NoPhone)
	}
	if t.Auth0.LoginPage == "client" && t.Auth0.ClientID == "" {
		add("auth0.login_page", "client needs auth0.client_id, the application whose login page is changed")
	}
	if t.DefaultCountry != "" && len(t.Countries) > 0 && !slices.Contains(t.Countries, t.DefaultCountry) {
		add("default_country", "%s is not among countries (%s), so numbers without a country code could not be texted; add it there or choose one of them", t.DefaultCountry, strings.Join(t.Countries, ", "))
	}
	if slices.Contains(t.Auth0.CustomDomains, t.Auth0.Domain) {
		add("auth0.custom_domains", "%s is the tenant's own domain already; list only others", t.Auth0.Domain)
	}
	if slices.Contains(t.Enforce.SkipConnections, t.Auth0.Connection) {
		add("enforce.skip_connections", "%s is the connection that is to be verified (auth0.connection); leave out another", t.Auth0.Connection)
	}
	if t.Auth0.ClientID != "" && slices.Contains(t.Enforce.SkipClients, t.Auth0.ClientID) {
		add("enforce.skip_clients", "%s is the application that is to be verified (auth0.client_id); leave out another", t.Auth0.ClientID)
	}
	if k, _ := kind.Of(t.Host.Kind); k.WrongProject != nil {
		if wrong := k.WrongProject(t.Host.Project); wrong != "" {
			add("host.project", "%s %s", quoted(t.Host.Project), wrong)
		}
	}
	return found
}
