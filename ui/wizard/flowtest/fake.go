package flowtest

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
	"phonegate/ui/wizard/flow"
)

// Fake is a backend with fixed answers. pace is how long its work takes.
type Fake struct {
	Mutex       sync.Mutex
	Pace        time.Duration
	Env         secret.Credentials
	OtherLogins []secret.Login
	Kinds       []string
	Forgets     bool // there is no keyring
	Sources     map[string]string
	InFile      []flow.TenantStatus
	GuardedBy   string // of a tenant that is not protected itself
	// Unreadable is what is wrong with the file.
	Unreadable error
	Existing   []flow.ServiceChoice
	Refuse     map[string]error // by provider
	Notes      map[string][]flow.Note
	PlanErr    error
	ApplyErr   error
	TestErr    error  // of the live test, at its last link
	Mended     bool   // what fails once does not fail again after an apply
	address    string // of the login in the browser
	Planned    *event.Plan
	Inbox      chan flow.Message
	code       string
	// hold, if set, keeps Apply under way until it is stopped.
	Hold bool

	Saved   []flow.Session
	Applied []flow.Session
	Calls   []string
}

// The secrets that the Fake knows; none of them may reach a screen.
const (
	Secret      = "s3cr3t-client-Secret_value"
	Token       = "tw1l10-auth-T0ken_value"
	VercelToken = "v3rc3l-T0ken_value_here"
)

// New is a backend that knows nothing beforehand.
func New() *Fake {
	return &Fake{code: "418902", Kinds: []string{"vercel", "cloudflare", "bundle"}, address: "https://acme-dev.us.auth0.com/authorize?" + strings.Repeat("a=b&", 60), Sources: map[string]string{}, Notes: map[string][]flow.Note{}, Refuse: map[string]error{}}
}

// NewSandbox is a backend like the sandbox: credentials, a phone.
func NewSandbox() *Fake {
	f := New()
	f.Inbox, f.Kinds = make(chan flow.Message, 8), []string{"vercel"}
	f.Env = secret.Credentials{
		Auth0Domain: "acme-dev.us.auth0.test", Auth0ClientID: "sandboxM2Mclient0001", Auth0ClientSecret: Secret,
		TwilioAccountSID: "AC" + strings.Repeat("0a", 16), TwilioAuthToken: Token, VercelToken: VercelToken,
	}
	for _, e := range []string{"AUTH0_DOMAIN", "AUTH0_CLIENT_ID", "AUTH0_CLIENT_SECRET", "TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN", "VERCEL_TOKEN"} {
		f.Sources[e] = "the sandbox"
	}
	return f
}

func (f *Fake) called(format string, args ...any) {
	f.Mutex.Lock()
	defer f.Mutex.Unlock()
	f.Calls = append(f.Calls, fmt.Sprintf(format, args...))
}

func (f *Fake) wait(ctx context.Context, n int) {
	select {
	case <-time.After(time.Duration(n) * f.Pace):
	case <-ctx.Done():
	}
}

// Tenants are those that InFile lists.
func (f *Fake) Tenants(context.Context) ([]flow.TenantStatus, error) { return f.InFile, nil }

// Known is the tenant of InFile, and Unreadable if there is none.
func (f *Fake) Known(tenant string) (*flow.Known, error) {
	for _, t := range f.InFile {
		if t.Name == tenant {
			return &flow.Known{Spec: t.Spec, Sources: map[string]string{"host.kind": "phonegate.yaml"}}, nil
		}
	}
	return nil, f.Unreadable
}

// Guard is the tenant itself if it is protected, and GuardedBy otherwise.
func (f *Fake) Guard(s flow.Session) string {
	if s.Spec.Protected {
		return s.Tenant
	}
	return f.GuardedBy
}

// Credentials are Env and Sources.
func (f *Fake) Credentials(context.Context, string) (secret.Credentials, map[string]string) {
	return f.Env, f.Sources
}

// Persisted is true unless Forgets is set.
func (f *Fake) Persisted(string) bool { return !f.Forgets }

// Hosts are Kinds.
func (f *Fake) Hosts() []string { return f.Kinds }

// Logins are OtherLogins.
func (f *Fake) Logins() []secret.Login { return f.OtherLogins }

// Check accepts whatever Refuse does not name.
func (f *Fake) Check(ctx context.Context, provider string, _ flow.Session) (flow.Account, error) {
	f.called("check %s", provider)
	f.wait(ctx, 1)
	if err := f.Refuse[provider]; err != nil {
		return flow.Account{}, err
	}
	name := map[string]string{"auth0": "acme-dev, Classic login, Free plan: 2 requests a second", "twilio": "Acme, full account", "host": "acme's team, Hobby"}
	return flow.Account{Name: name[provider], Rate: map[string]float64{"auth0": 2}[provider], Notes: f.Notes[provider]}, nil
}

// Services are Existing.
func (f *Fake) Services(ctx context.Context, _ flow.Session) ([]flow.ServiceChoice, error) {
	f.wait(ctx, 1)
	return f.Existing, nil
}

// Artefacts are two short files.
func (f *Fake) Artefacts(flow.Session) ([]templates.File, error) {
	return []templates.File{
		{Path: "action/verify-phone-number.js", Data: []byte("// Asks for a verified phone.\nexports.onExecutePostLogin = async (event, api) => {\n\tif (verified(event)) return;\n\tconst text = \"phone_unverified\";\n};\n")},
		{Path: "lock/additional-sign-up-fields.json", Data: []byte("[{\"name\": \"phone_number\"}]\n")},
	}, nil
}

// Preview gives an address that nothing listens on.
func (f *Fake) Preview(context.Context, flow.Session) (string, func(), error) {
	return "http://127.0.0.1:4321/", func() { f.called("preview stopped") }, nil
}

// Plan is Planned, or a plan that makes everything.
func (f *Fake) Plan(ctx context.Context, s flow.Session, _ func(event.Event)) (event.Plan, error) {
	f.wait(ctx, 1)
	if f.PlanErr != nil {
		return event.Plan{}, f.PlanErr
	}
	if f.Planned != nil {
		return *f.Planned, nil
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

// Apply reports every change of the plan as done, until it is stopped.
func (f *Fake) Apply(ctx context.Context, s flow.Session, stop <-chan struct{}, emit func(event.Event)) (event.Outcome, error) {
	f.Mutex.Lock()
	f.Applied = append(f.Applied, s)
	f.Mutex.Unlock()
	p, _ := f.Plan(ctx, s, nil)
	for i, c := range p.Changes {
		emit(event.Step{Type: "step", Resource: c.Resource, Status: event.Running, Detail: c.Detail})
		f.wait(ctx, 2)
		if c.Resource == "host.deployment" {
			emit(event.Step{Type: "step", Resource: c.Resource, Status: event.Running, Detail: "building"})
			f.wait(ctx, 6)
		}
		if f.Hold && i == 1 {
			<-stop
		}
		if err := f.ApplyErr; err != nil && i == 3 {
			if f.Mended {
				f.ApplyErr = nil
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
	if f.Mended && len(f.Applied) > 1 {
		f.TestErr = nil
	}
	return event.Outcome{Name: s.Tenant, OK: true, Created: 6, Updated: 2, FormURL: "https://acme-dev-verify.vercel.app"}, nil
}

// LiveTest plays the steps of the test, with the code and the address that the fields say.
func (f *Fake) LiveTest(ctx context.Context, s flow.Session, test flow.Test, p flow.Person, emit func(event.Event)) error {
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
		if f.TestErr != nil {
			emit(event.Step{Type: "step", Resource: "form.reachable", Status: event.Failed, ElapsedMS: 120, Detail: "https://acme-dev-verify.vercel.app/?session_token=eyJh.eyJz.c2ln", Error: event.FromError(f.TestErr)})
			return f.TestErr
		}
		step("form.reachable", event.Done, "acme-dev-verify.vercel.app")
		return nil
	}
	if f.Inbox == nil {
		step("login.signup", event.Running, "")
		_ = p.Open(ctx, f.address)
		<-ctx.Done()
		return fault.Of(ctx.Err())
	}
	do("login.signup", "smoke-7f2a@example.com")
	do("login.redirect", "acme-dev-verify.vercel.app")
	if f.Inbox != nil {
		f.Inbox <- flow.Message{To: "+61491570156", Channel: "sms", Code: f.code, Body: flow.SMSText(s.Spec.Twilio.ServiceName, f.code)}
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

// Save keeps the session in Saved.
func (f *Fake) Save(s flow.Session) error {
	f.Mutex.Lock()
	defer f.Mutex.Unlock()
	f.Saved = append(f.Saved, s)
	return nil
}

// WriteFiles writes nothing and gives three paths.
func (f *Fake) WriteFiles(_ flow.Session, dir string) ([]string, error) {
	return []string{dir + "/action/verify-phone-number.js", dir + "/form/index.js", dir + "/lock/login.html"}, nil
}

// Messages is Inbox.
func (f *Fake) Messages() <-chan flow.Message { return f.Inbox }

// NewKnown is a fake with a tenant prod in the file and all credentials in the environment.
func NewKnown(protected bool) *Fake {
	f := New()
	known := NewSandbox()
	f.Env, f.Sources = known.Env, known.Sources
	f.InFile = []flow.TenantStatus{{Name: "prod", State: "2 changes", Spec: config.Complete("prod", config.Tenant{
		Auth0: config.Auth0{Domain: "acme.us.auth0.com", CustomDomains: []string{"login.acme.example"}}, Countries: []string{"AU"},
		Brand: config.Brand{Name: "Acme Prod"}, Enforce: config.Enforce{SkipClients: []string{"abc"}}, Protected: protected,
	})}}
	return f
}
