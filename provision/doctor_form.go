package provision

import (
	"context"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"phonegate/provision/fault"
	"phonegate/provision/secret"
	"phonegate/templates"
)

// lookAtForm asks the form how it is, as anybody on the internet could, and shows it a session that Auth0 did not sign.
func (t *Tenant) lookAtForm(ctx context.Context) (string, []*fault.Error, error) {
	form, err := t.host.Look(ctx)
	if err != nil {
		return "", nil, err
	}
	var all []*fault.Error
	wanted, err := templates.FormVersion(Settings(t.spec))
	if err != nil {
		return "", nil, err
	}
	if form.Version != wanted {
		all = append(all, fault.New(fault.Differences, "form.version", "", "The form at %s is version %s; generated is %s.", t.FormURL(), firstOf(form.Version, "unknown"), wanted))
	}
	if !form.Ready {
		all = append(all, fault.New(fault.Differences, "form.not_ready", "", "The form at %s lacks a secret in its environment and lets nobody in.", t.FormURL()))
	}
	takes, err := t.takesSession(ctx, secret.Generate())
	if err == nil && takes {
		all = append(all, fault.New(fault.Differences, "form.accepts_forgery", "Take the Action out of the post-login flow until it is repaired, then run phonegate apply --tenant "+t.name+".",
			"The form at %s accepts a session that Auth0 did not sign.", t.FormURL()))
	}
	// Nobody gives a secret back, but what it does can be seen. This sends no text: only the page for the code is asked for.
	_, asked := t.host.(handedOver) // its deployment was asked the same already
	if known := t.session.value(); err == nil && known != "" && form.Ready && !asked {
		if takes, err = t.takesSession(ctx, known); err == nil && !takes {
			all = append(all, fault.New(fault.Differences, "form.other_secret", "Run phonegate rotate --tenant "+t.name+": it gives Action and form new secrets.",
				"The form at %s refuses sessions signed with the secret that it shares with the Action: somebody changed it.", t.FormURL()))
		}
	}
	return strings.TrimPrefix(t.FormURL(), "https://") + ", version " + form.Version, append(all, t.previousProblems()...), err
}

// takesSession says whether the form takes a session that is signed with the key, in which all else is right.
func (t *Tenant) takesSession(ctx context.Context, key string) (bool, error) {
	now := time.Now()
	session, err := jwt.NewWithClaims(jwt.SigningMethodHS256, jwt.MapClaims{
		"iss": t.spec.Auth0.Domain, "sub": "auth0|phonegate-doctor", "iat": now.Unix(), "exp": now.Add(10 * time.Minute).Unix(),
		"purpose": "phonegate/session", "host": t.spec.Auth0.Domain, "task": "code", "vsid": "VE00000000000000000000000000000000", "hint": "00",
	}).SignedString([]byte(key))
	if err != nil {
		return false, err
	}
	at := t.FormURL() + "/?" + url.Values{"session_token": {session}, "state": {"doctor"}}.Encode()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, at, nil)
	if err != nil {
		return false, err
	}
	res, err := t.transport.RoundTrip(req)
	if err != nil {
		return false, err
	}
	defer func() { _ = res.Body.Close() }()
	page, err := io.ReadAll(io.LimitReader(res.Body, 1<<20))
	refused := res.StatusCode/100 == 4 && !strings.Contains(string(page), "/continue") && !strings.Contains(string(page), session)
	return !refused, err
}
