package actions

import "phonegate/provision/sandbox/auth0/tenant"

// Recorded are the recordings of the operations on Actions.
const Recorded = tenant.Recording + ": go-auth0 TestActionManager_*, terraform TestAccAction (2026-05-29)"

// Rows are the operations on Actions, their versions and their bindings.
func (s *Actions) Rows() []tenant.Row {
	rec := Recorded
	return []tenant.Row{
		tenant.API("GET", "/actions/triggers", "read:actions", s.listTriggers, tenant.Recording+": auth0-deploy-cli e2e (2026-08-10)", ""),
		tenant.API("GET", "/actions/actions", "read:actions", s.listActions, rec, ""),
		tenant.API("POST", "/actions/actions", "create:actions", s.createAction, rec, "texts of the limit and name conflict errors"),
		tenant.API("GET", "/actions/actions/{id}", "read:actions", s.getAction, rec, "how long a build takes", build),
		tenant.API("PATCH", "/actions/actions/{id}", "update:actions", s.patchAction, rec, "whether omitted secrets are kept", patchSecrets),
		tenant.API("DELETE", "/actions/actions/{id}", "delete:actions", s.deleteAction, rec+"; 409 from provider issues", ""),
		tenant.API("POST", "/actions/actions/{id}/deploy", "create:actions", s.deployAction, rec+": 200 (the OpenAPI document says 202)", "when the version is in force", deploySpeed),
		tenant.API("GET", "/actions/actions/{id}/versions", "read:actions", s.listVersions, rec, ""),
		tenant.API("GET", "/actions/actions/{id}/versions/{version}", "read:actions", s.getVersion, rec, ""),
		tenant.API("POST", "/actions/actions/{id}/versions/{version}/deploy", "create:actions", s.deployVersion, rec, "what becomes of the draft"),
		tenant.API("GET", "/actions/triggers/{id}/bindings", "read:actions", s.listBindings, rec, ""),
		tenant.API("PATCH", "/actions/triggers/{id}/bindings", "update:actions", s.patchBindings, rec+"; 400s from issues", "the end of the text about undeployed Actions"),
		tenant.API("GET", "/actions/modules", "read:actions", s.listModules, tenant.Described, "the empty page's form"),
	}
}
