package clientstest

import (
	"slices"
	"strings"
	"testing"

	"phonegate/provision/sandbox"
	"phonegate/provision/sandbox/world"
)

// Each provider's own tests fail if they leave a value of one of its behaviours untried (worldtest.Main). This one
// finds behaviours that belong to no provider, and rows of the table that name none.
func TestEveryBehaviourBelongsToAProvider(t *testing.T) {
	declared := map[string]bool{}
	for _, b := range world.Behaviours() {
		provider, _, _ := strings.Cut(b.Name, ".")
		if !slices.Contains([]string{"auth0", "twilio", "vercel", "cloudflare"}, provider) || len(b.Values) < 2 || b.About == "" || b.Sources == "" || declared[b.Name] {
			t.Errorf("incomplete: %+v", b)
		}
		declared[b.Name] = true
	}
	rows := map[string]bool{}
	for _, e := range sandbox.EndpointTable() {
		row := e.Provider + " " + e.Method + " " + e.Path
		if rows[row] || e.Source == "" || (e.Behaviour != "" && !declared[e.Behaviour]) {
			t.Errorf("incomplete: %+v", e)
		}
		rows[row] = true
	}
	if len(rows) < 100 {
		t.Errorf("only %d rows", len(rows))
	}
}
