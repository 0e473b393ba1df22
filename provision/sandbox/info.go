package sandbox

import (
	"net/url"

	"phonegate/provision/transport"
)

// The credentials of every sandbox. They open nothing anywhere else.
const (
	Auth0Domain         = "acme-dev.us.auth0.test"
	Auth0ClientID       = "sandboxM2Mclient0000000000000000"
	Auth0ClientSecret   = "sandbox-m2m-secret-that-opens-nothing-anywhere-else"
	TwilioAccountSID    = "AC5a4db0c5000000000000000000000001"
	TwilioAuthToken     = "5a4db0c500000000000000000000a0a0"
	VercelToken         = "sandboxVercelToken000000"
	CloudflareToken     = "sandboxCloudflareToken-opens-nothing0000"
	CloudflareAccountID = "5a4db0c5000000000000000000000c1f"
)

// The application of every sandbox's tenant. Its callback may be on any loopback port.
const (
	AppClientID    = "sandbox-app"
	AppRedirectURI = "http://127.0.0.1/callback"
)

// Info says where a running sandbox is and how to get in: the first line of "phonegate sandbox serve --json".
type Info struct {
	Type           string            `json:"type"` // "sandbox"
	Auth0URL       string            `json:"auth0_url"`
	TwilioURL      string            `json:"twilio_url"`
	VercelURL      string            `json:"vercel_url"`
	CloudflareURL  string            `json:"cloudflare_url"`
	PhoneURL       string            `json:"phone_url"`
	Auth0TLSDomain string            `json:"auth0_tls_domain"`
	CAFile         string            `json:"ca_file"`
	ProxyURL       string            `json:"proxy_url"`
	Credentials    map[string]string `json:"credentials"`
	App            App               `json:"app"`
	// Tenants are the domains of all Auth0 tenants; Auth0URL leads to each of them by the Host header.
	Tenants []string `json:"tenants"`
}

// App is the application that users log in to.
type App struct {
	ClientID    string `json:"client_id"`
	RedirectURI string `json:"redirect_uri"`
}

// Info describes the running sandbox.
func (s *Sandbox) Info() Info {
	return Info{
		Type: "sandbox", Auth0URL: s.auth0URL, TwilioURL: s.twilioURL, VercelURL: s.vercelURL, CloudflareURL: s.cloudflareURL, PhoneURL: s.phoneURL,
		Auth0TLSDomain: s.tlsDomain, CAFile: s.ca.file(), ProxyURL: s.proxyURL, Credentials: Credentials(),
		App: App{AppClientID, AppRedirectURI}, Tenants: s.Domains(),
	}
}

// Credentials are the sandbox's credentials by the names that phonegate reads from the environment.
func Credentials() map[string]string {
	return map[string]string{
		"AUTH0_DOMAIN": Auth0Domain, "AUTH0_CLIENT_ID": Auth0ClientID, "AUTH0_CLIENT_SECRET": Auth0ClientSecret,
		"TWILIO_ACCOUNT_SID": TwilioAccountSID, "TWILIO_AUTH_TOKEN": TwilioAuthToken, "VERCEL_TOKEN": VercelToken,
		"CLOUDFLARE_API_TOKEN": CloudflareToken, "CLOUDFLARE_ACCOUNT_ID": CloudflareAccountID,
	}
}

// Endpoints lead phonegate's own requests to the sandbox's servers; the host names in them stay the real ones.
func (s *Sandbox) Endpoints() transport.Endpoints {
	at := func(address string) *url.URL {
		u, err := url.Parse(address)
		if err != nil {
			return nil
		}
		return u
	}
	return transport.Endpoints{Auth0: at(s.auth0URL), Twilio: at(s.twilioURL), Vercel: at(s.vercelURL), Cloudflare: at(s.cloudflareURL)}
}

// CertificatePEM is the certificate of the run's authority, as in Info's CAFile.
func (s *Sandbox) CertificatePEM() []byte { return s.ca.pem() }
