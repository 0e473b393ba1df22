package provision

import (
	"net/http"
	"sync"
	"time"

	"phonegate/provision/auth0"
	"phonegate/provision/config"
	"phonegate/provision/event"
	"phonegate/provision/fault"
	"phonegate/provision/host"
	"phonegate/provision/resource"
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
	// Linger is how long a former Twilio key outlives the deployment of an Action that has another, for the sake of logins that are
	// at work with it; zero for as long as Auth0 lets one run or, where Poll is set, for ten polls.
	Linger time.Duration
	// Emit receives every event, one at a time; nil for none.
	Emit func(event.Event)
}

// Tenant is the engine at work on one tenant.
type Tenant struct {
	name      string
	spec      config.Tenant
	state     *state.State
	vault     secret.Vault
	transport *transport.Transport

	auth0  *auth0.Client
	twilio *twilio.Client
	host   host.Host

	service   *twilio.Service
	key       *twilio.Key
	action    *auth0.Action
	binding   *auth0.Binding
	loginPage *auth0.LoginPage
	client    *auth0.TestClient

	session, verdict, keySecret      *generated
	previousSession, previousVerdict *generated
	linger                           time.Duration
	ending                           string // the plan drops the previous pair: in words
	rotates                          bool   // the plan is a rotation
	nodes                            graph

	emitMu   sync.Mutex
	sink     func(event.Event)
	stop     chan struct{}
	stopOnce sync.Once
}

// Open prepares the engine for one tenant. It makes no call.
func Open(o Options) (*Tenant, error) {
	if was := o.State.Note("tenant").Get("domain"); was != "" && was != o.Spec.Auth0.Domain {
		return nil, fault.New(fault.Usage, "state.domain", "Give "+o.Spec.Auth0.Domain+" a name of its own in the file, or destroy what is at "+was+" first.",
			"What is remembered of tenant %s belongs to %s, not to %s.", o.Name, was, o.Spec.Auth0.Domain)
	}
	settings := Settings(o.Spec)
	action, err := templates.Action(settings)
	if err != nil {
		return nil, err
	}
	page, err := templates.LoginPage(settings)
	if err != nil {
		return nil, err
	}
	if o.Vault == nil {
		o.Vault = secret.MemoryVault()
	}
	t := &Tenant{name: o.Name, spec: o.Spec, state: o.State, vault: o.Vault, sink: o.Emit, stop: make(chan struct{}), linger: o.Linger}
	if t.linger == 0 {
		if t.linger = longestLeg; o.Poll > 0 {
			t.linger = min(t.linger, 10*o.Poll)
		}
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
	t.host, err = newHost(hosting{
		spec: o.Spec, credentials: c, road: t.transport, poll: o.Poll, tenant: o.Name, dir: o.Dir, inputs: t.formInputs,
		session: func() (string, string) { return t.session.value(), t.session.print() },
		note:    func(name string) resource.Note { return o.State.Note(name) },
	})
	if err != nil {
		return nil, err
	}

	t.session, t.verdict, t.keySecret = t.kept(sessionSecret), t.kept(verdictSecret), t.kept(twilioKey)
	t.previousSession, t.previousVerdict = t.kept(sessionSecret+"-previous"), t.kept(verdictSecret+"-previous")

	t.service = twilio.NewService(t.twilio, twilio.ServiceSpec{Name: o.Spec.Twilio.ServiceName, CodeLength: o.Spec.Twilio.CodeLength}, o.State.Note("twilio.service"))
	t.key = twilio.NewKey(t.twilio, keyName(o.Name, o.Spec.Auth0.Domain), t.keySecret.value, t.keySecret.put, o.State.Note("twilio.key"))
	t.key.SecretNeeded = func() bool { return false } // renewWhatIsLost decides, knowing who needs it
	t.action = auth0.NewAction(t.auth0, auth0.ActionSpec{Name: templates.ActionName, Code: string(action), Inputs: t.actionInputs}, o.State.Note("auth0.action"))
	t.binding = auth0.NewBinding(t.auth0, t.action, o.State.Note("auth0.binding"))
	t.loginPage = auth0.NewLoginPage(t.auth0, auth0.LoginPageSpec{Mode: o.Spec.Auth0.LoginPage, ClientID: o.Spec.Auth0.ClientID, HTML: string(page)}, o.State.Note("auth0.login_page"))
	t.client = auth0.NewTestClient(t.auth0, TestClientName, o.State.Note("auth0.client"))
	t.client.Connection = o.Spec.Auth0.Connection

	// The binding is the switch: it goes on when everything it leads to is in place.
	t.nodes = graph{{t.service, nil}, {t.key, nil}}
	var before []string
	for _, r := range t.host.Resources() {
		t.nodes = append(t.nodes, &node{r, before})
		before = []string{r.Name(), "twilio.service", "twilio.key"}
	}
	t.nodes = append(t.nodes,
		&node{t.loginPage, nil},
		&node{t.client, nil},
		&node{lingering{t.action, t}, []string{"twilio.service", "twilio.key", "host.deployment"}},
		&node{t.binding, []string{"auth0.action", "auth0.login_page"}})
	return t, nil
}

// TestClientName is the Auth0 application that the live test signs in with.
const TestClientName = "phonegate live test"

// keyName tells whose key it is. Keys of that very name are replaced and deleted, and a Twilio account may serve several
// tenants called dev, so the domain is part of it. Twilio takes 64 characters.
func keyName(tenant, domain string) string {
	name := "phonegate " + tenant + " " + domain
	return name[:min(len(name), 64)]
}

// formInputs is the form's environment.
func (t *Tenant) formInputs() resource.Inputs {
	s := newSheet()
	s.secret("SESSION_SECRET", t.session)
	s.secret("VERDICT_SECRET", t.verdict)
	if t.previousSession.print() != "" && t.previousVerdict.print() != "" {
		s.secret("SESSION_SECRET_PREVIOUS", t.previousSession)
		s.secret("VERDICT_SECRET_PREVIOUS", t.previousVerdict)
	}
	if t.spec.CodeCheck == "form" {
		t.twilioInputs(s)
	}
	return t.explained(s.inputs())
}

// explained says what is new about inputs where the plan knows it.
func (t *Tenant) explained(in resource.Inputs) resource.Inputs {
	if t.ending != "" {
		in.Changed = []string{t.ending}
	}
	return in
}

// actionInputs is the Action's secrets.
func (t *Tenant) actionInputs() resource.Inputs {
	s := newSheet()
	s.secret("SESSION_SECRET", t.session)
	s.secret("VERDICT_SECRET", t.verdict)
	if t.previousVerdict.print() != "" {
		s.secret("VERDICT_SECRET_PREVIOUS", t.previousVerdict)
	}
	t.twilioInputs(s)
	s.plain("FORM_URL", t.host.URL())
	return t.explained(s.inputs())
}

func (t *Tenant) twilioInputs(s *sheet) {
	s.plain("TWILIO_VERIFY_SERVICE", t.service.SID())
	s.plain("TWILIO_API_KEY", t.key.SID())
	s.sealed("TWILIO_API_SECRET", t.key.Secret(), t.keySecret.print())
}

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

// FormURL is the form's address, "" before it is deployed.
func (t *Tenant) FormURL() string { return t.host.URL() }

func firstOf(values ...string) string {
	for _, v := range values {
		if v != "" {
			return v
		}
	}
	return ""
}
