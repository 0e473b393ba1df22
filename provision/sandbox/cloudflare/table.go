package cloudflare

import "phonegate/provision/sandbox/world"

// row is an emulated operation and the paths under which it is known; the first one is the documented one.
type row struct {
	world.Endpoint
	paths []string
	free  bool // any valid token will do
	do    handler
}

const (
	docs     = "docs: https://developers.cloudflare.com/api/resources/"
	wrangler = "observed: requests of wrangler 4"
)

func operation(method, source, unconfirmed, behaviour string, do handler, paths ...string) row {
	return row{Endpoint: world.Endpoint{Method: method, Path: base + paths[0], Source: source, Unconfirmed: unconfirmed, Behaviour: behaviour}, paths: paths, do: do}
}

func open(r row) row {
	r.free = true
	return r
}

const script = "/accounts/{account}/workers/scripts/{script}"

var table = []row{
	open(operation("GET", docs+"user/subresources/tokens/methods/verify", "", "", (*Server).verifyUserToken, "/user/tokens/verify")),
	open(operation("GET", docs+"accounts/subresources/tokens/methods/verify", "", "", (*Server).verifyAccountToken, "/accounts/{account}/tokens/verify")),
	operation("GET", docs+"accounts/methods/list", "", "", (*Server).listAccounts, "/accounts"),
	operation("GET", docs+"accounts/methods/get", "how another account is refused", "cloudflare.wrong_account", (*Server).getAccount, "/accounts/{account}"),

	operation("GET", docs+"workers/subresources/subdomains", "", "", (*Server).getSubdomain, "/accounts/{account}/workers/subdomain"),
	operation("PUT", docs+"workers/subresources/subdomains", "what happens to an account that has one", "cloudflare.subdomain_change", (*Server).putSubdomain,
		"/accounts/{account}/workers/subdomain"),
	operation("GET", wrangler, "", "", (*Server).checkSubdomain, "/accounts/{account}/workers/subdomains/{subdomain}"),

	operation("GET", docs+"workers/subresources/scripts/methods/list", "", "", (*Server).listScripts, "/accounts/{account}/workers/scripts"),
	operation("PUT", docs+"workers/subresources/scripts/methods/update", "the codes of refusals; what becomes of secrets that are left out",
		"cloudflare.secrets_left_out", (*Server).putScript, script),
	operation("GET", docs+"workers/subresources/scripts/methods/get", "how modules are wrapped", "cloudflare.download", (*Server).getScript,
		script, script+"/content/v2"),
	operation("DELETE", docs+"workers/subresources/scripts/methods/delete", "", "", (*Server).deleteScript, script),
	operation("GET", docs+"workers/subresources/scripts/subresources/script_and_version_settings", "", "", (*Server).getSettings, script+"/settings"),
	operation("GET", docs+"workers/subresources/scripts/subresources/subdomain", "", "", (*Server).getRoute, script+"/subdomain"),
	operation("POST", docs+"workers/subresources/scripts/subresources/subdomain", "whether it is needed after a first upload", "cloudflare.new_worker", (*Server).postRoute, script+"/subdomain"),
	operation("GET", docs+"workers/subresources/scripts/subresources/secrets", "", "", (*Server).listSecrets, script+"/secrets"),
	operation("PUT", docs+"workers/subresources/scripts/subresources/secrets", "", "", (*Server).putSecret, script+"/secrets"),
	operation("DELETE", docs+"workers/subresources/scripts/subresources/secrets", "the status for one that is not there", "", (*Server).deleteSecret, script+"/secrets/{secret}"),

	open(operation("GET", docs+"user", "", "", (*Server).getUser, "/user")),
	operation("GET", docs+"memberships", "", "", (*Server).listMemberships, "/memberships"),
	operation("GET", wrangler, "", "", (*Server).getService, "/accounts/{account}/workers/services/{script}"),
	operation("DELETE", wrangler, "", "", (*Server).deleteScript, "/accounts/{account}/workers/services/{script}"),
	operation("GET", docs+"workers/subresources/scripts/subresources/versions", "", "", (*Server).listVersions, script+"/versions"),
	operation("POST", docs+"workers/subresources/scripts/subresources/versions", "", "", (*Server).postVersion, script+"/versions"),
	operation("GET", docs+"workers/subresources/scripts/subresources/versions", "", "", (*Server).getVersion, script+"/versions/{version}"),
	operation("GET", docs+"workers/subresources/scripts/subresources/deployments", "", "", (*Server).listDeployments, script+"/deployments"),
	operation("POST", docs+"workers/subresources/scripts/subresources/deployments", "more than one version at a time", "", (*Server).postDeployment, script+"/deployments"),
	operation("GET", docs+"workers/subresources/scripts/subresources/settings", "", "", (*Server).scriptSettings, script+"/script-settings"),
	operation("PATCH", docs+"workers/subresources/scripts/subresources/settings", "", "", (*Server).scriptSettings, script+"/script-settings"),
	operation("GET", docs+"kv/subresources/namespaces/methods/list", "", "", (*Server).noNamespaces, "/accounts/{account}/storage/kv/namespaces"),
}

// Endpoints lists the emulated operations and what is known of them; the last one is the running of Workers itself.
func Endpoints() []world.Endpoint {
	all := make([]world.Endpoint, 0, len(table)+1)
	for _, r := range table {
		all = append(all, r.Endpoint)
	}
	return append(all, world.Endpoint{Method: "*", Path: "https://{worker}.{subdomain}.workers.dev/{path}",
		Source:      "docs: https://developers.cloudflare.com/workers/configuration/routing/workers-dev/",
		Unconfirmed: "how soon an upload is met; what answers where there is no Worker", Behaviour: "cloudflare.propagation"})
}
