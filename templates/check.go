package templates

import (
	"cmp"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

var (
	hostPattern   = regexp.MustCompile(`^[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*(:[0-9]{1,5})?$`)
	colourPattern = regexp.MustCompile(`^#[0-9a-f]{6}$`)
	dataImage     = regexp.MustCompile(`^data:image/(png|jpeg|gif|webp|svg\+xml);base64,[A-Za-z0-9+/]+=*$`)
)

// prepared is the settings with defaults filled in, in one spelling, so that the same answers give the same bytes.
// It fails on what no artefact could be made of.
func prepared(s Settings) (Settings, error) {
	s.CodeCheck = cmp.Or(s.CodeCheck, "form")
	s.Capture = cmp.Or(s.Capture, "lock")
	s.NoPhone = cmp.Or(s.NoPhone, "form")
	s.Brand.Color = strings.ToLower(cmp.Or(s.Brand.Color, defaultColour))
	s.DefaultCountry = strings.ToUpper(s.DefaultCountry)
	s.Countries = spelled(s.Countries, strings.ToUpper)
	s.CustomDomains = spelled(s.CustomDomains, strings.ToLower)
	s.Domain = strings.ToLower(s.Domain)
	s.Enforce.SkipClients = spelled(s.Enforce.SkipClients, strings.TrimSpace)
	s.Enforce.SkipConnections = spelled(s.Enforce.SkipConnections, strings.TrimSpace)
	if s.CodeLength == 0 {
		s.CodeLength = 6
	}
	if s.Claims != "" && !strings.HasSuffix(s.Claims, "/") {
		s.Claims += "/"
	}
	if day, err := time.Parse(time.DateOnly, s.Enforce.UsersCreatedAfter); err == nil {
		s.Enforce.UsersCreatedAfter = day.Format(time.RFC3339)
	}
	return s, check(s)
}

func spelled(values []string, spell func(string) string) []string {
	out := []string{}
	for _, v := range values {
		out = append(out, spell(v))
	}
	slices.Sort(out)
	return slices.Compact(out)
}

func check(s Settings) error {
	for _, host := range append([]string{s.Domain}, s.CustomDomains...) {
		if !hostPattern.MatchString(host) {
			return fmt.Errorf("templates: %q is not a domain such as acme.eu.auth0.com", host)
		}
	}
	switch {
	case s.CodeCheck != "form" && s.CodeCheck != "action":
		return fmt.Errorf("templates: code_check is form or action, not %q", s.CodeCheck)
	case s.Capture != "lock" && s.Capture != "form":
		return fmt.Errorf("templates: capture is lock or form, not %q", s.Capture)
	case s.NoPhone != "form" && s.NoPhone != "deny" && s.NoPhone != "skip":
		return fmt.Errorf("templates: no_phone is form, deny or skip, not %q", s.NoPhone)
	case s.Capture == "form" && s.CodeCheck != "form":
		return fmt.Errorf("templates: capture: form needs code_check: form, because only then can the form text a number")
	case s.Capture == "form" && s.NoPhone != "form":
		return fmt.Errorf("templates: capture: form asks users without a number for one, so no_phone can't be %s", s.NoPhone)
	case s.CodeLength < 4 || s.CodeLength > 10:
		return fmt.Errorf("templates: a code has 4 to 10 digits, not %d", s.CodeLength)
	case !colourPattern.MatchString(s.Brand.Color):
		return fmt.Errorf("templates: %q is not a colour such as #2457c5", s.Brand.Color)
	case len(s.Brand.Name) > 200 || strings.ContainsFunc(s.Brand.Name, unicode.IsControl):
		return fmt.Errorf("templates: the brand's name is too long or has control characters")
	case !utf8.ValidString(s.Brand.Name + strings.Join(s.Enforce.SkipClients, "") + strings.Join(s.Enforce.SkipConnections, "")):
		return fmt.Errorf("templates: a name is not valid UTF-8")
	}
	if err := checkLogo(s.Brand.LogoURL); err != nil {
		return err
	}
	if err := checkClaims(s.Claims); err != nil {
		return err
	}
	if after := s.Enforce.UsersCreatedAfter; after != "" {
		if _, err := time.Parse(time.RFC3339, after); err != nil {
			return fmt.Errorf("templates: %q is not a time such as 2026-01-31T00:00:00Z", after)
		}
	}
	return nil
}

// plainURL parses an https address that is made of nothing but harmless characters: it ends up in a
// Content-Security-Policy and in JavaScript.
func plainURL(text string) (*url.URL, bool) {
	u, err := url.Parse(text)
	ok := err == nil && u.Scheme == "https" && hostPattern.MatchString(strings.ToLower(u.Host)) && u.User == nil &&
		!strings.ContainsFunc(text, func(r rune) bool { return r <= ' ' || r > '~' || strings.ContainsRune(`"'<>\;`, r) })
	return u, ok
}

func checkLogo(logo string) error {
	if logo == "" || dataImage.MatchString(logo) {
		return nil
	}
	if _, ok := plainURL(logo); !ok {
		return fmt.Errorf("templates: the logo is an https address or a data:image/...;base64 address")
	}
	return nil
}

func checkClaims(namespace string) error {
	if namespace == "" {
		return nil
	}
	if u, ok := plainURL(namespace); !ok || u.RawQuery != "" || u.Fragment != "" {
		return fmt.Errorf("templates: the claims' namespace is an https address such as https://acme.example/, not %q", namespace)
	}
	return nil
}
