package cloudflare

import (
	"fmt"
	"net"
	"net/http"
	"slices"
	"strings"
	"time"

	"phonegate/provision/sandbox/jsvm"
	"phonegate/provision/sandbox/world"
)

// site is one version of a Worker, ready to answer.
type site struct{ run *jsvm.Function }

// worker is what answers under a name below workers.dev, nil if nothing does.
func (s *Server) worker(host string) http.Handler {
	name, below, _ := strings.Cut(host, ".")
	s.mu.Lock()
	defer s.mu.Unlock()
	w := s.state.Scripts[name]
	if w == nil || s.state.Subdomain == "" || below != s.state.Subdomain+domain || !w.Enabled {
		return nil
	}
	v := w.live()
	if w.Late > 0 {
		w.Late--
		v = w.version(w.Before)
	}
	if v == nil {
		return nil
	}
	b := s.built[v.ID]
	if b == nil {
		if b = s.build(w.Name, v); b == nil {
			return nil
		}
		s.built[v.ID] = b
	}
	return b
}

// parses says what is wrong with the main module's text.
func (v *version) parses() error {
	_, err := jsvm.NewFunction(jsvm.Surroundings{}, string(v.main().Content), nil)
	return err
}

// build prepares a version. What is bound to it comes as the handler's second argument; a process object with environment
// is only there where the Worker asked for Node's. Bindings that are not text are kept and not given to the code.
func (s *Server) build(name string, v *version) *site {
	env := map[string]string{}
	for _, b := range v.Bindings {
		if kind := b.text("type"); kind == "plain_text" || kind == "secret_text" {
			env[b.name()] = b.text("text")
		}
	}
	around := jsvm.Surroundings{Network: marked{s.o.Network}, Now: s.o.World.Now, Sleep: s.o.World.Sleep,
		Time: 30 * time.Second, Memory: 128 << 20, Process: s.process(v)}
	f, err := jsvm.NewFunction(around, string(v.main().Content), env)
	if err != nil {
		return nil
	}
	f.Crash = threw
	if s.o.Log != nil {
		f.Log = func(line string) { s.o.Log(name, line) }
	}
	return &site{f}
}

func (s *Server) process(v *version) jsvm.Process {
	switch {
	case slices.Contains(v.Flags, "nodejs_compat") && v.Date >= "2025-04-01":
		return jsvm.WholeProcess
	case slices.Contains(v.Flags, "nodejs_compat"), s.o.World.Behaviour(process) == "empty":
		return jsvm.EmptyProcess
	}
	return jsvm.NoProcess
}

// marked is the network with the requests marked as made by code.
type marked struct{ next http.RoundTripper }

// RoundTrip implements http.RoundTripper.
func (m marked) RoundTrip(r *http.Request) (*http.Response, error) {
	if m.next == nil {
		return nil, fmt.Errorf("internal error; there is no host %s", r.URL.Hostname())
	}
	return m.next.RoundTrip(r.WithContext(world.ByCode(r.Context())))
}

func (b *site) close() { b.run.Close() }

// ServeHTTP runs the Worker with the headers that Cloudflare sets, and that no client can.
func (b *site) ServeHTTP(rw http.ResponseWriter, r *http.Request) {
	head(rw)
	r = r.Clone(r.Context())
	r.Host = hostname(r.Host)
	client, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		client = "192.0.2.1"
	}
	for name := range r.Header {
		if strings.HasPrefix(name, "Cf-") || strings.HasPrefix(name, "X-Forwarded-") {
			r.Header.Del(name)
		}
	}
	for k, v := range map[string]string{"Host": r.Host, "CF-Connecting-IP": client, "CF-Ray": rw.Header().Get("CF-Ray"), "CF-Visitor": `{"scheme":"https"}`,
		"X-Forwarded-Proto": "https", "X-Real-IP": client} {
		r.Header.Set(k, v)
	}
	b.run.ServeHTTP(rw, r)
}
