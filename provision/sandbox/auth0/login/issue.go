package login

import (
	"maps"
	"phonegate/provision/sandbox/auth0/reply"
	"phonegate/provision/sandbox/auth0/tenant"
	"phonegate/provision/sandbox/world"
	"slices"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

// tokens issues what a login has earned.
func (s *Logins) tokens(t tokenRequest, lg *attempt, scopes []string, withRefresh bool) reply.Object {
	iss, now := "https://"+s.t.Host(t.r)+"/", s.t.Now()
	body := reply.Object{"expires_in": 86400, "token_type": "Bearer"}
	if len(scopes) > 0 {
		body["scope"] = strings.Join(scopes, " ")
	}
	s.t.Lock()
	var profile jwt.MapClaims
	if u := s.directory.User(lg.UserID); u != nil {
		profile = u.Claims(scopes)
	}
	if lg.Audience == "" {
		opaque := reply.Random(24)
		s.opaque[opaque] = &grant{login: lg, scopes: scopes, expires: now.Add(24 * time.Hour)}
		body["access_token"] = opaque
	}
	if withRefresh {
		value := "v1." + reply.Random(33)
		s.refresh[value] = &grant{login: lg, scopes: scopes, id: world.Hex(24)}
		body["refresh_token"] = value
	}
	s.t.Unlock() // signing takes its time
	if lg.Audience != "" {
		claims := jwt.MapClaims{}
		maps.Copy(claims, lg.AccessClaims)
		maps.Copy(claims, jwt.MapClaims{
			"iss": iss, "sub": lg.UserID, "aud": []string{lg.Audience, iss + "userinfo"}, "iat": now.Unix(), "exp": now.Unix() + 86400,
			"azp": lg.ClientID, "scope": strings.Join(scopes, " "),
		})
		body["access_token"] = tenant.Sign(claims, "JWT")
	}
	if slices.Contains(scopes, "openid") {
		body["id_token"] = tenant.Sign(lg.idToken(iss, now, profile), "JWT")
	}
	return body
}

// idToken puts the claims together; what Auth0 sets wins over custom claims.
func (lg *attempt) idToken(iss string, now time.Time, profile jwt.MapClaims) jwt.MapClaims {
	claims := jwt.MapClaims{}
	maps.Copy(claims, lg.IDClaims)
	maps.Copy(claims, profile)
	maps.Copy(claims, jwt.MapClaims{"iss": iss, "aud": lg.ClientID, "iat": now.Unix(), "exp": now.Unix() + 36000})
	if lg.SID != "" {
		claims["sid"], claims["auth_time"] = lg.SID, lg.AuthTime.Unix()
	}
	if lg.nonce != "" {
		claims["nonce"] = lg.nonce
	}
	return claims
}
