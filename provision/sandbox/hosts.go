package sandbox

import (
	"net"
	"net/http"
	"strings"
	"sync"
)

// hosts is the sandbox's name service: which handler answers for a host name.
type hosts struct {
	mu    sync.RWMutex
	exact map[string]http.Handler // by lower-case name, or name:port for a port of its own
	below map[string]http.Handler // every name below a domain
}

func newHosts() *hosts {
	return &hosts{exact: map[string]http.Handler{}, below: map[string]http.Handler{}}
}

func (h *hosts) add(host string, to http.Handler) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.exact[strings.ToLower(host)] = to
}

func (h *hosts) addPort(host, port string, to http.Handler) { h.add(net.JoinHostPort(host, port), to) }

func (h *hosts) addBelow(domain string, to http.Handler) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.below[domain] = to
}

// find is the handler for a host, with or without a port: names have one only at 443 (and 80, which the sandbox does
// not tell apart), unless they were added with one.
func (h *hosts) find(host string) (http.Handler, bool) {
	host = strings.ToLower(host)
	h.mu.RLock()
	defer h.mu.RUnlock()
	if to, ok := h.exact[host]; ok {
		return to, true
	}
	name, port, err := net.SplitHostPort(host)
	if err != nil {
		name = host
	} else if port != "443" && port != "80" {
		return nil, false
	}
	name = strings.TrimSuffix(name, ".")
	if to, ok := h.exact[name]; ok {
		return to, true
	}
	if label, domain, ok := strings.Cut(name, "."); ok && label != "" {
		if to, ok := h.below[domain]; ok {
			return to, true
		}
	}
	return nil, false
}

// front answers for emulated host names under these names, and for loopback names with home. Any other name
// is refused, so that no web page can reach the sandbox by a name of its own that leads to 127.0.0.1.
func (s *Sandbox) front(home http.Handler) http.Handler {
	return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		rw.Header().Set("Date", s.world.Now().Format(http.TimeFormat)) // the servers' clock is the world's
		if to, ok := s.hosts.find(r.Host); ok {
			to.ServeHTTP(rw, r)
			return
		}
		if !loopback(r.Host) {
			http.Error(rw, "The sandbox knows no host of this name.", http.StatusMisdirectedRequest)
			return
		}
		home.ServeHTTP(rw, r)
	})
}

// loopback says whether a Host header names this machine.
func loopback(host string) bool {
	name, _, err := net.SplitHostPort(host)
	if err != nil {
		name = host
	}
	ip := net.ParseIP(strings.Trim(name, "[]"))
	return strings.EqualFold(name, "localhost") || (ip != nil && ip.IsLoopback())
}

// underName serves requests as if they had come for another host.
func underName(host string, to http.Handler) http.Handler {
	return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		r = r.Clone(r.Context())
		r.Host = host
		to.ServeHTTP(rw, r)
	})
}
