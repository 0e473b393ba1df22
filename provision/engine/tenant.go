package engine

import (
	"cmp"
	"context"
	"net/http"
	"sync"
	"time"

	"phonegate/provision/auth0"
	"phonegate/provision/config"
	"phonegate/provision/event"
	"phonegate/provision/fault"
	"phonegate/provision/secret"
	"phonegate/provision/state"
	"phonegate/provision/transport"
	"phonegate/provision/twilio"
	"phonegate/templates"
)

// Options say which tenant to work on, with what, and where to report.
type Options struct {
	// Name is the tenant's name in phonegate.yaml.
	Name string
	// Spec is its complete answers, defaults included (config.File.Tenant gives them).
	Spec        config.Tenant
	Credentials secret.Credentials
	// Vault keeps the secrets that phonegate generates; nil for one that ends with the process.
	Vault secret.Vault
	// Dir is the directory of phonegate.yaml: what is written for people goes below it. "" for the current one.
	Dir string
	// Copies is the directory for copies of login pages that are replaced; "" for pages beside the state.
	Copies string
	// FormHost is a host whose form Endpoints.Vercel stands in for, beside those of Vercel: the sandbox can run any form. "" for none.
	FormHost string
	// State remembers ids between runs. The caller opens and closes it.
	State     *state.State
	Endpoints transport.Endpoints
	// Limits holds requests a second by provider that are not exceeded.
	Limits map[string]float64
	// Rates is shared by the tenants of one run, so that those of one account keep to its limit together; nil for none to share.
	Rates *transport.Rates
	// Poll is the time between two looks at a build or deployment, Backoff the pause before a request is repeated, Timeout
	// the deadline of one request; zero for what suits the real providers.
	Poll, Backoff, Timeout time.Duration
	// Grace is how long a former key, and a former form, outlive the deployment of an Action that has another, for the sake of logins
	// under way; zero for as long as a login can take.
	Grace time.Duration
	// NoWait lets a rotation end without waiting for that: a later Apply removes the former key.
	NoWait bool
	// HandTo is given a new key of a form that a person runs, by name, as soon as it is made; nil where a keyring keeps it until
	// somebody asks for it.
	HandTo func(ctx context.Context, variables map[string]string) error
	// Emit receives every event, one at a time; nil for none.
	Emit func(event.Event)
}

// Tenant is the engine at work on one tenant. What it finds out about the tenant belongs to its plans: between them it remembers nothing.
type Tenant struct {
	name      string
	spec      config.Tenant
	dir       string
	copies    string
	page      string // the login page
	form      rendered
	state     *state.State
	memory    memory
	transport *transport.Transport
	creds     secret.Credentials
	poll      time.Duration
	grace     time.Duration
	waits     bool
	own       bool // the form gets its keys from a person
	handTo    func(context.Context, map[string]string) error

	auth0  *auth0.Client
	twilio *twilio.Client

	emitMu   sync.Mutex
	sink     func(event.Event)
	stop     chan struct{}
	stopOnce sync.Once
}

// Open prepares the engine for one tenant. It makes no call.
func Open(o Options) (*Tenant, error) {
	if was := o.State.Note("tenant").Get("domain"); was != "" && was != o.Spec.Auth0.Domain {
		return nil, fault.New(fault.Usage, "state.domain", "Give "+o.Spec.Auth0.Domain+" its own name in the file, or run phonegate destroy for "+was+" first.",
			"The state of tenant %s is for %s, not for %s.", o.Name, was, o.Spec.Auth0.Domain)
	}
	settings := Settings(o.Spec)
	if _, err := templates.Action(settings); err != nil {
		return nil, err
	}
	page, err := templates.LoginPage(settings)
	if err != nil {
		return nil, err
	}
	form, err := renderForm(o.Name, o.Spec)
	if err != nil {
		return nil, err
	}
	if o.Vault == nil {
		o.Vault = secret.MemoryVault()
	}
	t := &Tenant{
		name: o.Name, spec: o.Spec, dir: o.Dir, copies: o.Copies, page: string(page), form: form, state: o.State, memory: memory{o.Vault}, creds: o.Credentials, poll: o.Poll,
		grace: cmp.Or(o.Grace, longestLogin), waits: !o.NoWait, handTo: o.HandTo, sink: o.Emit, stop: make(chan struct{}),
	}
	t.transport = transport.New(transport.Options{
		Endpoints:  o.Endpoints,
		Auth0Hosts: append([]string{o.Spec.Auth0.Domain}, o.Spec.Auth0.CustomDomains...),
		FormHosts:  []string{o.FormHost},
		Limits:     o.Limits,
		Rates:      o.Rates,
		Accounts:   accounts(o.Spec, o.Credentials),
		Backoff:    o.Backoff,
		Timeout:    o.Timeout,
	})
	c := o.Credentials
	t.auth0 = auth0.New(auth0.Options{Domain: o.Spec.Auth0.Domain, ClientID: c.Auth0ClientID, ClientSecret: c.Auth0ClientSecret, Token: c.Auth0Token, HTTP: t.transport, Poll: o.Poll})
	t.twilio = twilio.New(twilio.Options{AccountSID: c.TwilioAccountSID, AuthToken: c.TwilioAuthToken, APIKey: c.TwilioAPIKey, APISecret: c.TwilioAPISecret, HTTP: t.transport})
	w, err := t.begin(looking) // what is wrong with the answers is said at once
	if err != nil {
		return nil, err
	}
	t.own = w.selfHosted()
	return t, nil
}

// TestClientName is the Auth0 application that the live test signs in with.
const TestClientName = "phonegate live test"

// Emit passes an event on in turn with the engine's own.
func (t *Tenant) Emit(e event.Event) { t.emit(e) }

func (t *Tenant) emit(e event.Event) {
	if t.sink == nil {
		return
	}
	t.emitMu.Lock()
	defer t.emitMu.Unlock()
	t.sink(e)
}

// Requests counts the API calls made so far, by provider.
func (t *Tenant) Requests() map[string]int { return t.transport.Requests() }

// HTTP is the road that the live test takes to the tenant and the form.
func (t *Tenant) HTTP() http.RoundTripper { return t.transport }
