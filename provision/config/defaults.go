package config

import (
	"regexp"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"phonegate/provision/host/kind"
)

// The defaults that do not depend on another answer.
const (
	defaultConnection = "Username-Password-Authentication"
	defaultCodeLength = 6
	defaultColor      = "#2457d6"
)

// Complete is t with the built-in defaults where it has no answer. Defaults that follow from other
// answers (no_phone from code_check, the project from the domain) see those answers.
func Complete(tenant string, t Tenant) Tenant {
	for _, q := range Questions() {
		if value := q.Default(tenant, t); value != "" && unanswered(q, t) {
			_ = q.Set(&t, value) // a test holds that every default is a valid answer
		}
	}
	return t
}

// Lean is t without the answers that Complete would give anyway, for a file that says only what was decided. The settings that
// shape the whole are kept so that a reader sees them, and so is what the file says already, of the tenant or by default.
func (f *File) Lean(tenant string, t Tenant) Tenant {
	shaping := map[string]bool{"code_check": true, "capture": true, "host.kind": true, "twilio.service_name": true, "host.project": true, "brand.name": true}
	lean := t
	for _, q := range Questions() {
		if !shaping[q.Key] && q.Get(t) == q.Default(tenant, t) && !f.given(tenant, q.Key) && unanswered(q, f.Defaults) {
			clear(q, &lean)
		}
	}
	return lean
}

// unanswered says whether t has no answer to q. A switch that is off counts as no answer.
func unanswered(q Question, t Tenant) bool {
	value := q.Get(t)
	return value == "" || q.Kind == Switch && value == "false"
}

// clear takes the answer away.
func clear(q Question, t *Tenant) { _ = q.Set(t, "") }

// builtIn is the default of a row.
func builtIn(q Question) func(string, Tenant) string {
	fixed := func(value string) func(string, Tenant) string {
		return func(string, Tenant) string { return value }
	}
	switch q.Key {
	case "auth0.connection":
		return fixed(defaultConnection)
	case "auth0.login_page":
		return func(_ string, t Tenant) string {
			if t.Capture == "form" {
				return "none"
			}
			return "tenant"
		}
	case "twilio.service_name":
		return func(tenant string, t Tenant) string { return serviceName(tenant, t) }
	case "twilio.code_length":
		return fixed(strconv.Itoa(defaultCodeLength))
	case "code_check":
		return fixed("form")
	case "capture":
		return fixed("lock")
	case "no_phone":
		return func(_ string, t Tenant) string {
			if t.CodeCheck == "action" {
				return "deny"
			}
			return "form"
		}
	case "host.kind":
		return fixed(kind.Default)
	case "host.project":
		return func(tenant string, t Tenant) string { return project(tenant, t) }
	case "brand.name":
		return brandName
	case "brand.color":
		return fixed(defaultColor)
	}
	return fixed("")
}

var (
	// stage is a word that says which of a company's tenants one is.
	stage = map[string]bool{"dev": true, "development": true, "test": true, "testing": true, "stage": true, "staging": true,
		"qa": true, "uat": true, "sandbox": true, "demo": true, "preview": true}
	// production is a word for the tenant that needs no such word in a text.
	production = map[string]bool{"prod": true, "production": true, "live": true, "main": true, "default": true}
	// invented is what Auth0 itself calls a new tenant.
	invented = regexp.MustCompile(`^dev-[a-z0-9]{8,}$`)
)

// brandName is "Acme" for acme-dev.us.auth0.com: the domain's first label without the stage.
func brandName(tenant string, t Tenant) string {
	label := firstLabel(t.Auth0.Domain)
	if label == "" || label == "localhost" || invented.MatchString(label) {
		label = tenant
	}
	words := strings.FieldsFunc(label, func(r rune) bool { return r == '-' || r == '_' })
	for len(words) > 1 {
		last := words[len(words)-1]
		if !stage[last] && !production[last] && last != tenant {
			break
		}
		words = words[:len(words)-1]
	}
	for i, w := range words {
		words[i] = capital(w)
	}
	return strings.Join(words, " ")
}

// serviceName is "Acme dev": the brand, and the tenant unless it is the productive one, so that two
// tenants with one Twilio account do not come to share a service.
func serviceName(tenant string, t Tenant) string {
	brand := t.Brand.Name
	if brand == "" {
		brand = brandName(tenant, t)
	}
	brand = keepAllowed(brand)
	suffix := keepAllowed(tenant)
	if production[tenant] || suffix == "" || strings.EqualFold(brand, suffix) {
		suffix = ""
	}
	if brand == "" {
		brand, suffix = capital(suffix), ""
	}
	if suffix != "" {
		room := max(serviceNameLength-utf8.RuneCountInString(suffix)-1, serviceNameLength/2)
		brand = strings.TrimRight(cut(brand, room), " -_") + " " + suffix
	}
	name := strings.Trim(cut(fewDigits(brand), serviceNameLength), " -_")
	if name == "" {
		return "Phone check"
	}
	return name
}

// keepAllowed drops what Twilio takes in no service name.
func keepAllowed(s string) string {
	return strings.Join(strings.Fields(strings.Map(func(r rune) rune {
		switch {
		case unicode.IsLetter(r), unicode.IsDigit(r), r == '-', r == '_', r == ' ':
			return r
		}
		return -1
	}, s)), " ")
}

// fewDigits keeps the first digits that Twilio takes and drops the others.
func fewDigits(s string) string {
	left := serviceNameDigits
	return strings.Map(func(r rune) rune {
		if unicode.IsDigit(r) {
			if left == 0 {
				return -1
			}
			left--
		}
		return r
	}, s)
}

// project is "acme-dev-verify".
func project(tenant string, t Tenant) string {
	label := firstLabel(t.Auth0.Domain)
	if label == "" {
		label = strings.ReplaceAll(tenant, "_", "-")
	}
	const suffix = "-verify"
	label = strings.Trim(cut(label, 63-len(suffix)), "-") // a host name's label has at most 63 characters
	for strings.Contains(label, "---") {
		label = strings.ReplaceAll(label, "---", "--")
	}
	return label + suffix
}

func firstLabel(domain string) string {
	host, _ := bareHost(domain)
	label, _, _ := strings.Cut(host, ".")
	return label
}

// cut is at most n characters of s.
func cut(s string, n int) string {
	if utf8.RuneCountInString(s) <= n {
		return s
	}
	return string([]rune(s)[:n])
}

func capital(s string) string {
	r, size := utf8.DecodeRuneInString(s)
	if size == 0 {
		return ""
	}
	return string(unicode.ToUpper(r)) + s[size:]
}
