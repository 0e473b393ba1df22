package auth0

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"phonegate/provision/fault"
	"phonegate/provision/transport"
)

// token is a Management API token and what can be read in it.
type token struct {
	value   string
	scopes  []string
	expires time.Time // zero if unknown
	opaque  bool      // its scopes can not be read
	given   bool      // by the user: there is no way to fetch another
	fetched time.Time
}

// bearer is a token that is good for at least another minute.
//
// The SDK can fetch tokens itself, but when that fails it says nothing and sends the request without a
// token, so that a wrong secret or an unknown host would be reported as a bare 401.
func (c *Client) bearer(ctx context.Context) (string, error) {
	t, err := c.ensureToken(ctx)
	if err != nil {
		return "", err
	}
	return t.value, nil
}

func (c *Client) ensureToken(ctx context.Context) (*token, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.token != nil && (c.token.given || c.token.expires.IsZero() || time.Until(c.token.expires) > time.Minute) {
		return c.token, nil
	}
	var err error
	if c.o.Token != "" {
		c.token, err = c.givenToken()
	} else {
		c.token, err = c.fetchToken(ctx)
	}
	return c.token, err
}

// forget drops a token that Auth0 no longer accepts, and says whether another can be fetched.
func (c *Client) forget(ctx context.Context) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.token == nil || c.token.given || time.Since(c.token.fetched) < time.Second || ctx.Err() != nil {
		return false
	}
	c.token = nil
	return true
}

// givenToken looks into the token that the user gave, so that a wrong tenant or an old token is
// named before anything is sent.
func (c *Client) givenToken() (*token, error) {
	const hint = "Copy a new token from the Auth0 dashboard (Applications > APIs > Auth0 Management API > API Explorer), or use AUTH0_CLIENT_ID and AUTH0_CLIENT_SECRET."
	t := &token{value: c.o.Token, given: true}
	claims, ok := readClaims(t.value)
	if !ok {
		t.opaque = true // Auth0 will say what it thinks of it
		return t, nil
	}
	t.scopes = strings.Fields(claims.Scope)
	if claims.ExpiresAt != nil {
		t.expires = claims.ExpiresAt.Time
		if time.Until(t.expires) <= 0 {
			return nil, fault.New(fault.Refused, "auth0.token_expired", hint,
				"The Auth0 token expired at %s.", t.expires.UTC().Format(time.RFC3339))
		}
	}
	if len(claims.Audience) > 0 && !slices.Contains(claims.Audience, c.audience()) {
		return nil, fault.New(fault.Refused, "auth0.token_audience", hint,
			"The Auth0 token is for %s, not for %s.", strings.Join(claims.Audience, ", "), c.audience())
	}
	return t, nil
}

func (c *Client) audience() string { return c.url("/api/v2/") }

func (c *Client) fetchToken(ctx context.Context) (*token, error) {
	if c.o.ClientID == "" || c.o.ClientSecret == "" {
		return nil, fault.New(fault.Usage, "auth0.no_credentials",
			"Set AUTH0_CLIENT_ID and AUTH0_CLIENT_SECRET of a Machine to Machine application, or AUTH0_API_TOKEN.",
			"No Auth0 credentials are set for %s.", c.o.Domain)
	}
	form := url.Values{"grant_type": {"client_credentials"}, "client_id": {c.o.ClientID},
		"client_secret": {c.o.ClientSecret}, "audience": {c.audience()}}
	// A token more does no harm, so the call may be repeated.
	r, err := http.NewRequestWithContext(transport.Repeatable(ctx), http.MethodPost, c.url("/oauth/token"), strings.NewReader(form.Encode()))
	if err != nil {
		return nil, fault.Wrap(err, fault.Usage, "auth0.domain", "Use the tenant's own domain, such as acme.us.auth0.com.", "%q is not an Auth0 tenant's domain.", c.o.Domain)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("User-Agent", "phonegate")
	res, err := c.o.HTTP.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	defer func() { _ = res.Body.Close() }()
	if res.StatusCode != http.StatusOK {
		return nil, tokenRefusal(c.o.Domain, res)
	}
	data, err := io.ReadAll(res.Body)
	if err != nil {
		return nil, err
	}
	var answer struct {
		AccessToken string `json:"access_token"`
		ExpiresIn   int    `json:"expires_in"`
		Scope       string `json:"scope"`
	}
	if err := json.Unmarshal(data, &answer); err != nil || answer.AccessToken == "" {
		return nil, fault.Wrap(errors.Join(err), fault.Failed, "auth0.unexpected_answer",
			"Check the tenant's domain.", "%s does not look like an Auth0 tenant: it sent no valid token.", c.o.Domain)
	}
	t := &token{value: answer.AccessToken, fetched: time.Now()}
	if answer.ExpiresIn > 0 {
		t.expires = t.fetched.Add(time.Duration(answer.ExpiresIn) * time.Second)
	}
	// The token itself is the authority on its scopes; the answer repeats them only by default.
	if claims, ok := readClaims(t.value); ok {
		t.scopes = strings.Fields(claims.Scope)
	} else {
		t.scopes = strings.Fields(answer.Scope)
	}
	return t, nil
}

type claims struct {
	Scope string `json:"scope"`
	jwt.RegisteredClaims
}

// readClaims reads a token without verifying it: it is about to be sent to the only one who can.
func readClaims(value string) (claims, bool) {
	var c claims
	_, _, err := jwt.NewParser().ParseUnverified(value, &c)
	return c, err == nil
}
