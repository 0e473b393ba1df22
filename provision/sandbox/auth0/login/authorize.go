package login

import (
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"phonegate/provision/sandbox/auth0/pipeline"
	"phonegate/provision/sandbox/auth0/reply"
)

// authorize answers GET and POST /authorize.
func (s *Logins) authorize(rw http.ResponseWriter, r *http.Request) {
	if err := reply.ParseForm(rw, r); err != nil {
		errorPage(rw, 400, "invalid_request", "the body could not be read")
		return
	}
	q := r.Form
	s.t.Lock()
	c := reply.Clone(s.directory.FindClient(q.Get("client_id")))
	s.t.Unlock()
	if c == nil {
		errorPage(rw, 403, "invalid_request", "Unknown client: "+q.Get("client_id"))
		return
	}
	redirect := q.Get("redirect_uri")
	if redirect == "" {
		if list := reply.Texts(c["callbacks"]); len(list) > 0 {
			redirect = list[0]
		}
	}
	if !allowedRedirect(reply.Texts(c["callbacks"]), redirect) {
		errorPage(rw, 403, "unauthorized_client", "Callback URL mismatch. "+redirect+" is not in the list of allowed callback URLs")
		return
	}
	now := s.t.Now()
	lg := &attempt{
		Login: &pipeline.Login{
			ID: reply.Random(24), ClientID: q.Get("client_id"), Protocol: pipeline.ProtocolCode, Query: q, Scopes: strings.Fields(q.Get("scope")),
			Prompts: strings.Fields(q.Get("prompt")), Audience: q.Get("audience"), RedirectURI: redirect,
			ResponseMode: q.Get("response_mode"), ResponseType: q.Get("response_type"), AppState: q.Get("state"),
			Connection: q.Get("connection"), AuthTime: now, CanRedirect: true,
		},
		nonce: q.Get("nonce"), challenge: q.Get("code_challenge"), challengeMethod: q.Get("code_challenge_method"), created: now,
	}
	if code, text := s.checkAuthorize(c, lg); code != "" {
		s.callback(rw, r, lg, url.Values{"error": {code}, "error_description": {text}})
		return
	}
	x := s.currentSession(r)
	switch {
	case slices.Contains(lg.Prompts, "none"):
		lg.CanRedirect = false
		if x == nil {
			s.log("fsa", lg.Login, reply.Object{"description": "Login required"})
			s.callback(rw, r, lg, url.Values{"error": {"login_required"}, "error_description": {"Login required"}})
			return
		}
		lg.attach(x, x.Created)
		s.proceed(rw, r, lg)
	case x != nil && !slices.Contains(lg.Prompts, "login") && q.Get("screen_hint") != "signup":
		lg.attach(x, x.Created)
		s.t.Lock()
		if u := s.directory.User(x.UserID); u != nil {
			u.LoggedIn(now, reply.IPOf(r))
		}
		s.t.Unlock()
		s.proceed(rw, r, lg)
	default:
		s.askPassword(rw, r, lg)
	}
}

// askPassword parks the login and sends the browser to the hosted page.
func (s *Logins) askPassword(rw http.ResponseWriter, r *http.Request, lg *attempt) {
	lg.state = newState()
	s.t.Lock()
	s.logins[lg.state] = lg
	s.sweep()
	universal := reply.Text(s.t.Prompts(), "universal_login_experience") == "new" && s.directory.LoginPage(lg.ClientID) == ""
	s.t.Unlock()
	q := url.Values{"state": {lg.state}}
	path := "/u/login"
	if lg.Query.Get("screen_hint") == "signup" {
		path = "/u/signup"
	}
	if !universal {
		path = "/login"
		q.Set("client", lg.ClientID)
		q.Set("protocol", "oauth2")
		for k, v := range lg.Query {
			if k != "state" && k != "client_id" {
				q[k] = v
			}
		}
	}
	http.Redirect(rw, r, path+"?"+q.Encode(), http.StatusFound)
}

func (s *Logins) checkAuthorize(c reply.Object, lg *attempt) (string, string) {
	switch {
	case lg.ResponseType == "":
		return "invalid_request", "Missing required parameter: response_type"
	case lg.ResponseType != "code":
		return "unsupported_response_type", "Unsupported response type: " + lg.ResponseType
	case lg.challenge == "" && public(c):
		return "invalid_request", "Missing required parameter: code_challenge"
	case lg.challenge != "" && !slices.Contains([]string{"", "plain", "S256"}, lg.challengeMethod):
		return "invalid_request", "Unsupported code_challenge_method: " + lg.challengeMethod
	}
	s.t.Lock()
	defer s.t.Unlock()
	if lg.Audience != "" && !s.directory.KnownAudience(lg.Audience) {
		return "access_denied", "Service not found: " + lg.Audience
	}
	if lg.Connection != "" && s.directory.FindConnection(lg.Connection) == nil {
		return "invalid_request", "the connection was not found"
	}
	return "", ""
}

// public says that a client has no secret to show at /oauth/token.
func public(c reply.Object) bool {
	return reply.Text(c, "token_endpoint_auth_method") == "none"
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
