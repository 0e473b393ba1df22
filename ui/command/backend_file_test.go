package command

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"phonegate/provision/sandbox"
	"phonegate/provision/secret"
	"phonegate/ui/render"
	"phonegate/ui/wizard/flow"
	"phonegate/ui/wizard/plain"
)

// atHome is a wizard's backend on the sandbox's providers as if they were the real ones, with a file.
func atHome(t *testing.T, text string) (b *backend, dir string) {
	t.Helper()
	p := &program{Streams: Streams{Getenv: func(string) string { return "" }}}
	box, err := p.embedded(t.Context(), sandbox.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(box.close)
	dir = t.TempDir()
	p.config = filepath.Join(dir, "phonegate.yaml")
	if err := os.WriteFile(p.config, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	at := &environment{getenv: box.getenv, endpoints: box.endpoints, dir: filepath.Join(dir, ".phonegate"), base: dir, close: func() {},
		vaults: map[string]secret.Vault{"prod": secret.MemoryVault(), "new": secret.MemoryVault()}}
	b = &backend{p: p, at: at}
	t.Cleanup(b.Close)
	return b, dir
}

const prodFile = `version: 1
tenants:
  prod:
    auth0: {domain: acme-dev.us.auth0.test}
    twilio: {account_sid: AC5a4db0c5000000000000000000000001, service_name: Acme, code_length: 6}
    code_check: form
    capture: lock
    countries: [AU, NZ]
    host: {kind: vercel, project: acme-verify}
    brand: {name: Acme}
    enforce: {skip_clients: [abc]}
    protected: true # real users
`

// spoken goes through the wizard line by line.
func spoken(t *testing.T, b *backend, answers ...string) (flow.Result, string) {
	t.Helper()
	var out bytes.Buffer
	in := strings.NewReader(strings.Join(answers, "\n") + "\n")
	r, err := plain.Accessible(t.Context(), flow.Options{Backend: b, In: in, Out: &out, File: b.p.config}, render.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return r, out.String()
}

func TestWizardNeverWritesOverATenantOfTheFile(t *testing.T) {
	b, dir := atHome(t, prodFile)
	// Set up; prod; the host and 11 answers as they are; do it; its name.
	answers := append([]string{"2", "prod"}, make([]string, 12)...)
	r, out := spoken(t, b, append(answers, "1", "wrong", "prod")...)
	after, err := os.ReadFile(b.p.config)
	if err != nil {
		t.Fatal(err)
	}
	if string(after) != prodFile {
		t.Errorf("the file became\n%s\n%s", after, out)
	}
	if !r.Applied || !strings.Contains(out, "failed: That is not the tenant's name.") {
		t.Errorf("reached %+v\n%s", r, out)
	}
	// The same Auth0 tenant under another name, and the other way it could be unprotected.
	for _, s := range []flow.Session{{Tenant: "new"}, {Tenant: "prod"}} {
		if s.Spec.Auth0.Domain = sandbox.Auth0Domain; b.Guard(s) != "prod" {
			t.Errorf("%s is guarded by %q", s.Tenant, b.Guard(s))
		}
		if s.Tenant == "prod" {
			if err := b.Save(s); err != nil {
				t.Fatal(err)
			}
		}
	}
	if after, _ := os.ReadFile(b.p.config); !strings.Contains(string(after), "protected: true # real users") {
		t.Errorf("saving lifted the protection:\n%s", after)
	}
	s := flow.Session{Tenant: "new"}
	s.Spec.Auth0.Domain = sandbox.Auth0Domain
	if files, err := b.WriteFiles(s, "files"); err != nil || !strings.HasPrefix(files[0], filepath.Join(dir, "files")) {
		t.Errorf("files are written to %v, %v", files, err)
	}
}

func TestWizardKeepsATenantOfTheFileFromTheEnvironmentOfAnother(t *testing.T) {
	b, _ := atHome(t, strings.ReplaceAll(prodFile, "acme-dev.us.auth0.test", "acme.us.auth0.com"))
	c, sources := b.Credentials(t.Context(), "prod") // the environment is that of acme-dev
	if c.Auth0Domain != "acme.us.auth0.com" || sources["AUTH0_DOMAIN"] != filepath.ToSlash(b.p.config) || c.Auth0ClientSecret == "" {
		t.Errorf("prod is led to %s, by %s", c.Auth0Domain, sources["AUTH0_DOMAIN"])
	}
	c, sources = b.Credentials(t.Context(), "new")
	if c.Auth0Domain != sandbox.Auth0Domain || sources["AUTH0_DOMAIN"] != "AUTH0_DOMAIN" {
		t.Errorf("a new tenant is led to %s, by %s", c.Auth0Domain, sources["AUTH0_DOMAIN"])
	}
}
