package config

import (
	"reflect"
	"regexp"
	"strings"
	"testing"

	"phonegate/provision/fault"
)

// fieldKeys are the keys of all fields of a struct, by their yaml tags.
func fieldKeys(typ reflect.Type, prefix string) (keys []string) {
	for field := range typ.Fields() {
		name, _, _ := strings.Cut(field.Tag.Get("yaml"), ",")
		if field.Type.Kind() == reflect.Struct {
			keys = append(keys, fieldKeys(field.Type, prefix+name+".")...)
		} else {
			keys = append(keys, prefix+name)
		}
	}
	return keys
}

// answers has a valid answer for each question.
var answers = map[string]string{
	"auth0.domain": "acme-dev.us.auth0.com", "auth0.custom_domains": "login.acme.example,id.acme.example", "auth0.connection": "Customers",
	"auth0.client_id": "abc123", "auth0.login_page": "client", "twilio.account_sid": "AC0123456789abcdef0123456789abcdef",
	"twilio.service_name": "Acme", "twilio.code_length": "4", "host.kind": "bundle", "host.project": "acme", "host.team": "team_1", "host.url": "https://verify.acme.example",
	"brand.name": "Acme", "brand.color": "#112233", "brand.logo_url": "https://acme.example/l.png", "code_check": "action",
	"capture": "form", "no_phone": "skip", "countries": "AU,NZ", "default_country": "NZ", "enforce.users_created_after": "2026-07-01T09:00:00Z",
	"enforce.skip_clients": "a,b", "enforce.skip_connections": "google-oauth2", "claims": "https://acme.example/", "protected": "true",
}

func TestEveryFieldOfATenantHasARowAndEveryRowAField(t *testing.T) {
	fields := map[string]bool{}
	for _, key := range fieldKeys(reflect.TypeFor[Tenant](), "") {
		fields[key] = true
		if _, ok := Find(key); !ok {
			t.Errorf("the field %s has no question", key)
		}
	}
	for _, q := range Questions() {
		if !fields[q.Key] {
			t.Errorf("the question %s has no field", q.Key)
		}
		var tenant Tenant
		if err := q.Set(&tenant, answers[q.Key]); err != nil {
			t.Errorf("%s: %v", q.Key, err)
		}
		if got := q.Get(tenant); got != answers[q.Key] || got == "" {
			t.Errorf("%s = %q after Set(%q)", q.Key, got, answers[q.Key])
		}
		if reflect.DeepEqual(tenant, Tenant{}) {
			t.Errorf("%s sets nothing", q.Key)
		}
		clear(q, &tenant)
		if !unanswered(q, tenant) {
			t.Errorf("%s cannot be taken back", q.Key)
		}
	}
}

func TestRowsAreCompleteAndTheirNamesUnique(t *testing.T) {
	flags, envs := map[string]bool{}, map[string]bool{}
	for _, name := range []string{"config", "tenant", "all", "sandbox", "json", "yes", "no-input", "log-file", "no-color", "out", "level", "latency", "rate-limit", "auto", "help"} {
		flags[name] = true // what the program itself has
	}
	secretive := regexp.MustCompile(`(?i)secret|token|password|api.?key`)
	for _, q := range Questions() {
		if flags[q.Flag] || envs[q.Env] {
			t.Errorf("%s: the flag --%s or the variable %s is taken", q.Key, q.Flag, q.Env)
		}
		flags[q.Flag], envs[q.Env] = true, true
		if secretive.MatchString(q.Flag) {
			t.Errorf("%s: the flag --%s looks like a secret", q.Key, q.Flag)
		}
		if q.Prompt == "" || !strings.HasSuffix(q.Help, ".") && !strings.Contains(q.Help, "123456") {
			t.Errorf("%s: prompt %q, help %q", q.Key, q.Prompt, q.Help)
		}
		if q.Kind == Choice && len(q.Choices) < 2 {
			t.Errorf("%s has no choices", q.Key)
		}
		for _, option := range q.Choices {
			if err := q.Set(new(Tenant), option.Value); err != nil || option.Label == "" {
				t.Errorf("%s: choice %+v: %v", q.Key, option, err)
			}
		}
	}
}

func TestFillTakesGoodAnswersAndReportsAllBadOnes(t *testing.T) {
	given := map[string]string{"auth0.domain": "acme.us.auth0.com", "twilio.code_length": "11", "countries": "AU, XX, YY", "brand.name": "Acme"}
	var tenant Tenant
	sources, err := Fill(&tenant, func(q Question) (string, string, bool) {
		value, ok := given[q.Key]
		return value, "--" + q.Flag, ok
	})
	if tenant.Auth0.Domain != "acme.us.auth0.com" || tenant.Brand.Name != "Acme" || sources["brand.name"] != "--brand-name" {
		t.Errorf("tenant %+v, sources %v", tenant, sources)
	}
	if fault.Of(err).Category != fault.Usage {
		t.Fatalf("error = %v", err)
	}
	for _, want := range []string{`--twilio-code-length: twilio.code_length: "11" is not a whole number from 4 to 10`, `--countries: countries: "XX" is not`, `"YY" is not`} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("error %q lacks %q", err, want)
		}
	}
}

func TestMissingListsRequiredAnswersThatMatter(t *testing.T) {
	keys := func(t Tenant) (keys []string) {
		for _, q := range Missing(t) {
			keys = append(keys, q.Key)
		}
		return keys
	}
	if got := keys(Tenant{}); !reflect.DeepEqual(got, []string{"auth0.domain"}) {
		t.Errorf("missing in nothing: %v", got)
	}
	tenant := Tenant{Auth0: Auth0{LoginPage: "client"}}
	if got := keys(tenant); !reflect.DeepEqual(got, []string{"auth0.domain", "auth0.client_id"}) {
		t.Errorf("missing under login_page client: %v", got)
	}
	err := MissingError("dev", Missing(tenant))
	for _, want := range []string{"--auth0-domain", "AUTH0_DOMAIN", "auth0.domain", "--auth0-client-id"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("error %q lacks %q", err, want)
		}
	}
	elsewhere := Tenant{Auth0: Auth0{Domain: "acme.us.auth0.com"}, Host: Host{Kind: "bundle"}}
	if got := keys(elsewhere); !reflect.DeepEqual(got, []string{"host.url"}) {
		t.Errorf("missing for a bundle: %v", got)
	}
	if MissingError("dev", nil) != nil {
		t.Error("an error for nothing")
	}
}

func TestAnswersAreTidied(t *testing.T) {
	for _, tt := range []struct{ key, value, want string }{
		{"auth0.domain", " https://ACME.eu.auth0.com/ ", "acme.eu.auth0.com"},
		{"auth0.domain", "localhost:8443", "localhost:8443"},
		{"countries", "au , nz,AU,,", "AU,NZ"},
		{"brand.color", "#F60", "#ff6600"},
		{"claims", "https://acme.example/ids", "https://acme.example/ids/"},
		{"protected", "Yes", "true"},
		{"code_check", "FORM", "form"},
		{"auth0.custom_domains", "https://login.acme.example/", "login.acme.example"},
		{"host.url", " https://Verify.Acme.example/ ", "https://verify.acme.example"},
		{"host.url", "acme.example/verify/", "https://acme.example/verify"},
		{"host.url", "verify.acme.example:8443", "https://verify.acme.example:8443"},
		{"host.url", "http://127.0.0.1:8080", "http://127.0.0.1:8080"},
	} {
		q, _ := Find(tt.key)
		var tenant Tenant
		if err := q.Set(&tenant, tt.value); err != nil || q.Get(tenant) != tt.want {
			t.Errorf("%s: %q becomes %q (%v), want %q", tt.key, tt.value, q.Get(tenant), err, tt.want)
		}
	}
}

func TestAnswersAreRefusedWithAReason(t *testing.T) {
	for _, tt := range []struct{ key, value, want string }{
		{"auth0.domain", "manage.auth0.com", "is the dashboard"},
		{"auth0.domain", "acme us", "is not a domain"},
		{"auth0.domain", "acme.auth0.com/login", "is not a domain"},
		{"auth0.domain", "localhost:99999", "no valid port"},
		{"auth0.custom_domains", "login.acme.example:8443", "is not a host name"},
		{"auth0.connection", "my connection", "is not a connection's name"},
		{"twilio.account_sid", "SK0123456789abcdef0123456789abcdef", "is an API key"},
		{"twilio.account_sid", "AC123", "32 hexadecimal"},
		{"twilio.service_name", strings.Repeat("a", 31), "has 31 characters; Twilio takes at most 30"},
		{"twilio.service_name", "Acme 12345", "has 5 digits; Twilio takes at most 4"},
		{"twilio.service_name", "Acme!", "contains '!'"},
		{"twilio.code_length", "3", "from 4 to 10"},
		{"countries", "UK", "United Kingdom is GB"},
		{"default_country", "Australia", "two-letter"},
		{"brand.color", "red", "is not a colour"},
		{"brand.logo_url", "http://acme.example/l.png", "neither an https address"},
		{"brand.logo_url", "data:text/html;base64,AAAA", "neither an https address"},
		{"brand.logo_url", "https://acme.example/l;script-src", "neither an https address"},
		{"claims", "https://acme.auth0.com/", "Auth0 leaves out"},
		{"claims", "http://acme.example/", "is not an https address"},
		{"enforce.users_created_after", "yesterday", "neither a date"},
		{"enforce.users_created_after", "2026-02-30", "neither a date"},
		{"host.project", "Acme", "is not a project name"},
		{"host.project", "a---b", "no ---"},
		{"host.kind", "versel", "did you mean vercel?"},
		{"host.team", "my team", "is not a team's ID"},
		{"host.url", "http://verify.acme.example", "does not begin with https://"},
		{"host.url", "ftp://127.0.0.1", "does not begin with https://"},
		{"host.url", "verify", "is not an https address"},
		{"host.url", "https://user@acme.example", "is not an https address"},
		{"host.url", "https://acme.example/?a=b", "is not an https address"},
		{"host.url", "https://acme.example/$(reboot)", "is not an https address"},
		{"host.url", "https://acme.example:99999", "is not an https address"},
	} {
		q, _ := Find(tt.key)
		tenant := Tenant{}
		err := q.Set(&tenant, tt.value)
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %q: error %v lacks %q", tt.key, tt.value, err, tt.want)
		}
		if !reflect.DeepEqual(tenant, Tenant{}) {
			t.Errorf("%s: %q was taken in", tt.key, tt.value)
		}
	}
}
