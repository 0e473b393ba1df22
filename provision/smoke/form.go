package smoke

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"

	"github.com/golang-jwt/jwt/v5"

	"phonegate/provision/fault"
	"phonegate/provision/ring"
	"phonegate/provision/secret"
)

// pageLimit is more than any page of a login has.
const pageLimit = 1 << 20

// host is the host of an address, for people.
func host(address string) string {
	if u, err := url.Parse(address); err == nil && u.Host != "" {
		return u.Host
	}
	return address
}

// send makes one request without following redirects and reads the answer whole.
func send(rt http.RoundTripper, req *http.Request) (*http.Response, string, error) {
	res, err := rt.RoundTrip(req)
	if err != nil {
		return nil, "", err
	}
	defer func() { _ = res.Body.Close() }()
	body, err := io.ReadAll(io.LimitReader(res.Body, pageLimit))
	return res, string(body), err
}

// reachable asks the form for its health, as anybody on the internet could.
func (r *run) reachable(ctx context.Context) (string, error) {
	apply := "Run phonegate apply --tenant " + r.Tenant + "."
	u, err := url.Parse(r.FormURL)
	if err != nil || u.Host == "" {
		return "", fault.New(fault.Failed, "smoke.no_form", apply, "The form is not deployed.")
	}
	u.RawQuery = "health=1"
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), nil)
	if err != nil {
		return "", err
	}
	res, body, err := send(r.HTTP, req)
	if err != nil {
		return "", err
	}
	var health struct {
		Phonegate, Version string
		Ready              bool
		Keys               []string // their ids, oldest first
	}
	ours := json.Unmarshal([]byte(body), &health) == nil && health.Phonegate == "form"
	switch {
	case res.StatusCode == 401 || res.StatusCode == 403 || res.StatusCode/100 == 3:
		return "", fault.New(fault.Failed, "smoke.form_protected", "Switch off Deployment Protection for the project, or run phonegate apply --tenant "+r.Tenant+".",
			"The form at %s is not public (status %d).", u.Host, res.StatusCode)
	case res.StatusCode != 200 || !ours:
		return "", fault.New(fault.Failed, "smoke.form_missing", apply, "The form does not respond at %s (status %d).", u.Host, res.StatusCode)
	case !health.Ready:
		return "", fault.New(fault.Failed, "smoke.form_not_ready", apply, "The form at %s has no key and rejects every request.", u.Host)
	}
	if n := len(health.Keys); n > 0 {
		r.keyID = health.Keys[n-1]
	}
	return u.Host, nil
}

// forgery shows the form tokens that Auth0 did not sign, in both ways that it can be called. Each must be refused: a
// status of 4xx, and no way on. They name a key that the form has, so it is the signature that they fail by.
func (r *run) forgery(ctx context.Context) (string, error) {
	forged, err := r.forgedTokens()
	if err != nil {
		return "", err
	}
	for _, f := range forged {
		fields := url.Values{"state": {"forged-state"}, "code": {"000000"}, "intent": {"check"}}
		if f.token != "" {
			fields.Set("session_token", f.token)
		}
		for _, method := range []string{http.MethodGet, http.MethodPost} {
			if err := r.refused(ctx, method, f.what, fields); err != nil {
				return "", err
			}
		}
	}
	return "all rejected", nil
}

type forgedToken struct{ what, token string }

// forgedTokens are what an attacker could bring: all claims right, and no knowledge of the secret.
func (r *run) forgedTokens() ([]forgedToken, error) {
	now := r.Now().Unix()
	claims := func(iat, exp int64) jwt.MapClaims {
		return jwt.MapClaims{
			"iss": r.Domain, "sub": "auth0|phonegate-smoke", "iat": iat, "exp": exp, "ip": "203.0.113.1", "purpose": "phonegate/session",
			"host": r.Domain, "task": "code", "vsid": "VE00000000000000000000000000000000", "hint": "00", "change": true,
			"layout": ring.Layout, "key": r.keyID, "login": strings.Repeat("0", 32), "check": "form", "digits": 6,
		}
	}
	strange, err := jwt.NewWithClaims(jwt.SigningMethodHS256, claims(now, now+600)).SignedString([]byte(secret.Generate()))
	if err != nil {
		return nil, err
	}
	empty, err := jwt.NewWithClaims(jwt.SigningMethodHS256, claims(now, now+600)).SignedString([]byte("\x00"))
	if err != nil {
		return nil, err
	}
	old, err := jwt.NewWithClaims(jwt.SigningMethodHS256, claims(now-1200, now-600)).SignedString([]byte(secret.Generate()))
	if err != nil {
		return nil, err
	}
	unsigned, err := jwt.NewWithClaims(jwt.SigningMethodNone, claims(now, now+600)).SignedString(jwt.UnsafeAllowNoneSignatureType)
	if err != nil {
		return nil, err
	}
	return []forgedToken{
		{"no token", ""}, {"an invalid token", "forged"}, {"a token signed with another secret", strange}, {"a token signed with next to nothing", empty},
		{"an expired token", old}, {"an unsigned token", unsigned}, {"a token without its signature", strange[:strings.LastIndexByte(strange, '.')+1]},
	}, nil
}

// refused sends one forgery to the form.
func (r *run) refused(ctx context.Context, method, what string, fields url.Values) error {
	u, err := url.Parse(r.FormURL)
	if err != nil {
		return err
	}
	var body io.Reader
	if method == http.MethodGet {
		u.RawQuery = fields.Encode()
	} else {
		body = strings.NewReader(fields.Encode())
	}
	req, err := http.NewRequestWithContext(ctx, method, u.String(), body)
	if err != nil {
		return err
	}
	if body != nil {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		req.Header.Set("Origin", u.Scheme+"://"+u.Host)
		req.Header.Set("Sec-Fetch-Site", "same-origin")
	}
	res, text, err := send(r.HTTP, req)
	if err != nil {
		return err
	}
	if res.StatusCode == 409 {
		return fault.New(fault.Failed, "smoke.form_behind", "Wait a minute, then run the test again.",
			"The form no longer has the key that it had a moment ago: a deployment is in progress, or part of the host is out of date.")
	}
	if res.StatusCode/100 != 4 || res.StatusCode == 404 || res.Header.Get("Location") != "" || strings.Contains(text, "/continue") {
		return fault.New(fault.Failed, "smoke.forgery_accepted", "Run phonegate apply --tenant "+r.Tenant+" to deploy the generated form.",
			"The form accepts %s (%s): it responds with status %d.", what, method, res.StatusCode)
	}
	return nil
}
