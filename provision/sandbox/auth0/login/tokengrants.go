package login

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"net/url"
	"slices"
	"strings"

	"phonegate/provision/sandbox/auth0/pipeline"
	"phonegate/provision/sandbox/auth0/reply"
)

// codeExchange redeems a code, once.
func (s *Logins) codeExchange(t tokenRequest) (int, any) {
	s.t.Lock()
	g := s.codes[t.Get("code")]
	usable := g != nil && !g.used && s.t.Now().Before(g.expires)
	if g != nil {
		g.used = true
		delete(s.codes, t.Get("code"))
	}
	s.t.Unlock()
	if !usable || g.login.ClientID != t.Get("client_id") {
		s.log("feacft", &pipeline.Login{ClientID: t.Get("client_id")}, reply.Object{"description": "Invalid authorization code"})
		return oauth(403, "invalid_grant", "Invalid authorization code")
	}
	lg := g.login
	if t.Get("redirect_uri") != lg.RedirectURI && (lg.Query.Get("redirect_uri") != "" || t.Get("redirect_uri") != "") {
		s.log("feacft", lg.Login, reply.Object{"description": "The redirect URI is wrong."})
		return oauth(403, "invalid_grant", "The redirect URI is wrong. You sent "+t.Get("redirect_uri")+", and we expected "+lg.RedirectURI)
	}
	if !verifies(lg.challenge, lg.challengeMethod, t.Get("code_verifier")) {
		s.log("feacft", lg.Login, reply.Object{"description": "Failed to verify code verifier"})
		return oauth(403, "invalid_grant", "Failed to verify code verifier")
	}
	s.log("seacft", lg.Login, reply.Object{"description": "Authorization Code for Access Token"})
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
func (s *Logins) refreshExchange(t tokenRequest) (int, any) {
	s.t.Lock()
	g := s.refresh[t.Get("refresh_token")]
	gone := g != nil && s.directory.User(g.login.UserID) == nil
	s.t.Unlock()
	if g == nil || gone || g.login.ClientID != t.Get("client_id") {
		s.log("fertft", &pipeline.Login{ClientID: t.Get("client_id")}, reply.Object{"description": "Unknown or invalid refresh token."})
		return oauth(403, "invalid_grant", "Unknown or invalid refresh token.")
	}
	scopes := reduced(g.scopes, strings.Fields(t.Get("scope")))
	lg := &attempt{Login: &pipeline.Login{
		ID: reply.Random(24), ClientID: g.login.ClientID, Protocol: pipeline.ProtocolRefresh, Query: url.Values{}, Scopes: scopes, Audience: g.login.Audience,
		UserID: g.login.UserID, SID: g.login.SID, AuthTime: g.login.AuthTime, RefreshID: g.id,
	}, created: s.t.Now()}
	out := s.pipeline.Start(t.r, lg.Login, nil, t.Values)
	if out.Ending != pipeline.Granted {
		s.log("fertft", lg.Login, reply.Object{"description": out.Text})
		return tokenDenial(out)
	}
	s.log("sertft", lg.Login, reply.Object{"description": "Refresh Token for Access Token"})
	return 200, s.tokens(t, lg, scopes, false)
}

func (s *Logins) passwordExchange(t tokenRequest) (int, any) {
	connection := t.Get("realm")
	if t.Get("username") == "" || t.Get("password") == "" {
		return oauth(400, "invalid_request", "Missing required parameter: "+reply.Choose(t.Get("username") == "", "username", "password"))
	}
	s.t.Lock()
	if connection == "" {
		connection = reply.Text(s.t.Settings(), "default_directory")
	}
	known := t.Get("audience") == "" || s.directory.KnownAudience(t.Get("audience"))
	s.t.Unlock()
	if connection == "" && t.Get("grant_type") == "password" {
		return oauth(500, "server_error", "Authorization server not configured with default connection.")
	}
	if !known {
		return oauth(403, "access_denied", "Service not found: "+t.Get("audience"))
	}
	u, _, problem := s.directory.CheckPassword(t.Get("client_id"), connection, t.Get("username"), t.Get("password"))
	if u == nil {
		return oauth(403, "invalid_grant", problem.Description)
	}
	now := s.t.Now()
	lg := &attempt{Login: &pipeline.Login{
		ID: reply.Random(24), ClientID: t.Get("client_id"), Protocol: pipeline.ProtocolPassword, Query: url.Values{}, Scopes: strings.Fields(t.Get("scope")),
		Audience: t.Get("audience"), UserID: u.ID, AuthTime: now, Connection: connection,
		Methods: []reply.Object{{"name": "pwd", "timestamp": reply.Millis(now)}},
	}, created: now}
	s.t.Lock()
	u.LoggedIn(now, reply.IPOf(t.r))
	blocked := u.IsBlocked()
	s.t.Unlock()
	if blocked {
		s.log("fepft", lg.Login, reply.Object{"description": userBlocked})
		return oauth(403, "unauthorized", userBlocked)
	}
	out := s.pipeline.Start(t.r, lg.Login, nil, t.Values)
	if out.Ending != pipeline.Granted {
		s.log("fepft", lg.Login, reply.Object{"description": out.Text})
		return tokenDenial(out)
	}
	s.log("sepft", lg.Login, reply.Object{"description": ""})
	return 200, s.tokens(t, lg, lg.Scopes, slices.Contains(lg.Scopes, "offline_access"))
}

// tokenDenial is how a refused pipeline looks at the token endpoint.
func tokenDenial(out pipeline.Outcome) (int, any) {
	switch out.Ending {
	case pipeline.Denied:
		return oauth(403, "access_denied", out.Text)
	case pipeline.NeedsInteraction:
		return oauth(403, "interaction_required", out.Text)
	default:
		return oauth(403, "access_denied", message(out.Text))
	}
}
