package templates_test

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"phonegate/templates"
)

var bundleNames = templates.BundleNames{Tenant: "dev", Project: "acme-dev-verify", URL: "https://verify.acme.example"}

func bundleOf(t *testing.T, s templates.Settings) map[string][]byte {
	t.Helper()
	files, err := templates.Bundle(s, bundleNames)
	if err != nil {
		t.Fatal(err)
	}
	all := map[string][]byte{}
	for _, f := range files {
		all[f.Path] = f.Data
	}
	return all
}

func TestABundleHoldsTheVeryFormOfEveryOtherHost(t *testing.T) {
	s := load(t).Base.Settings
	form, err := templates.Form(s)
	if err != nil {
		t.Fatal(err)
	}
	if form[0].Path != templates.FormModule {
		t.Fatalf("the first file of the form is %s", form[0].Path)
	}
	if diff := cmp.Diff(string(form[0].Data), string(bundleOf(t, s)["verify.mjs"])); diff != "" {
		t.Errorf("the bundle's form is another one:\n%s", diff)
	}
}

func TestArtefactsHaveTheBundleInThePlaceOfTheForm(t *testing.T) {
	s := load(t).Base.Settings
	usual, err := templates.Artefacts(s)
	if err != nil {
		t.Fatal(err)
	}
	bundle, err := templates.Bundle(s, bundleNames)
	if err != nil {
		t.Fatal(err)
	}
	var got, want []string
	for _, f := range templates.WithBundle(usual, bundle) {
		got = append(got, f.Path)
		if f.Path == "README.md" && !strings.Contains(string(f.Data), "\n| form/ | a server of your own; form/README.md shows ways to run it |\n") {
			t.Errorf("the README says of the form:\n%s", f.Data)
		}
	}
	want = []string{"README.md", "action/verify-phone-number.js", "form/Dockerfile", "form/README.md", "form/fly.toml", "form/package.json",
		"form/acme-dev-verify.service", "form/server.mjs", "form/verify.mjs"}
	if len(got) <= len(want) || !slices.Equal(got[:len(want)], want) || !strings.HasPrefix(got[len(want)], "lock/") {
		t.Errorf("the files are %v", got)
	}
}

func TestABundleIsWholeAndAlwaysTheSame(t *testing.T) {
	s := load(t).Base.Settings
	all := bundleOf(t, s)
	want := []string{"Dockerfile", "README.md", "acme-dev-verify.service", "fly.toml", "package.json", "server.mjs", "verify.mjs"}
	var names []string
	for name, data := range all {
		names = append(names, name)
		if !strings.HasSuffix(name, ".mjs") && regexp.MustCompile(`\b(PROJECT|TENANT|DOMAIN|FOLDER|URL)\b`).Match(data) {
			t.Errorf("%s has a name that was not filled in:\n%s", name, data)
		}
	}
	if slices.Sort(names); !slices.Equal(names, want) {
		t.Errorf("the files are %v", names)
	}
	if diff := cmp.Diff(all, bundleOf(t, s)); diff != "" {
		t.Errorf("the second time it is another one:\n%s", diff)
	}
	own, err := os.ReadFile("bundle/server.mjs")
	if err != nil || !bytes.Equal(own, all["server.mjs"]) {
		t.Errorf("the server is not the one in the repository: %v", err)
	}
	var manifest struct {
		Scripts struct{ Start string }
		Depends map[string]string `json:"dependencies"`
	}
	if err := json.Unmarshal(all["package.json"], &manifest); err != nil || manifest.Scripts.Start != "node server.mjs" || manifest.Depends != nil {
		t.Errorf("package.json: %v %+v", err, manifest)
	}
	for name, part := range map[string]string{
		"fly.toml": `app = "acme-dev-verify"`, "acme-dev-verify.service": "EnvironmentFile=/etc/phonegate/acme-dev-verify.env",
		"README.md": "phonegate secrets --tenant dev -- ssh SERVER 'umask 077; cat >> /etc/phonegate/acme-dev-verify.env'",
	} {
		if !strings.Contains(string(all[name]), part) {
			t.Errorf("%s lacks %s", name, part)
		}
	}
}

func TestTheContainerCopiesWhatThereIsAndInstallsNothing(t *testing.T) {
	all := bundleOf(t, load(t).Base.Settings)
	file := string(all["Dockerfile"])
	copied := regexp.MustCompile(`(?m)^COPY (.+) \./$`).FindStringSubmatch(file)
	if copied == nil {
		t.Fatalf("nothing is copied:\n%s", file)
	}
	for _, name := range strings.Fields(copied[1]) {
		if all[name] == nil {
			t.Errorf("%s is copied and not there", name)
		}
	}
	for _, part := range []string{"\nFROM node:22-alpine\n", "\nUSER node\n", "\nHEALTHCHECK ", "\nCMD [\"node\", \"server.mjs\"]\n"} {
		if !strings.Contains(file, part) {
			t.Errorf("the Dockerfile lacks %q", part)
		}
	}
	if regexp.MustCompile(`(?m)^(RUN|ADD|VOLUME)|SECRET`).MatchString(file) {
		t.Errorf("the Dockerfile does more than it must:\n%s", file)
	}
}

func TestNamesThatWouldMeanSomethingElseInAFileAreRefused(t *testing.T) {
	for what, change := range map[string]func(*templates.BundleNames){
		"a project that leaves the folder": func(n *templates.BundleNames) { n.Project = "../up" },
		"a project with a dot":             func(n *templates.BundleNames) { n.Project = "a.b" },
		"no project":                       func(n *templates.BundleNames) { n.Project = "" },
		"a tenant with a space":            func(n *templates.BundleNames) { n.Tenant = "a b" },
		"an address with a command":        func(n *templates.BundleNames) { n.URL = "https://acme.example/$(id)" },
		"an address with a query":          func(n *templates.BundleNames) { n.URL = "https://acme.example/?a" },
		"an address with a slash":          func(n *templates.BundleNames) { n.URL = "https://acme.example/" },
		"an address that is a script":      func(n *templates.BundleNames) { n.URL = "javascript:alert(1)" },
		"no address":                       func(n *templates.BundleNames) { n.URL = "" },
	} {
		n := bundleNames
		change(&n)
		if files, err := templates.Bundle(load(t).Base.Settings, n); err == nil {
			t.Errorf("%s: %d files", what, len(files))
		}
	}
}

// TestTheServiceOfSystemdIsHardened has systemd itself read the unit and judge how exposed it is.
func TestTheServiceOfSystemdIsHardened(t *testing.T) {
	analyze, err := exec.LookPath("systemd-analyze")
	if err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal("systemd-analyze is needed")
		}
		t.Skip("needs systemd-analyze")
	}
	unit := string(bundleOf(t, load(t).Base.Settings)["acme-dev-verify.service"])
	path := filepath.Join(t.TempDir(), "acme-dev-verify.service")
	if err := os.WriteFile(path, []byte(unit), 0o600); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.CommandContext(t.Context(), analyze, "security", "--offline=true", "--no-pager", "--threshold=20", path).CombinedOutput(); err != nil {
		t.Errorf("the unit is exposed: %v\n%s", err, out)
	}
	// That the program of the unit is there is not what is looked at.
	program := strings.Replace(unit, "/usr/bin/node", "/bin/sh", 1)
	if err := os.WriteFile(path, []byte(program), 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.CommandContext(t.Context(), analyze, "verify", "--man=no", path).CombinedOutput()
	if err != nil || strings.Contains(string(out), filepath.Base(path)) {
		t.Errorf("the unit has mistakes: %v\n%s", err, out)
	}
}
