package auth0

import (
	"fmt"
	"strings"
	"testing"

	"phonegate/provision/sandbox/auth0/actions"
)

func draft(name string) map[string]any {
	return map[string]any{
		"name": name, "code": "exports.onExecutePostLogin = async () => {}", "runtime": "node22",
		"secrets":            []any{map[string]any{"name": "KEY", "value": "hush"}},
		"supported_triggers": []any{map[string]any{"id": "post-login", "version": "v3"}},
	}
}

func with(o map[string]any, key string, value any) map[string]any {
	o[key] = value
	return o
}

func TestActionsRefuseWhatAuth0Refuses(t *testing.T) {
	te := newTenant(t, nil, "auth0.build", "slow")
	_, pending := te.api("POST", "/actions/actions", draft("Pending"))
	id := pending["id"].(string)
	ref := func(kind, value string) map[string]any {
		return map[string]any{"bindings": []any{map[string]any{"ref": map[string]any{"type": kind, "value": value}}}}
	}
	many := []any{}
	for i := range 31 {
		many = append(many, map[string]any{"name": fmt.Sprint("S", i), "value": "x"})
	}
	const bindings = "/actions/triggers/post-login/bindings"
	tests := []struct {
		name, method, path string
		body               any
		status             int
		code, message      string
	}{
		{"unknown action", "GET", "/actions/actions/nope", nil, 404, "", "That action does not exist."},
		{"unknown execution", "GET", "/actions/executions/nope", nil, 404, "", "That execution does not exist."},
		{"include_totals", "GET", "/actions/actions?include_totals=true", nil, 400, "invalid_query_string", "Query validation error: 'Additional properties not allowed: include_totals'."},
		{"page size", "GET", "/actions/actions?per_page=101", nil, 400, "invalid_query_string", ""},
		{"no name", "POST", "/actions/actions", map[string]any{"supported_triggers": []any{}}, 400, "invalid_body", "Payload validation error: 'Missing required property: name'."},
		{"foreign property", "POST", "/actions/actions", with(draft("x"), "status", "built"), 400, "invalid_body", "Payload validation error: 'Additional properties not allowed: status'."},
		{"no JSON", "POST", "/actions/actions", "{", 400, "invalid_body", "Invalid request payload JSON format"},
		{"same name", "POST", "/actions/actions", draft("Add roles"), 409, "", ""},
		{"unknown runtime", "POST", "/actions/actions", with(draft("x"), "runtime", "node99"), 400, "", ""},
		{"long code", "POST", "/actions/actions", with(draft("x"), "code", strings.Repeat("x", 100_001)), 400, "", ""},
		{"many secrets", "POST", "/actions/actions", with(draft("x"), "secrets", many), 400, "", ""},
		{"long secret", "POST", "/actions/actions", with(draft("x"), "secrets", []any{map[string]any{"name": "K", "value": strings.Repeat("x", 4097)}}), 400, "invalid_body", ""},
		{"unbuilt", "POST", "/actions/actions/" + id + "/deploy", nil, 400, "", "A draft must be in the 'built' state before it can be deployed."},
		{"bound", "DELETE", "/actions/actions/" + actions.SeedAction, nil, 409, "", "Unable to delete an action bound to a trigger."},
		{"old binding shape", "PATCH", bindings, map[string]any{"bindings": []any{map[string]any{"id_type": "action_id", "id_value": id}}}, 400, "invalid_body", "Payload validation error: 'Data does not match any schemas from 'oneOf'' on property bindings[0]."},
		{"undeployed", "PATCH", bindings, ref("action_id", id), 400, "", "Trying to create a binding for an action that has not been deployed."},
		{"wrong trigger", "PATCH", "/actions/triggers/pre-user-registration/bindings", ref("action_id", actions.SeedAction), 400, "", "Trying to create a binding between an incompatible action and trigger."},
		{"unknown trigger", "GET", "/actions/triggers/nope/bindings", nil, 400, "invalid_uri", ""},
	}
	before := canonical(t, te.s.State())
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			status, body := te.api(tt.method, tt.path, tt.body)
			code, _ := body["errorCode"].(string)
			if status != tt.status || body["statusCode"] != float64(tt.status) || code != tt.code || (tt.message != "" && body["message"] != tt.message) {
				t.Errorf("got %d %v", status, body)
			}
		})
	}
	if canonical(t, te.s.State()) != before {
		t.Error("a refused request changed the tenant")
	}
}

func TestActionGoesFromPendingToDeployed(t *testing.T) {
	te := newTenant(t, nil, "auth0.build", "slow", "auth0.deploy", "slow")
	status, a := te.api("POST", "/actions/actions", draft("Mine"))
	if status != 201 || a["status"] != "pending" || a["all_changes_deployed"] != false || a["current_version"] != nil {
		t.Fatalf("created: %d %v", status, a)
	}
	if s := a["secrets"].([]any)[0].(map[string]any); s["name"] != "KEY" || s["value"] != nil || s["updated_at"] == nil {
		t.Errorf("secrets: %v", s)
	}
	path := "/actions/actions/" + a["id"].(string)
	var seen []string
	for range 4 {
		_, a = te.api("GET", path, nil)
		seen = append(seen, a["status"].(string))
	}
	if got := strings.Join(seen, " "); got != "building building building built" {
		t.Errorf("states: %s", got)
	}
	status, v := te.api("POST", path+"/deploy", nil)
	if status != 200 || v["deployed"] != false || v["number"] != 1.0 || v["status"] != "built" || v["action"].(map[string]any)["all_changes_deployed"] != false {
		t.Errorf("deploy: %d %v", status, v)
	}
	bind := map[string]any{"bindings": []any{map[string]any{"ref": map[string]any{"type": "action_name", "value": "Mine"}}}}
	if status, _ := te.api("PATCH", "/actions/triggers/post-login/bindings", bind); status != 400 {
		t.Errorf("binding too early: %d", status)
	}
	for range 4 {
		_, a = te.api("GET", path, nil)
	}
	current, deployed := a["current_version"].(map[string]any), a["deployed_version"].(map[string]any)
	if a["all_changes_deployed"] != true || current["status"] != "BUILT" || deployed["status"] != "built" || deployed["deployed"] != true {
		t.Errorf("deployed: %v", a)
	}
	_, a = te.api("PATCH", path, map[string]any{"code": "exports.onExecutePostLogin = async () => { 2 }"})
	if a["status"] != "pending" || a["all_changes_deployed"] != false || a["deployed_version"].(map[string]any)["number"] != 1.0 {
		t.Errorf("patched: %v", a)
	}
}

func TestBuildsThatFailNeverDeploy(t *testing.T) {
	te := newTenant(t, nil, "auth0.build", "fails")
	_, a := te.api("POST", "/actions/actions", draft("Broken"))
	path := "/actions/actions/" + a["id"].(string)
	for range 3 {
		_, a = te.api("GET", path, nil)
	}
	status, _ := te.api("POST", path+"/deploy", nil)
	if a["status"] != "failed" || status != 400 {
		t.Errorf("got %v, deploy %d", a["status"], status)
	}
}

func TestDeployAtCreationReportsTheVersionAtOnce(t *testing.T) {
	te := newTenant(t, nil)
	_, a := te.api("POST", "/actions/actions", with(draft("Mine"), "deploy", true))
	v := a["deployed_version"].(map[string]any)
	if a["status"] != "pending" || a["all_changes_deployed"] != true || v["deployed"] != true || v["status"] != "pending" || v["built_at"] != nil ||
		a["current_version"].(map[string]any)["status"] != "PENDING" {
		t.Errorf("got %v", a)
	}
	_, a = te.api("GET", "/actions/actions/"+a["id"].(string), nil)
	if v := a["deployed_version"].(map[string]any); a["status"] != "built" || v["status"] != "built" || v["built_at"] == nil {
		t.Errorf("then %v", a)
	}
}

func TestBindingsAreReplacedAndRenumbered(t *testing.T) {
	te := newTenant(t, nil)
	id := te.deploy("Mine", "exports.onExecutePostLogin = async () => {}", nil)
	const path = "/actions/triggers/post-login/bindings"
	_, one := te.api("GET", path, nil)
	list := one["bindings"].([]any)
	if len(list) != 2 || one["total"] != 2.0 || one["per_page"] != 50.0 || one["page"] != nil {
		t.Fatalf("page 0: %v", one)
	}
	first, second := list[0].(map[string]any), list[1].(map[string]any)
	if first["display_name"] != "Add roles" || second["action"].(map[string]any)["id"] != id || first["trigger_id"] != "post-login" {
		t.Errorf("order: %v", list)
	}
	if _, secret := second["action"].(map[string]any)["code"]; secret {
		t.Error("a binding's action shows its code at the top level")
	}
	_, next := te.api("GET", path+"?page=1&per_page=100", nil)
	if _, has := next["total"]; has || next["page"] != 1.0 || len(next["bindings"].([]any)) != 0 {
		t.Errorf("page 1: %v", next)
	}
	swapped := map[string]any{"bindings": []any{
		map[string]any{"ref": map[string]any{"type": "binding_id", "value": second["id"]}, "display_name": "Mine"},
		map[string]any{"ref": map[string]any{"type": "action_name", "value": "Add roles"}},
	}}
	status, two := te.api("PATCH", path, swapped)
	list = two["bindings"].([]any)
	if status != 200 || two["total"] != nil || list[0].(map[string]any)["display_name"] != "Mine" || list[0].(map[string]any)["id"] == second["id"] {
		t.Errorf("after the swap: %d %v", status, two)
	}
	if status, _ := te.api("DELETE", "/actions/actions/"+id+"?force=true", nil); status != 204 {
		t.Errorf("forced delete: %d", status)
	}
	_, three := te.api("GET", path, nil)
	if len(three["bindings"].([]any)) != 1 {
		t.Errorf("a deleted action is still bound: %v", three)
	}
	_, none := te.api("PATCH", path, map[string]any{"bindings": []any{}})
	if len(none) != 1 {
		t.Errorf("empty list: %v", none)
	}
}

func TestRollbackBringsOldCodeBack(t *testing.T) {
	te := newTenant(t, nil)
	id := te.deploy("Mine", "one", nil)
	path := "/actions/actions/" + id
	te.api("PATCH", path, map[string]any{"code": "two"})
	te.api("GET", path, nil)
	te.api("POST", path+"/deploy", nil)
	te.api("GET", path, nil)
	_, versions := te.api("GET", path+"/versions", nil)
	list := versions["versions"].([]any)
	if len(list) != 2 || list[0].(map[string]any)["number"] != 2.0 || list[0].(map[string]any)["deployed"] != true || list[1].(map[string]any)["deployed"] != false {
		t.Fatalf("versions: %v", versions)
	}
	old := list[1].(map[string]any)["id"].(string)
	if status, v := te.api("POST", path+"/versions/"+old+"/deploy", nil); status != 200 || v["number"] != 3.0 || v["code"] != "one" {
		t.Errorf("rollback: %d %v", status, v)
	}
	_, a := te.api("GET", path, nil)
	if a["deployed_version"].(map[string]any)["code"] != "one" || a["code"] != "two" || a["all_changes_deployed"] != false {
		t.Errorf("after rollback: %v", a)
	}
}
