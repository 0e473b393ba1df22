package command

import (
	"context"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"phonegate/provision/config"
	"phonegate/provision/engine"
	"phonegate/provision/fault"
	"phonegate/provision/host/kind"
	"phonegate/provision/rehearsal"
	"phonegate/provision/secret"
	"phonegate/provision/state"
	"phonegate/provision/transport"
)

// environment is the set of providers that a command works on: the real ones, a sandbox in this process, or a sandbox server.
type environment struct {
	endpoints transport.Endpoints
	getenv    func(string) string
	// embedded is the sandbox in this process, nil otherwise.
	embedded *rehearsal.Stage
	// phone is the address of the virtual phone, "" for a real one.
	phone string
	// sandboxed says that no real provider can be reached.
	sandboxed bool
	// fresh says that there is no file, so that a tenant need not be in it.
	fresh bool
	// transient says that the state ends with the run.
	transient bool
	// dir is the directory of the state, base that of the file: what is written for people goes below it.
	dir, base string
	// copies is where copies of pages that are replaced go, "" for beside the state.
	copies string
	close  func()

	// domains are the emulated Auth0 tenants by the tenants' names; one that is not among them has the sandbox's first.
	domains map[string]string
	// rates are what is learned of the accounts' rate limits.
	rates *transport.Rates

	mu     sync.Mutex
	vaults map[string]secret.Vault
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
func (p *program) open(ctx context.Context) (*environment, error) {
	at := p.localEnv()
	return at, p.connect(ctx, at)
}

// connect fills in the providers of the environment. With --sandbox and no server it starts a sandbox with these tenants.
func (p *program) connect(ctx context.Context, at *environment, tenants ...string) error {
	if err := p.replaced(&at.endpoints); err != nil {
		return err
	}
	if !at.sandboxed {
		return nil
	}
	e := at.endpoints
	switch {
	case e == (transport.Endpoints{}):
		return at.embed(ctx, rehearsal.Options{Tenants: tenants[min(1, len(tenants)):]})
	case e.Auth0 == nil || e.Twilio == nil || e.Vercel == nil:
		return fault.New(fault.Usage, "usage.base_url", "Set PHONEGATE_AUTH0_URL, PHONEGATE_TWILIO_URL and PHONEGATE_VERCEL_URL to the addresses that phonegate sandbox serve printed, or unset all of them.",
			"With --sandbox, set the addresses of all sandbox providers or of none.")
	}
	at.phone = p.Getenv("PHONEGATE_PHONE_URL")
	at.dir = filepath.Join(at.dir, "sandbox") // the real tenants' state is not for it
	return nil
}

// localEnv is the environment of commands that call no provider.
func (p *program) localEnv() *environment {
	base := filepath.Dir(p.config)
	at := &environment{getenv: p.Getenv, dir: filepath.Join(base, state.Dir), base: base, sandboxed: p.flags.sandbox, rates: transport.NewRates(), close: func() {}}
	if p.alone {
		at.passing()
	}
	if at.sandboxed {
		at.getenv = inSandbox(p.Getenv)
	}
	return at
}

// replaced reads the addresses that stand in for the providers' own.
func (p *program) replaced(e *transport.Endpoints) error {
	for _, b := range baseURLs {
		value := p.Getenv(b.env)
		if value == "" {
			continue
		}
		u, err := url.Parse(value)
		if err != nil || u.Host == "" || (u.Scheme != "http" && u.Scheme != "https") {
			return fault.New(fault.Usage, "usage.base_url", "Use the form http://host:port.", "%s is not a valid address.", b.env)
		}
		if p.flags.sandbox && !loopback(u.Hostname()) {
			return fault.New(fault.Usage, "usage.base_url", "Leave out --sandbox, or use an address on this computer.",
				"%s points to %s, but --sandbox never leaves this computer.", b.env, u.Hostname())
		}
		*b.field(e) = u
	}
	return nil
}

// inSandbox is the environment as the sandbox sees it: its own credentials in the place of the real ones, which are not even
// looked at. Answers pass.
func inSandbox(getenv func(string) string) func(string) string {
	own := rehearsal.Credentials()
	return func(name string) string {
		for _, slot := range secret.Slots() {
			switch {
			case name == slot.Env:
				return own[name]
			case strings.HasPrefix(name, "PHONEGATE_") && strings.HasSuffix(name, "_"+slot.Env):
				return ""
			}
		}
		return getenv(name)
	}
}

// embedded starts a sandbox in this process and returns its environment.
func (p *program) embedded(ctx context.Context, o rehearsal.Options) (*environment, error) {
	at := &environment{sandboxed: true, fresh: true, getenv: inSandbox(p.Getenv), rates: transport.NewRates(), close: func() {}}
	return at, at.embed(ctx, o)
}

// embed starts the sandbox in this process. Its state goes to a directory that is gone afterwards, as the sandbox itself is.
func (at *environment) embed(ctx context.Context, o rehearsal.Options) error {
	dir, err := os.MkdirTemp("", "phonegate-sandbox-")
	if err != nil {
		return fault.Wrap(err, fault.Failed, "sandbox.start", "Check the permissions of the directory for temporary files.", "The sandbox did not start: %s.", err)
	}
	// It closes with the environment, not with the context: an interrupted live test still cleans up.
	box, err := rehearsal.Start(context.WithoutCancel(ctx), o)
	if err != nil {
		_ = os.RemoveAll(dir)
		return fault.Of(err)
	}
	at.transient = true
	at.embedded, at.endpoints, at.phone, at.dir, at.base = box, box.Endpoints(), box.Info().PhoneURL, dir, dir
	at.close = func() {
		_ = box.Close()
		_ = os.RemoveAll(dir)
	}
	return nil
}

// example is the tenant that the sandbox plays with when there is no file.
func example() *config.File {
	return &config.File{Version: 1, Tenants: map[string]config.Tenant{}, Defaults: config.Tenant{
		Twilio:         config.Twilio{ServiceName: "Acme dev"},
		Brand:          config.Brand{Name: "Acme"},
		DefaultCountry: "AU",
	}}
}

// cast gives a tenant the sandbox's own tenant and accounts.
func (at *environment) cast(t config.Tenant) config.Tenant { return rehearsal.Cast(t, !at.served()) }

// served says whether the providers are a sandbox server's.
func (at *environment) served() bool {
	return at.sandboxed && at.embedded == nil && at.endpoints != (transport.Endpoints{})
}

// reaches is an error for a tenant whose host has no address here. The default kind needs none: it is what the advice falls back to.
func (at *environment) reaches(t config.Tenant) error {
	k, ok := kind.Of(t.Host.Kind)
	if !ok || k.SelfHosted || k.Name == kind.Default || !at.served() || at.endpoints.Of(k.Name) != nil {
		return nil
	}
	return fault.New(fault.Usage, "usage.base_url",
		"Set it to the address that phonegate sandbox serve printed, or use --host-kind "+kind.Default+".",
		"The form is to run on %s, but PHONEGATE_%s_URL is not set.", k.Label, strings.ToUpper(k.Name))
}

// engine opens the engine for one tenant in this environment.
func (at *environment) engine(o engine.Options) (*engine.Tenant, error) {
	o.Vault, o.Dir, o.Copies, o.Endpoints, o.Poll, o.Rates = at.vault(o.Name), at.base, at.copies, at.endpoints, at.poll(), at.rates
	if at.embedded != nil {
		o.Grace = time.Second // nobody else logs in here
		return at.embedded.Open(o)
	}
	return engine.Open(o)
}

// vault is where the values of the tenant's keys are kept: one for the whole run, since without a keyring they live no longer.
func (at *environment) vault(tenant string) secret.Vault {
	at.mu.Lock()
	defer at.mu.Unlock()
	if at.vaults == nil {
		at.vaults = map[string]secret.Vault{}
	}
	if at.vaults[tenant] == nil {
		if at.sandboxed {
			at.vaults[tenant] = secret.MemoryVault()
		} else {
			at.vaults[tenant] = secret.OpenKeyring(tenant)
		}
	}
	return at.vaults[tenant]
}

// ring is the keyring as a source of credentials; the sandbox needs none.
func (at *environment) ring(tenant string) secret.Getter {
	if at.sandboxed {
		return nil
	}
	return at.vault(tenant)
}

func loopback(host string) bool {
	if host == "localhost" {
		return true
	}
	ip := net.ParseIP(host)
	return ip != nil && ip.IsLoopback()
}

// poll is how often a build is looked at: the embedded providers are quick and have no rate limit.
func (at *environment) poll() time.Duration {
	if at.sandboxed {
		return 50 * time.Millisecond
	}
	return 0
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}
