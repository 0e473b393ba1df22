package provision_test

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"sync"
	"testing"
	"time"

	"phonegate/provision/auth0"
	"phonegate/provision/sandbox"
	"phonegate/provision/smoke"
)

// login is one user's first login, which waits at the form until the gate is open.
func (b *bench) login(n int, client, form string, atForm chan<- int, gate <-chan struct{}) error {
	number, email := fmt.Sprintf("+614915701%02d", n), fmt.Sprintf("user-%d@example.com", n)
	person := &smoke.Automatic{HTTP: b.box.Network(), Codes: func(ctx context.Context, to string, _ time.Time) (string, error) {
		atForm <- n
		<-gate
		texts := b.box.Phone().Messages(to)
		if len(texts) == 0 {
			return "", errors.New("no text has come")
		}
		return texts[0].Code, nil
	}}
	back := auth0.TestCallbacks[0]
	result, err := person.Login(b.t.Context(), smoke.LoginRequest{
		Domain: sandbox.Auth0Domain, Connection: b.spec.Auth0.Connection, ClientID: client, FormURL: form, Callbacks: auth0.TestCallbacks,
		SignUp: true, Email: email, Password: "Correct-horse-7", Number: number, SignUpNumber: number, Report: func(smoke.Stage) {},
		Authorize: func(string) string {
			return "https://" + sandbox.Auth0Domain + "/authorize?" + url.Values{
				"response_type": {"code"}, "client_id": {client}, "redirect_uri": {back}, "scope": {"openid"}, "state": {email},
				"connection": {b.spec.Auth0.Connection}, "code_challenge": {"E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"}, "code_challenge_method": {"S256"},
			}.Encode()
		},
	})
	switch {
	case err != nil:
		return err
	case result.Values.Get("error") != "":
		return fmt.Errorf("%s: %s", result.Values.Get("error"), result.Values.Get("error_description"))
	case result.Values.Get("code") == "" || result.Values.Get("state") != email || result.Forms < 1:
		return fmt.Errorf("the login came back with %d forms shown and not with a code", result.Forms)
	}
	return nil
}

func TestLoginsUnderWayCompleteAcrossARotation(t *testing.T) {
	const before, after = 50, 10
	for _, check := range []string{"form", "action"} {
		t.Run("code_check "+check, func(t *testing.T) {
			b := newBench(t)
			b.spec.CodeCheck = check
			form := b.apply().FormURL
			client := b.held("client")
			old := b.secrets()
			atForm, gate, ended := make(chan int, before+after), make(chan struct{}), make(chan error, before+after)
			var group sync.WaitGroup
			for n := range before {
				group.Go(func() { ended <- b.login(n, client, form, atForm, gate) })
			}
			for range before {
				select {
				case <-atForm:
				case err := <-ended:
					t.Fatal("before the rotation:", err)
				}
			}
			if err := rotating.run(t.Context(), b, nil); err != nil {
				t.Fatal(err)
			}
			b.inOrder()
			for i, now := range b.secrets()[3:5] {
				if now == old[3+i] {
					t.Fatal("nothing was rotated")
				}
			}
			close(gate)
			group.Wait()
			for n := range after {
				group.Go(func() { ended <- b.login(before+n, client, form, atForm, gate) })
			}
			group.Wait()
			close(ended)
			completed := 0
			for err := range ended {
				if err != nil {
					t.Error(err)
					continue
				}
				completed++
			}
			t.Logf("%d logins completed, %d of them begun before the rotation", completed, before)
			if completed != before+after {
				t.Errorf("%d of %d logins completed", completed, before+after)
			}
		})
	}
}
