package auth0

import (
	"fmt"
	"testing"

	"phonegate/provision/sandbox/jsvm"
)

func TestASecondActionOfOneName(t *testing.T) {
	for value, want := range map[string]int{"unique": 409, "shared": 201} {
		te := newTenant(t, nil, "auth0.action_names", value)
		te.api("POST", "/actions/actions", draft("Mine"))
		if status, _ := te.api("POST", "/actions/actions", draft("Mine")); status != want {
			t.Errorf("names are %s: the second one is answered %d, not %d", value, status, want)
		}
	}
}

func TestSecretsAreReplacedAsAList(t *testing.T) {
	tests := []struct {
		name, behaviour, value string
		patch                  map[string]any
		want                   map[string]string
	}{
		{"new list", "auth0.patch_without_secrets", "kept", map[string]any{"secrets": []any{map[string]any{"name": "B", "value": "2"}}}, map[string]string{"B": "2"}},
		{"empty list", "auth0.patch_without_secrets", "kept", map[string]any{"secrets": []any{}}, map[string]string{}},
		{"no list, kept", "auth0.patch_without_secrets", "kept", map[string]any{"code": "x"}, map[string]string{"KEY": "hush"}},
		{"no list, cleared", "auth0.patch_without_secrets", "cleared", map[string]any{"code": "x"}, map[string]string{}},
		{"name only, kept", "auth0.secret_by_name", "kept", map[string]any{"secrets": []any{map[string]any{"name": "KEY"}}}, map[string]string{"KEY": "hush"}},
		{"name only, emptied", "auth0.secret_by_name", "emptied", map[string]any{"secrets": []any{map[string]any{"name": "KEY"}}}, map[string]string{"KEY": ""}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			te := newTenant(t, nil, tt.behaviour, tt.value)
			_, a := te.api("POST", "/actions/actions", draft("Mine"))
			te.api("PATCH", "/actions/actions/"+a["id"].(string), tt.patch)
			kept, ok := te.s.actions.Draft(a["id"].(string))
			got := kept.Secrets
			if !ok || fmt.Sprint(got) != fmt.Sprint(tt.want) {
				t.Errorf("got %v, want %v", got, tt.want)
			}
		})
	}
}

func TestActionTestReportsWhatWasThrown(t *testing.T) {
	te := newTenant(t, scripted(map[string]func(jsvm.ActionCall) jsvm.ActionResult{
		"throws": func(c jsvm.ActionCall) jsvm.ActionResult {
			if c.Secrets["KEY"] != "hush" || c.Event["user"] == nil {
				return jsvm.ActionResult{}
			}
			return jsvm.ActionResult{Thrown: "TypeError: Cannot read properties of undefined (reading 'id')", Logs: []string{"hello"}}
		},
	}))
	_, a := te.api("POST", "/actions/actions", with(draft("Mine"), "code", "throws"))
	status, body := te.api("POST", "/actions/actions/"+a["id"].(string)+"/test", map[string]any{
		"payload": map[string]any{"event": map[string]any{"user": map[string]any{"user_id": "auth0|1"}}},
	})
	p := body["payload"].(map[string]any)
	e := p["error"].(map[string]any)
	if status != 200 || e["name"] != "TypeError" || e["message"] != "Cannot read properties of undefined (reading 'id')" || p["stats"] == nil || p["logs"] != "hello" {
		t.Errorf("got %d %v", status, body)
	}
	if status, _ := te.api("POST", "/actions/actions/"+a["id"].(string)+"/test", map[string]any{}); status != 400 {
		t.Errorf("without payload: %d", status)
	}
}
