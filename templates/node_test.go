package templates_test

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"testing"

	"phonegate/templates"
	"phonegate/templates/scenario"
)

// TestUnderNode renders the Action and the form for every scenario and has Node's own test runner replay them.
func TestUnderNode(t *testing.T) {
	node := needNode(t)
	suite, err := scenario.Load()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	type action struct {
		scenario.Action
		Code string `json:"code"`
	}
	var out struct {
		Base    scenario.Base `json:"base"`
		Actions []action      `json:"actions"`
		Forms   []nodeForm    `json:"forms"`
		Numbers any           `json:"numbers"`

		Page        string `json:"page"`
		Fields      string `json:"fields"`
		HostilePage string `json:"hostilePage"`
		HostileName string `json:"hostileName"`
	}
	out.Base = suite.Base
	for _, s := range suite.Actions {
		code, err := suite.Base.Code(s)
		if err != nil {
			t.Fatalf("%s: %v", s.Name, err)
		}
		out.Actions = append(out.Actions, action{s, write(t, dir, code, ".js")})
	}
	for _, s := range suite.Forms {
		files, err := templates.Form(settings(t, suite, s.Settings))
		if err != nil {
			t.Fatalf("%s: %v", s.Name, err)
		}
		out.Forms = append(out.Forms, nodeForm{s, write(t, dir, files[0].Data, ".mjs")})
	}
	out.Numbers = templates.NumberExamples(t)
	page, fields := lock(t, suite.Base.Settings)
	out.Page, out.Fields = write(t, dir, page, ".html"), write(t, dir, fields, ".js")
	hostile := suite.Base.Settings
	hostile.Brand.Name = "</script><script>alert(1)</script>@@config@@\u2028\"'`${1}*/"
	page, _ = lock(t, hostile)
	out.HostilePage, out.HostileName = write(t, dir, page, ".html"), hostile.Brand.Name
	tests, err := filepath.Glob("nodetest/*.test.mjs")
	if err != nil || len(tests) == 0 {
		t.Fatalf("no tests for Node: %v", err)
	}
	passed := nodeTests(t, node, out, tests...)
	if want := len(suite.Actions) + len(suite.Forms); passed < want {
		t.Fatalf("%d tests passed, but there are %d scenarios", passed, want)
	}
}

type nodeForm struct {
	scenario.Form
	Code string `json:"code"`
}

// TestTheFormsPartsRunAsTheyStand replays the scenarios with the modules of the form before they are joined: what one takes from
// another it must import, though in one file it would have it anyway.
func TestTheFormsPartsRunAsTheyStand(t *testing.T) {
	node := needNode(t)
	suite := load(t)
	var out struct {
		Base  scenario.Base `json:"base"`
		Forms []nodeForm    `json:"forms"`
	}
	out.Base = suite.Base
	written := map[string]string{}
	for _, s := range suite.Forms {
		files, err := templates.Form(settings(t, suite, s.Settings))
		if err != nil {
			t.Fatalf("%s: %v", s.Name, err)
		}
		form := string(files[0].Data)
		if written[form] == "" {
			written[form] = templates.WriteFormParts(t, t.TempDir(), files[0].Data)
		}
		out.Forms = append(out.Forms, nodeForm{s, written[form]})
	}
	if passed := nodeTests(t, node, out, "nodetest/form.test.mjs"); passed < len(suite.Forms) {
		t.Fatalf("%d tests passed, but there are %d scenarios", passed, len(suite.Forms))
	}
}

// nodeTests runs tests with Node's own runner on a suite, and answers with how many have passed.
func nodeTests(t *testing.T, node string, suite any, tests ...string) int {
	t.Helper()
	data, err := json.Marshal(suite)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "suite.json")
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), node, append([]string{"--test", "--test-reporter=tap"}, tests...)...)
	cmd.Env = append(os.Environ(), "PHONEGATE_SUITE="+path)
	report, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("node --test: %v\n%s", err, failures(report))
	}
	return count(report, `(?m)^# pass (\d+)$`)
}

// needNode finds Node 20 or later. Where the build must be whole (CI), a missing Node is a failure.
func needNode(t *testing.T) string {
	t.Helper()
	node, err := exec.LookPath("node")
	if err == nil {
		version, _ := exec.Command(node, "--version").Output()
		if m := regexp.MustCompile(`^v(\d+)`).FindSubmatch(version); m != nil {
			if major, _ := strconv.Atoi(string(m[1])); major >= 20 {
				return node
			}
		}
	}
	if os.Getenv("CI") == "true" {
		t.Fatal("Node 20 or later is needed")
	}
	t.Skip("needs Node 20 or later")
	return ""
}

func settings(t *testing.T, suite scenario.Suite, own json.RawMessage) templates.Settings {
	t.Helper()
	s, err := suite.Base.SettingsOf(own)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func write(t *testing.T, dir string, code []byte, ext string) string {
	t.Helper()
	sum := sha256.Sum256(code)
	path := filepath.Join(dir, hex.EncodeToString(sum[:8])+ext)
	if err := os.WriteFile(path, code, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func lock(t *testing.T, s templates.Settings) (page, fields []byte) {
	t.Helper()
	page, err := templates.LoginPage(s)
	if err != nil {
		t.Fatal(err)
	}
	if fields, err = templates.SignUpFields(s); err != nil {
		t.Fatal(err)
	}
	return page, fields
}

func count(report []byte, pattern string) int {
	m := regexp.MustCompile(pattern).FindSubmatch(report)
	if m == nil {
		return 0
	}
	n, _ := strconv.Atoi(string(m[1]))
	return n
}

// failures shortens a TAP report to what went wrong.
func failures(report []byte) string {
	found := regexp.MustCompile(`(?m)^\s*not ok [\s\S]*?\.\.\.$`).FindAll(report, 12)
	if len(found) == 0 {
		return string(report)
	}
	var out []byte
	for _, f := range found {
		out = append(append(out, f...), '\n')
	}
	return string(out)
}
