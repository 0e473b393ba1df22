// Package templates holds the artefacts as real files (the post-login Action, the
// Lock sign-up configuration and login page, the code-entry form) and renders them.
// Rendering fills one JSON configuration literal in each and nothing else: the same
// Settings always give the same bytes.
package templates

// Settings is everything that shapes the artefacts. No secret, no id that only exists after
// a deployment: those reach the artefacts as Action secrets and environment variables.
type Settings struct {
	// Domain is the tenant's domain, e.g. "acme-dev.us.auth0.com"; CustomDomains are further
	// hosts on which its /continue answers. The form only ever posts back to one of these.
	Domain        string
	CustomDomains []string
	// CodeCheck is "form" or "action", Capture "lock" or "form", NoPhone "form", "deny" or "skip".
	CodeCheck string
	Capture   string
	NoPhone   string
	// CodeLength is the number of digits of a code, 4 to 10.
	CodeLength int
	// Countries is the allow-list as ISO 3166-1 alpha-2 codes, empty for all. DefaultCountry is
	// the country in which national numbers are read; empty refuses them.
	Countries      []string
	DefaultCountry string
	Brand          Brand
	Enforce        Enforce
	// Claims is the namespace of the optional ID-token claims, e.g. "https://acme.example/"; empty for none.
	Claims string
}

// Brand is what the end user sees.
type Brand struct {
	Name    string
	Color   string // #rrggbb
	LogoURL string // https or data:
}

// Enforce narrows who is asked. The zero value asks everyone.
type Enforce struct {
	UsersCreatedAfter string // RFC 3339; earlier users are not asked
	SkipClients       []string
	SkipConnections   []string
}

// File is one rendered artefact.
type File struct {
	Path string // relative, with forward slashes, e.g. "action/verify-phone-number.js"
	Data []byte
}
