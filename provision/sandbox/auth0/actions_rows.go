package auth0

// recorded are the recordings of the operations on Actions.
const recorded = recording + ": go-auth0 TestActionManager_*, terraform TestAccAction (2026-05-29)"

// Rows are the operations on Actions, their versions and their bindings.
func (s *Actions) Rows() []row {
	rec := recorded
	return []row{
		api("GET", "/actions/triggers", "read:actions", s.listTriggers, recording+": auth0-deploy-cli e2e (2026-08-10)", ""),
		api("GET", "/actions/actions", "read:actions", s.listActions, rec, ""),
		api("POST", "/actions/actions", "create:actions", s.createAction, rec, "texts of the limit and name conflict errors"),
		api("GET", "/actions/actions/{id}", "read:actions", s.getAction, rec, "how long a build takes", build),
		api("PATCH", "/actions/actions/{id}", "update:actions", s.patchAction, rec, "whether omitted secrets are kept", patchSecrets),
		api("DELETE", "/actions/actions/{id}", "delete:actions", s.deleteAction, rec+"; 409 from provider issues", ""),
		api("POST", "/actions/actions/{id}/deploy", "create:actions", s.deployAction, rec+": 200 (the OpenAPI document says 202)", "when the version is in force", deploySpeed),
		api("GET", "/actions/actions/{id}/versions", "read:actions", s.listVersions, rec, ""),
		api("GET", "/actions/actions/{id}/versions/{version}", "read:actions", s.getVersion, rec, ""),
		api("POST", "/actions/actions/{id}/versions/{version}/deploy", "create:actions", s.deployVersion, rec, "what becomes of the draft"),
		api("GET", "/actions/triggers/{id}/bindings", "read:actions", s.listBindings, rec, ""),
		api("PATCH", "/actions/triggers/{id}/bindings", "update:actions", s.patchBindings, rec+"; 400s from issues", "the end of the text about undeployed Actions"),
		api("GET", "/actions/modules", "read:actions", s.listModules, described, "the empty page's form"),
	}
}
