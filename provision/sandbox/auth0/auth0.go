// Package auth0 emulates one Auth0 tenant: the Authentication API with its hosted login pages, the post-login
// pipeline that runs deployed Actions, redirects and /continue, and the part of the Management API that
// provisioning needs. Everything lives in memory.
package auth0

import (
	"context"
	"net/http"

	"phonegate/provision/sandbox/auth0/actions"
	"phonegate/provision/sandbox/auth0/directory"
	"phonegate/provision/sandbox/auth0/login"
	"phonegate/provision/sandbox/auth0/pipeline"
	"phonegate/provision/sandbox/auth0/reply"
	"phonegate/provision/sandbox/auth0/tenant"
	"phonegate/provision/sandbox/jsvm"
	"phonegate/provision/sandbox/world"
)

// Options shape a tenant. Zero fields get the values of a development tenant.
type Options struct {
	World *world.World
	// Domain is the tenant's host, Aliases are further hosts that lead to it ("localhost:8443").
	Domain  string
	Aliases []string
	// ClientID and ClientSecret are the machine-to-machine application for the Management API, which may use Scopes
	// (nil: all that the emulated operations ask for).
	ClientID, ClientSecret string
	Scopes                 []string
	// App is the application that users log in to.
	App App
	// Network is what deployed code reaches.
	Network http.RoundTripper
	// RunAction runs one leg of an Action.
	RunAction Runner
}

// App is a seeded application: a public client that needs PKCE.
type App struct {
	ClientID     string
	RedirectURIs []string
}

// Runner runs one leg of an Action; jsvm.RunAction is one.
type Runner = pipeline.Runner

// Server is the tenant. It is safe for use by many goroutines.
type Server struct {
	mux       *http.ServeMux
	t         *tenant.Tenant
	actions   *actions.Actions
	directory *directory.Directory
	pipeline  *pipeline.Pipeline
	login     *login.Logins
}

// New makes a tenant with its seed: a database connection, an application, a machine-to-machine application, the
// global client and one Action that somebody else has bound.
func New(o Options) *Server {
	o = o.complete()
	s := furnish(o)
	scopes := s.scopes()
	granted := o.Scopes
	if granted == nil {
		granted = scopes
	}
	s.t.Seed()
	s.actions.Seed()
	s.directory.Seed(directory.Seeds{
		ClientID: o.ClientID, ClientSecret: o.ClientSecret, Granted: granted, Scopes: scopes, AppID: o.App.ClientID, Callbacks: o.App.RedirectURIs,
	})
	s.mount()
	return s
}

// complete fills in what a development tenant has.
func (o Options) complete() Options {
	if o.World == nil {
		o.World = world.New(world.Options{})
	}
	if o.Domain == "" {
		o.Domain = "acme-dev.us.auth0.test"
	}
	if o.ClientID == "" {
		o.ClientID, o.ClientSecret = "sandbox-m2m", "sandbox-m2m-secret"
	}
	if o.App.ClientID == "" {
		o.App.ClientID = "sandbox-app"
	}
	if len(o.App.RedirectURIs) == 0 {
		o.App.RedirectURIs = []string{"http://127.0.0.1/callback"}
	}
	if o.Network == nil {
		o.Network = http.DefaultTransport
	}
	if o.RunAction == nil {
		o.RunAction = func(context.Context, jsvm.Surroundings, jsvm.ActionCall) (jsvm.ActionResult, error) {
			return jsvm.ActionResult{}, nil
		}
	}
	return o
}

// furnish makes a tenant that holds nothing yet.
func furnish(o Options) *Server {
	t := tenant.New(o.World, o.Domain, o.Aliases)
	actions, directory := actions.New(t), directory.New(t)
	pipeline := pipeline.New(t, actions, directory, o.RunAction, o.Network)
	return &Server{
		mux: http.NewServeMux(), t: t, actions: actions, directory: directory, pipeline: pipeline, login: login.New(t, directory, pipeline),
	}
}

// ServeHTTP answers for every host of the tenant.
func (s *Server) ServeHTTP(rw http.ResponseWriter, r *http.Request) { s.mux.ServeHTTP(rw, r) }

// WriteError writes Auth0's own error body for a bare status.
func WriteError(rw http.ResponseWriter, status int) { reply.WriteError(rw, status) }

// AddAlias makes one more host lead to the tenant; servers know their port only after they listen.
func (s *Server) AddAlias(host string) { s.t.AddAlias(host) }
