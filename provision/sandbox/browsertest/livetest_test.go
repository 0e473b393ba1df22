package browsertest

import (
	"context"
	"errors"
	"net/url"
	"slices"
	"sync"
	"testing"
	"time"

	"phonegate/provision/config"
	"phonegate/provision/event"
	"phonegate/provision/smoke"
)

// The live test on a real tenant opens a person's own browser and waits for it on a loopback address.
func TestTheLiveTestGoesThroughAPersonsBrowser(t *testing.T) {
	found := findTools(t)
	s := newStage(t, config.Tenant{}, "deployed")
	s.mountLock(found.bundleLock(t))
	const phone = "+15005550104"
	var email string // the test suggests one

	var browsers sync.WaitGroup
	defer browsers.Wait()
	journeys := []string{signUpWithLock, logInWithLock}
	var ended []event.Step
	o := s.plan.Smoke()
	o.Level, o.Pause, o.Texts = smoke.LevelLogin, time.Millisecond, nil
	o.Emit = func(e event.Event) {
		if step, ok := e.(event.Step); ok && step.Status != event.Running {
			ended = append(ended, step)
		}
	}
	o.Person = &smoke.Interactive{
		Poll: 100 * time.Millisecond, Patience: 2 * time.Minute,
		Codes: func(context.Context, string, time.Time) (string, error) {
			return "", errors.New("the code is typed in the browser")
		},
		Open: func(_ context.Context, address string) error {
			if len(journeys) == 0 {
				return errors.New("a third login")
			}
			at, err := url.Parse(address)
			if err != nil {
				return err
			}
			email = at.Query().Get("login_hint")
			play := s.script(email, phone, start{journeys[0], address})
			play.RedirectURI = at.Query().Get("redirect_uri")
			journeys = journeys[1:]
			browsers.Go(func() { found.drive(t, play) })
			return nil
		},
	}
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	defer cancel()
	if err := smoke.Run(ctx, o); err != nil {
		t.Fatalf("%v\nsteps: %+v", err, ended)
	}
	for _, step := range []string{"login.signup", "login.redirect", "login.code", "login.continue", "login.tokens", "login.record", "login.second_login", "cleanup"} {
		i := slices.IndexFunc(ended, func(e event.Step) bool { return e.Resource == step })
		if i < 0 || ended[i].Status != event.Done {
			t.Errorf("%s did not end well: %+v", step, ended)
		}
	}
	if u, err := s.api.FindUser(t.Context(), email); err != nil || u != nil {
		t.Errorf("the test's user is still there: %+v, %v", u, err)
	}
	s.checkTexts(t, phone, 1)
}
