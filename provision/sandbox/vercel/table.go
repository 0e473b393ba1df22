package vercel

import "phonegate/provision/sandbox/world"

// row is an emulated operation and the paths under which it is known; the first one is the documented one.
type row struct {
	world.Endpoint
	paths []string
	do    handler
}

const (
	specification = "OpenAPI of https://openapi.vercel.sh, October 2025"
	cli           = "requests of the vercel CLI 64"
)

func operation(method, source, unconfirmed, behaviour string, do handler, paths ...string) row {
	return row{world.Endpoint{Method: method, Path: paths[0], Source: source, Unconfirmed: unconfirmed, Behaviour: behaviour}, paths, do}
}

var table = []row{
	operation("GET", "spec: "+specification, "status for a bad token", "vercel.invalid_token", (*Server).getUser, "/v2/user"),
	operation("GET", "spec: "+specification, "", "", (*Server).listTeams, "/v2/teams", "/v1/teams"),
	operation("GET", "spec: "+specification, "", "", (*Server).getTeam, "/v2/teams/{team}", "/v1/teams/{team}", "/teams/{team}"),

	operation("GET", "spec: "+specification, "", "", (*Server).listProjects, "/v10/projects", "/v9/projects"),
	operation("POST", "spec: "+specification, "the codes for a bad and a taken name; the default Node version", "", (*Server).createProject,
		"/v11/projects", "/v10/projects", "/v9/projects", "/v1/projects"),
	operation("GET", "spec: "+specification, "", "", (*Server).getProject, "/v9/projects/{project}", "/v10/projects/{project}", "/v1/projects/{project}"),
	operation("PATCH", "spec: "+specification, "", "", (*Server).editProject, "/v9/projects/{project}"),
	operation("DELETE", "spec: "+specification, "", "", (*Server).deleteProject, "/v9/projects/{project}", "/v2/projects/{project}"),

	operation("GET", "spec: "+specification, "what stands for a value that is not shown", "", (*Server).listEnv, "/v10/projects/{project}/env", "/v9/projects/{project}/env"),
	operation("POST", "spec: "+specification, "how a variable that exists is refused", "vercel.env_conflict", (*Server).createEnv,
		"/v10/projects/{project}/env", "/v9/projects/{project}/env"),
	operation("GET", "spec: "+specification, "", "", (*Server).getEnv, "/v1/projects/{project}/env/{env}"),
	operation("PATCH", "spec: "+specification, "", "", (*Server).editEnv, "/v9/projects/{project}/env/{env}", "/v10/projects/{project}/env/{env}"),
	operation("DELETE", "spec: "+specification, "", "", (*Server).deleteEnv, "/v9/projects/{project}/env/{env}", "/v10/projects/{project}/env/{env}"),
	operation("GET", "spec: "+specification, "", "", (*Server).listCustomEnvironments, "/v9/projects/{project}/custom-environments",
		"/projects/{project}/custom-environments"),
	operation("GET", "spec: "+specification, "whether the project's own host is listed before the first deployment", "", (*Server).listDomains,
		"/v9/projects/{project}/domains"),
	operation("POST", "spec: "+specification, "the codes of refusals", "", (*Server).addDomain, "/v10/projects/{project}/domains"),
	operation("GET", "observed: "+cli, "", "", (*Server).pullEnv, "/v3/env/pull/{project}", "/v3/env/pull/{project}/{target}"),

	operation("POST", "spec: "+specification, "the code for a digest that does not fit", "", (*Server).uploadFile, "/v2/files", "/v2/now/files"),
	operation("POST", "spec: "+specification, "how the first deployment without projectSettings is refused", "", (*Server).createDeployment,
		"/v13/deployments", "/v13/now/deployments"),
	operation("GET", "spec: "+specification, "the type of aliasAssigned", "vercel.alias_assigned_type", (*Server).getDeployment,
		"/v13/deployments/{deployment}", "/v13/now/deployments/{deployment}"),
	operation("GET", "spec: "+specification, "", "", (*Server).listDeployments, "/v6/deployments", "/v6/now/deployments"),
	operation("PATCH", "spec: "+specification, "", "", (*Server).cancelDeployment, "/v12/deployments/{deployment}/cancel"),
	operation("DELETE", "spec: "+specification, "", "", (*Server).deleteDeployment, "/v13/deployments/{deployment}", "/v13/now/deployments/{deployment}"),
	operation("GET", "spec: "+specification, "the log's own lines", "", (*Server).events, "/v3/deployments/{deployment}/events",
		"/v2/deployments/{deployment}/events", "/v3/now/deployments/{deployment}/events", "/v2/now/deployments/{deployment}/events",
		"/v1/now/deployments/{deployment}/events"),

	operation("POST", "spec: "+specification, "the codes of refusals", "", (*Server).createAlias, "/v2/deployments/{deployment}/aliases",
		"/v2/now/deployments/{deployment}/aliases", "/now/deployments/{deployment}/aliases"),
	operation("GET", "spec: "+specification, "", "", (*Server).listDeploymentAliases, "/v2/deployments/{deployment}/aliases", "/v2/now/deployments/{deployment}/aliases"),
	operation("GET", "spec: "+specification, "", "", (*Server).listAliases, "/v4/aliases", "/v4/now/aliases"),
	operation("GET", "spec: "+specification, "", "", (*Server).getAlias, "/v4/aliases/{alias}"),
	operation("DELETE", "spec: "+specification, "", "", (*Server).deleteAlias, "/v2/aliases/{alias}"),
}

// Endpoints lists the emulated operations and what is known of them; the last one is the hosting itself.
func Endpoints() []world.Endpoint {
	all := make([]world.Endpoint, 0, len(table)+1)
	for _, r := range table {
		all = append(all, r.Endpoint)
	}
	return append(all, world.Endpoint{Method: "*", Path: "https://{host}.vercel.app/{path}", Source: "docs: https://vercel.com/docs/deployment-protection",
		Unconfirmed: "whether Standard Protection leaves the production host public", Behaviour: "vercel.standard_protection"})
}
