package engine

import (
	"cmp"
	"context"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"phonegate/provision/fault"
	"phonegate/provision/ring"
)

// lookAtForm asks the form how it is, as anybody on the internet could, and shows it a session that Auth0 did not sign.
func (w *work) lookAtForm(ctx context.Context) (string, []*fault.Error, error) {
	t, at := w.t, w.host.URL()
	form, err := w.host.Look(ctx)
	if err != nil {
		return "", nil, err
	}
	var all []*fault.Error
	if wanted := t.form.version; form.Version != wanted {
		all = append(all, fault.New(fault.Differences, "form.version", "", "The form at %s is version %s, but the current version is %s.", at, cmp.Or(form.Version, "unknown"), wanted))
	}
	if !form.Ready {
		all = append(all, fault.New(fault.Differences, "form.not_ready", "", "The form at %s is missing its key and rejects every request.", at))
	}
	if live, ok := w.action.Live(); ok && form.Ready && !form.Shows(live.Keys) {
		all = append(all, fault.New(fault.Differences, "form.other_key", "", "The form at %s does not have the key that the Action signs with: every login that needs a code fails.", at))
	}
	if !form.Ready {
		return strings.TrimPrefix(at, "https://") + ", version " + form.Version, all, nil
	}
	takes, status, err := w.takesSession(ctx, ring.New(t.now()))
	if err == nil && !takes && status/100 != 4 {
		all = append(all, fault.New(fault.Differences, "form.status", "Check the proxy in front of the form: it must pass on the whole address, including the query.",
			"The form at %s answers a login with status %d.", at, status))
	}
	if err == nil && takes {
		all = append(all, fault.New(fault.Differences, "form.accepts_forgery", "Remove the Action from the post-login flow until the form is fixed, then run phonegate apply --tenant "+t.name+".",
			"The form at %s accepts a session that Auth0 did not sign.", at))
	}
	// Nobody gives a secret back, but what it does can be seen. This sends no text: only the page for the code is asked for.
	if u, ok := w.sight().value(w.before); err == nil && status/100 == 4 && ok && form.Shows([]ring.Key{w.before}) {
		if takes, _, err = w.takesSession(ctx, u); err == nil && !takes {
			all = append(all, fault.New(fault.Differences, "form.other_secret", "Run phonegate rotate --tenant "+t.name+" to give the Action and the form a new key.",
				"The form at %s rejects sessions signed with the key that it shares with the Action: somebody changed that key.", at))
		}
	}
	return strings.TrimPrefix(at, "https://") + ", version " + form.Version, all, err
}

// takesSession says whether the form takes a session that is signed with the key's secret, in which all else is right, and with which
// status it answers.
func (w *work) takesSession(ctx context.Context, u ring.Unit) (takes bool, status int, err error) {
	now, domain := w.t.now(), w.t.spec.Auth0.Domain
	id := cmp.Or(w.before.ID, u.ID)
	session, err := jwt.NewWithClaims(jwt.SigningMethodHS256, jwt.MapClaims{
		"iss": domain, "sub": "auth0|phonegate-doctor", "iat": now.Unix(), "exp": now.Add(10 * time.Minute).Unix(),
		"purpose": "phonegate/session", "host": domain, "task": "code", "vsid": "VE00000000000000000000000000000000", "hint": "00",
		"layout": ring.Layout, "key": id, "login": strings.Repeat("0", 32), "check": w.t.spec.CodeCheck, "digits": w.t.spec.Twilio.CodeLength, "change": false,
	}).SignedString([]byte(u.Session))
	if err != nil {
		return false, 0, err
	}
	at := w.host.URL() + "/?" + url.Values{"session_token": {session}, "state": {"doctor"}}.Encode()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, at, nil)
	if err != nil {
		return false, 0, err
	}
	res, err := w.t.transport.RoundTrip(req)
	if err != nil {
		return false, 0, err
	}
	defer func() { _ = res.Body.Close() }()
	page, err := io.ReadAll(io.LimitReader(res.Body, 1<<20))
	wayOn := strings.Contains(string(page), "/continue") || strings.Contains(string(page), session)
	return wayOn || res.StatusCode/100 == 2, res.StatusCode, err
}
