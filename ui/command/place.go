package command

import (
	"context"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"time"

	"phonegate/provision/config"
	"phonegate/provision/fault"
	"phonegate/provision/sandbox"
	"phonegate/provision/secret"
	"phonegate/provision/transport"
)

// place is where the providers are: the real ones, a sandbox in this process, or a sandbox server.
type place struct {
	endpoints transport.Endpoints
	getenv    func(string) string
	// embedded is the sandbox in this process, nil otherwise.
	embedded *sandbox.Sandbox
	// phone is the address of the virtual phone, "" for a real one.
	phone string
	// sandboxed says that no real provider can be reached.
	sandboxed bool
	// dir is where .phonegate lies.
	dir   string
	close func()
}

// baseURLs are the environment names that replace a provider's address.
var baseURLs = []struct {
	env   string
	field func(*transport.Endpoints) **url.URL
}{
	{"PHONEGATE_AUTH0_URL", func(e *transport.Endpoints) **url.URL { return &e.Auth0 }},
	{"PHONEGATE_TWILIO_URL", func(e *transport.Endpoints) **url.URL { return &e.Twilio }},
	{"PHONEGATE_VERCEL_URL", func(e *transport.Endpoints) **url.URL { return &e.Vercel }},
	{"PHONEGATE_CLOUDFLARE_URL", func(e *transport.Endpoints) **url.URL { return &e.Cloudflare }},
}

// open finds out where the providers are, and starts the embedded ones if they are asked for.
func (p *program) open(ctx context.Context) (*place, error) {
	at := &place{getenv: p.Getenv, dir: p.Dir, close: func() {}}
	replaced := 0
	for _, b := range baseURLs {
		value := p.Getenv(b.env)
		if value == "" {
			continue
		}
		u, err := url.Parse(value)
		if err != nil || u.Host == "" || (u.Scheme != "http" && u.Scheme != "https") {
			return nil, fault.New(fault.Usage, "usage.base_url", "Give it as http://host:port.", "%s is not an address.", b.env)
		}
		if p.flags.sandbox && !loopback(u.Hostname()) {
			return nil, fault.New(fault.Usage, "usage.base_url", "Leave --sandbox out, or point it at this computer.",
				"%s leads to %s, but --sandbox never leaves this computer.", b.env, u.Hostname())
		}
		*b.field(&at.endpoints) = u
		replaced++
	}
	if !p.flags.sandbox {
		return at, nil
	}
	at.sandboxed = true
	credentials := sandbox.Credentials()
	at.getenv = func(name string) string {
		if v := p.Getenv(name); v != "" && replaced > 0 {
			return v
		}
		return credentials[name]
	}
	if replaced > 0 {
		if at.endpoints.Auth0 == nil || at.endpoints.Twilio == nil || at.endpoints.Vercel == nil {
			return nil, fault.New(fault.Usage, "usage.base_url", "Set PHONEGATE_AUTH0_URL, PHONEGATE_TWILIO_URL and PHONEGATE_VERCEL_URL to what phonegate sandbox serve printed, or none of them.",
				"With --sandbox either all providers are at a sandbox server or none is.")
		}
		at.phone = p.Getenv("PHONEGATE_PHONE_URL")
		return at, nil
	}
	return at, p.embed(ctx, at, sandbox.Options{})
}

// embed starts the sandbox in this process. Its state goes to a directory that is gone afterwards, as the sandbox itself is.
func (p *program) embed(ctx context.Context, at *place, o sandbox.Options) error {
	box, err := sandbox.Start(ctx, o)
	if err != nil {
		return fault.Wrap(err, fault.Failed, "sandbox.start", "Check that this computer lets programs listen on 127.0.0.1.", "The sandbox did not start: %s.", err)
	}
	dir, err := os.MkdirTemp("", "phonegate-sandbox-")
	if err != nil {
		_ = box.Close()
		return err
	}
	at.embedded, at.endpoints, at.phone, at.dir = box, box.Endpoints(), box.Info().PhoneURL, dir
	at.close = func() {
		_ = box.Close()
		_ = os.RemoveAll(dir)
	}
	return nil
}

// example is the tenant that the sandbox plays with when there is no file.
func example() *config.File {
	return &config.File{Version: 1, Tenants: map[string]config.Tenant{"dev": {
		Auth0:          config.Auth0{Domain: sandbox.Auth0Domain},
		Twilio:         config.Twilio{ServiceName: "Acme dev"},
		Brand:          config.Brand{Name: "Acme"},
		DefaultCountry: "AU",
	}}}
}

// file is the configuration, or the sandbox's example where there is none.
func (p *program) file(at *place) (*config.File, error) {
	path := p.path()
	if at.sandboxed && !exists(path) {
		return example(), nil
	}
	f, err := config.Load(path)
	if err == nil && at.sandboxed {
		intoSandbox(f)
	}
	return f, err
}

// intoSandbox leads the file's tenants to the sandbox's one tenant and accounts; all other answers stay.
func intoSandbox(f *config.File) {
	for name, t := range f.Tenants {
		t.Auth0.Domain, t.Auth0.CustomDomains = sandbox.Auth0Domain, nil
		if t.Auth0.ClientID != "" {
			t.Auth0.ClientID = sandbox.AppClientID
		}
		t.Twilio.AccountSID, t.Host.Team = sandbox.TwilioAccountSID, ""
		f.Tenants[name] = t
	}
}

func (p *program) path() string {
	if filepath.IsAbs(p.config) {
		return p.config
	}
	return filepath.Join(p.Dir, p.config)
}

// vault is where the tenant's generated secrets live.
func (at *place) vault(tenant string) secret.Vault {
	if at.sandboxed {
		return secret.MemoryVault()
	}
	return secret.OpenKeyring(tenant)
}

// ring is the keyring as a source of credentials; the sandbox needs none.
func (at *place) ring(tenant string) secret.Getter {
	if at.sandboxed {
		return nil
	}
	return secret.OpenKeyring(tenant)
}

func loopback(host string) bool {
	if host == "localhost" {
		return true
	}
	ip := net.ParseIP(host)
	return ip != nil && ip.IsLoopback()
}

// poll is how often a build is looked at: the embedded providers are quick and have no rate limit.
func (at *place) poll() time.Duration {
	if at.embedded != nil {
		return 50 * time.Millisecond
	}
	return 0
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}
