package vercel

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"html"
	"mime"
	"net"
	"net/http"
	"net/url"
	"path"
	"strings"
	"time"

	"phonegate/provision/sandbox/jsvm"
	"phonegate/provision/sandbox/world"
)

// site serves the files of one deployment.
type site struct {
	id        string
	files     map[string][]byte
	functions map[string]*jsvm.Function // by file name
	rewrites  []*route
	headers   []headerRule
}

type headerRule struct {
	on  *route
	set [][2]string
}

// Deployment is what answers under a host of vercel.app: a project's production host, another alias or the address
// of one deployment. It is false if nothing is deployed there.
func (s *Server) Deployment(host string) (http.Handler, bool) {
	host = hostname(host)
	s.advanceAll()
	s.mu.Lock()
	defer s.mu.Unlock()
	a, aliased := s.state.Aliases[host]
	var d *deployment
	if aliased {
		d = s.state.Deployments[a.DeploymentID]
	} else {
		for _, one := range s.state.Deployments {
			if one.URL == host {
				d = one
			}
		}
	}
	if d == nil || d.Phase != ready || s.state.Projects[d.ProjectID] == nil {
		return nil, false
	}
	if s.protects(s.state.Projects[d.ProjectID].protection(), d, aliased && a.Production) {
		return s.signIn(host), true
	}
	b, ok := s.built[d.ID]
	if !ok {
		b = s.build(d)
		s.built[d.ID] = b
	}
	return b, true
}

// protects says whether a stranger is kept out. production is true for the project's production host.
func (s *Server) protects(kind string, d *deployment, production bool) bool {
	switch kind {
	case "":
		return false
	case "all":
		return true
	case "preview":
		return d.Target != "production"
	case standard:
		return !production || s.o.World.Behaviour(standardProtection) == "production_protected"
	}
	return !production
}

// signIn keeps strangers out as Vercel Authentication does.
func (s *Server) signIn(host string) http.Handler {
	return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		nonce := world.Hex(24)
		to := "https://vercel.com/sso-api?url=" + url.QueryEscape("https://"+host+r.URL.RequestURI()) + "&nonce=" + nonce
		h := rw.Header()
		h.Set("Server", "Vercel")
		h.Set("X-Vercel-Id", "syd1::"+world.Hex(12))
		h.Set("X-Robots-Tag", "noindex")
		h.Set("X-Frame-Options", "DENY")
		h.Set("Cache-Control", "no-store, max-age=0")
		h.Add("Set-Cookie", "_vercel_sso_nonce="+nonce+"; Max-Age=3600; Path=/; Secure; HttpOnly; SameSite=Lax")
		if s.o.World.Behaviour(protectionAnswer) == "302" {
			h.Set("Location", to)
			rw.WriteHeader(http.StatusFound)
			return
		}
		h.Set("Content-Type", "text/html; charset=utf-8")
		rw.WriteHeader(http.StatusUnauthorized)
		fmt.Fprintf(rw, `<!doctype html><html lang=en><meta charset=utf-8><title>Authentication Required</title><meta http-equiv="refresh" content="1; URL=%s"><p>Authentication Required</p><p>This page requires authentication. <a href="%s">Sign in with Vercel</a>.</p></html>`,
			html.EscapeString(to), html.EscapeString(to))
	})
}

// build makes the site of a deployment. The lock must be held.
func (s *Server) build(d *deployment) *site {
	b := &site{id: d.ID, files: s.contents(d), functions: map[string]*jsvm.Function{}}
	c, err := readConfig(b.files)
	if err != nil {
		return b // the deployment would not have become ready
	}
	for _, r := range c.Rewrites {
		if one, err := newRoute(r.Source, r.Destination); err == nil {
			b.rewrites = append(b.rewrites, one)
		}
	}
	for _, h := range c.Headers {
		if one, err := newRoute(h.Source, ""); err == nil {
			rule := headerRule{on: one}
			for _, kv := range h.Headers {
				rule.set = append(rule.set, [2]string{kv.Key, kv.Value})
			}
			b.headers = append(b.headers, rule)
		}
	}
	for name, source := range b.files {
		if !isFunction(name) {
			continue
		}
		f, err := jsvm.NewFunction(jsvm.Surroundings{Network: marked{s.o.Network}, Now: s.o.World.Now, Sleep: s.o.World.Sleep,
			Time: time.Duration(c.duration(name)) * time.Second, Memory: 256 << 20}, string(source), d.Env)
		if err != nil {
			continue
		}
		f.WithoutEnv = true
		if id := d.ID; s.o.Log != nil {
			f.Log = func(line string) { s.o.Log(id, line) }
		}
		b.functions[name] = f
	}
	return b
}

// marked is the network with the requests marked as made by code.
type marked struct{ next http.RoundTripper }

// RoundTrip implements http.RoundTripper.
func (m marked) RoundTrip(r *http.Request) (*http.Response, error) {
	if m.next == nil {
		return nil, fmt.Errorf("getaddrinfo ENOTFOUND %s", r.URL.Hostname())
	}
	return m.next.RoundTrip(r.WithContext(codeContext(r.Context())))
}

func (b *site) close() {
	for _, f := range b.functions {
		f.Close()
	}
}

// ServeHTTP answers with a file or a function; rewrites come after files, as on the real platform.
func (b *site) ServeHTTP(rw http.ResponseWriter, r *http.Request) {
	h := rw.Header()
	h.Set("Server", "Vercel")
	h.Set("X-Vercel-Id", "syd1::iad1::"+world.Hex(12))
	h.Set("Strict-Transport-Security", "max-age=63072000; includeSubDomains; preload")
	for _, rule := range b.headers {
		if _, _, ok := rule.on.apply(r.URL.Path); ok {
			for _, kv := range rule.set {
				h.Set(kv[0], kv[1])
			}
		}
	}
	if b.answer(rw, r, r.URL.Path) {
		return
	}
	for _, to := range b.rewrites {
		target, query, ok := to.apply(r.URL.Path)
		if !ok {
			continue
		}
		if len(query) > 0 {
			r = r.Clone(r.Context())
			all := r.URL.Query()
			for k, v := range query {
				all[k] = v
			}
			r.URL.RawQuery = all.Encode()
		}
		if b.answer(rw, r, target) {
			return
		}
	}
	platformError(rw, http.StatusNotFound, "The page could not be found", "NOT_FOUND")
}

// answer serves what is at a path; r keeps the address that was asked for, which is what the function sees.
func (b *site) answer(rw http.ResponseWriter, r *http.Request, at string) bool {
	name := strings.Trim(path.Clean("/"+at), "/")
	for _, candidate := range []string{name, name + ".mjs", name + ".js", name + "/index.mjs", name + "/index.js"} {
		if f, ok := b.functions[candidate]; ok {
			b.run(rw, r, f)
			return true
		}
	}
	for _, candidate := range []string{name, strings.TrimPrefix(name+"/index.html", "/"), "public/" + name, strings.ReplaceAll("public/"+name+"/index.html", "//", "/")} {
		if content, ok := b.files[candidate]; ok && isStatic(candidate) {
			serveFile(rw, r, candidate, content)
			return true
		}
	}
	return false
}

func (b *site) run(rw http.ResponseWriter, r *http.Request, f *jsvm.Function) {
	r = r.Clone(r.Context())
	client, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		client = "192.0.2.1"
	}
	host := hostname(r.Host)
	r.Host = host
	for name := range r.Header {
		if strings.HasPrefix(name, "X-Vercel-") || strings.HasPrefix(name, "X-Forwarded-") {
			r.Header.Del(name) // a client cannot set what the platform sets
		}
	}
	for k, v := range map[string]string{"Host": host, "X-Forwarded-For": client, "X-Real-Ip": client, "X-Forwarded-Host": host, "X-Forwarded-Proto": "https",
		"X-Vercel-Forwarded-For": client, "X-Vercel-Id": rw.Header().Get("X-Vercel-Id"), "X-Vercel-Deployment-Url": host} {
		r.Header.Set(k, v)
	}
	rw.Header().Set("X-Vercel-Cache", "MISS")
	if rw.Header().Get("Cache-Control") == "" {
		rw = &defaults{ResponseWriter: rw}
	}
	f.ServeHTTP(rw, r)
}

// defaults adds the platform's Cache-Control to answers that have none.
type defaults struct {
	http.ResponseWriter
}

// WriteHeader implements http.ResponseWriter.
func (d *defaults) WriteHeader(status int) {
	if d.Header().Get("Cache-Control") == "" {
		d.Header().Set("Cache-Control", "public, max-age=0, must-revalidate")
	}
	d.ResponseWriter.WriteHeader(status)
}

// Unwrap lets http.ResponseController through.
func (d *defaults) Unwrap() http.ResponseWriter { return d.ResponseWriter }

func serveFile(rw http.ResponseWriter, r *http.Request, name string, content []byte) {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		platformError(rw, http.StatusMethodNotAllowed, "An error occurred with this application.", "INVALID_REQUEST_METHOD")
		return
	}
	kind := mime.TypeByExtension(path.Ext(name))
	if kind == "" {
		kind = "application/octet-stream"
	}
	sum := sha256.Sum256(content)
	h := rw.Header()
	h.Set("Content-Type", kind)
	h.Set("Cache-Control", "public, max-age=0, must-revalidate")
	h.Set("Etag", `"`+hex.EncodeToString(sum[:16])+`"`)
	h.Set("X-Vercel-Cache", "HIT")
	h.Set("Access-Control-Allow-Origin", "*")
	rw.WriteHeader(http.StatusOK)
	if r.Method == http.MethodGet {
		_, _ = rw.Write(content)
	}
}
