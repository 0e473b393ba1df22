package command

import (
	"encoding/json"
	"os/exec"
	"path"
	"strings"
	"testing"
)

// TestImportsRunOneWay holds the packages to the layout: what stands left may import what stands right, and nothing but the rehearsal
// knows both the engine and the sandbox.
func TestImportsRunOneWay(t *testing.T) {
	cmd := exec.Command("go", "list", "-json=ImportPath,Imports,GoFiles", "./...")
	cmd.Dir = "../.."
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	seen := 0
	for d := json.NewDecoder(strings.NewReader(string(out))); d.More(); {
		var p struct {
			ImportPath       string
			Imports, GoFiles []string
		}
		if err := d.Decode(&p); err != nil {
			t.Fatal(err)
		}
		from := strings.TrimPrefix(p.ImportPath, "phonegate/")
		if strings.HasSuffix(from, "test") { // packages that only tests use
			continue
		}
		seen++
		if from == "provision" && len(p.GoFiles) > 0 {
			t.Errorf("%v lie flat in provision", p.GoFiles)
		}
		for _, i := range p.Imports {
			if to, own := strings.CutPrefix(i, "phonegate/"); own && !allowed(from, to) {
				t.Errorf("%s imports %s", from, to)
			}
			if from != "ui/wizard" && from != "ui/wizard/widget" && strings.HasPrefix(i, "charm.land/bubble") {
				t.Errorf("%s imports %s, which only the full-screen wizard uses", from, i)
			}
			if strings.HasPrefix(i, "net/http/httptest") {
				t.Errorf("%s imports a test server", from)
			}
		}
	}
	if seen < 30 {
		t.Errorf("only %d packages were looked at", seen)
	}
}

// allowed says whether a package may import another one of this module.
func allowed(from, to string) bool {
	below := func(p, room string) bool { return p == room || strings.HasPrefix(p, room+"/") }
	rank := func(p string) int {
		for i, room := range []string{"templates", "provision", "ui", "phonegate"} {
			if below(p, room) {
				return i
			}
		}
		return -1
	}
	sandbox := func(p string) bool { return below(p, "provision/sandbox") }
	provider := func(p string) bool {
		return below(p, "provision/auth0") || below(p, "provision/twilio") || path.Dir(p) == "provision/host" && p != "provision/host/kind"
	}
	switch {
	case rank(to) > rank(from):
		return false
	case sandbox(to):
		return sandbox(from) || from == "provision/rehearsal"
	case sandbox(from):
		return !below(to, "templates") && to != "provision/engine" && to != "provision/rehearsal"
	case provider(from) && provider(to):
		return from == to
	case to == "provision/rehearsal":
		return below(from, "ui")
	case to == "provision/engine":
		return below(from, "ui") || from == "provision/rehearsal"
	case from == "ui/render":
		return !below(to, "ui")
	case from == "ui/wizard/flow":
		return !below(to, "ui") || to == "ui/render"
	case from == "ui/wizard/widget":
		return !below(to, "ui") || to == "ui/render"
	case from == "ui/wizard/plain":
		return !below(to, "ui") || to == "ui/render" || to == "ui/wizard/flow"
	case from == "ui/wizard":
		return to != "ui/command" && to != "ui/wizard/plain"
	}
	return true
}
