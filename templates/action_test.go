package templates

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func register() Deployed {
	return Deployed{
		Layout: Layout, Domain: "acme.eu.auth0.com", FormURL: "https://acme-verify.vercel.app",
		Service: "VA00000000000000000000000000000001", Test: "client", Connection: "Users & <more>",
		Host: Place{Kind: "vercel", Project: "acme-verify"},
	}
}

func TestADeployedActionIsARegister(t *testing.T) {
	moved := register()
	moved.Former = []Former{{Kind: "bundle", Project: "old", URL: "https://old.acme.example"}}
	for _, d := range []Deployed{register(), moved} {
		code, err := DeployedAction(full(), d)
		if err != nil {
			t.Fatal(err)
		}
		got, err := ReadAction(code)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(LiveAction{CodeCheck: "form", CodeLength: 8, Deployed: &d}, got); diff != "" {
			t.Error(diff)
		}
		if again, _ := DeployedAction(full(), d); !bytes.Equal(code, again) {
			t.Error("the second time it is another one")
		}
		if there := bytes.Contains(code, []byte(`"former"`)); there != (d.Former != nil) {
			t.Errorf("former places: %v", there)
		}
		edited := append(bytes.ReplaceAll(code, []byte("\n"), []byte("\r\n")), "// edited\r\n"...)
		if again, err := ReadAction(edited); err != nil || !cmp.Equal(again, got) {
			t.Errorf("edited it reads as %+v, %v", again, err)
		}
	}
	code, err := Action(full())
	if err != nil {
		t.Fatal(err)
	}
	if got, err := ReadAction(code); err != nil || got.Deployed != nil || got.CodeLength != 8 {
		t.Errorf("without a register: %+v, %v", got, err)
	}
}

func TestAnActionOfSomebodyElseIsNotRead(t *testing.T) {
	ours, err := DeployedAction(full(), register())
	if err != nil {
		t.Fatal(err)
	}
	for what, code := range map[string]string{
		"nothing":                 "",
		"a word of phonegate":     "// our own, instead of phonegate:action\n" + configBegin + `{"codeCheck":"form"}` + configEnd,
		"the mark alone":          "/*\n * " + ActionMarker + "\n */",
		"a literal without mark":  configBegin + `{"codeCheck":"form"}` + configEnd,
		"a literal that is none":  strings.Replace(string(ours), configBegin+"{", configBegin+"(", 1),
		"a register that is none": strings.Replace(string(ours), `"layout": 2`, `"layout": "2"`, 1),
		"a place that is none":    strings.Replace(string(ours), `"project": "acme-verify"`, `"project": 7`, 1),
	} {
		if got, err := ReadAction([]byte(code)); err == nil || got.Deployed != nil {
			t.Errorf("%s reads as %+v", what, got)
		}
	}
}

// TestARegisterOfAHigherLayoutIsKnownAsSuch: who reads it must learn that a newer program was here, whatever that has written.
func TestARegisterOfAHigherLayoutIsKnownAsSuch(t *testing.T) {
	ours, err := DeployedAction(full(), register())
	if err != nil {
		t.Fatal(err)
	}
	to := strings.NewReplacer(`"layout": 2`, `"layout": 3`, `"formUrl": "https://acme-verify.vercel.app"`, `"formUrl": ["a", "b"]`)
	newer := to.Replace(string(ours))
	got, err := ReadAction([]byte(newer))
	if err != nil || got.Deployed == nil || !cmp.Equal(*got.Deployed, Deployed{Layout: 3}) {
		t.Errorf("%+v, %v", got.Deployed, err)
	}
}

func TestARegisterThatWouldLeadUsersAstrayIsRefused(t *testing.T) {
	for what, change := range map[string]func(*Deployed){
		"no layout":            func(d *Deployed) { d.Layout = 0 },
		"a layout to come":     func(d *Deployed) { d.Layout++ },
		"no domain":            func(d *Deployed) { d.Domain = "" },
		"no address":           func(d *Deployed) { d.FormURL = "" },
		"an address in clear":  func(d *Deployed) { d.FormURL = "http://verify.acme.example" },
		"an address of a user": func(d *Deployed) { d.FormURL = "https://acme@evil.example" },
		"a script":             func(d *Deployed) { d.FormURL = "javascript:alert(1)" },
		"a query":              func(d *Deployed) { d.FormURL = "https://verify.acme.example/?session_token=x" },
	} {
		d := register()
		change(&d)
		if _, err := DeployedAction(full(), d); err == nil {
			t.Errorf("%s: accepted", what)
		}
	}
	d := register()
	d.FormURL = "http://127.0.0.1:8080"
	if _, err := DeployedAction(full(), d); err != nil {
		t.Errorf("a form on this computer: %v", err)
	}
}

func TestCodeHasTheProgramsLayout(t *testing.T) {
	want := fmt.Sprintf("\nconst LAYOUT = %d;", Layout)
	for _, path := range []string{"action/verify-phone-number.js", "form/api/verify.mjs"} {
		if !bytes.Contains(templateOf[path](), []byte(want)) {
			t.Errorf("%s lacks %q", path, want)
		}
	}
}
