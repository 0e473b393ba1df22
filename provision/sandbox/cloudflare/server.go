// Package cloudflare emulates what Cloudflare does for a small Worker: the part of its API that uploads, reads and deletes
// Workers and their secrets, the account's workers.dev subdomain, and the running of what was uploaded.
package cloudflare

import (
	"net"
	"net/http"
	"strings"
	"sync"
	"time"

	"phonegate/provision/sandbox/world"
)

// Options shape a Server.
type Options struct {
	World *world.World
	// Token is the bearer token that may do everything in the account.
	Token string
	// Powerless is a bearer token that is valid and has no permission, "" for none.
	Powerless string
	// AccountOwned says that the tokens belong to the account and not to a user: another endpoint verifies them then.
	AccountOwned bool
	// AccountID is the account's id, 32 hexadecimal digits; AccountName is what people call it.
	AccountID, AccountName string
	// Subdomain is the account's label under workers.dev, "" for an account that has registered none yet.
	Subdomain string
	// Taken are labels under workers.dev that somebody else has.
	Taken []string
	// Network is what Workers reach with fetch.
	Network http.RoundTripper
	// OnSubdomain is called when every name below a domain ("acme.workers.dev") begins to lead here, OnDeploy when a host name
	// begins to lead to a Worker. They must not call the Server's API.
	OnSubdomain, OnDeploy func(host string)
	// Log is given the console lines and crashes of Workers; nil to drop them.
	Log func(worker, line string)
}

// Server is the emulated Cloudflare. It is safe for concurrent use.
type Server struct {
	o     Options
	mux   *http.ServeMux
	mu    sync.Mutex
	state state
	built map[string]*site // by version, made when first asked
}

// New makes a Server with an account that has no Worker.
func New(o Options) *Server {
	if o.World == nil {
		o.World = world.New(world.Options{})
	}
	s := &Server{o: o, mux: http.NewServeMux(), state: newState(o.Subdomain), built: map[string]*site{}}
	for _, r := range table {
		for _, path := range r.paths {
			s.mux.Handle(r.Method+" "+base+path, s.api(r))
		}
	}
	s.mux.HandleFunc("/", func(rw http.ResponseWriter, r *http.Request) {
		world.MarkNotEmulated(rw)
		write(rw, noRoute(r.URL.Path))
	})
	return s
}

// base is what every path of the API begins with.
const base = "/client/v4"

// domain is where Workers have their names.
const domain = ".workers.dev"

// ServeHTTP answers names below workers.dev as the network in front of Workers does, and every other name as the API.
func (s *Server) ServeHTTP(rw http.ResponseWriter, r *http.Request) {
	host := hostname(r.Host)
	if !strings.HasSuffix(host, domain) {
		s.mux.ServeHTTP(rw, r)
		return
	}
	if w := s.worker(host); w != nil {
		w.ServeHTTP(rw, r)
		return
	}
	nothingHere(rw)
}

func hostname(host string) string {
	if h, _, err := net.SplitHostPort(host); err == nil {
		host = h
	}
	return strings.ToLower(strings.TrimSuffix(host, "."))
}

// handler answers one operation. It returns the error to send, or nil if it has answered.
type handler func(s *Server, c *call) error

func (s *Server) api(r row) http.Handler {
	return http.HandlerFunc(func(rw http.ResponseWriter, q *http.Request) {
		c := &call{rw, q}
		err := s.authorize(c, r)
		if err == nil {
			err = r.do(s, c)
		}
		if err != nil {
			write(rw, err)
		}
	})
}

func (s *Server) now() time.Time { return s.o.World.Now().Truncate(time.Microsecond) }

// announce tells of names that lead somewhere new. The lock must not be held.
func (s *Server) announce(subdomain string, workers ...string) {
	if subdomain == "" {
		return
	}
	if s.o.OnSubdomain != nil {
		s.o.OnSubdomain(subdomain + domain)
	}
	for _, name := range workers {
		if s.o.OnDeploy != nil {
			s.o.OnDeploy(name + "." + subdomain + domain)
		}
	}
}

// Announce tells the functions of Options of the names that lead somewhere from the start.
func (s *Server) Announce() { s.announce(s.subdomain()) }

func (s *Server) subdomain() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.state.Subdomain
}
