package browsertest

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/golang-jwt/jwt/v5"

	"phonegate/provision/sandbox"
)

const tenantOrigin = "https://" + sandbox.Auth0Domain

// login is one login as the app sees it: authorization code with PKCE.
type login struct {
	verifier, state, authorizeURL string
}

func (s *stage) newLogin() login {
	l := login{verifier: rand.Text() + rand.Text(), state: rand.Text()}
	challenge := sha256.Sum256([]byte(l.verifier))
	l.authorizeURL = tenantOrigin + "/authorize?" + url.Values{
		"client_id": {sandbox.AppClientID}, "redirect_uri": {s.app}, "response_type": {"code"}, "scope": {"openid profile email"},
		"state": {l.state}, "code_challenge": {base64.RawURLEncoding.EncodeToString(challenge[:])}, "code_challenge_method": {"S256"},
	}.Encode()
	return l
}

// finish exchanges the code for tokens, as the app does, and gives the id of the user who logged in.
func (s *stage) finish(t *testing.T, l login, callbackURL string) (userID string) {
	t.Helper()
	q := query(t, callbackURL)
	if q.Get("error") != "" || q.Get("code") == "" || q.Get("state") != l.state {
		t.Fatalf("the app was called back with %v, want a code and state %s", q, l.state)
	}
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, tenantOrigin+"/oauth/token", strings.NewReader(url.Values{
		"grant_type": {"authorization_code"}, "client_id": {sandbox.AppClientID}, "redirect_uri": {s.app},
		"code": {q.Get("code")}, "code_verifier": {l.verifier},
	}.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	answer, err := s.http.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	var tokens struct {
		AccessToken string `json:"access_token"`
		IDToken     string `json:"id_token"`
		Error       string `json:"error_description"`
	}
	if err := json.NewDecoder(answer.Body).Decode(&tokens); err != nil {
		t.Fatal(err)
	}
	if answer.StatusCode != http.StatusOK || tokens.AccessToken == "" {
		t.Fatalf("the code gave no tokens: %d %s", answer.StatusCode, tokens.Error)
	}
	var claims jwt.RegisteredClaims
	if _, _, err := jwt.NewParser().ParseUnverified(tokens.IDToken, &claims); err != nil {
		t.Fatal(err)
	}
	return claims.Subject
}

// refusal is what the app is told when a login fails.
func refusal(t *testing.T, callbackURL string) (code, description string) {
	t.Helper()
	q := query(t, callbackURL)
	return q.Get("error"), q.Get("error_description")
}

func query(t *testing.T, address string) url.Values {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	return u.Query()
}
