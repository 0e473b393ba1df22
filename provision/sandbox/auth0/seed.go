package auth0

import (
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
)

// addRoles is somebody else's Action, deployed and bound before phonegate comes.
const addRoles = `/** Adds the user's roles to the ID token. */
exports.onExecutePostLogin = async (event, api) => {
  const roles = event.user.app_metadata.roles || [];
  api.idToken.setCustomClaim('https://acme.example/roles', roles);
};
`

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
	// SeedAction is the id of the Action that somebody else has bound.
	SeedAction = "5eed0000-0000-4000-8000-00000000a001"
)

func (s *Server) seed() {
	now := s.now()
	app := newClient(s.o.App.ClientID, token(48), "Sandbox App")
	maps.Copy(app, object{
		"app_type": "spa", "token_endpoint_auth_method": "none", "oidc_conformant": true, "callbacks": anys(s.o.App.RedirectURIs),
		"allowed_logout_urls": anys(s.o.App.RedirectURIs), "grant_types": []any{"authorization_code", "refresh_token", "password"},
		"jwt_configuration": object{"alg": "RS256", "lifetime_in_seconds": 36000, "secret_encoded": false},
	})
	m2m := newClient(s.o.ClientID, s.o.ClientSecret, "phonegate")
	maps.Copy(m2m, object{
		"app_type": "non_interactive", "token_endpoint_auth_method": "client_secret_post", "oidc_conformant": true,
		"grant_types": []any{"client_credentials"},
	})
	global := object{
		"name": "All Applications", "client_id": SeedGlobalClient, "client_secret": token(48), "global": true, "is_first_party": true,
		"oidc_conformant": false, "sso_disabled": false, "cross_origin_authentication": false, "custom_login_page_on": false,
		"custom_login_page": defaultLoginPage, "callbacks": []any{}, "jwt_configuration": object{"secret_encoded": false, "lifetime_in_seconds": 36000},
	}
	s.clients = []object{global, app, m2m}
	s.connections = []object{{
		"id": SeedConnection, "name": "Username-Password-Authentication", "strategy": "auth0", "is_domain_connection": false,
		"realms": []any{"Username-Password-Authentication"}, "options": object{
			"mfa": object{"active": true, "return_enroll_settings": true}, "passwordPolicy": "good", "strategy_version": 2,
			"authentication_methods": object{"password": object{"enabled": true}, "passkey": object{"enabled": false}},
			"passkey_options":        object{"challenge_ui": "both", "progressive_enrollment_enabled": true, "local_enrollment_enabled": true},
			"brute_force_protection": true, "disable_signup": false, "requires_username": false,
		},
	}}
	s.enabled[SeedConnection] = []string{s.o.App.ClientID, s.o.ClientID}
	management := "https://" + s.o.Domain + "/api/v2/"
	scopes := s.o.Scopes
	if scopes == nil {
		scopes = allScopes()
	}
	s.grants = []object{{"id": "cgr_sandboxM2M000001", "client_id": s.o.ClientID, "audience": management, "scope": anys(scopes), "subject_type": "client"}}
	var values []object
	for _, x := range allScopes() {
		values = append(values, object{"value": x, "description": strings.ReplaceAll(x, ":", " ")})
	}
	s.resourceServers = []object{
		{"id": "5eed00000000000000000001", "name": "Auth0 Management API", "identifier": management, "is_system": true, "allow_offline_access": false,
			"token_lifetime": 86400, "token_lifetime_for_web": 7200, "signing_alg": "RS256", "scopes": values},
		{"id": "5eed00000000000000000002", "name": "Acme API", "identifier": "https://api.acme.example", "allow_offline_access": true,
			"token_lifetime": 86400, "token_lifetime_for_web": 7200, "signing_alg": "RS256", "scopes": []object{}},
	}
	s.tenant = object{
		"friendly_name": "Acme (sandbox)", "allowed_logout_urls": []any{}, "enabled_locales": []any{"en"}, "default_directory": "",
		"sandbox_version": "22", "session_lifetime": 168, "idle_session_lifetime": 72, "picture_url": "", "support_email": "", "support_url": "",
		"flags": object{"allow_changing_enable_sso": false, "disable_impersonation": true, "enable_sso": true, "universal_login": true,
			"revoke_refresh_token_grant": false, "disable_clickjack_protection_headers": false},
	}
	s.prompts = object{"universal_login_experience": "classic", "identifier_first": false, "webauthn_platform_first_factor": false}
	s.branding = object{"colors": object{"primary": "#0059d6", "page_background": "#000000"}}
	s.seedAction(now)
}

func (s *Server) seedAction(now time.Time) {
	a := &action{
		id: SeedAction, name: "Add roles", trigger: "post-login", triggerVersion: "v3", created: now, updated: now, code: addRoles,
		runtime: "node22", deps: []any{}, secrets: []secret{}, status: "built", changed: now,
	}
	v := &version{id: uuid.NewString(), code: a.code, runtime: a.runtime, deps: []any{}, secrets: []secret{}, number: 1, created: now, updated: now, built: now}
	a.versions, a.deployed = []*version{v}, v
	s.actions = []*action{a}
	s.bindings = []*binding{{id: uuid.NewString(), trigger: "post-login", display: a.name, action: a, created: now}}
}

func anys(list []string) []any {
	out := make([]any, len(list))
	for i, x := range list {
		out[i] = x
	}
	return out
}

// allScopes are those that the emulated operations ask for.
func allScopes() []string {
	out := []string{"read:users_app_metadata", "update:users_app_metadata", "create:users_app_metadata", "delete:users_app_metadata",
		"read:client_keys", "read:connections_options", "update:connections_options"}
	for _, e := range table() {
		out = append(out, e.scopes...)
	}
	slices.Sort(out)
	return slices.Compact(out)
}
