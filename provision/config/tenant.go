package config

// File is phonegate.yaml: committed, shared by a team, without a secret.
type File struct {
	Version int `yaml:"version"`
	// Defaults holds for every tenant that does not say otherwise.
	Defaults Tenant            `yaml:"defaults,omitempty"`
	Tenants  map[string]Tenant `yaml:"tenants"`

	// name is the file's name as it is shown, marks where each key of it stands. A key that
	// has a mark was written down, so that `protected: false` can overrule a default.
	name  string
	marks map[mark]position
}

// mark names one key of a file; an empty tenant means the defaults.
type mark struct{ tenant, key string }

// position is a place in a file, counted from one.
type position struct{ line, column int }

// Tenant is all that one Auth0 tenant is to have, as answered by a person.
type Tenant struct {
	Auth0          Auth0    `yaml:"auth0,omitempty"`
	Twilio         Twilio   `yaml:"twilio,omitempty"`
	Host           Host     `yaml:"host,omitempty"`
	Brand          Brand    `yaml:"brand,omitempty"`
	CodeCheck      string   `yaml:"code_check,omitempty"`      // form | action
	Capture        string   `yaml:"capture,omitempty"`         // lock | form
	Countries      []string `yaml:"countries,omitempty"`       // ISO 3166-1 alpha-2; empty: all
	DefaultCountry string   `yaml:"default_country,omitempty"` // ISO 3166-1 alpha-2
	NoPhone        string   `yaml:"no_phone,omitempty"`        // form | deny | skip
	Enforce        Enforce  `yaml:"enforce,omitempty"`
	Claims         string   `yaml:"claims,omitempty"`    // https://... namespace of ID-token claims
	Protected      bool     `yaml:"protected,omitempty"` // ask for the tenant's name before a change
}

// Auth0 is where the tenant is and which parts of it are used.
type Auth0 struct {
	Domain        string   `yaml:"domain,omitempty"`
	CustomDomains []string `yaml:"custom_domains,omitempty"`
	Connection    string   `yaml:"connection,omitempty"` // database connection, default Username-Password-Authentication
	ClientID      string   `yaml:"client_id,omitempty"`  // the application whose login page is changed under login_page: client
	LoginPage     string   `yaml:"login_page,omitempty"` // none | client | tenant
}

// Twilio is the account and its Verify service.
type Twilio struct {
	AccountSID  string `yaml:"account_sid,omitempty"`
	ServiceName string `yaml:"service_name,omitempty"` // at most 30 characters and 4 digits
	CodeLength  int    `yaml:"code_length,omitempty"`  // 4 to 10
}

// Host is where the form runs.
type Host struct {
	Kind    string `yaml:"kind,omitempty"` // vercel | cloudflare | bundle
	Project string `yaml:"project,omitempty"`
	Team    string `yaml:"team,omitempty"`
	URL     string `yaml:"url,omitempty"` // where a bundle answers, without a slash at the end
}

// Brand is what the end user sees on the form.
type Brand struct {
	Name    string `yaml:"name,omitempty"`
	Color   string `yaml:"color,omitempty"` // #rrggbb
	LogoURL string `yaml:"logo_url,omitempty"`
}

// Enforce narrows who must verify. The zero value: everyone.
type Enforce struct {
	UsersCreatedAfter string   `yaml:"users_created_after,omitempty"` // RFC 3339 or a date
	SkipClients       []string `yaml:"skip_clients,omitempty"`
	SkipConnections   []string `yaml:"skip_connections,omitempty"`
}
