package auth0

import (
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// authorize answers GET and POST /authorize.
func (s *Server) authorize(rw http.ResponseWriter, r *http.Request) {
	if err := parseForm(rw, r); err != nil {
		s.errorPage(rw, r, 400, "invalid_request", "the body could not be read")
		return
	}
	q := r.Form
	s.mu.Lock()
	c := clone(s.findClient(q.Get("client_id")))
	s.mu.Unlock()
	if c == nil {
		s.errorPage(rw, r, 403, "invalid_request", "Unknown client: "+q.Get("client_id"))
		return
	}
	redirect := q.Get("redirect_uri")
	if redirect == "" {
		if list := texts(c["callbacks"]); len(list) > 0 {
			redirect = list[0]
		}
	}
	if !allowedRedirect(texts(c["callbacks"]), redirect) {
		s.errorPage(rw, r, 403, "unauthorized_client", "Callback URL mismatch. "+redirect+" is not in the list of allowed callback URLs")
		return
	}
	now := s.now()
	lg := &login{
		id: token(24), clientID: q.Get("client_id"), protocol: protocolCode, query: q, scopes: strings.Fields(q.Get("scope")),
		prompts: strings.Fields(q.Get("prompt")), audience: q.Get("audience"), redirectURI: redirect,
		responseMode: q.Get("response_mode"), responseType: q.Get("response_type"), appState: q.Get("state"), nonce: q.Get("nonce"),
		challenge: q.Get("code_challenge"), challengeMethod: q.Get("code_challenge_method"), connection: q.Get("connection"),
		created: now, authTime: now, canRedirect: true,
	}
	if code, text := s.checkAuthorize(c, lg); code != "" {
		s.callback(rw, r, lg, url.Values{"error": {code}, "error_description": {text}})
		return
	}
	x := s.currentSession(r)
	switch {
	case slices.Contains(lg.prompts, "none"):
		lg.canRedirect = false
		if x == nil {
			s.log("fsa", lg, object{"description": "Login required"})
			s.callback(rw, r, lg, url.Values{"error": {"login_required"}, "error_description": {"Login required"}})
			return
		}
		lg.attach(x, x.created)
		s.proceed(rw, r, lg)
	case x != nil && !slices.Contains(lg.prompts, "login") && q.Get("screen_hint") != "signup":
		lg.attach(x, x.created)
		s.mu.Lock()
		if u := s.users[x.userID]; u != nil {
			u.loggedIn(now, ipOf(r))
		}
		s.mu.Unlock()
		s.proceed(rw, r, lg)
	default:
		s.askPassword(rw, r, lg)
	}
}

// askPassword parks the login and sends the browser to the hosted page.
func (s *Server) askPassword(rw http.ResponseWriter, r *http.Request, lg *login) {
	lg.state = newState(lg)
	s.mu.Lock()
	s.logins[lg.state] = lg
	s.sweep()
	universal := text(s.prompts, "universal_login_experience") == "new" && s.customPage(lg.clientID) == ""
	s.mu.Unlock()
	q := url.Values{"state": {lg.state}}
	path := "/u/login"
	if lg.query.Get("screen_hint") == "signup" {
		path = "/u/signup"
	}
	if !universal {
		path = "/login"
		q.Set("client", lg.clientID)
		q.Set("protocol", "oauth2")
		for k, v := range lg.query {
			if k != "state" && k != "client_id" {
				q[k] = v
			}
		}
	}
	http.Redirect(rw, r, path+"?"+q.Encode(), http.StatusFound)
}

func (s *Server) checkAuthorize(c object, lg *login) (string, string) {
	switch {
	case lg.responseType == "":
		return "invalid_request", "Missing required parameter: response_type"
	case lg.responseType != "code":
		return "unsupported_response_type", "Unsupported response type: " + lg.responseType
	case lg.challenge == "" && public(c):
		return "invalid_request", "Missing required parameter: code_challenge"
	case lg.challenge != "" && !slices.Contains([]string{"", "plain", "S256"}, lg.challengeMethod):
		return "invalid_request", "Unsupported code_challenge_method: " + lg.challengeMethod
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if lg.audience != "" && !s.knownAudience(lg.audience) {
		return "access_denied", "Service not found: " + lg.audience
	}
	if lg.connection != "" && !slices.ContainsFunc(s.connections, func(o object) bool { return text(o, "name") == lg.connection }) {
		return "invalid_request", "the connection was not found"
	}
	return "", ""
}

// public says that a client has no secret to show at /oauth/token.
func public(c object) bool {
	return text(c, "token_endpoint_auth_method") == "none"
}

// allowedRedirect compares exactly, but lets a loopback address have any port (RFC 8252, section 7.3).
func allowedRedirect(allowed []string, given string) bool {
	if given == "" {
		return false
	}
	if slices.Contains(allowed, given) {
		return true
	}
	u, err := url.Parse(given)
	if err != nil || !loopback(u) {
		return false
	}
	return slices.ContainsFunc(allowed, func(a string) bool {
		v, err := url.Parse(a)
		return err == nil && loopback(v) && u.Scheme == v.Scheme && u.Hostname() == v.Hostname() && u.Path == v.Path && u.RawQuery == v.RawQuery
	})
}

func loopback(u *url.URL) bool {
	ip := net.ParseIP(u.Hostname())
	return u.Scheme == "http" && u.User == nil && (u.Hostname() == "localhost" || (ip != nil && ip.IsLoopback()))
}
