//go:build !race

package clientstest

import (
	"crypto/sha1"
	"encoding/hex"
	"net/http"
	"testing"

	"phonegate/provision/sandbox"
)

func TestPrismFindsVercelAsDescribed(t *testing.T) {
	box := start(t, sandbox.Options{})
	p := newPrism(t, "vercel.json", box.Info().VercelURL, func(r *http.Request) { r.Header.Set("Authorization", "Bearer "+sandbox.VercelToken) })
	type o = map[string]any
	p.json(200, "GET", "/v2/user", nil)
	teams, _ := p.json(200, "GET", "/v2/teams?limit=20", nil)["teams"].([]any)
	team := text(teams[0].(o), "id")
	in := "?teamId=" + team
	p.json(200, "GET", "/v2/teams/"+team, nil)

	project := text(p.json(200, "POST", "/v11/projects"+in, o{"name": "acme-hello", "framework": nil, "ssoProtection": nil,
		"environmentVariables": []o{{"key": "MARK", "value": "made here", "type": "plain", "target": []string{"production"}}}}), "id")
	at := "/v9/projects/" + project
	p.json(200, "GET", "/v10/projects"+in, nil)
	p.json(200, "GET", at+in, nil)
	p.json(200, "PATCH", at+in, o{"ssoProtection": nil})
	p.json(200, "POST", "/v10/projects/"+project+"/domains"+in, o{"name": "verify.example.com"})
	p.json(200, "GET", at+"/domains"+in, nil)
	p.json(200, "GET", at+"/custom-environments"+in, nil)

	env := "/v10/projects/" + project + "/env"
	made, _ := p.json(201, "POST", env+in, o{"key": "WHO", "value": "Jane", "type": "sensitive", "target": []string{"production"}})["created"].(o)
	p.json(200, "GET", env+in, nil)
	p.json(200, "GET", "/v1/projects/"+project+"/env/"+text(made, "id")+in, nil)
	p.json(200, "PATCH", at+"/env/"+text(made, "id")+in, o{"value": "June"})
	p.json(400, "POST", env+in, o{"key": "WHO", "value": "x", "type": "sensitive", "target": []string{"production"}})

	const code = "export default { fetch() { return new Response('hello') } }\n"
	sum := sha1.Sum([]byte(code))
	p.uploads(in, code, hex.EncodeToString(sum[:]))
	made = p.json(200, "POST", "/v13/deployments"+in, o{"name": "acme-hello", "project": project, "target": "production",
		"files":           []o{{"file": "api/hello.mjs", "sha": hex.EncodeToString(sum[:]), "size": len(code)}, {"file": "package.json", "data": "{}"}},
		"projectSettings": o{"framework": nil}})
	deployment := text(made, "id")
	// A build gets on with each look at it.
	for range 4 {
		made = p.json(200, "GET", "/v13/deployments/"+deployment+in, nil)
	}
	if state := text(made, "readyState"); state != "READY" {
		t.Fatalf("the deployment is %s", state)
	}
	p.json(200, "GET", "/v6/deployments"+in, nil)
	p.json(200, "GET", "/v3/deployments/"+deployment+"/events"+in, nil)
	alias := text(p.json(200, "POST", "/v2/deployments/"+deployment+"/aliases"+in, o{"alias": "acme-greets.vercel.app"}), "uid")
	p.json(200, "GET", "/v2/deployments/"+deployment+"/aliases"+in, nil)
	p.json(200, "GET", "/v4/aliases"+in, nil)
	p.json(200, "GET", "/v4/aliases/"+alias+in, nil)
	p.json(200, "DELETE", "/v2/aliases/"+alias+in, nil)
	p.json(400, "PATCH", "/v12/deployments/"+deployment+"/cancel"+in, nil)
	p.json(200, "DELETE", "/v13/deployments/"+deployment+in, nil)
	p.json(404, "GET", "/v13/deployments/"+deployment+in, nil)
	p.json(200, "DELETE", at+"/env/"+text(p.first(env+in, "envs"), "id")+in, nil)
	p.json(204, "DELETE", at+in, nil)
	p.json(404, "GET", at+in, nil)
	p.complete("vercel", "")
	p.explained(vercelExplained)
	emulated(t, box)
}

// uploads sends a file as it is, under its digest.
func (p *prism) uploads(in, content, digest string) {
	p.t.Helper()
	login := p.login
	defer func() { p.login = login }()
	p.login = func(r *http.Request) {
		login(r)
		r.Header.Set("X-Vercel-Digest", digest)
	}
	p.do(200, "POST", "/v2/files"+in, "application/octet-stream", content)
}

// first is the first element of a list that is answered under a name.
func (p *prism) first(target, name string) map[string]any {
	p.t.Helper()
	list, _ := p.json(200, "GET", target, nil)[name].([]any)
	if len(list) == 0 {
		p.t.Fatalf("%s: no %s", target, name)
	}
	return list[0].(map[string]any)
}

// vercelExplained says, for each thing that is not as Vercel's description has it, how the real service is known to differ.
var vercelExplained = map[string]string{
	"GET /v4/aliases/{idOrAlias} 200: response.body type":          "the description's answer to the question after one alias is a list; the CLI reads an object",
	"GET /v9/projects/{idOrName}/domains 200: response.body oneOf": "nothing can be right: exactly one schema must fit, and the two say the same",
	"GET /v9/projects/{idOrName} 404: response":                    "a status that the description does not list; the CLI takes it to mean that there is no such project",
	"POST /v2/files 200: response.body oneOf":                      "nothing can be right: of the two schemas, of which one must fit, the second fits everything",
}
