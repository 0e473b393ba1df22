package templates_test

import (
	"os/exec"
	"regexp"
	"strings"
	"testing"

	"phonegate/provision/ring"
	"phonegate/templates"
)

func readmeOf(t *testing.T) []byte {
	t.Helper()
	files, err := templates.Artefacts(templates.Settings{
		Domain: "acme.us.auth0.com", CodeCheck: "form", Capture: "lock", NoPhone: "form", CodeLength: 6, Brand: templates.Brand{Name: "Acme"},
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		if f.Path == "README.md" {
			return f.Data
		}
	}
	t.Fatal("there is no README")
	return nil
}

// TestTheReadmeMakesAKeyThatFits runs the commands that the README gives.
func TestTheReadmeMakesAKeyThatFits(t *testing.T) {
	for _, tool := range []string{"openssl", "sha256sum", "sh"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skipf("needs %s", tool)
		}
	}
	lines := regexp.MustCompile(`(?m)^    (.*)$`).FindAllSubmatch(readmeOf(t), 3)
	if len(lines) != 3 {
		t.Fatalf("the README has %d commands", len(lines))
	}
	var script []byte
	for _, l := range lines {
		script = append(append(script, l[1]...), '\n')
	}
	filled := strings.NewReplacer("SK...", "SK1", "VA...", "VA1").Replace(string(script))
	out, err := exec.CommandContext(t.Context(), "sh", "-c", filled).Output()
	if err != nil {
		t.Fatal(err)
	}
	name, value, _ := strings.Cut(strings.TrimSpace(string(out)), "=")
	unit, ok := ring.Read(name, value)
	if !ok || !unit.Complete() || len(unit.Session) != 43 {
		t.Errorf("%s is no key", name)
	}
}
