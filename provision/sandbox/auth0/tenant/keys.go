package tenant

import (
	"crypto/rand"
	"crypto/rsa"
	"encoding/base64"
	"errors"
	"math/big"
	"net/http"
	"slices"
	"sync"

	"github.com/golang-jwt/jwt/v5"

	"phonegate/provision/sandbox/auth0/reply"
	"phonegate/provision/sandbox/world"
)

// signingKey is made once a process: it takes a good part of a second and its freshness has no use in a sandbox.
var signingKey = sync.OnceValue(func() *rsa.PrivateKey {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err) // crypto/rand never fails on the platforms Go supports
	}
	return key
})

// PublicKey checks what the tenant has signed.
func PublicKey() *rsa.PublicKey { return &signingKey().PublicKey }

var keyID = sync.OnceValue(func() string { return world.Hex(21) })

// Sign makes a token of the tenant, "" if the claims can't be written. Typ goes into its header.
func Sign(claims jwt.MapClaims, typ string) string {
	t := jwt.NewWithClaims(jwt.SigningMethodRS256, claims)
	t.Header["kid"], t.Header["typ"] = keyID(), typ
	out, err := t.SignedString(signingKey())
	if err != nil {
		return ""
	}
	return out
}

// ErrAudience says that a token is for another API.
var ErrAudience = errors.New("bad audience")

// Verify reads an access token of this tenant for its Management API.
func (s *Tenant) Verify(token string) (jwt.MapClaims, error) {
	claims := jwt.MapClaims{}
	_, err := jwt.ParseWithClaims(token, claims, func(*jwt.Token) (any, error) { return PublicKey(), nil },
		jwt.WithValidMethods([]string{"RS256"}), jwt.WithTimeFunc(s.Now), jwt.WithExpirationRequired())
	if err != nil {
		return nil, err
	}
	aud, _ := claims.GetAudience()
	s.Lock()
	defer s.Unlock()
	if !slices.ContainsFunc(aud, s.ManagementAudience) {
		return nil, ErrAudience
	}
	return claims, nil
}

func (s *Tenant) jwks(rw http.ResponseWriter, _ *http.Request) {
	pub := signingKey().PublicKey
	rw.Header().Set("Cache-Control", "public, max-age=15, stale-while-revalidate=15, stale-if-error=86400")
	reply.WriteJSON(rw, 200, reply.Object{"keys": []reply.Object{{
		"kty": "RSA", "use": "sig", "alg": "RS256", "kid": keyID(),
		"n": base64.RawURLEncoding.EncodeToString(pub.N.Bytes()),
		"e": base64.RawURLEncoding.EncodeToString(big.NewInt(int64(pub.E)).Bytes()),
	}}})
}

func (s *Tenant) discovery(rw http.ResponseWriter, r *http.Request) {
	base := "https://" + s.Host(r) + "/"
	reply.WriteJSON(rw, 200, reply.Object{
		"issuer": base, "authorization_endpoint": base + "authorize", "token_endpoint": base + "oauth/token",
		"userinfo_endpoint": base + "userinfo", "jwks_uri": base + ".well-known/jwks.json",
		"end_session_endpoint": base + "oidc/logout", "revocation_endpoint": base + "oauth/revoke",
		"scopes_supported":                      []string{"openid", "profile", "offline_access", "name", "given_name", "family_name", "nickname", "email", "email_verified", "picture", "created_at", "identities", "phone", "address"},
		"response_types_supported":              []string{"code"},
		"response_modes_supported":              []string{"query", "form_post", "web_message"},
		"code_challenge_methods_supported":      []string{"S256", "plain"},
		"subject_types_supported":               []string{"public"},
		"id_token_signing_alg_values_supported": []string{"RS256"},
		"token_endpoint_auth_methods_supported": []string{"client_secret_basic", "client_secret_post", "none"},
		"claims_supported":                      []string{"aud", "auth_time", "created_at", "email", "email_verified", "exp", "family_name", "given_name", "iat", "identities", "iss", "name", "nickname", "phone_number", "picture", "sub"},
		"request_uri_parameter_supported":       false, "request_parameter_supported": false,
	})
}
