package flow

import (
	"context"
	"time"

	"phonegate/provision/config"
	"phonegate/provision/event"
	"phonegate/provision/secret"
	"phonegate/templates"
)

// Backend is all that the wizard does to the world. Every method that takes a context may
// be slow and is only ever called outside the event loop.
type Backend interface {
	// Tenants lists the tenants of the file with their state, for the welcome screen.
	Tenants(ctx context.Context) ([]TenantStatus, error)
	// Known is what the file says of a tenant, nil if it is not there.
	Known(tenant string) (*Known, error)
	// Guard is the name that must be typed before the tenant is changed, "" for none.
	Guard(s Session) string
	// Credentials finds what environment and keyring already give, with the source of each by environment name.
	Credentials(ctx context.Context, tenant string) (secret.Credentials, map[string]string)
	// Logins are those of other programs on this computer, to be offered; none in the sandbox.
	Logins() []secret.Login
	// Persisted says whether credentials that are typed will be there for a later run: whether a keyring keeps them.
	Persisted(tenant string) bool
	// Hosts are the kinds of host that the form can run on here.
	Hosts() []string
	// Check tries a provider's credentials. The providers are "auth0", "twilio" and "host".
	Check(ctx context.Context, provider string, s Session) (Account, error)
	// Services lists the Verify services that exist.
	Services(ctx context.Context, s Session) ([]ServiceChoice, error)
	// Artefacts renders what would be generated.
	Artefacts(s Session) ([]templates.File, error)
	// Preview serves the form on this machine and gives its address, until stop is called.
	Preview(ctx context.Context, s Session) (url string, stop func(), err error)
	// Plan says what Apply would do. It changes nothing.
	Plan(ctx context.Context, s Session, emit func(event.Event)) (event.Plan, error)
	// Apply carries the plan out. When stop is closed it finishes the calls under way, starts
	// nothing more and returns an Interrupted error; when ctx ends it stops at once.
	Apply(ctx context.Context, s Session, stop <-chan struct{}, emit func(event.Event)) (event.Outcome, error)
	// LiveTest runs the smoke steps; p stands for what a human does. It cleans up even when ctx ends.
	LiveTest(ctx context.Context, s Session, test Test, p Person, emit func(event.Event)) error
	// Save writes phonegate.yaml and the keyring's entries.
	Save(s Session) error
	// WriteFiles writes the artefacts into dir and gives their paths.
	WriteFiles(s Session, dir string) ([]string, error)
	// Messages is what the sandbox's phone receives; nil for a real tenant.
	Messages() <-chan Message
}

// Known is a tenant of the file: its answers, and by key where each is from.
type Known struct {
	Spec    config.Tenant
	Sources map[string]string
}

// TenantStatus is one tenant of the file as the welcome screen shows it.
type TenantStatus struct {
	Name  string
	Spec  config.Tenant
	OK    bool
	State string // "in order", "2 changes", "not reachable"
}

// Account is whom a provider's credentials belong to.
type Account struct {
	Name string // "acme-dev, Classic login, Free plan"
	// Rate is how many requests a second the provider allows; 0 if unknown.
	Rate  float64
	Notes []Note
}

// Note is something about an account worth knowing before going on.
type Note struct {
	OK   bool
	Text string
	Hint string
}

// ServiceChoice is a Verify service that exists.
type ServiceChoice struct {
	SID        string
	Name       string
	CodeLength int
	Note       string // "used by another Action"
}

// Test says which live test to run.
type Test struct {
	Level string // sms | action | login
	Phone string // the number to text; empty lets the backend choose one
}

// Person is what a live test asks of a human.
type Person interface {
	// Code asks for the code that was sent to a number (masked); problem says what was wrong with the last one.
	Code(ctx context.Context, to, problem string) (string, error)
	// Open asks for an address to be opened in a browser.
	Open(ctx context.Context, url string) error
}

// Message is a text or a call that the sandbox's phone received.
type Message struct {
	To, Body, Code string
	Channel        string // sms | call
	Time           time.Time
}
