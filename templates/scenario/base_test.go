package scenario_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"phonegate/provision/ring"
	"phonegate/templates/scenario"
)

// TestTheBaseFitsItself: key, session and memory are written out in base.json, and belong together as the protocol says.
func TestTheBaseFitsItself(t *testing.T) {
	suite, err := scenario.Load()
	if err != nil {
		t.Fatal(err)
	}
	base := suite.Base
	unit, ok := ring.Read(base.Key, base.Secrets[base.Key])
	if !ok || !unit.Complete() || base.Env[base.Key] != base.Secrets[base.Key] {
		t.Fatalf("%s is no key of both", base.Key)
	}
	want := map[string]any{
		"k": scenario.VerdictKey(unit.Session, base.Session["login"].(string)), "check": "form", "change": true,
		"service": unit.Service, "key": unit.ID, "typed": base.Answer["phone_number"], "number": base.Answer["phone_number"],
	}
	if diff := cmp.Diff(want, base.Login); diff != "" {
		t.Errorf("the memory (-want +got):\n%s", diff)
	}
	if base.Session["key"] != unit.ID || base.Session["layout"] != float64(ring.Layout) {
		t.Errorf("the session is of key %v, layout %v", base.Session["key"], base.Session["layout"])
	}
}
