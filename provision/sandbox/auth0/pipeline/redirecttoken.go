package pipeline

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"strings"

	"github.com/golang-jwt/jwt/v5"

	"phonegate/provision/sandbox/auth0/reply"
)

// defaultExpiry is how long a session token lives if the Action does not say.
const defaultExpiry = 900

// encodeToken makes the token of api.redirect.encodeToken: HS256, the issuer is the host name without a scheme,
// and no state is inside.
func (s *Pipeline) encodeToken(secret string, seconds int, payload map[string]any, host, userID, ip string) (string, error) {
	if secret == "" {
		return "", errors.New("secret must be a non-empty string")
	}
	if seconds == 0 {
		seconds = defaultExpiry
	}
	now := s.t.Now().Unix()
	claims := jwt.MapClaims{"iat": now, "iss": host, "sub": userID, "exp": now + int64(seconds), "ip": ip}
	maps.Copy(claims, payload)
	return jwt.NewWithClaims(jwt.SigningMethodHS256, claims).SignedString([]byte(secret))
}

// validateToken is api.redirect.validateToken. It checks in the order of the public mock
// kilterset/auth0-actions-testing; the texts of the first and the third are confirmed by community threads 118530
// and 133463.
func (s *Pipeline) validateToken(secret, name string, req request, userID string) (map[string]any, error) {
	if name == "" {
		name = "session_token"
	}
	token, ok := parameter(req, name)
	if !ok {
		return nil, fmt.Errorf("There is no parameter called '%s' available in either the POST body or query string.", name)
	}
	header, claims, err := splitToken(token)
	if err != nil {
		return nil, invalidToken("Failed signature validation")
	}
	state, _ := parameter(req, "state")
	switch {
	case claims["state"] != state:
		return nil, invalidToken("State in the token does not match the /continue state.")
	case !signedWith(token, secret, header):
		return nil, invalidToken("Failed signature validation")
	case !standardClaims(claims):
		return nil, invalidToken("Missing or invalid standard claims")
	case !strings.EqualFold(reply.Text(header, "typ"), "JWT"):
		return nil, invalidToken("Unexpected token payload type")
	case claims["sub"] != userID:
		return nil, invalidToken("The sub claim does not match the user_id.")
	}
	if exp, _ := claims["exp"].(float64); int64(exp) <= s.t.Now().Unix() {
		return nil, invalidToken("Token has expired.")
	}
	return claims, nil
}

func invalidToken(why string) error { return errors.New("The session token is invalid: " + why) }

// parameter is a parameter of /continue; the body wins over the query.
func parameter(req request, name string) (string, bool) {
	for _, from := range []reply.Object{req.body, req.query} {
		if v, ok := from[name].(string); ok {
			return v, true
		}
	}
	return "", false
}

func splitToken(token string) (header, claims reply.Object, err error) {
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return nil, nil, errors.New("not a token")
	}
	for i, into := range []*reply.Object{&header, &claims} {
		data, err := base64.RawURLEncoding.DecodeString(parts[i])
		if err != nil {
			return nil, nil, err
		}
		if err := json.Unmarshal(data, into); err != nil {
			return nil, nil, err
		}
	}
	return header, claims, nil
}

func signedWith(token, secret string, header reply.Object) bool {
	if reply.Text(header, "alg") != "HS256" || secret == "" {
		return false
	}
	_, err := jwt.NewParser(jwt.WithValidMethods([]string{"HS256"}), jwt.WithoutClaimsValidation()).
		Parse(token, func(*jwt.Token) (any, error) { return []byte(secret), nil })
	return err == nil
}

func standardClaims(c reply.Object) bool {
	for _, k := range []string{"iat", "exp"} {
		if _, ok := c[k].(float64); !ok {
			return false
		}
	}
	for _, k := range []string{"sub", "iss"} {
		if reply.Text(c, k) == "" {
			return false
		}
	}
	return true
}
