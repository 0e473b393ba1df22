package config

import (
	"os"
	"path/filepath"
	"testing"
)

const guarded = `version: 1
defaults: {brand: {name: Acme}}
tenants:
  dev: {auth0: {domain: acme-dev.us.auth0.com}}
  prod: {auth0: {domain: acme.us.auth0.com}, protected: true}
`

func TestGuardFollowsTheDomainWhateverTheTenantIsCalled(t *testing.T) {
	f, err := Parse("phonegate.yaml", []byte(guarded))
	if err != nil {
		t.Fatal(err)
	}
	of := func(domain string) Tenant { return Tenant{Auth0: Auth0{Domain: domain}} }
	switched := of("acme-dev.us.auth0.com")
	switched.Protected = true
	for _, c := range []struct {
		name string
		t    Tenant
		want string
	}{
		{"dev", of("acme-dev.us.auth0.com"), ""},
		{"dev", switched, "dev"},
		{"prod", of("acme.us.auth0.com"), "prod"},
		{"prod", of("elsewhere.us.auth0.com"), "prod"},
		{"dev", of("acme.us.auth0.com"), "prod"},
		{"new", of("acme.us.auth0.com"), "prod"},
		{"new", of(""), ""},
	} {
		if got := f.Guard(c.name, c.t); got != c.want {
			t.Errorf("%s at %q is guarded by %q, want %q", c.name, c.t.Auth0.Domain, got, c.want)
		}
	}
}

func TestOnlyTheFileUnprotects(t *testing.T) {
	f, err := Parse("phonegate.yaml", []byte(guarded))
	if err != nil {
		t.Fatal(err)
	}
	off := func(q Question) (string, bool) { return "false", q.Key == "protected" }
	on := func(q Question) (string, bool) { return "true", q.Key == "protected" }
	env := func(name string) string {
		return map[string]string{"PHONEGATE_PROTECTED": "no", "PHONEGATE_PROD_PROTECTED": "0"}[name]
	}
	if prod, sources, err := Resolve(f, "prod", false, off, env); err != nil || !prod.Protected || sources["protected"] != "phonegate.yaml" {
		t.Errorf("prod is protected: %v, by %s, %v", prod.Protected, sources["protected"], err)
	}
	if dev, _, err := Resolve(f, "dev", false, on, nil); err != nil || !dev.Protected {
		t.Errorf("a flag does not protect dev: %v", err)
	}
}

func TestSetKeepsWhatItWasNotGiven(t *testing.T) {
	path := filepath.Join(t.TempDir(), "phonegate.yaml")
	const before = `version: 1
defaults: {countries: [AU], twilio: {code_length: 8}, protected: true}
tenants:
  prod:
    auth0: {domain: acme.us.auth0.com, connection: Username-Password-Authentication}
    twilio: {code_length: 6, service_name: Acme}
    code_check: form
    capture: lock
    countries: []
    host: {kind: vercel, project: acme-verify}
    brand: {name: Acme, color: '#2457d6'}
    claims: # none yet
    protected: true # real users
  dev:
    auth0: {domain: acme-dev.us.auth0.com}
    protected: false
`
	if err := os.WriteFile(path, []byte(before), 0o600); err != nil {
		t.Fatal(err)
	}
	set := func(tenant string, change func(*Tenant)) string {
		t.Helper()
		f, err := Load(path)
		if err != nil {
			t.Fatal(err)
		}
		full, err := f.Tenant(tenant)
		if err != nil {
			t.Fatal(err)
		}
		change(&full)
		if err := Set(path, tenant, full); err != nil {
			t.Fatal(err)
		}
		after, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		return string(after)
	}
	if after := set("prod", func(*Tenant) {}); after != before {
		t.Errorf("nothing was given, and the file became\n%s", after)
	}
	if after := set("prod", func(p *Tenant) { p.Protected = false }); after != before {
		t.Errorf("the protection was lifted:\n%s", after)
	}
	// An answer over the file's own default is written in full, even if it is what holds without a file.
	set("dev", func(d *Tenant) { d.Twilio.CodeLength = 6 })
	f, err := Load(path)
	if err != nil {
		t.Fatal(err)
	}
	if dev := f.Tenants["dev"]; dev.Twilio.CodeLength != 6 || dev.Protected || !f.given("dev", "protected") {
		t.Errorf("dev became %+v", dev)
	}
}
