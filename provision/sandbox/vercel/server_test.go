package vercel

import (
	"bytes"
	"crypto/sha1"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"phonegate/provision/sandbox/world"
)

func TestTokensAndTeams(t *testing.T) {
	c := newCloud(t, Options{Teams: []Team{{"team_1", "acme", "Acme"}, {"team_2", "beta", "Beta"}}})
	for _, tt := range []struct {
		name, header, path, code string
		status                   int
	}{
		{"good", "Bearer " + token, "/v2/user", "", 200},
		{"no token", "", "/v2/user", "forbidden", 403},
		{"unknown token", "Bearer other", "/v2/user", "forbidden", 403},
		{"not bearer", "Basic " + token, "/v2/user", "forbidden", 403},
		{"team by id", "Bearer " + token, "/v9/projects?teamId=team_2", "", 200},
		{"team by slug", "Bearer " + token, "/v9/projects?slug=beta", "", 200},
		{"unknown team", "Bearer " + token, "/v9/projects?teamId=team_3", "forbidden", 403},
		{"one team", "Bearer " + token, "/teams/beta", "", 200},
		{"no such team", "Bearer " + token, "/v2/teams/gamma", "not_found", 404},
		{"no such endpoint", "Bearer " + token, "/v99/nothing", "not_found", 404},
	} {
		t.Run(tt.name, func(t *testing.T) {
			status, body := c.do("GET", tt.path, nil, "Authorization", tt.header)
			if code := errorCode(body); status != tt.status || code != tt.code {
				t.Errorf("%d %q, want %d %q", status, code, tt.status, tt.code)
			}
		})
	}
	if user := c.must(200, "GET", "/v2/user", nil)["user"].(map[string]any); user["defaultTeamId"] != "team_1" {
		t.Error(user)
	}
	if err := c.w.SetBehaviour("vercel.invalid_token", "401"); err != nil {
		t.Fatal(err)
	}
	c.must(401, "GET", "/v2/user", nil, "Authorization", "")
	marked := false
	for _, r := range c.w.Requests() {
		marked = marked || r.NotEmulated && r.Path == "/v99/nothing"
	}
	if !marked {
		t.Error("an unknown endpoint is not marked in the log")
	}
	first := c.must(200, "GET", "/v2/teams?limit=1", nil)
	next := first["pagination"].(map[string]any)["next"]
	second := c.must(200, "GET", fmt.Sprintf("/v1/teams?limit=1&until=%.0f", next), nil)
	if slug := second["teams"].([]any)[0].(map[string]any)["slug"]; slug != "beta" || second["pagination"].(map[string]any)["next"] != nil {
		t.Error(second)
	}
}

func errorCode(body map[string]any) string {
	e, _ := body["error"].(map[string]any)
	code, _ := e["code"].(string)
	return code
}

func TestProjectLife(t *testing.T) {
	c := newCloud(t, Options{})
	id := c.project("acme-verify")
	for _, tt := range []struct {
		name, method, path string
		body               any
		status             int
		code               string
	}{
		{"taken", "POST", "/v11/projects", map[string]any{"name": "acme-verify"}, 409, "conflict"},
		{"upper case", "POST", "/v11/projects", map[string]any{"name": "Acme"}, 400, "invalid_name"},
		{"three dashes", "POST", "/v11/projects", map[string]any{"name": "a---b"}, 400, "invalid_name"},
		{"too long", "POST", "/v11/projects", map[string]any{"name": strings.Repeat("a", 101)}, 400, "bad_request"},
		{"no name", "POST", "/v11/projects", map[string]any{}, 400, "bad_request"},
		{"unknown property", "POST", "/v11/projects", map[string]any{"name": "x", "colour": 1}, 400, "bad_request"},
		{"not JSON", "POST", "/v11/projects", "{", 400, "bad_request"},
		{"bad protection", "POST", "/v11/projects", map[string]any{"name": "x", "ssoProtection": map[string]any{"deploymentType": "some"}}, 400, "bad_request"},
		{"the CLI's version", "POST", "/v1/projects", map[string]any{"name": "from-cli", "anything": true}, 200, ""},
		{"by id", "GET", "/v9/projects/" + id, nil, 200, ""},
		{"by name", "GET", "/v9/projects/acme-verify", nil, 200, ""},
		{"unknown", "GET", "/v9/projects/nobody", nil, 404, "not_found"},
		{"node version", "PATCH", "/v9/projects/" + id, map[string]any{"nodeVersion": "22.x"}, 200, ""},
		{"bad node version", "PATCH", "/v9/projects/" + id, map[string]any{"nodeVersion": "21.x"}, 400, "bad_request"},
		{"rename onto another", "PATCH", "/v9/projects/" + id, map[string]any{"name": "from-cli"}, 409, "conflict"},
		{"patch unknown", "PATCH", "/v9/projects/nobody", map[string]any{}, 404, "not_found"},
		{"delete", "DELETE", "/v2/projects/from-cli", nil, 204, ""},
		{"delete again", "DELETE", "/v9/projects/from-cli", nil, 404, "not_found"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c.t = t
			status, body := c.do(tt.method, tt.path, tt.body)
			if code := errorCode(body); status != tt.status || code != tt.code {
				t.Errorf("%d %q %v, want %d %q", status, code, body, tt.status, tt.code)
			}
		})
	}
	c.t = t
	p := c.must(200, "GET", "/v9/projects/acme-verify", nil)
	if p["ssoProtection"] != nil || p["nodeVersion"] != "22.x" || p["framework"] != nil || !strings.HasPrefix(id, "prj_") {
		t.Error(p)
	}
	c.project("guarded", "ssoProtection")
	want := map[string]any{"deploymentType": "all_except_custom_domains"}
	if p := c.must(200, "GET", "/v9/projects/guarded", nil); !cmp.Equal(p["ssoProtection"], want) {
		t.Error(p["ssoProtection"])
	}
}

func TestListsPage(t *testing.T) {
	c := newCloud(t, Options{})
	for i := range 5 {
		c.project(fmt.Sprint("p", i))
	}
	var names []string
	path := "/v9/projects?limit=2"
	for range 4 {
		answer := c.must(200, "GET", path, nil)
		for _, p := range answer["projects"].([]any) {
			names = append(names, p.(map[string]any)["name"].(string))
		}
		next := answer["pagination"].(map[string]any)["next"]
		if next == nil {
			break
		}
		path = fmt.Sprintf("/v9/projects?limit=2&until=%.0f", next)
	}
	if want := []string{"p4", "p3", "p2", "p1", "p0"}; !cmp.Equal(names, want) {
		t.Error(names)
	}
	c.must(400, "GET", "/v9/projects?limit=101", nil)
	c.must(400, "GET", "/v9/projects?limit=x", nil)
}

func TestEnvironmentVariables(t *testing.T) {
	c := newCloud(t, Options{})
	c.project("p")
	one := func(kind, value string, target ...string) map[string]any {
		return map[string]any{"key": "K", "value": value, "type": kind, "target": target}
	}
	for _, tt := range []struct {
		name   string
		body   any
		query  string
		status int
		code   string
	}{
		{"bad key", map[string]any{"key": "1-K", "value": "v", "type": "plain", "target": []string{"production"}}, "", 400, "INVALID_KEY"},
		{"no target", map[string]any{"key": "K", "value": "v", "type": "plain"}, "", 400, "bad_request"},
		{"dropped type", one("secret", "v", "production"), "", 400, "bad_request"},
		{"bad target", one("plain", "v", "staging"), "", 400, "bad_request"},
		{"sensitive in development", one("sensitive", "v", "development"), "", 400, "INVALID_TARGET"},
		{"created", one("sensitive", "first", "production", "preview"), "", 201, ""},
		{"exists", one("sensitive", "again", "production"), "", 400, "ENV_CONFLICT"},
		{"replaced", one("sensitive", "second", "production"), "?upsert=true", 201, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c.t = t
			status, body := c.do("POST", "/v10/projects/p/env"+tt.query, tt.body)
			if code := errorCode(body); status != tt.status || code != tt.code {
				t.Errorf("%d %q %v", status, code, body)
			}
		})
	}
	c.t = t
	answer := c.must(201, "POST", "/v10/projects/p/env", []any{one("plain", "third", "production"),
		map[string]any{"key": "L", "value": "seen", "type": "encrypted", "target": "production"}})
	if created, failed := answer["created"].([]any), answer["failed"].([]any); len(created) != 1 || len(failed) != 1 ||
		errorCode(failed[0].(map[string]any)) != "ENV_CONFLICT" {
		t.Error(answer)
	}
	values := map[string]string{}
	ids := map[string]string{}
	for _, e := range c.must(200, "GET", "/v9/projects/p/env?decrypt=true", nil)["envs"].([]any) {
		v := e.(map[string]any)
		values[v["key"].(string)], ids[v["key"].(string)] = v["value"].(string), v["id"].(string)
	}
	if want := map[string]string{"K": "", "L": "seen"}; !cmp.Equal(values, want) {
		t.Error(values)
	}
	if v := c.must(200, "GET", "/v1/projects/p/env/"+ids["L"], nil); v["value"] != "seen" {
		t.Error(v)
	}
	c.must(200, "PATCH", "/v9/projects/p/env/"+ids["L"], map[string]any{"target": []string{"development"}, "type": "plain", "value": "dev"})
	c.must(400, "PATCH", "/v9/projects/p/env/"+ids["K"], map[string]any{"type": "plain"})
	if pulled := c.must(200, "GET", "/v3/env/pull/p", nil)["env"]; !cmp.Equal(pulled, map[string]any{"L": "dev"}) {
		t.Error(pulled)
	}
	c.must(200, "DELETE", "/v9/projects/p/env/"+ids["L"], nil)
	c.must(404, "DELETE", "/v9/projects/p/env/"+ids["L"], nil)
	if err := c.w.SetBehaviour("vercel.env_conflict", "403 ENV_ALREADY_EXISTS"); err != nil {
		t.Fatal(err)
	}
	if _, body := c.do("POST", "/v10/projects/p/env", one("plain", "x", "production")); errorCode(body) != "ENV_ALREADY_EXISTS" {
		t.Error(body)
	}
	if b, err := json.Marshal(c.s.State()); err != nil || strings.Contains(string(b), "second") {
		t.Errorf("%s %v", b, err)
	}
}

func TestFilesByReference(t *testing.T) {
	c := newCloud(t, Options{})
	c.project("p")
	sum := sha1.Sum([]byte(showEnv))
	sha := hex.EncodeToString(sum[:])
	body := map[string]any{"name": "p", "target": "production", "projectSettings": map[string]any{},
		"files": []any{map[string]any{"file": "api/verify.mjs", "sha": sha, "size": len(showEnv), "mode": 33188}}}
	status, answer := c.do("POST", "/v13/deployments", body)
	e := answer["error"].(map[string]any)
	if status != 400 || e["code"] != "missing_files" || !cmp.Equal(e["missing"], []any{sha}) {
		t.Fatal(status, answer)
	}
	c.must(400, "POST", "/v2/files", showEnv+" ", "x-vercel-digest", sha)
	c.must(400, "POST", "/v2/files", showEnv)
	c.must(200, "POST", "/v2/now/files", showEnv, "x-now-digest", sha)
	c.must(200, "POST", "/v2/files", showEnv, "x-vercel-digest", sha)
	c.must(200, "POST", "/v13/deployments", body)
}

func TestDeploymentStates(t *testing.T) {
	c := newCloud(t, Options{})
	c.project("acme-verify")
	if status, body := c.do("POST", "/v13/deployments", map[string]any{"name": "acme-verify", "files": sources(showEnv)}); errorCode(body) != "missing_project_settings" {
		t.Error(status, body)
	}
	d := c.must(200, "POST", "/v13/deployments?skipAutoDetectionConfirmation=1", map[string]any{"name": "acme-verify", "target": "production", "files": sources(showEnv)})
	id := d["id"].(string)
	var states []string
	for range 3 {
		states = append(states, fmt.Sprint(d["readyState"], " ", d["aliasAssigned"]))
		d = c.must(200, "GET", "/v13/deployments/"+id, nil)
	}
	if want := []string{"QUEUED false", "BUILDING false", "READY true"}; !cmp.Equal(states, want) {
		t.Error(states)
	}
	if !cmp.Equal(d["alias"], []any{"acme-verify.vercel.app"}) {
		t.Error(d["alias"])
	}
	if events := c.must(200, "GET", "/v3/deployments/"+id+"/events?limit=-1", nil)["list"].([]any); len(events) < 2 {
		t.Error(events)
	}
	if list := c.must(200, "GET", "/v6/deployments?app=acme-verify&target=production&limit=1", nil)["deployments"].([]any); len(list) != 1 {
		t.Error(list)
	}
	c.must(404, "GET", "/v13/deployments/dpl_nothing", nil)
	if got := c.must(200, "DELETE", "/v13/deployments/"+id, nil); got["state"] != "DELETED" {
		t.Error(got)
	}
	if res, _ := c.visit("GET", "acme-verify.vercel.app", "/", ""); res.StatusCode != 404 || res.Header.Get("X-Vercel-Error") != "DEPLOYMENT_NOT_FOUND" {
		t.Error(res.StatusCode)
	}
}

func TestDeploymentBecomesReadyByItself(t *testing.T) {
	var hosts []string
	c := newCloud(t, Options{OnDeploy: func(host string) { hosts = append(hosts, host) }})
	c.project("p")
	c.must(200, "POST", "/v13/deployments?skipAutoDetectionConfirmation=1", map[string]any{"name": "p", "target": "production", "files": sources(showEnv)})
	if len(c.s.Hosts()) != 0 {
		t.Error("there before it is built")
	}
	c.w.Advance(time.Minute)
	if got := c.s.Hosts(); !cmp.Equal(got, []string{"p.vercel.app"}) || !cmp.Equal(hosts, got) {
		t.Error(got, hosts)
	}
}

func TestAliasesMayComeLater(t *testing.T) {
	w := world.New(world.Options{Behaviours: map[string]string{"vercel.alias_assigned": "after_ready", "vercel.alias_assigned_type": "timestamp"}})
	c := newCloud(t, Options{World: w})
	c.project("p")
	d := c.must(200, "POST", "/v13/deployments?skipAutoDetectionConfirmation=1", map[string]any{"name": "p", "target": "production", "files": sources(showEnv)})
	var seen []string
	for range 3 {
		d = c.must(200, "GET", "/v13/deployments/"+d["id"].(string), nil)
		_, isTime := d["aliasAssigned"].(float64)
		seen = append(seen, fmt.Sprint(d["readyState"], " ", isTime))
	}
	if want := []string{"BUILDING false", "READY false", "READY true"}; !cmp.Equal(seen, want) {
		t.Error(seen)
	}
}

func TestBuildErrors(t *testing.T) {
	for _, tt := range []struct {
		name  string
		files []file
		text  string
	}{
		{"does not parse", sources("export default {"), "SyntaxError"},
		{"no function", []file{{"package.json", "{}"}}, "no function"},
		{"unmatched pattern", []file{{"api/x.mjs", showEnv}, {"vercel.json", `{"functions":{"api/y.mjs":{"maxDuration":5}}}`}}, "doesn't match"},
		{"bad vercel.json", []file{{"api/x.mjs", showEnv}, {"vercel.json", `{`}}, "Invalid vercel.json"},
		{"TypeScript", []file{{"api/x.ts", "export {}"}}, "not .ts"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := newCloud(t, Options{})
			c.project("p")
			d := c.deploy("p", tt.files)
			if message, _ := d["errorMessage"].(string); d["readyState"] != "ERROR" || !strings.Contains(message, tt.text) || d["aliasAssigned"] != false {
				t.Error(d["readyState"], message)
			}
			if len(c.s.Hosts()) != 0 {
				t.Error(c.s.Hosts())
			}
		})
	}
}

func TestAliases(t *testing.T) {
	c := newCloud(t, Options{})
	c.project("p")
	d := c.must(200, "POST", "/v13/deployments?skipAutoDetectionConfirmation=1", map[string]any{"name": "p", "files": sources(showEnv)})
	id, url := d["id"].(string), d["url"].(string)
	c.must(400, "POST", "/v2/deployments/"+id+"/aliases", map[string]any{"alias": "other"})
	c.w.Advance(time.Minute)
	c.s.Hosts()
	if got := c.must(200, "POST", "/now/deployments/"+url+"/aliases", map[string]any{"alias": "other-name.vercel.app"}); got["alias"] != "other-name.vercel.app" {
		t.Error(got)
	}
	c.must(409, "POST", "/v2/deployments/"+id+"/aliases", map[string]any{"alias": "other-name.vercel.app"})
	c.must(409, "POST", "/v2/deployments/"+id+"/aliases", map[string]any{"alias": "www.vercel.app"})
	c.must(400, "POST", "/v2/deployments/"+id+"/aliases", map[string]any{"alias": "a.b.vercel.app"})
	c.must(403, "POST", "/v2/deployments/"+id+"/aliases", map[string]any{"alias": "example.com"})
	if list := c.must(200, "GET", "/v2/deployments/"+id+"/aliases", nil)["aliases"].([]any); len(list) != 1 {
		t.Error(list)
	}
	if list := c.must(200, "GET", "/v4/aliases", nil)["aliases"].([]any); len(list) != 1 {
		t.Error(list)
	}
	if res, _ := c.visit("GET", "other-name.vercel.app", "/", ""); res.StatusCode != 200 {
		t.Error(res.StatusCode)
	}
	c.must(200, "DELETE", "/v2/aliases/other-name.vercel.app", nil)
	c.must(404, "GET", "/v4/aliases/other-name.vercel.app", nil)
}

func TestSnapshotRestores(t *testing.T) {
	c := newCloud(t, Options{})
	c.project("p")
	c.must(201, "POST", "/v10/projects/p/env", map[string]any{"key": "SECRET", "value": "one", "type": "sensitive", "target": []string{"production"}})
	c.deploy("p", sources(showEnv))
	snapshot, err := c.s.Snapshot()
	if err != nil {
		t.Fatal(err)
	}
	other := newCloud(t, Options{})
	if err := other.s.Restore(snapshot); err != nil {
		t.Fatal(err)
	}
	a, _ := json.Marshal(c.s.State())
	b, _ := json.Marshal(other.s.State())
	if !bytes.Equal(a, b) || len(a) < 50 {
		t.Errorf("%s\n%s", a, b)
	}
	if res, body := other.visit("GET", "p.vercel.app", "/", ""); res.StatusCode != 200 || !strings.Contains(body, "one") {
		t.Error(res.StatusCode, body)
	}
	if err := other.s.Restore([]byte("{")); err == nil {
		t.Error("a broken snapshot is taken")
	}
}

func TestEveryOperationSaysWhereItComesFrom(t *testing.T) {
	declared := map[string]bool{"": true}
	for _, b := range world.Behaviours() {
		declared[b.Name] = true
	}
	for _, e := range Endpoints() {
		if e.Source == "" || e.Method == "" || !declared[e.Behaviour] {
			t.Errorf("%+v", e)
		}
	}
}

func TestWriteErrorIsTheAPIsOwnShape(t *testing.T) {
	for status, code := range map[int]string{400: "bad_request", 401: "forbidden", 403: "forbidden", 404: "not_found", 429: "rate_limited", 500: "internal_server_error", 503: "service_unavailable"} {
		rec := httptest.NewRecorder()
		WriteError(rec, status)
		var body map[string]any
		if err := json.Unmarshal(rec.Body.Bytes(), &body); err != nil || rec.Code != status || errorCode(body) != code {
			t.Error(status, rec.Body)
		}
	}
}
