package bundle

import (
	"context"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"phonegate/provision/fault"
)

// ask shows the form a session that is signed with the secret, as Auth0 would, and sees whether it takes it. The session is of
// nobody and about a verification that does not exist, and showing its page reaches nobody: no text is sent, Twilio is not called.
// The secrets are handed over all at once, so a form that knows this one has the others of its generation, too.
func (d *Deployment) ask(ctx context.Context, secret string, clock time.Time) (answer, error) {
	// By the clock of the form's server: another question than whether clocks are right.
	session, err := jwt.NewWithClaims(jwt.SigningMethodHS256, jwt.MapClaims{
		"iss": d.o.Issuer, "sub": "auth0|phonegate-apply", "iat": clock.Unix(), "exp": clock.Add(time.Minute).Unix(),
		"purpose": "phonegate/session", "host": d.o.Issuer, "task": "code", "vsid": "VE00000000000000000000000000000000", "hint": "00",
		"sent": clock.Unix(), "sends": 1,
	}).SignedString([]byte(secret))
	if err != nil {
		return no, err
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, d.o.URL+"/?"+url.Values{"session_token": {session}, "state": {"probe"}}.Encode(), nil)
	if err != nil {
		return no, err
	}
	r.Header.Set("User-Agent", "phonegate")
	res, err := d.o.HTTP.RoundTrip(r)
	if err != nil {
		return no, err
	}
	defer func() { _ = res.Body.Close() }()
	page, err := io.ReadAll(io.LimitReader(res.Body, 1<<20))
	if err != nil {
		return no, err
	}
	switch {
	case res.StatusCode == http.StatusOK && strings.Contains(string(page), `name="session_token"`):
		return yes, nil
	case res.StatusCode == http.StatusBadRequest || res.StatusCode == http.StatusServiceUnavailable:
		return no, nil
	}
	return no, fault.New(fault.Failed, "bundle.no_page", "", "%s answers a login with status %d. Whatever stands before the form must pass on the query of an address.", bare(d.o.URL), res.StatusCode)
}
