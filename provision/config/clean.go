package config

import (
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/nyaruka/phonenumbers"
)

// The functions here each tidy one answer or say in a sentence why it cannot be one.

var (
	hostLabel      = regexp.MustCompile(`^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$`)
	tenantName     = regexp.MustCompile(`^[a-z0-9][a-z0-9_-]{0,39}$`)
	connectionName = regexp.MustCompile(`^[A-Za-z0-9]([A-Za-z0-9-]{0,126}[A-Za-z0-9])?$`)
	clientID       = regexp.MustCompile(`^[A-Za-z0-9_-]{1,64}$`)
	accountSID     = regexp.MustCompile(`^AC[0-9a-f]{32}$`)
	projectName    = regexp.MustCompile(`^[a-z0-9]([a-z0-9._-]{0,98}[a-z0-9])?$`)
	teamName       = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_.-]{0,99}$`)
	color6         = regexp.MustCompile(`^#[0-9a-f]{6}$`)
	color3         = regexp.MustCompile(`^#[0-9a-f]{3}$`)
	dataImage      = regexp.MustCompile(`^data:image/(png|jpeg|gif|webp|svg\+xml);base64,[A-Za-z0-9+/]+=*$`)
)

// CheckName says what is wrong with a tenant's name, which becomes part of file and variable names.
func CheckName(tenant string) error {
	if tenantName.MatchString(tenant) {
		return nil
	}
	return fmt.Errorf("%s cannot be a tenant's name: 1 to 40 lower-case letters, digits, - and _, beginning with a letter or digit", quoted(tenant))
}

// cleanDomain takes the tenant's domain also as it is copied from a browser's address bar.
func cleanDomain(s string) (string, error) {
	host, port := bareHost(s)
	switch {
	case host == "manage.auth0.com" || host == "auth0.com":
		return "", fmt.Errorf("%s is the dashboard's address; the tenant's domain is under Applications > your application > Domain", quoted(host))
	case !isHostname(host):
		return "", fmt.Errorf("%s is not a domain such as acme-dev.us.auth0.com", quoted(s))
	case !strings.Contains(host, ".") && host != "localhost":
		return "", fmt.Errorf("%s is only the tenant's name; the domain looks like %s.us.auth0.com", quoted(s), host)
	}
	if port != "" {
		if n, err := strconv.Atoi(port); err != nil || n < 1 || n > 65535 {
			return "", fmt.Errorf("%s has no valid port", quoted(s))
		}
		host += ":" + port
	}
	return host, nil
}

func cleanHostname(s string) (string, error) {
	host, port := bareHost(s)
	if port != "" || !isHostname(host) || !strings.Contains(host, ".") {
		return "", fmt.Errorf("%s is not a host name such as login.acme.example", quoted(s))
	}
	return host, nil
}

// bareHost takes scheme, slash and case off what someone copied.
func bareHost(s string) (host, port string) {
	s = strings.ToLower(s)
	s = strings.TrimPrefix(strings.TrimPrefix(s, "https://"), "http://")
	s = strings.TrimSuffix(s, "/")
	host, port, _ = strings.Cut(s, ":")
	return host, port
}

func isHostname(s string) bool {
	if len(s) > 253 {
		return false
	}
	for label := range strings.SplitSeq(s, ".") {
		if !hostLabel.MatchString(label) {
			return false
		}
	}
	return true
}

func cleanConnection(s string) (string, error) {
	if !connectionName.MatchString(s) {
		return "", fmt.Errorf("%s is not a connection's name: up to 128 letters, digits and dashes", quoted(s))
	}
	return s, nil
}

func cleanClientID(s string) (string, error) {
	if !clientID.MatchString(s) {
		return "", fmt.Errorf("%s is not a client ID: up to 64 letters, digits, - and _", quoted(s))
	}
	return s, nil
}

func cleanAccountSID(s string) (string, error) {
	switch {
	case accountSID.MatchString(s):
		return s, nil
	case strings.HasPrefix(s, "SK"):
		return "", errors.New("this is an API key (SK…); the account SID begins with AC")
	case strings.HasPrefix(s, "VA"):
		return "", errors.New("this is a Verify service (VA…); the account SID begins with AC")
	}
	return "", fmt.Errorf("%s is not an account SID: AC and 32 hexadecimal digits in lower case", quoted(s))
}

// Twilio's limits on a Verify service's name.
const (
	serviceNameLength = 30
	serviceNameDigits = 4
)

// cleanServiceName keeps to what Twilio takes as a service's name, since it is read out in every text.
func cleanServiceName(s string) (string, error) {
	digits := 0
	for _, r := range s {
		switch {
		case unicode.IsDigit(r):
			digits++
		case !unicode.IsLetter(r) && r != ' ' && r != '-' && r != '_':
			return "", fmt.Errorf("%s contains %s; Twilio takes letters, digits, spaces, - and _", quoted(s), strconv.QuoteRune(r))
		}
	}
	if n := utf8.RuneCountInString(s); n > serviceNameLength {
		return "", fmt.Errorf("%s has %d characters; Twilio takes at most %d", quoted(s), n, serviceNameLength)
	}
	if digits > serviceNameDigits {
		return "", fmt.Errorf("%s has %d digits; Twilio takes at most %d, anywhere in the name", quoted(s), digits, serviceNameDigits)
	}
	return s, nil
}

func cleanCountry(s string) (string, error) {
	code := strings.ToUpper(s)
	if code == "UK" {
		return "", errors.New(`"UK" is not a country code; the United Kingdom is GB`)
	}
	if !phonenumbers.GetSupportedRegions()[code] {
		return "", fmt.Errorf("%s is not a two-letter country code such as AU, DE or US", quoted(s))
	}
	return code, nil
}

// cleanProject holds for Vercel and Cloudflare alike; validate knows what only one of them asks for.
func cleanProject(s string) (string, error) {
	if !projectName.MatchString(s) || strings.Contains(s, "---") {
		return "", fmt.Errorf("%s is not a project name: up to 100 lower-case letters, digits, ., _ and -, no --- in it, beginning and ending with a letter or digit", quoted(s))
	}
	return s, nil
}

func cleanTeam(s string) (string, error) {
	if !teamName.MatchString(s) {
		return "", fmt.Errorf("%s is not a team's ID or slug, such as team_a1b2c3", quoted(s))
	}
	return s, nil
}

// cleanFormURL takes http only for this computer, as the Action does: for trying it out.
func cleanFormURL(s string) (string, error) {
	if !strings.Contains(s, "://") {
		s = "https://" + s
	}
	u, err := url.Parse(s)
	if err != nil || u.User != nil || u.RawQuery != "" || u.Fragment != "" || !harmless(s) || strings.ContainsAny(s, "`|$&()") {
		return "", fmt.Errorf("%s is not an https address such as https://verify.acme.example", quoted(s))
	}
	host, port := bareHost(u.Host)
	n, bad := strconv.Atoi(port)
	switch local := host == "localhost" || host == "127.0.0.1"; {
	case !isHostname(host), port != "" && (bad != nil || n < 1 || n > 65535), !local && !strings.Contains(host, "."):
		return "", fmt.Errorf("%s is not an https address such as https://verify.acme.example", quoted(s))
	case u.Scheme != "https" && !(u.Scheme == "http" && local):
		return "", fmt.Errorf("%s does not begin with https://; browsers would send the codes unencrypted", quoted(s))
	}
	u.Host = strings.ToLower(u.Host)
	return strings.TrimRight(u.String(), "/"), nil
}

func cleanBrandName(s string) (string, error) {
	for _, r := range s {
		if !unicode.IsPrint(r) {
			return "", fmt.Errorf("%s contains a character that cannot be shown", quoted(s))
		}
	}
	if n := utf8.RuneCountInString(s); n > 60 {
		return "", fmt.Errorf("%s has %d characters; at most 60 fit on the form", quoted(s), n)
	}
	return s, nil
}

func cleanColor(s string) (string, error) {
	c := strings.ToLower(s)
	switch {
	case color6.MatchString(c):
		return c, nil
	case color3.MatchString(c):
		return string([]byte{'#', c[1], c[1], c[2], c[2], c[3], c[3]}), nil
	}
	return "", fmt.Errorf("%s is not a colour such as #2457d6", quoted(s))
}

func cleanLogo(s string) (string, error) {
	if len(s) > 32<<10 {
		return "", errors.New("a logo of more than 32 kB is too large to be part of the form; give its https address")
	}
	if dataImage.MatchString(s) {
		return s, nil
	}
	if u, err := url.Parse(s); err == nil && u.Scheme == "https" && isHostname(strings.ToLower(u.Hostname())) && u.User == nil && harmless(s) {
		return u.String(), nil
	}
	return "", fmt.Errorf("%s is neither an https address nor a data:image address in base64", quoted(s))
}

// harmless says whether an address has nothing in it that means something in HTML, JavaScript or a
// Content-Security-Policy, where it ends up.
func harmless(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r > '~' || strings.ContainsRune(`"'<>\;`, r) })
}

// cleanClaims keeps off the namespaces that Auth0 drops from tokens without a word.
func cleanClaims(s string) (string, error) {
	u, err := url.Parse(s)
	if err != nil || u.Scheme != "https" || !isHostname(strings.ToLower(u.Hostname())) || u.User != nil || u.RawQuery != "" || u.Fragment != "" || !harmless(s) {
		return "", fmt.Errorf("%s is not an https address such as https://acme.example/", quoted(s))
	}
	host := strings.ToLower(u.Hostname())
	for _, reserved := range []string{"auth0.com", "webtask.io", "webtask.run"} {
		if host == reserved || strings.HasSuffix(host, "."+reserved) {
			return "", fmt.Errorf("%s is under %s, whose claims Auth0 leaves out of tokens; take an address of your own", quoted(s), reserved)
		}
	}
	return strings.TrimSuffix(u.String(), "/") + "/", nil
}

func cleanMoment(s string) (string, error) {
	if _, err := moment(s); err != nil {
		return "", fmt.Errorf("%s is neither a date such as 2026-07-01 nor a time such as 2026-07-01T09:00:00Z", quoted(s))
	}
	return s, nil
}

// moment reads a time or a date; a date begins at midnight UTC.
func moment(s string) (time.Time, error) {
	if t, err := time.Parse(time.RFC3339, s); err == nil {
		return t, nil
	}
	return time.Parse(time.DateOnly, s)
}

// After is UsersCreatedAfter as a time; the zero time if it is empty.
func (e Enforce) After() time.Time {
	t, err := moment(e.UsersCreatedAfter)
	if err != nil {
		return time.Time{}
	}
	return t.UTC()
}
