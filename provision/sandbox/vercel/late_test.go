package vercel

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"phonegate/provision/sandbox/world"
)

func TestALateDeploymentAndTheProductionAddress(t *testing.T) {
	for behaviour, want := range map[string]string{"newest_wins": "newer", "last_ready_wins": "older"} {
		t.Run(behaviour, func(t *testing.T) {
			c := newCloud(t, Options{World: world.New(world.Options{Behaviours: map[string]string{"vercel.late_deployment": behaviour}})})
			c.project("p")
			deploy := func(name string) string {
				return c.must(200, "POST", "/v13/deployments?skipAutoDetectionConfirmation=1", map[string]any{"name": "p",
					"target": "production",
					"files":  []file{{"index.html", name}}, "meta": map[string]string{"is": name}})["id"].(string)
			}
			older, newer := deploy("older"), deploy("newer")
			for range 2 {
				c.must(200, "GET", "/v13/deployments/"+newer, nil)
			}
			if _, body := c.visit("GET", "p.vercel.app", "/", ""); body != "newer" {
				t.Fatal(body)
			}
			c.w.Advance(time.Minute)
			if _, body := c.visit("GET", "p.vercel.app", "/", ""); body != want {
				t.Errorf("the production address shows %s", body)
			}
			targets := c.must(200, "GET", "/v9/projects/p", nil)["targets"].(map[string]any)
			if meta := targets["production"].(map[string]any)["meta"]; !cmp.Equal(meta, map[string]any{"is": want}) {
				t.Errorf("the project says that %v is live", meta)
			}
			// The one without the address says so, and gets it no more when the other is deleted.
			loser, winner := older, newer
			if want == "older" {
				loser, winner = newer, older
			}
			if d := c.must(200, "GET", "/v13/deployments/"+loser, nil); d["readyState"] != "READY" || len(d["alias"].([]any)) != 0 {
				t.Error(d["readyState"], d["alias"])
			}
			c.must(200, "DELETE", "/v13/deployments/"+winner, nil)
			if res, _ := c.visit("GET", "p.vercel.app", "/", ""); res.StatusCode != 404 {
				t.Error(res.StatusCode)
			}
		})
	}
}

func TestDomainsOfAProject(t *testing.T) {
	c := newCloud(t, Options{})
	c.project("p")
	c.project("q")
	c.must(200, "POST", "/v10/projects/p/domains", map[string]any{"name": "early.example.com"})
	d := c.deploy("p", sources(showEnv))
	if got := c.must(200, "POST", "/v10/projects/p/domains",
		map[string]any{"name": "verify.example.com"}); got["apexName"] != "example.com" {
		t.Error(got)
	}
	for _, tt := range []struct {
		project, name string
		status        int
	}{{"p", "verify.example.com", 400}, {"q", "verify.example.com", 409}, {"q", "p.vercel.app", 409}, {"q", "nowhere", 400}, {"r",
		"a.example.com", 404}} {
		c.must(tt.status, "POST", "/v10/projects/"+tt.project+"/domains", map[string]any{"name": tt.name})
	}
	var names []string
	for _, one := range c.must(200, "GET", "/v9/projects/p/domains", nil)["domains"].([]any) {
		names = append(names, one.(map[string]any)["name"].(string))
	}
	if want := []string{"p.vercel.app", "early.example.com", "verify.example.com"}; !cmp.Equal(names, want) {
		t.Error(names)
	}
	c.must(404, "GET", "/v9/projects/r/domains", nil)
	want := []any{"early.example.com", "p.vercel.app", "verify.example.com"}
	if d = c.must(200, "GET", "/v13/deployments/"+d["id"].(string), nil); !cmp.Equal(d["alias"], want) {
		t.Error(d["alias"])
	}
	if got := c.must(200, "GET", "/v9/projects/p", nil)["alias"].([]any); len(got) != 3 {
		t.Error(got)
	}
}

func TestAProjectIsMadeWithItsVariables(t *testing.T) {
	c := newCloud(t, Options{})
	mark := func(value string) map[string]any {
		return map[string]any{"name": "p", "environmentVariables": []any{map[string]any{"key": "MARK", "value": value, "type": "plain",
			"target": []string{"production", "preview"}}}}
	}
	c.must(200, "POST", "/v11/projects", mark("first"))
	c.must(409, "POST", "/v11/projects", mark("second"))
	envs := c.must(200, "GET", "/v10/projects/p/env", nil)["envs"].([]any)
	if len(envs) != 1 || envs[0].(map[string]any)["value"] != "first" {
		t.Error(envs)
	}
	bad := map[string]any{"name": "q", "environmentVariables": []any{map[string]any{"key": "1-MARK", "value": "x", "type": "plain",
		"target": "production"}}}
	if _, body := c.do("POST", "/v11/projects", bad); !strings.Contains(errorCode(body), "INVALID_KEY") {
		t.Error(body)
	}
	c.must(404, "GET", "/v9/projects/q", nil)
}
