package provision_test

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"phonegate/provision/event"
	"phonegate/provision/fault"
)

// waiting hears the Action wait for logins to end, and does something then.
func waiting(do func()) func(event.Event) {
	return func(e event.Event) {
		if s, ok := e.(event.Step); ok && s.Resource == "auth0.action" && strings.Contains(s.Detail, "the former Twilio key") {
			do()
		}
	}
}

func TestTheFormerKeyOutlivesTheActionThatUsedIt(t *testing.T) {
	b := newBench(t)
	b.apply()
	b.linger = 50 * time.Millisecond
	var since time.Time
	if err := rotating.run(t.Context(), b, waiting(func() {
		if since = time.Now(); len(b.holdings().Twilio.Keys) != 2 {
			t.Error("the former key is gone")
		}
	})); err != nil {
		t.Fatal(err)
	}
	if since.IsZero() || time.Since(since) < b.linger {
		t.Error("nobody was waited for")
	}
	b.inOrder()
}

func TestAStopWhileLoginsEndLeavesTheFormerKey(t *testing.T) {
	b := newBench(t)
	b.apply()
	b.linger = time.Hour
	var stop func()
	e := b.open(waiting(func() { stop() }))
	stop = e.Stop
	if _, err := e.PlanRotation(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := e.Apply(t.Context()); fault.Of(err) == nil || fault.Of(err).Category != fault.Interrupted {
		t.Fatalf("it ended with %v", err)
	}
	if n := len(b.holdings().Twilio.Keys); n != 2 {
		t.Errorf("%d keys", n)
	}
	b.linger = 0
	b.apply()
	b.inOrder()
}

func TestAFirstApplyWaitsForNobody(t *testing.T) {
	b := newBench(t)
	b.linger = time.Hour
	// An earlier run has come as far as the key.
	b.ask("POST", accountURL+"/Keys.json", url.Values{"FriendlyName": {"phonegate dev " + b.spec.Auth0.Domain}})
	b.apply()
	b.inOrder()
}
