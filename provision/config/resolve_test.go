package config

import (
	"errors"
	"strings"
	"testing"
)

func TestCompleteDerivesWhatWasNotAnswered(t *testing.T) {
	for name, tt := range map[string]struct {
		tenant string
		given  Tenant
		want   map[string]string
	}{
		"from the domain": {"dev", Tenant{Auth0: Auth0{Domain: "acme-dev.us.auth0.com"}}, map[string]string{
			"auth0.connection": "Username-Password-Authentication", "auth0.login_page": "tenant", "code_check": "form", "capture": "lock", "no_phone": "form",
			"host.kind": "vercel", "host.project": "acme-dev-verify", "brand.name": "Acme", "twilio.service_name": "Acme dev", "twilio.code_length": "6", "brand.color": defaultColor}},
		"production has the brand alone":    {"prod", Tenant{Auth0: Auth0{Domain: "big-store-prod.eu.auth0.com"}}, map[string]string{"brand.name": "Big Store", "twilio.service_name": "Big Store"}},
		"the Action cannot ask":             {"dev", Tenant{CodeCheck: "action"}, map[string]string{"no_phone": "deny"}},
		"the form asks":                     {"dev", Tenant{Capture: "form"}, map[string]string{"auth0.login_page": "none"}},
		"Auth0's own name is no brand":      {"dev", Tenant{Auth0: Auth0{Domain: "dev-a1b2c3d4e5.us.auth0.com"}}, map[string]string{"brand.name": "Dev", "twilio.service_name": "Dev", "host.project": "dev-a1b2c3d4e5-verify"}},
		"a brand that Twilio refuses":       {"dev", Tenant{Brand: Brand{Name: "O'Neill & Söhne 123456 GmbH"}}, map[string]string{"twilio.service_name": "ONeill Söhne 1234 GmbH dev"}},
		"a long brand":                      {"staging", Tenant{Brand: Brand{Name: "The Extraordinarily Long Company Name"}}, map[string]string{"twilio.service_name": "The Extraordinarily Lo staging"}},
		"no domain":                         {"team_a", Tenant{}, map[string]string{"host.project": "team-a-verify", "brand.name": "Team A"}},
		"answers stay":                      {"dev", Tenant{Brand: Brand{Name: "X"}, NoPhone: "skip"}, map[string]string{"brand.name": "X", "no_phone": "skip"}},
		"a long domain fits into one label": {"dev", Tenant{Auth0: Auth0{Domain: strings.Repeat("a", 63) + ".auth0.com"}}, map[string]string{"host.project": strings.Repeat("a", 56) + "-verify"}},
	} {
		t.Run(name, func(t *testing.T) {
			got := Complete(tt.tenant, tt.given)
			for key, want := range tt.want {
				if q, _ := Find(key); q.Get(got) != want {
					t.Errorf("%s = %q, want %q", key, q.Get(got), want)
				}
			}
		})
	}
}

func TestDefaultsAreValidAnswersForAnyName(t *testing.T) {
	for _, tenant := range []string{"dev", "prod", "a", "0", "2024-12345", strings.Repeat("x", 40), "a---b", "x_-", "tenant-with-a-very-long-name-of-forty"} {
		for _, domain := range []string{"", "acme.us.auth0.com", "12345-67890.eu.auth0.com", "localhost:3000", "a---b.auth0.com", "127.0.0.1"} {
			given := Tenant{Auth0: Auth0{Domain: domain}}
			full := Complete(tenant, given)
			for _, q := range Questions() {
				value := q.Default(tenant, full)
				if err := q.Set(new(Tenant), value); err != nil {
					t.Errorf("tenant %q, domain %q: default of %s: %v", tenant, domain, q.Key, err)
				}
			}
			if err := Validate(tenant, full); err != nil {
				t.Errorf("tenant %q, domain %q: %v", tenant, domain, err)
			}
		}
	}
}

func TestLeanKeepsWhatCompleteCannotKnow(t *testing.T) {
	full := Complete("dev", Tenant{Auth0: Auth0{Domain: "acme-dev.us.auth0.com"}, Countries: []string{"AU"}})
	lean := new(File).Lean("dev", full)
	if lean.Twilio.CodeLength != 0 || lean.Brand.Color != "" || lean.CodeCheck != "form" || lean.Countries[0] != "AU" {
		t.Errorf("lean = %+v", lean)
	}
	again := Complete("dev", lean)
	for _, q := range Questions() {
		if q.Get(again) != q.Get(full) {
			t.Errorf("%s = %q, want %q", q.Key, q.Get(again), q.Get(full))
		}
	}
}

func TestContradictionsAreFoundWithTheirPlaces(t *testing.T) {
	for name, tt := range map[string]struct{ settings, want string }{
		"capture form under action":  {"capture: form\n    code_check: action", "phonegate.yaml:5:5: tenants.dev.capture: form needs code_check: form"},
		"no_phone form under action": {"no_phone: form\n    code_check: action", "phonegate.yaml:5:5: tenants.dev.no_phone: form needs code_check: form"},
		"nobody can sign up":         {"no_phone: deny\n    capture: form", "deny contradicts capture: form"},
		"a page of no application":   {"auth0: {domain: a.auth0.com, login_page: client}", "client needs auth0.client_id"},
		"a country that is left out": {"countries: [AU]\n    default_country: NZ", ":6:5: tenants.dev.default_country: NZ is not among countries (AU)"},
		"its own custom domain":      {"auth0: {domain: a.auth0.com, custom_domains: [a.auth0.com]}", "own domain already"},
		"its connection left out":    {"enforce: {skip_connections: [Username-Password-Authentication]}", "is the connection that is to be verified"},
		"its application left out":   {"auth0: {client_id: x}\n    enforce: {skip_clients: [x]}", "is the application that is to be verified"},
		"a bundle with a dot":        {"host: {kind: bundle, url: verify.acme.example, project: a.b}", "cannot name a folder"},
		"a Worker with a dot":        {"host: {kind: cloudflare, project: a.b}", "cannot be a Worker's name"},
	} {
		t.Run(name, func(t *testing.T) {
			f, err := Parse("phonegate.yaml", []byte("version: 1\ntenants:\n  dev:\n    # settings\n    "+tt.settings+"\n"))
			if err != nil {
				t.Fatal(err)
			}
			if _, err := f.Tenant("dev"); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error %v lacks %q", err, tt.want)
			}
		})
	}
}

func TestResolveOrdersItsSources(t *testing.T) {
	f, err := Parse("phonegate.yaml", []byte(`version: 1
defaults: {countries: [AU], brand: {name: Acme}}
tenants:
  prod:
    auth0: {domain: acme.us.auth0.com}
    twilio: {code_length: 8}
    no_phone: deny
`))
	if err != nil {
		t.Fatal(err)
	}
	env := map[string]string{
		"AUTH0_DOMAIN": "acme-dev.us.auth0.com", "PHONEGATE_TWILIO_CODE_LENGTH": "7", "PHONEGATE_CODE_CHECK": "action",
		"PHONEGATE_PROD_CODE_CHECK": "form", "PHONEGATE_NO_PHONE": "form", "TWILIO_ACCOUNT_SID": "AC0123456789abcdef0123456789abcdef",
	}
	flag := func(q Question) (string, bool) { return "skip", q.Key == "no_phone" }
	got, sources, err := Resolve(f, "prod", false, flag, func(k string) string { return env[k] })
	if err != nil {
		t.Fatal(err)
	}
	for key, want := range map[string][2]string{
		"auth0.domain":       {"acme.us.auth0.com", "phonegate.yaml"}, // a plain variable cannot redirect a tenant
		"twilio.account_sid": {"AC0123456789abcdef0123456789abcdef", "TWILIO_ACCOUNT_SID"},
		"twilio.code_length": {"7", "PHONEGATE_TWILIO_CODE_LENGTH"},
		"code_check":         {"form", "PHONEGATE_PROD_CODE_CHECK"},
		"no_phone":           {"skip", "--no-phone"},
		"countries":          {"AU", "phonegate.yaml defaults"},
		"capture":            {"lock", "default"},
	} {
		q, _ := Find(key)
		if q.Get(got) != want[0] || sources[key] != want[1] {
			t.Errorf("%s = %q from %q, want %q from %q", key, q.Get(got), sources[key], want[0], want[1])
		}
	}
	env["PHONEGATE_PROD_AUTH0_DOMAIN"] = "acme-new.us.auth0.com"
	if got, _, _ := Resolve(f, "prod", false, nil, func(k string) string { return env[k] }); got.Auth0.Domain != "acme-new.us.auth0.com" {
		t.Errorf("the tenant's own variable does not overrule the file: %q", got.Auth0.Domain)
	}
}

func TestResolveMakesATenantWithoutAFile(t *testing.T) {
	env := map[string]string{"AUTH0_DOMAIN": "acme-dev.us.auth0.com"}
	getenv := func(k string) string { return env[k] }
	got, _, err := Resolve(nil, "dev", true, nil, getenv)
	if err != nil || got.Auth0.Domain != "acme-dev.us.auth0.com" || len(Missing(got)) != 0 {
		t.Errorf("tenant %+v, error %v", got, err)
	}
	if _, _, err := Resolve(nil, "dev", false, nil, getenv); err == nil {
		t.Error("an unknown tenant was taken for a new one")
	}
	if _, _, err := Resolve(nil, "../dev", true, nil, getenv); err == nil {
		t.Error("a name that leads elsewhere was taken")
	}
	var problems Problems
	flag := func(q Question) (string, bool) { return "form", q.Key == "capture" }
	env["PHONEGATE_CODE_CHECK"] = "action"
	if _, _, err = Resolve(nil, "dev", true, flag, getenv); !errors.As(err, &problems) {
		t.Errorf("error = %v, want the contradiction", err)
	}
}
