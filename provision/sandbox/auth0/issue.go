package auth0

import (
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

// tokens issues what a login has earned.
func (s *Server) tokens(t tokenRequest, lg *login, scopes []string, withRefresh bool) object {
	iss, now := "https://"+s.host(t.r)+"/", s.now()
	body := object{"expires_in": 86400, "token_type": "Bearer"}
	if len(scopes) > 0 {
		body["scope"] = strings.Join(scopes, " ")
	}
	s.mu.Lock()
	var profile jwt.MapClaims
	if u := s.users[lg.userID]; u != nil {
		profile = u.claims(scopes)
	}
	if lg.audience == "" {
		opaque := token(24)
		s.opaque[opaque] = &grant{login: lg, scopes: scopes, expires: now.Add(24 * time.Hour)}
		body["access_token"] = opaque
	}
	if withRefresh {
		value := "v1." + token(33)
		s.refresh[value] = &grant{login: lg, scopes: scopes, id: newID("", 24)}
		body["refresh_token"] = value
	}
	s.mu.Unlock() // signing takes its time
	if lg.audience != "" {
		claims := jwt.MapClaims{}
		maps.Copy(claims, lg.accessClaims)
		maps.Copy(claims, jwt.MapClaims{
			"iss": iss, "sub": lg.userID, "aud": []string{lg.audience, iss + "userinfo"}, "iat": now.Unix(), "exp": now.Unix() + 86400,
			"azp": lg.clientID, "scope": strings.Join(scopes, " "),
		})
		body["access_token"] = sign(claims, "JWT")
	}
	if slices.Contains(scopes, "openid") {
		body["id_token"] = sign(lg.idToken(iss, now, profile), "JWT")
	}
	return body
}

// idToken puts the claims together; what Auth0 sets wins over custom claims.
func (lg *login) idToken(iss string, now time.Time, profile jwt.MapClaims) jwt.MapClaims {
	claims := jwt.MapClaims{}
	maps.Copy(claims, lg.idClaims)
	maps.Copy(claims, profile)
	maps.Copy(claims, jwt.MapClaims{"iss": iss, "aud": lg.clientID, "iat": now.Unix(), "exp": now.Unix() + 36000})
	if lg.sid != "" {
		claims["sid"], claims["auth_time"] = lg.sid, lg.authTime.Unix()
	}
	if lg.nonce != "" {
		claims["nonce"] = lg.nonce
	}
	return claims
}

// claims are the profile's claims for the scopes.
func (u *user) claims(scopes []string) jwt.MapClaims {
	c := jwt.MapClaims{"sub": u.id}
	if slices.Contains(scopes, "profile") {
		for _, k := range []string{"name", "nickname", "picture", "given_name", "family_name"} {
			if v, ok := u.profile[k]; ok {
				c[k] = v
			}
		}
		c["updated_at"] = millis(u.updated)
	}
	if slices.Contains(scopes, "email") && u.email != "" {
		c["email"], c["email_verified"] = u.email, u.emailVerified
	}
	return c
}
