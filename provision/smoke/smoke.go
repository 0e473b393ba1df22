// Package smoke holds the live tests: a real code, the deployed Action and form, and a whole login with
// sign-up, code, tokens and second login, each step an event. What a test makes it removes again.
package smoke

import (
	"context"
	"net/http"
	"slices"
	"time"

	"phonegate/provision/auth0"
	"phonegate/provision/event"
	"phonegate/provision/fault"
	"phonegate/provision/resource"
	"phonegate/provision/twilio"
)

// The levels of a test.
const (
	LevelSMS    = "sms"    // a code by text, checked
	LevelAction = "action" // the Action and the form as they are deployed; no text, no user
	LevelLogin  = "login"  // everything, with a whole login
)

// The steps, by their public names, in their order.
const (
	stepSend      = "sms.send"
	stepCheck     = "sms.check"
	stepDeployed  = "action.deployed"
	stepTest      = "action.test"
	stepReachable = "form.reachable"
	stepForgery   = "form.rejects_forgery"
	stepSignup    = "login.signup"
	stepRedirect  = "login.redirect"
	stepCode      = "login.code"
	stepContinue  = "login.continue"
	stepTokens    = "login.tokens"
	stepRecord    = "login.record"
	stepSecond    = "login.second_login"
	stepCleanup   = "cleanup"
)

// Steps are the names of a level's steps in their order; nil for what is no level.
func Steps(level string) []string {
	sms := []string{stepSend, stepCheck}
	action := []string{stepDeployed, stepTest, stepReachable, stepForgery}
	login := []string{stepSignup, stepRedirect, stepCode, stepContinue, stepTokens, stepRecord, stepSecond, stepCleanup}
	switch level {
	case LevelSMS:
		return sms
	case LevelAction:
		return action
	case LevelLogin:
		return slices.Concat(sms, action, login)
	}
	return nil
}

// Auth0 is what of the Management API the tests use.
type Auth0 interface {
	FindUser(ctx context.Context, email string) (*auth0.User, error)
	GetUser(ctx context.Context, id string) (*auth0.User, error)
	DeleteUser(ctx context.Context, id string) error
	TestAction(ctx context.Context, actionID string, event map[string]any) (map[string]any, error)
}

// Twilio is what of Verify the tests use.
type Twilio interface {
	StartVerification(ctx context.Context, serviceSID, to string) (twilio.Verification, error)
	CheckVerification(ctx context.Context, serviceSID, verificationSID, code string) (twilio.Verification, error)
	CancelVerification(ctx context.Context, serviceSID, verificationSID string) error
}

// Options say what to test and with whom.
type Options struct {
	Tenant string
	Level  string
	// Domain is the tenant's domain, Connection the database connection in which the test signs up, ClientID the application
	// that it logs in to and Callbacks that application's redirect URLs, any of which will do.
	Domain     string
	Connection string
	ClientID   string
	Callbacks  []string
	// Capture is "lock" (sign-up brings the number) or "form" (the form asks for it).
	Capture string
	// To is the number to text, in E.164. Without one the login level leaves out the sms steps, and a person
	// at the browser gives a number of their own.
	To         string
	ServiceSID string
	ActionID   string
	FormURL    string
	// Deployed are the resources that must be in order for action.deployed: the Action and its binding.
	Deployed []resource.Resource

	Auth0  Auth0
	Twilio Twilio
	// HTTP is the road to the tenant and the form.
	HTTP   http.RoundTripper
	Person Person
	Emit   func(event.Event)

	// Texts counts the texts sent to To so far; nil if nobody can know.
	Texts func() int
	// Now is the time at the providers, which is not ours in a sandbox; nil for time.Now.
	Now func() time.Time
	// Pause is the time between two looks at something that takes a moment; a second if zero.
	Pause time.Duration
}

// Run carries out the level's steps. It returns the first step's failure as a *fault.Error; whatever
// happens, what the test has made is removed before it returns.
func Run(ctx context.Context, o Options) error {
	steps := Steps(o.Level)
	if steps == nil {
		return fault.New(fault.Usage, "smoke.level", "Use --level sms, action or login.", "There is no test level %q.", o.Level)
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Pause <= 0 {
		o.Pause = time.Second
	}
	if o.Emit == nil {
		o.Emit = func(event.Event) {}
	}
	r := &run{Options: o, recorder: recorder{tenant: o.Tenant, emit: o.Emit, left: steps}}
	return r.all(ctx)
}

// run is one test under way.
type run struct {
	Options
	recorder
	user loginUser
	// keyID is the id of the newest key that the form shows.
	keyID string
	// typed says that the number of the login is To, because the person drives the browser alone.
	typed bool
}

func (r *run) all(ctx context.Context) error {
	var err error
	if r.Level != LevelAction {
		err = r.sms(ctx)
	}
	if err == nil && r.Level != LevelSMS {
		err = r.deployment(ctx)
	}
	if err == nil && r.Level == LevelLogin {
		err = r.login(ctx)
	}
	if err != nil {
		r.skipRest("not reached: " + r.broken + " failed")
	}
	return err
}
