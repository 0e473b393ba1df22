package login

import (
	"net/http"
	"slices"
	"strings"

	"github.com/golang-jwt/jwt/v5"

	"phonegate/provision/sandbox/auth0/reply"
	"phonegate/provision/sandbox/auth0/tenant"
)

// revoke answers POST /oauth/revoke: 200 whether the token was known or not.
func (s *Logins) revoke(rw http.ResponseWriter, r *http.Request) {
	var req struct {
		Token string `json:"token"`
	}
	if err := reply.ReadBody(rw, r, &req); err != nil || req.Token == "" {
		status, body := oauth(400, "invalid_request", "Missing required parameter: token")
		reply.WriteJSON(rw, status, body)
		return
	}
	s.t.Lock()
	delete(s.refresh, req.Token)
	s.t.Unlock()
	rw.WriteHeader(200)
}

// userinfo answers GET and POST /userinfo.
func (s *Logins) userinfo(rw http.ResponseWriter, r *http.Request) {
	reply.CORS(rw, r)
	_, value, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	s.t.Lock()
	g := s.opaque[value]
	s.t.Unlock()
	var sub string
	var scopes []string
	if g != nil && s.t.Now().Before(g.expires) {
		sub, scopes = g.login.UserID, g.scopes
	} else {
		claims := jwt.MapClaims{}
		_, err := jwt.ParseWithClaims(value, claims, func(*jwt.Token) (any, error) { return tenant.PublicKey(), nil },
			jwt.WithValidMethods([]string{"RS256"}), jwt.WithTimeFunc(s.t.Now))
		aud, _ := claims.GetAudience()
		if err == nil && slices.ContainsFunc(aud, func(a string) bool { return strings.HasSuffix(a, "/userinfo") }) {
			sub, _ = claims.GetSubject()
			scope, _ := claims["scope"].(string)
			scopes = strings.Fields(scope)
		}
	}
	s.t.Lock()
	var claims jwt.MapClaims
	if u := s.directory.User(sub); u != nil && slices.Contains(scopes, "openid") {
		claims = u.Claims(scopes)
	}
	s.t.Unlock()
	if claims == nil {
		rw.Header().Set("WWW-Authenticate", `Bearer error="invalid_token", error_description="Unauthorized"`)
		rw.Header().Set("Content-Type", "text/plain; charset=utf-8")
		rw.WriteHeader(401)
		_, _ = rw.Write([]byte("Unauthorized"))
		return
	}
	reply.WriteJSON(rw, 200, claims)
}
