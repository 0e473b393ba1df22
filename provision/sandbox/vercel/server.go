// Package vercel emulates what the Vercel platform does for a small deployment: the REST API for projects, environment
// variables, files, deployments and aliases, and the hosting of what was deployed, functions included.
package vercel

import (
	"context"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"

	"phonegate/provision/sandbox/world"
)

// Team is a team that the token may act for.
type Team struct {
	ID   string `json:"id"`
	Slug string `json:"slug"`
	Name string `json:"name"`
}

// Options shape a Server.
type Options struct {
	World *world.World
	// Token is the only bearer token that is accepted.
	Token string
	// Network is what deployed functions reach with fetch.
	Network http.RoundTripper
	// Teams are the account's teams; the first one is its default. Nil: one team "acme".
	Teams []Team
	// Reserved are labels under vercel.app that somebody else has, beside the built-in ones: a project of that
	// name gets another production host.
	Reserved []string
	// OnDeploy is called when a host starts to lead to a deployment. It must not call the Server's API.
	OnDeploy func(host string)
	// Log is given the console lines and crashes of deployed functions; nil to drop them.
	Log func(deployment, line string)
}

// Server is the emulated Vercel. It is safe for concurrent use.
type Server struct {
	o     Options
	mux   *http.ServeMux
	mu    sync.Mutex
	state state
	built map[string]*site // by deployment id, made when first asked
}

// New makes a Server with an empty account.
func New(o Options) *Server {
	if o.World == nil {
		o.World = world.New(world.Options{})
	}
	if o.Teams == nil {
		o.Teams = []Team{{ID: "team_sandboxAcmeTeamSandboxAc", Slug: "acme", Name: "Acme"}}
	}
	s := &Server{o: o, mux: http.NewServeMux(), state: newState(), built: map[string]*site{}}
	for _, e := range table {
		for _, path := range e.paths {
			s.mux.Handle(e.Method+" "+path, s.api(e.do))
		}
	}
	s.mux.HandleFunc("/", func(rw http.ResponseWriter, r *http.Request) {
		world.MarkNotEmulated(rw)
		write(rw, &apiError{Status: http.StatusNotFound, Code: "not_found", Message: "The requested API endpoint was not found"})
	})
	return s
}

// ServeHTTP answers *.vercel.app as the hosting does and every other host as api.vercel.com does.
func (s *Server) ServeHTTP(rw http.ResponseWriter, r *http.Request) {
	host := hostname(r.Host)
	if !strings.HasSuffix(host, ".vercel.app") {
		s.mux.ServeHTTP(rw, r)
		return
	}
	if h, ok := s.Deployment(host); ok {
		h.ServeHTTP(rw, r)
		return
	}
	platformError(rw, http.StatusNotFound, "The deployment could not be found on Vercel.", "DEPLOYMENT_NOT_FOUND")
}

func hostname(host string) string {
	if h, _, err := net.SplitHostPort(host); err == nil {
		host = h
	}
	return strings.ToLower(strings.TrimSuffix(host, "."))
}

// handler answers one operation. It returns the error to send, or nil if it has answered.
type handler func(s *Server, c *call) error

func (s *Server) api(do handler) http.Handler {
	return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		c, err := s.authorize(rw, r)
		if err == nil {
			err = do(s, c)
		}
		if err != nil {
			write(rw, err)
		}
	})
}

// now is the world's time in milliseconds, never the same twice, so that lists page without gaps.
func (s *Server) now() int64 {
	n := s.o.World.Now().UnixMilli()
	if n <= s.state.Last {
		n = s.state.Last + 1
	}
	s.state.Last = n
	return n
}

func millis(ms int64) string {
	return time.UnixMilli(ms).UTC().Format("2006-01-02T15:04:05.000Z")
}

// announce tells of hosts that lead somewhere new. The lock must not be held.
func (s *Server) announce(hosts []string) {
	if s.o.OnDeploy == nil {
		return
	}
	for _, h := range hosts {
		s.o.OnDeploy(h)
	}
}

// codeContext marks what deployed code asks for, in the log.
func codeContext(ctx context.Context) context.Context { return world.ByCode(ctx) }
