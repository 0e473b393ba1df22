// Package auth0 emulates one Auth0 tenant: the Authentication API with its hosted login pages, the post-login
// pipeline that runs deployed Actions, redirects and /continue, and the part of the Management API that
// provisioning needs. Everything lives in memory.
package auth0

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

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
type Runner func(context.Context, jsvm.Surroundings, jsvm.ActionCall) (jsvm.ActionResult, error)

// Server is the tenant. It is safe for use by many goroutines.
type Server struct {
	o   Options
	w   *world.World
	mux *http.ServeMux

	// mu guards everything below. It is never held while an Action runs.
	mu              sync.Mutex
	actions         []*action
	bindings        []*binding
	clients         []object
	grants          []object
	connections     []object
	enabled         map[string][]string // client ids by connection id
	resourceServers []object
	users           map[string]*user
	userOrder       []string
	byEmail         map[string]string // connection + "\n" + email -> user id
	tenant          object
	prompts         object
	branding        object
	logs            []object
	logged          int // lines ever, for their ids
	executions      map[string]object
	executionOrder  []string

	logins    map[string]*login // waiting for a password, by state
	suspended map[string]*login // waiting for /continue, by state
	tickets   map[string]ticket // between /usernamepassword/login and /login/callback
	codes     map[string]*grant
	refresh   map[string]*grant
	opaque    map[string]*grant // opaque access tokens for /userinfo
	sessions  map[string]*session
}

// New makes a tenant with its seed: a database connection, an application, a machine-to-machine application, the
// global client and one Action that somebody else has bound.
func New(o Options) *Server {
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
	s := &Server{
		o: o, w: o.World, mux: http.NewServeMux(),
		enabled: map[string][]string{}, users: map[string]*user{}, byEmail: map[string]string{},
		executions: map[string]object{}, logins: map[string]*login{}, suspended: map[string]*login{},
		tickets: map[string]ticket{}, codes: map[string]*grant{}, refresh: map[string]*grant{},
		opaque: map[string]*grant{}, sessions: map[string]*session{},
	}
	s.seed()
	s.mount()
	return s
}

// ServeHTTP answers for every host of the tenant.
func (s *Server) ServeHTTP(rw http.ResponseWriter, r *http.Request) { s.mux.ServeHTTP(rw, r) }

// AddAlias makes one more host lead to the tenant; servers know their port only after they listen.
func (s *Server) AddAlias(host string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.o.Aliases = append(slices.Clone(s.o.Aliases), host)
}

// host is the tenant's host that the request came for: an alias, or else the domain.
func (s *Server) host(r *http.Request) string {
	s.mu.Lock()
	aliases := s.o.Aliases
	s.mu.Unlock()
	for _, a := range aliases {
		if strings.EqualFold(a, r.Host) {
			return a
		}
	}
	return s.o.Domain
}

func (s *Server) hosts() []string { return append([]string{s.o.Domain}, s.o.Aliases...) }

func (s *Server) now() time.Time { return s.w.Now() }
