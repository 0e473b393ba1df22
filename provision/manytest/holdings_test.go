package manytest

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"

	"phonegate/provision/engine"
	"phonegate/provision/ring"
	"phonegate/provision/sandbox"
	"phonegate/templates"
)

// formMark is the plain variable of a form's project that says whose it is.
const formMark = "PHONEGATE_FORM"

// holdings are what the accounts hold, as far as it concerns the tenants.
type holdings struct {
	Auth0   tenant
	Tenants map[string]tenant
	Twilio  struct {
		Services []struct {
			SID  string
			Name string `json:"friendly_name"`
		}
		Keys []struct {
			SID  string
			Name string `json:"friendly_name"`
		}
	}
	Vercel struct {
		Projects []struct {
			Name string
			Env  []struct{ Key string }
		}
	}
}

type tenant struct {
	Actions []struct {
		ID, Name string
		Deployed struct{ Secrets map[string]string }
	}
	Bindings map[string][]struct{ Action string }
	Clients  []struct{ Name string }
}

// oneOfEverything wants each tenant to have exactly one of everything, and nobody else to have anything. A run that died leaves at most
// one key for each tenant that nobody names; strays says that they may be there.
func oneOfEverything(t *testing.T, box *sandbox.Sandbox, strays bool) {
	t.Helper()
	text, err := json.Marshal(box.State())
	if err != nil {
		t.Fatal(err)
	}
	var h holdings
	if err := json.Unmarshal(text, &h); err != nil {
		t.Fatal(err)
	}
	allowed := 1
	if strays {
		allowed = 2
	}
	services, projects, owners := map[string]int{}, map[string]int{}, map[string]int{}
	inTwilio, inForms := map[string]int{}, map[string]int{}
	for _, s := range h.Twilio.Services {
		services[s.Name]++
	}
	for _, k := range h.Twilio.Keys {
		at := strings.LastIndexByte(k.Name, ' ')
		owners[k.Name[:at]]++
		inTwilio[k.Name[at+1:]]++
	}
	for _, p := range h.Vercel.Projects {
		projects[p.Name]++
		keys, marks := 0, 0
		for _, e := range p.Env {
			if k, ok := ring.Parse(e.Key); ok {
				keys++
				inForms[k.ID]++
			} else if e.Key == formMark {
				marks++
			}
		}
		if keys < 1 || keys > allowed || marks != 1 || keys+marks != len(p.Env) {
			t.Errorf("the form of %s has %d keys, %d marks and %d variables", p.Name, keys, marks, len(p.Env))
		}
	}
	for what, held := range map[string]map[string]int{"services": services, "projects": projects, "owners of keys": owners} {
		if len(held) != many() {
			t.Errorf("%d different %s, want %d", len(held), what, many())
		}
		for name, n := range held {
			if n != 1 && (n > allowed || what != "owners of keys") {
				t.Errorf("%d %s named %q", n, what, name)
			}
		}
	}
	tenants := map[string]tenant{sandbox.Auth0Domain: h.Auth0}
	maps.Copy(tenants, h.Tenants)
	if len(tenants) != many() {
		t.Errorf("%d Auth0 tenants", len(tenants))
	}
	for _, domain := range slices.Sorted(maps.Keys(tenants)) {
		held := tenants[domain]
		var ours []string
		for _, a := range held.Actions {
			if a.Name != templates.ActionName {
				continue
			}
			ours = append(ours, a.ID)
			names := slices.Collect(maps.Keys(a.Deployed.Secrets))
			if keys := ring.In(names); len(names) != 1 || len(keys) != 1 || inForms[keys[0].ID] != 1 || inTwilio[keys[0].ID] != 1 {
				t.Errorf("the Action of %s has the secrets %v, which are not one key of its form and of Twilio", domain, names)
			}
		}
		clients := 0
		for _, c := range held.Clients {
			if c.Name == engine.TestClientName {
				clients++
			}
		}
		bound := held.Bindings["post-login"]
		if len(ours) != 1 || len(bound) != 2 || bound[1].Action != ours[0] || clients != 1 {
			t.Errorf("%s has %d actions, %d test clients and the bindings %+v", domain, len(ours), clients, bound)
		}
	}
}
