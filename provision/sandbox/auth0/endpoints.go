package auth0

import (
	"net/http"
	"slices"

	"phonegate/provision/sandbox/world"
)

const v2 = "/api/v2"

// Where rows come from. Recordings are those that go-auth0, terraform-provider-auth0 and auth0-deploy-cli keep in their
// repositories; the descriptions are Auth0's OpenAPI documents.
const (
	recording = "recording"
	described = "spec"
	docs      = "docs"
	observed  = "observed"
)

// Endpoints lists the emulated operations.
func Endpoints() []world.Endpoint {
	var out []world.Endpoint
	for _, e := range table() {
		out = append(out, e.Endpoint)
	}
	return out
}

func api(method, path, scope string, op operation, source, unconfirmed string, behaviour ...world.Behaviour) row {
	e := row{Endpoint: world.Endpoint{Method: method, Path: v2 + path, Source: source, Unconfirmed: unconfirmed}, scopes: []string{scope}, op: op}
	for _, b := range behaviour {
		e.Behaviour = b.Name
	}
	return e
}

func page(method, path string, answer func(*Server, http.ResponseWriter, *http.Request), source, unconfirmed string, behaviour ...world.Behaviour) row {
	e := row{Endpoint: world.Endpoint{Method: method, Path: path, Source: source, Unconfirmed: unconfirmed}, page: answer}
	for _, b := range behaviour {
		e.Behaviour = b.Name
	}
	return e
}

func table() []row {
	return slices.Concat(actionRows(), tenantRows(), loginRows())
}

func actionRows() []row {
	rec := recording + ": go-auth0 TestActionManager_*, terraform TestAccAction (2026-05-29)"
	rows := []row{
		api("GET", "/actions/triggers", "read:actions", (*Server).listTriggers, recording+": auth0-deploy-cli e2e (2026-08-10)", ""),
		api("GET", "/actions/actions", "read:actions", (*Server).listActions, rec, ""),
		api("POST", "/actions/actions", "create:actions", (*Server).createAction, rec, "texts of the limit and name conflict errors"),
		api("GET", "/actions/actions/{id}", "read:actions", (*Server).getAction, rec, "how long a build takes", build),
		api("PATCH", "/actions/actions/{id}", "update:actions", (*Server).patchAction, rec, "whether omitted secrets are kept", patchSecrets),
		api("DELETE", "/actions/actions/{id}", "delete:actions", (*Server).deleteAction, rec+"; 409 from provider issues", ""),
		api("POST", "/actions/actions/{id}/deploy", "create:actions", (*Server).deployAction, rec+": 200 (the OpenAPI document says 202)", "when the version is in force", deploySpeed),
		api("GET", "/actions/actions/{id}/versions", "read:actions", (*Server).listVersions, rec, ""),
		api("GET", "/actions/actions/{id}/versions/{version}", "read:actions", (*Server).getVersion, rec, ""),
		api("POST", "/actions/actions/{id}/versions/{version}/deploy", "create:actions", (*Server).deployVersion, rec, "what becomes of the draft"),
		api("POST", "/actions/actions/{id}/test", "create:actions", (*Server).testAction, rec, "the reply of a test without error"),
		api("GET", "/actions/executions/{id}", "read:actions", (*Server).getExecution, rec+" (404); spec", "the inside of results"),
		api("GET", "/actions/triggers/{id}/bindings", "read:actions", (*Server).listBindings, rec, ""),
		api("PATCH", "/actions/triggers/{id}/bindings", "update:actions", (*Server).patchBindings, rec+"; 400s from issues", "the end of the text about undeployed Actions"),
		api("GET", "/actions/modules", "read:actions", (*Server).listModules, described, "the empty page's form"),
	}
	for i := range rows {
		rows[i].unlocked = rows[i].Path == v2+"/actions/actions/{id}/test"
	}
	return rows
}

func tenantRows() []row {
	readClients := []string{"read:clients", "read:client_keys", "read:client_credentials", "read:client_summary"}
	rows := []row{
		api("GET", "/clients", "", (*Server).listClients, recording+": TestClient_List, TestAccPages", ""),
		api("POST", "/clients", "create:clients", (*Server).createClient, recording+": TestClient_Create", ""),
		api("GET", "/clients/{id}", "", (*Server).getClient, recording+": TestClient_Read", ""),
		api("PATCH", "/clients/{id}", "update:clients", (*Server).patchClient, recording+": TestClient_Update, TestAccPages", ""),
		api("DELETE", "/clients/{id}", "delete:clients", (*Server).deleteClient, recording+": TestClient_Delete", "deleting the global client"),
		api("GET", "/client-grants", "read:client_grants", (*Server).listGrants, recording+": TestClientGrantManager_List", ""),
		api("POST", "/client-grants", "create:client_grants", (*Server).createGrant, recording+": TestClientGrantManager_Create", "text of the conflict"),
		api("PATCH", "/client-grants/{id}", "update:client_grants", (*Server).patchGrant, recording+": TestClientGrantManager_Update", ""),
		api("DELETE", "/client-grants/{id}", "delete:client_grants", (*Server).deleteGrant, recording+": TestClientGrantManager_Delete", ""),
		api("GET", "/connections", "read:connections", (*Server).listConnections, recording+": TestConnectionManager_List", ""),
		api("GET", "/connections/{id}", "read:connections", (*Server).getConnection, recording+": TestConnectionManager_Read", "which scopes show options"),
		api("PATCH", "/connections/{id}", "update:connections", (*Server).patchConnection, recording+": TestConnectionManager_Update", ""),
		api("GET", "/connections/{id}/clients", "read:connections", (*Server).connectionClients, recording+": TestConnectionManager_EnabledClients", ""),
		api("PATCH", "/connections/{id}/clients", "update:connections", (*Server).patchConnectionClients, recording+": TestConnectionManager_UpdateEnabledClients_*", ""),
		api("GET", "/users", "read:users", (*Server).listUsers, recording+": TestUserManager_Search; terms joined by AND only", "how late search is", userSearch),
		api("POST", "/users", "create:users", (*Server).createUser, recording+": TestUserManager_Create", ""),
		api("GET", "/users-by-email", "read:users", (*Server).usersByEmail, recording+": TestUserManager_ListByEmail", ""),
		api("GET", "/users/{id}", "read:users", (*Server).getUser, recording+": TestUserManager_Read", ""),
		api("PATCH", "/users/{id}", "update:users", (*Server).patchUser, recording+": TestUserManager_Update", ""),
		api("DELETE", "/users/{id}", "delete:users", (*Server).deleteUser, recording+": TestUserManager_Delete", ""),
		api("GET", "/logs", "read:logs", (*Server).listLogs, recording+": TestLogManager*", "which type a denied silent login has"),
		api("GET", "/logs/{id}", "read:logs", (*Server).getLog, recording+": TestLogManager", ""),
		api("GET", "/prompts", "read:prompts", (*Server).getPrompts, recording+": TestPrompt", ""),
		api("PATCH", "/prompts", "update:prompts", (*Server).patchPrompts, recording+": TestPrompt", ""),
		api("GET", "/tenants/settings", "read:tenant_settings", (*Server).getTenant, recording+": TestTenantManager", ""),
		api("PATCH", "/tenants/settings", "update:tenant_settings", (*Server).patchTenant, recording+": TestTenantManager", ""),
		api("GET", "/branding", "read:branding", (*Server).getBranding, described, ""),
		api("PATCH", "/branding", "update:branding", (*Server).patchBranding, described, ""),
		api("GET", "/resource-servers", "read:resource_servers", (*Server).listResourceServers, recording+": TestResourceServer_List", ""),
		api("GET", "/resource-servers/{id}", "read:resource_servers", (*Server).getResourceServer, recording+": TestResourceServer_Read", ""),
	}
	for i := range rows {
		if rows[i].scopes[0] == "" {
			rows[i].scopes = readClients
		}
		switch rows[i].Method + " " + rows[i].Path {
		case "PATCH " + v2 + "/users/{id}":
			rows[i].scopes = []string{"update:users", "update:users_app_metadata"}
		case "PATCH " + v2 + "/clients/{id}":
			rows[i].scopes = []string{"update:clients", "update:client_keys"}
		}
	}
	return rows
}

func loginRows() []row {
	return []row{
		page("POST", "/oauth/token", (*Server).token, recording+": go-auth0 authentication/*; docs", "error of a redirect at the token endpoint"),
		page("OPTIONS", "/oauth/token", (*Server).preflight, docs, ""),
		page("POST", "/oauth/revoke", (*Server).revoke, recording+": TestRevokeRefreshToken", ""),
		page("GET", "/authorize", (*Server).authorize, docs, "the error without PKCE", actionError),
		page("POST", "/authorize", (*Server).authorize, docs, ""),
		page("GET", "/login", (*Server).loginPage, docs+": custom login page", "", loginPage),
		page("POST", "/login", (*Server).loginPage, observed, "the sandbox's own form"),
		page("GET", "/u/login", (*Server).loginPage, observed, "the sandbox's own form"),
		page("POST", "/u/login", (*Server).loginPage, observed, "the sandbox's own form"),
		page("GET", "/u/signup", (*Server).loginPage, observed, "the sandbox's own form"),
		page("POST", "/u/signup", (*Server).loginPage, observed, "the sandbox's own form"),
		page("GET", "/continue", (*Server).resume, docs+": Redirect with Actions", "rendering of errors; replay; lifetime", continueReplay),
		page("POST", "/continue", (*Server).resume, docs+": Redirect with Actions", "rendering of errors; replay; lifetime", continueReplay),
		page("GET", "/client/{file}", (*Server).clientScript, observed+": auth0-lock 14.3", "fields that Lock does not read"),
		page("POST", "/dbconnections/signup", (*Server).signUpPost, recording+": TestDatabaseSignUp_*", "texts of the validation errors"),
		page("OPTIONS", "/dbconnections/signup", (*Server).preflight, docs, ""),
		page("POST", "/dbconnections/change_password", (*Server).changePassword, recording+": TestDatabaseChangePassword", ""),
		page("OPTIONS", "/dbconnections/change_password", (*Server).preflight, docs, ""),
		page("POST", "/usernamepassword/login", (*Server).usernamePassword, observed+": auth0-lock 14.3", "status of a wrong password"),
		page("OPTIONS", "/usernamepassword/login", (*Server).preflight, docs, ""),
		page("POST", "/login/callback", (*Server).loginCallback, observed+": auth0-lock 14.3", ""),
		page("GET", "/user/geoloc/country", (*Server).geolocation, observed+": auth0-lock 14.3", ""),
		page("GET", "/user/ssodata", (*Server).ssoData, observed, ""),
		page("GET", "/userinfo", (*Server).userinfo, recording+": TestUserInfo", ""),
		page("POST", "/userinfo", (*Server).userinfo, docs, ""),
		page("OPTIONS", "/userinfo", (*Server).preflight, docs, ""),
		page("GET", "/v2/logout", (*Server).logout, docs, ""),
		page("GET", "/oidc/logout", (*Server).logout, docs, "hints are not read"),
		page("GET", "/.well-known/jwks.json", (*Server).jwks, docs, ""),
		page("GET", "/.well-known/openid-configuration", (*Server).discovery, docs, ""),
	}
}
