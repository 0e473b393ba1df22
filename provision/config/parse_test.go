package config

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"phonegate/provision/fault"
)

const whole = `# our tenants
version: 1
defaults:
  countries: [AU, nz]
  default_country: AU
  protected: true
tenants:
  dev:
    auth0:
      domain: https://Acme-Dev.us.auth0.com/
      custom_domains: [login.acme.example]
      connection: Customers
      client_id: 5fKwq2Lm
      login_page: client
    twilio: {account_sid: AC0123456789abcdef0123456789abcdef, service_name: "Acme 2024", code_length: 8}
    host: {kind: cloudflare, project: acme-dev-verify, team: team_1}
    brand: {name: Acme, color: "#F60", logo_url: "https://acme.example/logo.svg"}
    code_check: form
    capture: lock
    no_phone: skip
    enforce:
      users_created_after: 2026-07-01
      skip_clients: [backoffice]
      skip_connections:
        - google-oauth2
    claims: https://acme.example
    protected: false
  prod:
    auth0: {domain: acme.us.auth0.com}
`

func TestParseReadsEverySetting(t *testing.T) {
	f, err := Parse("phonegate.yaml", []byte(whole))
	if err != nil {
		t.Fatal(err)
	}
	dev, err := f.Tenant("dev")
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{
		"auth0.domain": "acme-dev.us.auth0.com", "auth0.custom_domains": "login.acme.example", "auth0.connection": "Customers",
		"auth0.client_id": "5fKwq2Lm", "auth0.login_page": "client",
		"twilio.account_sid": "AC0123456789abcdef0123456789abcdef", "twilio.service_name": "Acme 2024", "twilio.code_length": "8",
		"host.kind": "cloudflare", "host.project": "acme-dev-verify", "host.team": "team_1",
		"brand.name": "Acme", "brand.color": "#ff6600", "brand.logo_url": "https://acme.example/logo.svg",
		"code_check": "form", "capture": "lock", "no_phone": "skip", "countries": "AU,NZ", "default_country": "AU",
		"enforce.users_created_after": "2026-07-01", "enforce.skip_clients": "backoffice", "enforce.skip_connections": "google-oauth2",
		"claims": "https://acme.example/", "protected": "false",
	}
	for _, q := range Questions() {
		if got := q.Get(dev); got != want[q.Key] {
			t.Errorf("%s = %q, want %q", q.Key, got, want[q.Key])
		}
	}
	if got, want := dev.Enforce.After(), time.Date(2026, 7, 1, 0, 0, 0, 0, time.UTC); !got.Equal(want) {
		t.Errorf("After() = %v, want %v", got, want)
	}
	prod, err := f.Tenant("prod")
	if err != nil {
		t.Fatal(err)
	}
	if !prod.Protected || prod.DefaultCountry != "AU" {
		t.Errorf("prod does not have the file's defaults: %+v", prod)
	}
}

func TestParseReportsAllProblemsWithTheirPlaces(t *testing.T) {
	const text = `version: 2
default: {}
tenants:
  dev:
    auth0:
      domian: x
      domain: acme
    connection: foo
    countries: AU
    twilio: {code_length: "6", service_name: 2}
    brand:
      color: #ff0000
    enforce:
      skip_clients: [ok, "not ok", 3]
    protected: yes
    code_check: from
  Prod: {}
`
	_, err := Parse("phonegate.yaml", []byte(text))
	f := fault.Of(err)
	if f == nil || f.Category != fault.Usage {
		t.Fatalf("error = %v, want a Usage error", err)
	}
	var problems Problems
	if !errors.As(err, &problems) {
		t.Fatalf("error %T does not carry Problems", err)
	}
	for _, want := range []string{
		`:1:10: version: is "2"; this phonegate supports version 1`,
		`:2:1: "default": is not a known key here; known keys: version, defaults and tenants (did you mean defaults?)`,
		`:6:7: tenants.dev.auth0.domian: is not a known key here`,
		`(did you mean domain?)`,
		`:7:15: tenants.dev.auth0.domain: "acme" is only the tenant's name`,
		`:8:5: tenants.dev.connection: is not a known key here`,
		`(did you mean auth0.connection?)`,
		`:9:16: tenants.dev.countries: "AU" is not a list`,
		`:10:27: tenants.dev.twilio.code_length: "6" is not a whole number`,
		`tenants.dev.twilio.service_name: "2" must be text; put it in quotes`,
		`:12:7: tenants.dev.brand.color: has no value; put the colour in quotes`,
		`:14:26: tenants.dev.enforce.skip_clients: "not ok" is not a client ID`,
		`:14:36: tenants.dev.enforce.skip_clients: "3" must be text`,
		`:15:16: tenants.dev.protected: "yes" is neither true nor false`,
		`:16:17: tenants.dev.code_check: "from" is not one of form or action (did you mean form?)`,
		`:17:3: tenants: "Prod" cannot be a tenant's name`,
	} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("the error lacks %q", want)
		}
	}
	if len(problems) != 14 {
		t.Errorf("%d problems, want 14:\n%v", len(problems), err)
	}
}

func TestParseRefuses(t *testing.T) {
	for name, tt := range map[string]struct{ text, want string }{
		"nothing":             {"", "phonegate.yaml:1:1: is empty"},
		"a comment alone":     {"# soon\n", "is empty"},
		"a list":              {"- a\n", "must begin with keys"},
		"a missing version":   {"tenants: {}\n", "version: is missing"},
		"missing tenants":     {"version: 1\n", "tenants: is missing"},
		"broken YAML":         {"version: 1\ntenants: {\n", "is not valid YAML"},
		"tabs":                {"version: 1\ntenants:\n\tdev: {}\n", "phonegate.yaml:3:"},
		"a key twice":         {"version: 1\nversion: 1\ntenants: {}\n", "phonegate.yaml:2:1"},
		"a second document":   {"version: 1\ntenants: {}\n---\nversion: 1\n", ":4:1: a second YAML document"},
		"an anchor":           {"version: 1\ntenants: {dev: &a {}}\n", ":2:16: anchors"},
		"an alias":            {"version: 1\ntenants: {dev: *a}\n", "anchors, aliases"},
		"a merge":             {"version: 1\ntenants:\n  dev:\n    <<: {}\n", "anchors, aliases"},
		"a tag":               {"version: 1\ntenants: {dev: !!map {}}\n", "tags"},
		"a complex key":       {"? version\n: 1\n", "keys that begin with ?"},
		"other bytes":         {"version: 1\ntenants: {}\n# \xff\n", ":3:3: is not text in UTF-8"},
		"a large file":        {strings.Repeat("# more\n", 50_000), "larger than 256 kB"},
		"alike tenants":       {"version: 1\ntenants: {a-b: {}, a_b: {}}\n", "PHONEGATE_A_B_"},
		"a tenant of text":    {"version: 1\ntenants: {dev: hello}\n", "tenants.dev: must be a mapping"},
		"a group of text":     {"version: 1\ntenants: {dev: {brand: Acme}}\n", "known keys: color, logo_url and name"},
		"deep lists":          {"version: 1\ntenants: " + strings.Repeat("[", 100_000), "nested deeper"},
		"deep maps":           {"version: 1\ntenants: " + strings.Repeat("{a: ", 60_000), "nested deeper"},
		"deep dashes":         {strings.Repeat("- ", 100_000), "nested deeper"},
		"deep colons":         {strings.Repeat("a: ", 80_000), "nested deeper"},
		"an escape in a name": {"version: 1\ntenants: {../x: {}}\n", "cannot be a tenant's name"},
	} {
		t.Run(name, func(t *testing.T) {
			f, err := Parse("phonegate.yaml", []byte(tt.text))
			if err == nil {
				t.Fatalf("accepted: %+v", f)
			}
			if got := fault.Of(err).Category; got != fault.Usage {
				t.Errorf("category %v, want Usage", got)
			}
			if !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error %q lacks %q", err, tt.want)
			}
		})
	}
}

func TestParseTakesAFileWithoutTenantsAndWithAByteOrderMark(t *testing.T) {
	f, err := Parse("phonegate.yaml", []byte("\xef\xbb\xbfversion: 1\r\ntenants:\r\n"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.Tenant("dev"); err == nil || !strings.Contains(err.Error(), "has no tenants yet") {
		t.Errorf("error = %v", err)
	}
}

func TestLoadSaysHowToMakeAMissingFile(t *testing.T) {
	_, err := Load(filepath.Join(t.TempDir(), "phonegate.yaml"))
	if f := fault.Of(err); f.Code != "config.not_found" || !strings.Contains(f.Hint, "phonegate init") || !errors.Is(err, os.ErrNotExist) {
		t.Errorf("error = %+v", f)
	}
}

func TestUnknownTenantIsAnsweredWithTheNamesThatThereAre(t *testing.T) {
	f, err := Parse("phonegate.yaml", []byte(whole))
	if err != nil {
		t.Fatal(err)
	}
	_, err = f.Tenant("prdo")
	if got := fault.Of(err); got.Category != fault.Usage || !strings.Contains(got.Message, "did you mean prod?") || !strings.Contains(got.Message, "it has dev and prod") {
		t.Errorf("error = %+v", got)
	}
}

func FuzzParse(f *testing.F) {
	for _, seed := range []string{whole, "", "version: 1\ntenants: {}\n", "a: [", "- - -", "? a\n: b", "version: 1\ntenants:\n  dev:\n    brand: {color: #f00}\n",
		"%YAML 1.2\n---\n", "a: |\n  b\n", "a: \"\\u12", "'", "&a *a", "version: 1\ntenants: {a: {countries: [,]}}", "\x00", "a:\n\t- b", "{? : }", "a: >-\n"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		file, err := Parse("phonegate.yaml", data)
		if err != nil {
			if fault.Of(err).Category != fault.Usage || file != nil {
				t.Fatalf("error %v with file %v", err, file)
			}
			return
		}
		for _, name := range file.Names() {
			_, _ = file.Tenant(name)
		}
		again, err := Parse("phonegate.yaml", encode(file))
		if err != nil {
			t.Fatalf("what was read cannot be written and read again: %v\n%s", err, encode(file))
		}
		if !same(file, again) {
			t.Fatalf("what was read is written differently:\n%s", encode(file))
		}
	})
}
