package smoke

import (
	"context"
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"math/big"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"phonegate/provision/auth0"
	"phonegate/provision/fault"
	"phonegate/provision/transport"
)

// idClaims is what an ID token says, as far as the test looks.
type idClaims struct {
	jwt.RegisteredClaims
	Nonce string `json:"nonce"`
	Email string `json:"email"`
}

// tokens exchanges the code and checks the ID token as an application should.
func (r *run) tokens(ctx context.Context, f flow, result LoginResult) (*idClaims, error) {
	form := url.Values{
		"grant_type": {"authorization_code"}, "client_id": {r.ClientID}, "code": {result.Values.Get("code")},
		"redirect_uri": {result.RedirectURI}, "code_verifier": {f.verifier},
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, "https://"+r.Domain+"/oauth/token", strings.NewReader(form.Encode()))
	if err != nil {
		return nil, err
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	res, body, err := send(r.HTTP, req)
	if err != nil {
		return nil, err
	}
	var answer struct {
		IDToken     string `json:"id_token"`
		Description string `json:"error_description"`
	}
	_ = json.Unmarshal([]byte(body), &answer) // what is missing in it is reported below
	if res.StatusCode != 200 {
		return nil, fault.New(fault.Failed, "smoke.exchange", "Look in the tenant log (Auth0 dashboard > Monitoring > Logs).",
			"Auth0 issued no tokens (status %d): %s", res.StatusCode, oneLine(answer.Description))
	}
	if answer.IDToken == "" {
		return nil, fault.New(fault.Failed, "smoke.no_id_token", "", "Auth0 issued no ID token.")
	}
	return r.verify(ctx, f, answer.IDToken)
}

// verify checks signature, issuer, audience, life and nonce of an ID token.
func (r *run) verify(ctx context.Context, f flow, token string) (*idClaims, error) {
	var claims idClaims
	_, err := jwt.ParseWithClaims(token, &claims, func(t *jwt.Token) (any, error) {
		kid, _ := t.Header["kid"].(string)
		return r.signingKey(ctx, kid)
	}, jwt.WithValidMethods([]string{"RS256"}), jwt.WithIssuer("https://"+r.Domain+"/"), jwt.WithAudience(r.ClientID),
		jwt.WithExpirationRequired(), jwt.WithIssuedAt(), jwt.WithLeeway(time.Minute), jwt.WithTimeFunc(r.Now))
	switch {
	case err != nil:
		// The library's messages name the failed check and never the token.
		return nil, fault.Wrap(err, fault.Failed, "smoke.id_token", "Check the clock of this computer, then run the test again.", "The ID token is not valid: %s.", err)
	case claims.Nonce != f.nonce:
		return nil, fault.New(fault.Failed, "smoke.id_token", "Run the test again.", "The ID token belongs to another login: its nonce differs from the one sent.")
	case claims.Subject == "":
		return nil, fault.New(fault.Failed, "smoke.id_token", "", "The ID token names no user.")
	}
	return &claims, nil
}

// signingKey is the tenant's public key with the id.
func (r *run) signingKey(ctx context.Context, kid string) (*rsa.PublicKey, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "https://"+r.Domain+"/.well-known/jwks.json", nil)
	if err != nil {
		return nil, err
	}
	_, body, err := send(r.HTTP, req)
	if err != nil {
		return nil, err
	}
	var set struct {
		Keys []struct{ Kid, Kty, N, E string }
	}
	if err := json.Unmarshal([]byte(body), &set); err != nil {
		return nil, fault.Wrap(err, fault.Failed, "smoke.jwks", "", "The tenant's signing keys can't be read.")
	}
	i := slices.IndexFunc(set.Keys, func(k struct{ Kid, Kty, N, E string }) bool { return k.Kid == kid && k.Kty == "RSA" })
	if kid == "" || i < 0 {
		return nil, fault.New(fault.Failed, "smoke.jwks", "", "the token is signed with a key that the tenant does not publish")
	}
	n, badN := base64.RawURLEncoding.DecodeString(set.Keys[i].N)
	e, badE := base64.RawURLEncoding.DecodeString(set.Keys[i].E)
	if badN != nil || badE != nil || len(n) < 256 || len(e) == 0 || len(e) > 4 {
		return nil, fault.New(fault.Failed, "smoke.jwks", "", "the tenant's key is not an RSA key of a supported size")
	}
	return &rsa.PublicKey{N: new(big.Int).SetBytes(n), E: int(new(big.Int).SetBytes(e).Int64())}, nil
}

// looks is how often a record is looked at: reading may lag behind the login by a moment.
const looks = 3

// record reads the user over the Management API and checks what the Action has written.
func (r *run) record(ctx context.Context) (string, error) {
	var problem error
	for look := range looks {
		if look > 0 {
			if err := transport.Pause(ctx, r.Pause); err != nil {
				return "", err
			}
		}
		u, err := r.Auth0.GetUser(ctx, r.user.id)
		if err != nil {
			return "", err
		}
		if problem = r.checkRecord(u); problem == nil {
			return "verified: " + Masked(r.user.number), nil
		}
	}
	return "", problem
}

func (r *run) checkRecord(u *auth0.User) error {
	wrong := func(format string, args ...any) error {
		return fault.New(fault.Failed, "smoke.record", "Run phonegate apply --tenant "+r.Tenant+" and test again.", format, args...)
	}
	if u == nil {
		return wrong("The user who logged in does not exist in the tenant.")
	}
	number, _ := u.AppMetadata["phone_number"].(string)
	at, _ := u.AppMetadata["phone_number_verified_at"].(string)
	_, bad := time.Parse(time.RFC3339, at)
	switch {
	case u.AppMetadata["phone_number_verified"] != true:
		return wrong("The user's app_metadata does not say that the number is verified.")
	case !strings.HasPrefix(number, "+"):
		return wrong("The user's app_metadata contains no verified number.")
	case r.To != "" && number != r.To && r.typed:
		return wrong("The user's app_metadata contains a different number than the verified one.")
	case bad != nil:
		return wrong("The user's app_metadata does not say when the number was verified.")
	case u.AppMetadata["phone_verification"] != nil:
		return wrong("The user's app_metadata still says that a verification is in progress.")
	}
	r.user.number = number
	return nil
}
