package templates_test

import (
	"bytes"
	"regexp"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/google/go-cmp/cmp"

	"phonegate/provision/ring"
	"phonegate/templates"
)

func TestExportsAreTheArtefactsInAnotherToolsLayout(t *testing.T) {
	s := templates.Settings{Domain: "acme.us.auth0.com", Brand: templates.Brand{Name: "Acme"}, DefaultCountry: "AU"}
	u := templates.Setup{Tenant: "dev", Config: "phonegate.yaml", LoginPage: "tenant", Project: "acme-verify", Secrets: []string{"VERCEL_TOKEN"}}
	action, err := templates.Action(s)
	if err != nil {
		t.Fatal(err)
	}
	for _, tool := range templates.Exports {
		files, err := templates.Export(tool, s, u)
		if err != nil {
			t.Fatal(err)
		}
		again, err := templates.Export(tool, s, u)
		if err != nil {
			t.Fatal(err)
		}
		found := false
		seen := map[string]bool{}
		for i, f := range files {
			if !bytes.Equal(f.Data, again[i].Data) || f.Path != again[i].Path {
				t.Errorf("%s: %s is not the same the second time", tool, f.Path)
			}
			if seen[f.Path] {
				t.Errorf("%s: %s is there twice", tool, f.Path)
			}
			seen[f.Path] = true
			found = found || bytes.Equal(f.Data, action)
			if strings.HasSuffix(f.Path, ".yaml") || strings.HasSuffix(f.Path, ".yml") {
				var any map[string]any
				if err := yaml.Unmarshal(f.Data, &any); err != nil {
					t.Errorf("%s: %s is no YAML: %v", tool, f.Path, err)
				}
			}
		}
		if tool != "github-actions" && !found {
			t.Errorf("%s: the Action is not among the files", tool)
		}
	}
	if _, err := templates.Export("pulumi", s, u); err == nil {
		t.Error("an unknown tool is exported for")
	}
}

// TestTerraformNamesAKeyThatIsOne: the name is put together there, so its parts are held to the program's here.
func TestTerraformNamesAKeyThatIsOne(t *testing.T) {
	s := templates.Settings{Domain: "acme.us.auth0.com"}
	files, err := templates.Export("terraform", s, templates.Setup{Tenant: "dev", LoginPage: "none", Project: "acme-verify"})
	if err != nil {
		t.Fatal(err)
	}
	const id = `\$\{substr\(sha256\("phonegate/key/2\|\$\{var\.session_secret\}"\), 0, 16\)\}`
	name := regexp.MustCompile(`"(PHONEGATE_KEY_\d+_)` + id + `"`).FindSubmatch(files[0].Data)
	if files[0].Path != "main.tf" || name == nil {
		t.Fatalf("%s names no key:\n%s", files[0].Path, files[0].Data)
	}
	if _, ok := ring.Parse(string(name[1]) + "0123456789abcdef"); !ok {
		t.Errorf("%s begins no name of a key", name[1])
	}
}

func TestNoFileKnowsOtherSecretsThanTheKey(t *testing.T) {
	s := templates.Settings{Domain: "acme.us.auth0.com"}
	others := regexp.MustCompile(`SESSION_SECRET|VERDICT_SECRET|TWILIO_API|TWILIO_VERIFY|_PREVIOUS|\bSTATE\b`)
	for _, tool := range templates.Exports {
		for _, selfHosted := range []bool{false, true} {
			u := templates.Setup{
				Tenant: "dev", Config: "phonegate.yaml", LoginPage: "tenant", SelfHosted: selfHosted, Project: "acme-verify", URL: "https://verify.acme.example",
			}
			if tool == "terraform" && selfHosted {
				continue
			}
			files, err := templates.Export(tool, s, u)
			if err != nil {
				t.Fatal(err)
			}
			for _, f := range files {
				if found := others.Find(f.Data); found != nil {
					t.Errorf("%s: %s says %s", tool, f.Path, found)
				}
			}
		}
	}
}

func TestTheDeployCLIBindsTheActionUnderItsName(t *testing.T) {
	s := templates.Settings{Domain: "acme.us.auth0.com"}
	files, err := templates.Export("auth0-deploy-cli", s, templates.Setup{Tenant: "dev", LoginPage: "tenant"})
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		if f.Path != "tenant.yaml" {
			continue
		}
		var tenant struct {
			Actions []struct {
				Name, Code string
				Secrets    []struct{ Name, Value string }
			}
			Triggers map[string][]struct {
				Action string `yaml:"action_name"`
			}
			Pages []struct{ Name, HTML string }
		}
		if err := yaml.Unmarshal(f.Data, &tenant); err != nil {
			t.Fatal(err)
		}
		if len(tenant.Actions) != 1 || tenant.Actions[0].Name != templates.ActionName || tenant.Triggers["post-login"][0].Action != templates.ActionName {
			t.Errorf("the Action is not called %q everywhere: %+v", templates.ActionName, tenant)
		}
		want := []struct{ Name, Value string }{{"FORM_URL", "##FORM_URL##"}, {"##KEY_NAME##", "##KEY_VALUE##"}}
		if diff := cmp.Diff(want, tenant.Actions[0].Secrets); diff != "" {
			t.Errorf("the Action's secrets:\n%s", diff)
		}
		if len(tenant.Pages) != 1 || tenant.Pages[0].HTML != "./pages/login.html" {
			t.Errorf("the login page is missing: %+v", tenant.Pages)
		}
	}
}

func TestAWorkflowNamesTheSecretsOfItsHost(t *testing.T) {
	s := templates.Settings{Domain: "acme.us.auth0.com"}
	for host, want := range map[string]string{
		"VERCEL_TOKEN": "TWILIO_AUTH_TOKEN VERCEL_TOKEN",
		"CLOUDFLARE_ACCOUNT_ID CLOUDFLARE_API_TOKEN": "TWILIO_AUTH_TOKEN CLOUDFLARE_ACCOUNT_ID CLOUDFLARE_API_TOKEN", "": "TWILIO_AUTH_TOKEN",
	} {
		files, err := templates.Export("github-actions", s, templates.Setup{
			Tenant: "dev", Config: "phonegate.yaml", SelfHosted: host == "", Secrets: strings.Fields(host), Project: "acme-verify", URL: "https://verify.acme.example",
		})
		if err != nil {
			t.Fatal(err)
		}
		var workflow struct {
			Jobs map[string]struct{ Env yaml.MapSlice }
		}
		if err := yaml.Unmarshal(files[0].Data, &workflow); err != nil {
			t.Fatal(err)
		}
		var names []string
		for _, e := range workflow.Jobs["phonegate"].Env {
			names = append(names, e.Key.(string))
		}
		if got := strings.Join(names, " "); !strings.HasSuffix(got, want+" PHONEGATE_KEYRING") {
			t.Errorf("%q: the environment is %s", host, got)
		}
		head, _, _ := strings.Cut(string(files[0].Data), "name: ")
		for _, name := range strings.Fields(want) {
			if !strings.Contains(head, name) {
				t.Errorf("%q: the head does not name %s:\n%s", host, name, head)
			}
		}
	}
	for _, u := range []templates.Setup{{SelfHosted: true, URL: "https://verify.acme.example"}, {Secrets: []string{"CLOUDFLARE_API_TOKEN"}}} {
		u.Tenant, u.Project = "dev", "acme-verify"
		if _, err := templates.Export("terraform", s, u); err == nil {
			t.Errorf("Terraform's module was written for a form that it can't run: %+v", u)
		}
	}
}
