package templates

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write the golden files anew")

func full() Settings {
	return Settings{
		Domain:         "acme.eu.auth0.com",
		CustomDomains:  []string{"login.acme.example"},
		CodeCheck:      "form",
		Capture:        "form",
		NoPhone:        "form",
		CodeLength:     8,
		Countries:      []string{"nz", "AU", "AU"},
		DefaultCountry: "NZ",
		Brand:          Brand{Name: "Acme & Söhne", Color: "#FFD23F", LogoURL: "https://cdn.acme.example/logo.svg?v=2"},
		Enforce:        Enforce{UsersCreatedAfter: "2026-01-31", SkipClients: []string{"b", "a"}, SkipConnections: []string{"staff"}},
		Claims:         "https://acme.example",
	}
}

func TestArtefactsAreTheTemplatesAroundOneLiteral(t *testing.T) {
	for name, s := range map[string]Settings{
		"least":  {Domain: "acme.eu.auth0.com"},
		"action": {Domain: "acme.eu.auth0.com", CodeCheck: "action", NoPhone: "deny", Brand: Brand{Name: "Acme"}},
		"full":   full(),
	} {
		files, err := Artefacts(s)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range files {
			template, ok := templateOf[f.Path]
			if !ok {
				golden(t, name, f.Path, f.Data)
				continue
			}
			data := f.Data
			if at := bytes.LastIndex(data, []byte(LoginPageHash)); at > 0 {
				data = data[:at]
			}
			head, literal, tail := split(t, data)
			templateHead, _, templateTail := split(t, template())
			if head != templateHead || tail != templateTail {
				t.Errorf("%s: %s differs from its template outside the literal", name, f.Path)
			}
			golden(t, name, f.Path+".json", []byte(literal+"\n"))
		}
	}
}

// templateOf is what lies around the literal of each artefact that has one.
var templateOf = map[string]func() []byte{
	"action/verify-phone-number.js":     actionTemplate,
	"form/api/verify.mjs":               formTemplate,
	"lock/login-page.html":              func() []byte { return source("lock/login-page.html") },
	"lock/additional-sign-up-fields.js": func() []byte { return source("lock/additional-sign-up-fields.js") },
}

func split(t *testing.T, file []byte) (head, literal, tail string) {
	t.Helper()
	head, rest, begin := strings.Cut(string(file), configBegin)
	literal, tail, end := strings.Cut(rest, configEnd)
	if !begin || !end {
		t.Fatal("no literal")
	}
	return head, literal, tail
}

func golden(t *testing.T, name, path string, got []byte) {
	t.Helper()
	file := filepath.Join("testdata", name, filepath.FromSlash(path))
	if *update {
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("%s (go test -run Artefacts -update, if this is meant):\n%s", file, diff)
	}
}

func TestTheSameAnswersGiveTheSameBytes(t *testing.T) {
	a, err := Artefacts(full())
	if err != nil {
		t.Fatal(err)
	}
	other := full()
	other.Domain = "ACME.eu.auth0.com"
	other.Countries = []string{"AU", "NZ"}
	other.Brand.Color = "#ffd23f"
	other.Enforce.UsersCreatedAfter = "2026-01-31T00:00:00Z"
	other.Enforce.SkipClients = []string{"a", "b"}
	other.Claims += "/"
	b, err := Artefacts(other)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(a, b); diff != "" {
		t.Error(diff)
	}
}

func TestFormVersionNamesWhatRuns(t *testing.T) {
	version := func(s Settings) string {
		v, err := FormVersion(s)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	s := full()
	if got := version(s); !regexp.MustCompile(`^[0-9a-f]{12}$`).MatchString(got) || got != version(s) {
		t.Errorf("version %q", got)
	}
	changed := full()
	changed.Brand.Name = "Other"
	if version(changed) == version(s) {
		t.Error("another name, the same version")
	}
	unseen := full()
	unseen.Claims = "" // only the Action knows of claims
	if version(unseen) != version(s) {
		t.Error("the form's version depends on what is not in the form")
	}
}

func TestGeneratedFilesAreKnownByTheirMarkers(t *testing.T) {
	for path, marker := range map[string]string{
		"action/verify-phone-number.js":     ActionMarker,
		"form/api/verify.mjs":               FormMarker,
		"lock/login-page.html":              LoginPageMarker,
		"lock/additional-sign-up-fields.js": SignUpFieldsMarker,
	} {
		if at := bytes.Index(templateOf[path](), []byte(marker)); at < 0 || at > 400 {
			t.Errorf("%s: marker %q at %d", path, marker, at)
		}
	}
}

func TestActionForAllCountriesStaysUnderAuth0sLimit(t *testing.T) {
	s := full()
	s.Countries = sortedRegions()
	action, err := Action(s)
	if err != nil {
		t.Fatal(err)
	}
	if len(action) > 100_000 {
		t.Errorf("%d bytes", len(action))
	}
}

func TestCodeNeedsNoPackageAndLogsNothing(t *testing.T) {
	for path, template := range templateOf {
		if found := regexp.MustCompile(`\brequire\(|^import |console\.|\beval\(|innerHTML|document\.write`).Find(template()); found != nil {
			t.Errorf("%s: %s", path, found)
		}
	}
}

func TestNonsenseIsRefused(t *testing.T) {
	for name, change := range map[string]func(*Settings){
		"no domain":             func(s *Settings) { s.Domain = "" },
		"domain with scheme":    func(s *Settings) { s.Domain = "https://acme.eu.auth0.com" },
		"domain with path":      func(s *Settings) { s.CustomDomains = []string{"a.example/x"} },
		"code check":            func(s *Settings) { s.CodeCheck = "both" },
		"capture":               func(s *Settings) { s.Capture = "none" },
		"no phone":              func(s *Settings) { s.NoPhone = "maybe" },
		"capture without check": func(s *Settings) { s.CodeCheck = "action" },
		"capture and deny":      func(s *Settings) { s.NoPhone = "deny" },
		"short codes":           func(s *Settings) { s.CodeLength = 3 },
		"long codes":            func(s *Settings) { s.CodeLength = 11 },
		"unknown country":       func(s *Settings) { s.Countries = []string{"XX"} },
		"unknown home":          func(s *Settings) { s.DefaultCountry = "Atlantis" },
		"colour":                func(s *Settings) { s.Brand.Color = "red;}" },
		"name with a new line":  func(s *Settings) { s.Brand.Name = "a\nb" },
		"logo without TLS":      func(s *Settings) { s.Brand.LogoURL = "http://acme.example/l.png" },
		"logo with a script":    func(s *Settings) { s.Brand.LogoURL = "javascript:alert(1)" },
		"logo in the policy":    func(s *Settings) { s.Brand.LogoURL = "https://a.example; script-src */l.png" },
		"logo that is no image": func(s *Settings) { s.Brand.LogoURL = "data:text/html;base64,AAAA" },
		"claims without TLS":    func(s *Settings) { s.Claims = "acme" },
		"claims with a query":   func(s *Settings) { s.Claims = "https://acme.example/?a" },
		"date":                  func(s *Settings) { s.Enforce.UsersCreatedAfter = "last week" },
	} {
		s := full()
		change(&s)
		if _, err := Artefacts(s); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}

func TestSignUpFieldsComeBackOutOfALoginPage(t *testing.T) {
	page, err := LoginPage(full())
	if err != nil {
		t.Fatal(err)
	}
	fields, err := SignUpFieldsOf(page)
	if err != nil {
		t.Fatal(err)
	}
	if len(fields) != 1 || fields[0].Name != "phone_number" || !strings.Contains(fields[0].Placeholder, "021 ") {
		t.Errorf("%+v", fields)
	}
	pattern := regexp.MustCompile(fields[0].Pattern)
	for typed, want := range map[string]bool{"+64211234567": true, "0061412345678": true, "0211234567": true, "+14155552671": false, "abc": false, "": false} {
		if pattern.MatchString(typed) != want {
			t.Errorf("%q: %v", typed, !want)
		}
	}
	for _, foreign := range []string{"", "<html></html>", "<!-- " + LoginPageMarker + " -->", LoginPageMarker + configBegin + "{"} {
		if _, err := SignUpFieldsOf([]byte(foreign)); err == nil {
			t.Errorf("%q: accepted", foreign)
		}
	}
}

func TestBrandColoursCanBeSeenAndRead(t *testing.T) {
	for _, colour := range []string{"#000000", "#ffffff", "#808080", "#767676", "#ffd23f", "#0b6e4f", "#2457c5", "#ff0000", "#00ff00", "#0000ff", "#121419"} {
		if c := contrast(colour, textOn(colour)); c < 4.5 {
			t.Errorf("text on %s: %.2f", colour, c)
		}
		for paper, ink := range map[string]string{lightPaper: lightInk, darkPaper: darkInk} {
			if c := contrast(paper, lookOn(paper, ink, colour).Accent); c < 3 {
				t.Errorf("%s on %s: %.2f", colour, paper, c)
			}
		}
	}
	if c := contrast("#000000", "#ffffff"); c != 21 {
		t.Errorf("black on white is %.2f", c)
	}
}
