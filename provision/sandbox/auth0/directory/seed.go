package directory

import (
	"maps"
	"strings"

	"phonegate/provision/sandbox/auth0/reply"
)

const defaultLoginPage = `<!DOCTYPE html>
<html><head><title>Sign In with Auth0</title></head>
<body><script>var config = JSON.parse(decodeURIComponent(escape(window.atob('@@config@@'))));</script></body></html>
`

// Ids of the seed, fixed so that two runs of the sandbox look alike.
const (
	// SeedConnection is the database connection's id.
	SeedConnection = "con_sbxUsernamePassw"
	// SeedGlobalClient is the global client's id.
	SeedGlobalClient = "sandboxGlobalClient000000000000"
)

// Seeds are what a new tenant's applications are made from.
type Seeds struct {
	// ClientID and ClientSecret are the machine-to-machine application's, which may use the scopes of Granted.
	ClientID, ClientSecret string
	Granted                []string
	// Scopes are all that the Management API knows.
	Scopes []string
	// AppID and Callbacks are the application's that users log in to.
	AppID     string
	Callbacks []string
}

// Seed makes a new tenant's applications, its database connection and its APIs.
func (s *Directory) Seed(x Seeds) {
	app := newClient(x.AppID, reply.Random(48), "Sandbox App")
	maps.Copy(app, reply.Object{
		"app_type": "spa", "token_endpoint_auth_method": "none", "oidc_conformant": true, "callbacks": anys(x.Callbacks),
		"allowed_logout_urls": anys(x.Callbacks), "grant_types": []any{"authorization_code", "refresh_token", "password"},
		"jwt_configuration": reply.Object{"alg": "RS256", "lifetime_in_seconds": 36000, "secret_encoded": false},
	})
	m2m := newClient(x.ClientID, x.ClientSecret, "phonegate")
	maps.Copy(m2m, reply.Object{
		"app_type": "non_interactive", "token_endpoint_auth_method": "client_secret_post", "oidc_conformant": true,
		"grant_types": []any{"client_credentials"},
	})
	global := reply.Object{
		"name": "All Applications", "client_id": SeedGlobalClient, "client_secret": reply.Random(48), "global": true, "is_first_party": true,
		"oidc_conformant": false, "sso_disabled": false, "cross_origin_authentication": false, "custom_login_page_on": false,
		"custom_login_page": defaultLoginPage, "callbacks": []any{}, "jwt_configuration": reply.Object{"secret_encoded": false, "lifetime_in_seconds": 36000},
	}
	s.clients = []reply.Object{global, app, m2m}
	s.connections = []reply.Object{{
		"id": SeedConnection, "name": "Username-Password-Authentication", "strategy": "auth0", "is_domain_connection": false,
		"realms": []any{"Username-Password-Authentication"}, "options": reply.Object{
			"mfa": reply.Object{"active": true, "return_enroll_settings": true}, "passwordPolicy": "good", "strategy_version": 2,
			"authentication_methods": reply.Object{"password": reply.Object{"enabled": true}, "passkey": reply.Object{"enabled": false}},
			"passkey_options":        reply.Object{"challenge_ui": "both", "progressive_enrollment_enabled": true, "local_enrollment_enabled": true},
			"brute_force_protection": true, "disable_signup": false, "requires_username": false,
		},
	}}
	s.enabled[SeedConnection] = []string{x.AppID, x.ClientID}
	management := "https://" + s.t.Domain() + "/api/v2/"
	s.grants = []reply.Object{{"id": "cgr_sandboxM2M000001", "client_id": x.ClientID, "audience": management, "scope": anys(x.Granted), "subject_type": "client"}}
	var values []reply.Object
	for _, scope := range x.Scopes {
		values = append(values, reply.Object{"value": scope, "description": strings.ReplaceAll(scope, ":", " ")})
	}
	s.resourceServers = []reply.Object{
		{"id": "5eed00000000000000000001", "name": "Auth0 Management API", "identifier": management, "is_system": true, "allow_offline_access": false,
			"token_lifetime": 86400, "token_lifetime_for_web": 7200, "signing_alg": "RS256", "scopes": values},
		{"id": "5eed00000000000000000002", "name": "Acme API", "identifier": "https://api.acme.example", "allow_offline_access": true,
			"token_lifetime": 86400, "token_lifetime_for_web": 7200, "signing_alg": "RS256", "scopes": []reply.Object{}},
	}
}

func anys(list []string) []any {
	out := make([]any, len(list))
	for i, x := range list {
		out[i] = x
	}
	return out
}
