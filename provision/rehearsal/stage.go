// Package rehearsal lets the engine work on an embedded sandbox instead of the real providers. It is the one package that knows
// both: neither the engine nor the commands import the sandbox.
package rehearsal

import (
	"context"

	"phonegate/provision/config"
	"phonegate/provision/engine"
	"phonegate/provision/host/kind"
	"phonegate/provision/sandbox"
	"phonegate/provision/sandbox/phone"
)

// Options shape a sandbox, see sandbox.Options.
type Options = sandbox.Options

// Stage is a sandbox in this process on which tenants are set up. It is safe for use by many goroutines.
type Stage struct{ *sandbox.Sandbox }

// Start builds a sandbox and opens its loopback servers. It closes when the context ends or Close is called.
func Start(ctx context.Context, o Options) (*Stage, error) {
	box, err := sandbox.Start(ctx, o)
	if err != nil {
		return nil, err
	}
	return &Stage{box}, nil
}

// Text is one message that a sandbox's phone got.
type Text = phone.Message

// Endpoints lists the operations that are emulated.
func Endpoints() []sandbox.Endpoint { return sandbox.EndpointTable() }

// Domain is the Auth0 domain of a sandbox's first tenant.
const Domain = sandbox.Auth0Domain

// Credentials are those of every sandbox, by the names of their environment variables.
func Credentials() map[string]string { return sandbox.Credentials() }

// Cast gives a tenant the sandbox's own Auth0 tenant and accounts; all other answers stay. standIn says that a form of one's own is
// run by the sandbox in this process (Open); a sandbox server hosts it as Vercel would.
func Cast(t config.Tenant, standIn bool) config.Tenant {
	t.Auth0.Domain, t.Auth0.CustomDomains = sandbox.Auth0Domain, nil
	if t.Auth0.ClientID != "" || t.Auth0.LoginPage == "client" {
		t.Auth0.ClientID = sandbox.AppClientID
	}
	t.Twilio.AccountSID, t.Host.Team = sandbox.TwilioAccountSID, ""
	k, ok := kind.Of(t.Host.Kind)
	switch {
	case !ok || k.SelfHosted && !standIn:
		t.Host.Kind = kind.Default
	case k.SelfHosted && t.Host.URL == "":
		t.Host.URL = "https://" + t.Host.Project + ".test"
	}
	return t
}

// Open prepares the engine for a tenant on this stage. Where a person runs the form, the stage stands in for that person.
func (s *Stage) Open(o engine.Options) (*engine.Tenant, error) {
	if !kind.SelfHosted(o.Spec.Host.Kind) {
		return engine.Open(o)
	}
	return s.openSelfHosted(o)
}
