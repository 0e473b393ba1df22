package auth0

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"net/url"
	"slices"
	"strings"
)

// codeExchange redeems a code, once.
func (s *Server) codeExchange(t tokenRequest) (int, any) {
	s.mu.Lock()
	g := s.codes[t.Get("code")]
	usable := g != nil && !g.used && s.now().Before(g.expires)
	if g != nil {
		g.used = true
		delete(s.codes, t.Get("code"))
	}
	s.mu.Unlock()
	if !usable || g.login.clientID != t.Get("client_id") {
		s.log("feacft", &login{clientID: t.Get("client_id")}, object{"description": "Invalid authorization code"})
		return oauth(403, "invalid_grant", "Invalid authorization code")
	}
	lg := g.login
	if t.Get("redirect_uri") != lg.redirectURI && (lg.query.Get("redirect_uri") != "" || t.Get("redirect_uri") != "") {
		s.log("feacft", lg, object{"description": "The redirect URI is wrong."})
		return oauth(403, "invalid_grant", "The redirect URI is wrong. You sent "+t.Get("redirect_uri")+", and we expected "+lg.redirectURI)
	}
	if !verifies(lg.challenge, lg.challengeMethod, t.Get("code_verifier")) {
		s.log("feacft", lg, object{"description": "Failed to verify code verifier"})
		return oauth(403, "invalid_grant", "Failed to verify code verifier")
	}
	s.log("seacft", lg, object{"description": "Authorization Code for Access Token"})
	return 200, s.tokens(t, lg, g.scopes, slices.Contains(g.scopes, "offline_access"))
}

// verifies checks a PKCE verifier (RFC 7636).
func verifies(challenge, method, verifier string) bool {
	if challenge == "" {
		return verifier == ""
	}
	if method == "S256" {
		sum := sha256.Sum256([]byte(verifier))
		verifier = base64.RawURLEncoding.EncodeToString(sum[:])
	}
	return subtle.ConstantTimeCompare([]byte(verifier), []byte(challenge)) == 1
}

// refreshExchange runs the post-login Actions too, where they can't redirect.
func (s *Server) refreshExchange(t tokenRequest) (int, any) {
	s.mu.Lock()
	g := s.refresh[t.Get("refresh_token")]
	gone := g != nil && s.users[g.login.userID] == nil
	s.mu.Unlock()
	if g == nil || gone || g.login.clientID != t.Get("client_id") {
		s.log("fertft", &login{clientID: t.Get("client_id")}, object{"description": "Unknown or invalid refresh token."})
		return oauth(403, "invalid_grant", "Unknown or invalid refresh token.")
	}
	scopes := reduced(g.scopes, strings.Fields(t.Get("scope")))
	now := s.now()
	lg := &login{
		id: token(24), clientID: g.login.clientID, protocol: protocolRefresh, query: url.Values{}, scopes: scopes, audience: g.login.audience,
		userID: g.login.userID, sid: g.login.sid, authTime: g.login.authTime, created: now, refreshID: g.id,
	}
	s.begin(lg)
	out := s.run(t.r.Context(), lg, s.request(t.r, nil, t.Values), onExecute)
	if out.ending != granted {
		s.log("fertft", lg, object{"description": out.text})
		return tokenDenial(out)
	}
	s.log("sertft", lg, object{"description": "Refresh Token for Access Token"})
	return 200, s.tokens(t, lg, scopes, false)
}

func (s *Server) passwordExchange(t tokenRequest) (int, any) {
	connection := t.Get("realm")
	if t.Get("username") == "" || t.Get("password") == "" {
		return oauth(400, "invalid_request", "Missing required parameter: "+choose(t.Get("username") == "", "username", "password"))
	}
	s.mu.Lock()
	if connection == "" {
		connection = text(s.tenant, "default_directory")
	}
	known := t.Get("audience") == "" || s.knownAudience(t.Get("audience"))
	s.mu.Unlock()
	if connection == "" && t.Get("grant_type") == "password" {
		return oauth(500, "server_error", "Authorization server not configured with default connection.")
	}
	if !known {
		return oauth(403, "access_denied", "Service not found: "+t.Get("audience"))
	}
	u, _, problem := s.checkPassword(t.Get("client_id"), connection, t.Get("username"), t.Get("password"))
	if u == nil {
		return oauth(403, "invalid_grant", problem.Description)
	}
	now := s.now()
	lg := &login{
		id: token(24), clientID: t.Get("client_id"), protocol: protocolPassword, query: url.Values{}, scopes: strings.Fields(t.Get("scope")),
		audience: t.Get("audience"), userID: u.id, authTime: now, created: now, connection: connection,
		methods: []object{{"name": "pwd", "timestamp": millis(now)}},
	}
	s.mu.Lock()
	u.loggedIn(now, ipOf(t.r))
	blocked := u.isBlocked()
	s.mu.Unlock()
	if blocked {
		s.log("fepft", lg, object{"description": userBlocked})
		return oauth(403, "unauthorized", userBlocked)
	}
	s.begin(lg)
	out := s.run(t.r.Context(), lg, s.request(t.r, nil, t.Values), onExecute)
	if out.ending != granted {
		s.log("fepft", lg, object{"description": out.text})
		return tokenDenial(out)
	}
	s.log("sepft", lg, object{"description": ""})
	return 200, s.tokens(t, lg, lg.scopes, slices.Contains(lg.scopes, "offline_access"))
}

// tokenDenial is how a refused pipeline looks at the token endpoint.
func tokenDenial(out outcome) (int, any) {
	switch out.ending {
	case denied:
		return oauth(403, "access_denied", out.text)
	case needsInteraction:
		return oauth(403, "interaction_required", out.text)
	default:
		return oauth(403, "access_denied", message(out.text))
	}
}
