package wizard

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"time"

	"phonegate/provision/config"
	"phonegate/provision/event"
	"phonegate/provision/fault"
	"phonegate/provision/secret"
	"phonegate/templates"
)

// fake is a backend with fixed answers. pace is how long its work takes.
type fake struct {
	mu      sync.Mutex
	pace    time.Duration
	env     secret.Credentials
	logins  []secret.Login
	hosts   []string
	forgets bool // there is no keyring
	sources map[string]string
	tenants []TenantStatus
	guard   string // of a tenant that is not protected itself
	// unreadable is what is wrong with the file.
	unreadable error
	services   []ServiceChoice
	refuse     map[string]error // by provider
	notes      map[string][]Note
	planErr    error
	applyErr   error
	testErr    error  // of the live test, at its last link
	mended     bool   // what fails once does not fail again after an apply
	address    string // of the login in the browser
	plan       *event.Plan
	inbox      chan Message
	code       string
	// hold, if set, keeps Apply under way until it is stopped.
	hold bool

	saved   []Session
	applied []Session
	calls   []string
}

const (
	fakeSecret = "s3cr3t-client-Secret_value"
	fakeToken  = "tw1l10-auth-T0ken_value"
	fakeVercel = "v3rc3l-T0ken_value_here"
)

// newFake is a backend that knows nothing beforehand.
func newFake() *fake {
	return &fake{code: "418902", hosts: []string{"vercel", "cloudflare", "bundle"}, address: "https://acme-dev.us.auth0.com/authorize?" + strings.Repeat("a=b&", 60), sources: map[string]string{}, notes: map[string][]Note{}, refuse: map[string]error{}}
}

// newFakeSandbox is a backend like the sandbox: credentials, a phone.
func newFakeSandbox() *fake {
	f := newFake()
	f.inbox, f.hosts = make(chan Message, 8), []string{"vercel"}
	f.env = secret.Credentials{
		Auth0Domain: "acme-dev.us.auth0.test", Auth0ClientID: "sandboxM2Mclient0001", Auth0ClientSecret: fakeSecret,
		TwilioAccountSID: "AC" + strings.Repeat("0a", 16), TwilioAuthToken: fakeToken, VercelToken: fakeVercel,
	}
	for _, e := range []string{"AUTH0_DOMAIN", "AUTH0_CLIENT_ID", "AUTH0_CLIENT_SECRET", "TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN", "VERCEL_TOKEN"} {
		f.sources[e] = "the sandbox"
	}
	return f
}

func (f *fake) called(format string, args ...any) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.calls = append(f.calls, fmt.Sprintf(format, args...))
}

func (f *fake) wait(ctx context.Context, n int) {
	select {
	case <-time.After(time.Duration(n) * f.pace):
	case <-ctx.Done():
	}
}

func (f *fake) Tenants(context.Context) ([]TenantStatus, error) { return f.tenants, nil }

func (f *fake) Known(tenant string) (*Known, error) {
	for _, t := range f.tenants {
		if t.Name == tenant {
			return &Known{t.Spec, map[string]string{"host.kind": "phonegate.yaml"}}, nil
		}
	}
	return nil, f.unreadable
}

func (f *fake) Guard(s Session) string {
	if s.Spec.Protected {
		return s.Tenant
	}
	return f.guard
}

func (f *fake) Credentials(context.Context, string) (secret.Credentials, map[string]string) {
	return f.env, f.sources
}

func (f *fake) Lasting(string) bool { return !f.forgets }

func (f *fake) Hosts() []string { return f.hosts }

func (f *fake) Logins() []secret.Login { return f.logins }

func (f *fake) Check(ctx context.Context, provider string, _ Session) (Account, error) {
	f.called("check %s", provider)
	f.wait(ctx, 1)
	if err := f.refuse[provider]; err != nil {
		return Account{}, err
	}
	name := map[string]string{"auth0": "acme-dev, Classic login, Free plan: 2 requests a second", "twilio": "Acme, full account", "host": "acme's team, Hobby"}
	return Account{Name: name[provider], Rate: map[string]float64{"auth0": 2}[provider], Notes: f.notes[provider]}, nil
}

func (f *fake) Services(ctx context.Context, _ Session) ([]ServiceChoice, error) {
	f.wait(ctx, 1)
	return f.services, nil
}

func (f *fake) Artefacts(Session) ([]templates.File, error) {
	return []templates.File{
		{Path: "action/verify-phone-number.js", Data: []byte("// Asks for a verified phone.\nexports.onExecutePostLogin = async (event, api) => {\n\tif (verified(event)) return;\n\tconst text = \"phone_unverified\";\n};\n")},
		{Path: "lock/additional-sign-up-fields.json", Data: []byte("[{\"name\": \"phone_number\"}]\n")},
	}, nil
}

func (f *fake) Preview(context.Context, Session) (string, func(), error) {
	return "http://127.0.0.1:4321/", func() { f.called("preview stopped") }, nil
}

func (f *fake) Plan(ctx context.Context, s Session, _ func(event.Event)) (event.Plan, error) {
	f.wait(ctx, 1)
	if f.planErr != nil {
		return event.Plan{}, f.planErr
	}
	if f.plan != nil {
		return *f.plan, nil
	}
	return event.Plan{Type: "plan", Tenant: s.Tenant, Changes: []event.Change{
		{Resource: "twilio.service", Op: event.Create, Detail: "Verify service “" + s.Spec.Twilio.ServiceName + "”", From: "typed", Requests: 1},
		{Resource: "twilio.key", Op: event.Create, Detail: "API key “phonegate ecf615b4 d1e86d12bfb2c3fc”", From: "new", Requests: 1},
		{Resource: "host.project", Op: event.Create, Detail: "project " + s.Spec.Host.Project + ", public", From: "typed", Requests: 2},
		{Resource: "host.env", Op: event.Create, Detail: "PHONEGATE_KEY_202611280202_d1e86d12bfb2c3fc", From: "generated", Requests: 1},
		{Resource: "host.deployment", Op: event.Create, Detail: "deployment of the form", From: "generated", Requests: 3},
		{Resource: "auth0.action", Op: event.Create, Detail: "Action “Verify phone number”, post-login, node22", From: "generated", Requests: 4},
		{Resource: "auth0.binding", Op: event.Update, Detail: "post-login flow: after “Add roles”, last", From: "kept: 1", Requests: 2, Diff: "  Add roles\n+ Verify phone number"},
		{Resource: "auth0.login_page", Op: event.Update, Detail: "login page of the tenant: phone field (old page is kept)", From: "generated", Requests: 1},
	}}, nil
}

func (f *fake) Apply(ctx context.Context, s Session, stop <-chan struct{}, emit func(event.Event)) (event.Outcome, error) {
	f.mu.Lock()
	f.applied = append(f.applied, s)
	f.mu.Unlock()
	p, _ := f.Plan(ctx, s, nil)
	for i, c := range p.Changes {
		emit(event.Step{Type: "step", Resource: c.Resource, Status: event.Running, Detail: c.Detail})
		f.wait(ctx, 2)
		if c.Resource == "host.deployment" {
			emit(event.Step{Type: "step", Resource: c.Resource, Status: event.Running, Detail: "building"})
			f.wait(ctx, 6)
		}
		if f.hold && i == 1 {
			<-stop
		}
		if err := f.applyErr; err != nil && i == 3 {
			if f.mended {
				f.applyErr = nil
			}
			emit(event.Step{Type: "step", Resource: c.Resource, Status: event.Failed, ElapsedMS: 120, Detail: c.Detail, Error: event.FromError(err)})
			return event.Outcome{Name: s.Tenant, Created: i}, err
		}
		emit(event.Step{Type: "step", Resource: c.Resource, Status: event.Done, ElapsedMS: 412, Detail: c.Detail})
		select {
		case <-stop:
			return event.Outcome{Name: s.Tenant, Created: i + 1}, fault.Of(context.Canceled)
		case <-ctx.Done():
			return event.Outcome{Name: s.Tenant, Created: i + 1}, fault.Of(ctx.Err())
		default:
		}
	}
	if f.mended && len(f.applied) > 1 {
		f.testErr = nil
	}
	return event.Outcome{Name: s.Tenant, OK: true, Created: 6, Updated: 2, FormURL: "https://acme-dev-verify.vercel.app"}, nil
}

func (f *fake) LiveTest(ctx context.Context, s Session, test Test, p Person, emit func(event.Event)) error {
	step := func(resource string, status event.Status, detail string) {
		emit(event.Step{Type: "step", Tenant: s.Tenant, Resource: resource, Status: status, ElapsedMS: 340, Detail: detail})
	}
	do := func(resource, detail string) {
		step(resource, event.Running, "")
		f.wait(ctx, 3)
		step(resource, event.Done, detail)
	}
	f.called("test %s %s", test.Level, test.Phone)
	if test.Level == "sms" {
		do("sms.send", "to •••• ••78, delivered")
		step("sms.check", event.Running, "")
		for {
			code, err := p.Code(ctx, "•••• ••78", "")
			if err != nil {
				return fault.Of(err)
			}
			if code == f.code {
				step("sms.check", event.Done, "approved")
				return nil
			}
		}
	}
	if test.Level == "action" {
		do("action.deployed", "")
		step("form.reachable", event.Running, "")
		if f.testErr != nil {
			emit(event.Step{Type: "step", Resource: "form.reachable", Status: event.Failed, ElapsedMS: 120, Detail: "https://acme-dev-verify.vercel.app/?session_token=eyJh.eyJz.c2ln", Error: event.FromError(f.testErr)})
			return f.testErr
		}
		step("form.reachable", event.Done, "acme-dev-verify.vercel.app")
		return nil
	}
	if f.inbox == nil {
		step("login.signup", event.Running, "")
		_ = p.Open(ctx, f.address)
		<-ctx.Done()
		return fault.Of(ctx.Err())
	}
	do("login.signup", "smoke-7f2a@example.com")
	do("login.redirect", "acme-dev-verify.vercel.app")
	if f.inbox != nil {
		f.inbox <- Message{To: "+61491570156", Channel: "sms", Code: f.code, Body: smsText(s.Spec.Twilio.ServiceName, f.code)}
		f.wait(ctx, 2)
	}
	step("login.code", event.Running, "")
	for problem := ""; ; problem = "That code isn't right. 4 tries left." {
		code, err := p.Code(ctx, "•••• ••56", problem)
		if err != nil {
			return fault.Of(err)
		}
		if code == f.code {
			break
		}
	}
	step("login.code", event.Done, "approved")
	do("login.continue", "verdict accepted")
	do("login.tokens", "ID token, access token")
	do("login.record", "phone_number_verified: true")
	do("login.second_login", "straight through, no text sent")
	do("cleanup", "test user deleted")
	return nil
}

func (f *fake) Save(s Session) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.saved = append(f.saved, s)
	return nil
}

func (f *fake) WriteFiles(_ Session, dir string) ([]string, error) {
	return []string{dir + "/action/verify-phone-number.js", dir + "/form/index.js", dir + "/lock/login.html"}, nil
}

func (f *fake) Messages() <-chan Message { return f.inbox }

// knownTenant is a fake with a tenant prod in the file and all credentials in the environment.
func knownTenant(protected bool) *fake {
	f := newFake()
	known := newFakeSandbox()
	f.env, f.sources = known.env, known.sources
	f.tenants = []TenantStatus{{Name: "prod", State: "2 changes", Spec: config.Complete("prod", config.Tenant{
		Auth0: config.Auth0{Domain: "acme.us.auth0.com", CustomDomains: []string{"login.acme.example"}}, Countries: []string{"AU"},
		Brand: config.Brand{Name: "Acme Prod"}, Enforce: config.Enforce{SkipClients: []string{"abc"}}, Protected: protected,
	})}}
	return f
}
