package config

import (
	"cmp"
	"slices"

	"phonegate/provision/host/kind"
)

// Questions is the table, in the order in which a person is asked. A new setting
// is one field of Tenant and one row here.
func Questions() []Question {
	rows := []Question{}
	for _, part := range [][]Question{auth0Questions(), twilioQuestions(), loginQuestions(), hostQuestions(), rolloutQuestions()} {
		rows = append(rows, part...)
	}
	for i, q := range rows {
		rows[i].Default = builtIn(q)
	}
	return rows
}

func auth0Questions() []Question {
	domain := text("auth0.domain", func(t *Tenant) *string { return &t.Auth0.Domain }, cleanDomain)
	domain.Env, domain.Required, domain.Identity = "AUTH0_DOMAIN", true, true
	domain.Prompt = "Auth0 domain"
	domain.Help = "The tenant's own domain, such as acme-dev.us.auth0.com, not a custom domain."

	custom := list("auth0.custom_domains", func(t *Tenant) *[]string { return &t.Auth0.CustomDomains }, cleanHostname)
	custom.Prompt = "Custom domains"
	custom.Help = "Other hosts where users log in to this tenant. The form sends users back only to these and the Auth0 domain."

	connection := text("auth0.connection", func(t *Tenant) *string { return &t.Auth0.Connection }, cleanConnection)
	connection.Prompt = "Database connection"
	connection.Help = "The connection that users sign up in; the live test creates its user there."

	page := choice("auth0.login_page", func(t *Tenant) *string { return &t.Auth0.LoginPage },
		Option{"tenant", "All applications", "The tenant's login page gets the phone field; the current page is saved so that destroy can restore it."},
		Option{"client", "One application", "Only one application's login page gets the phone field."},
		Option{"none", "Leave it", "phonegate changes no login page. You paste the generated page, or the form asks for the number."})
	page.Prompt = "Which login page gets the phone field?"
	page.Help = "The sign-up form of the Classic login page asks for the phone number."

	client := text("auth0.client_id", func(t *Tenant) *string { return &t.Auth0.ClientID }, cleanClientID)
	client.Prompt = "Application client ID"
	client.Help = "The application whose login page gets the phone field; the live test logs in to it."
	client.Required = true
	client.When = func(t Tenant) bool { return t.Auth0.LoginPage == "client" }

	return []Question{domain, custom, connection, page, client}
}

func twilioQuestions() []Question {
	account := text("twilio.account_sid", func(t *Tenant) *string { return &t.Twilio.AccountSID }, cleanAccountSID)
	account.Env, account.Identity = "TWILIO_ACCOUNT_SID", true
	account.Prompt = "Twilio account SID"
	account.Help = "The account that sends and pays for the codes: AC followed by 32 hexadecimal digits."

	service := text("twilio.service_name", func(t *Tenant) *string { return &t.Twilio.ServiceName }, cleanServiceName)
	service.Prompt = "Verify service name"
	service.Help = "The name appears in every text: Your <name> verification code is: 123456."

	length := number("twilio.code_length", func(t *Tenant) *int { return &t.Twilio.CodeLength }, 4, 10)
	length.Prompt = "Digits in a code"
	length.Help = "Length of the code, 4 to 10 digits."

	return []Question{account, service, length}
}

func loginQuestions() []Question {
	check := choice("code_check", func(t *Tenant) *string { return &t.CodeCheck },
		Option{"form", "The form", "Users can correct a mistyped code, have it sent again or request a call. The form has a Twilio key."},
		Option{"action", "The Action", "The form has no Twilio key. A wrong code ends the login; the next login asks again without a new text."})
	check.Prompt = "Who checks the code?"
	check.Help = "Where the code is checked with Twilio. This decides what happens after a mistyped code."

	capture := choice("capture", func(t *Tenant) *string { return &t.Capture },
		Option{"lock", "The sign-up form", "Lock on the Classic login page asks for the number at sign-up."},
		Option{"form", "The code form", "For Universal Login, social and passwordless users: the form asks for the number when the profile has none."})
	capture.Prompt = "Where does a new user give the phone number?"
	capture.Help = "Where users enter the number that gets the code."

	missing := choice("no_phone", func(t *Tenant) *string { return &t.NoPhone },
		Option{"form", "Ask on the form", "A user without a number is asked for one."},
		Option{"deny", "Deny the login", "A user without a number cannot log in."},
		Option{"skip", "Let in", "A user without a number logs in without verification."})
	missing.Prompt = "What about users without a phone number?"
	missing.Help = "What happens when a user without a number logs in."

	countries := list("countries", func(t *Tenant) *[]string { return &t.Countries }, cleanCountry)
	countries.Prompt = "Countries that may be texted"
	countries.Help = "Two-letter codes such as AU,NZ. Numbers in other countries are rejected before a text is paid for. Empty: all."

	country := text("default_country", func(t *Tenant) *string { return &t.DefaultCountry }, cleanCountry)
	country.Prompt = "Default country"
	country.Help = "Country for numbers typed without a country code, such as 0412 345 678. Empty: such numbers are rejected."

	return []Question{check, capture, missing, countries, country}
}

func hostQuestions() []Question {
	var kinds []Option
	for _, k := range kind.All() {
		kinds = append(kinds, Option{k.Name, k.Label, k.About})
	}
	where := choice("host.kind", func(t *Tenant) *string { return &t.Host.Kind }, kinds...)
	where.Prompt = "Where does the form run?"
	where.Help = "Who hosts the page where users type the code."

	project := text("host.project", func(t *Tenant) *string { return &t.Host.Project }, cleanProject)
	project.Prompt = "Project name"
	project.Help = "It determines the form's address, such as acme-dev-verify.vercel.app. For a bundle it names the folder."

	team := text("host.team", func(t *Tenant) *string { return &t.Host.Team }, cleanTeam)
	team.Env, team.Identity = "VERCEL_TEAM_ID", true
	team.Prompt = "Team"
	team.Help = "The Vercel team that owns the project; empty for a personal account."
	team.When = asksHost(team.Key)

	address := text("host.url", func(t *Tenant) *string { return &t.Host.URL }, cleanFormURL)
	address.Prompt = "Address of the form"
	address.Help = "The form's address on your server, such as https://verify.acme.example (only with host.kind: bundle)."
	address.Required = true
	address.When = asksHost(address.Key)

	name := text("brand.name", func(t *Tenant) *string { return &t.Brand.Name }, cleanBrandName)
	name.Prompt = "Name on the form"
	name.Help = "The name your users know."

	color := text("brand.color", func(t *Tenant) *string { return &t.Brand.Color }, cleanColor)
	color.Prompt = "Colour of the button"
	color.Help = "As #rrggbb. phonegate picks a text colour with enough contrast."

	logo := text("brand.logo_url", func(t *Tenant) *string { return &t.Brand.LogoURL }, cleanLogo)
	logo.Prompt = "Logo"
	logo.Help = "An https or data:image address of an image. Empty: the name is shown."

	return []Question{where, project, team, address, name, color, logo}
}

func rolloutQuestions() []Question {
	after := text("enforce.users_created_after", func(t *Tenant) *string { return &t.Enforce.UsersCreatedAfter }, cleanMoment)
	after.Prompt = "Only users created after"
	after.Help = "A date such as 2026-07-01: older users are not asked for a code. Empty: all users are."

	clients := list("enforce.skip_clients", func(t *Tenant) *[]string { return &t.Enforce.SkipClients }, cleanClientID)
	clients.Prompt = "Applications to leave out"
	clients.Help = "Client IDs of applications that never ask for a code."

	connections := list("enforce.skip_connections", func(t *Tenant) *[]string { return &t.Enforce.SkipConnections }, cleanConnection)
	connections.Prompt = "Connections to leave out"
	connections.Help = "Names of connections whose users are never asked for a code."

	claims := text("claims", func(t *Tenant) *string { return &t.Claims }, cleanClaims)
	claims.Prompt = "Namespace of ID-token claims"
	claims.Help = "An https address of yours: the prefix of the claim with the verified number in ID tokens. Empty: no claim."

	protected := toggle("protected", func(t *Tenant) *bool { return &t.Protected })
	protected.Prompt = "Ask for the tenant's name before a change?"
	protected.Latched = true
	protected.Help = "For tenants with real users: every change asks for the tenant's name first. Only editing the file turns this off."

	return []Question{after, clients, connections, claims, protected}
}

// asksHost says whether the kind of host asks a question that only some kinds ask.
func asksHost(key string) func(Tenant) bool {
	return func(t Tenant) bool {
		k, _ := kind.Of(cmp.Or(t.Host.Kind, kind.Default))
		return slices.Contains(k.Asks, key)
	}
}
