package jsvm

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"phonegate/templates/scenario"
)

// scenarioTwilio answers the calls of one scenario in order, and holds them to what the scenario expects.
type scenarioTwilio struct {
	t         *testing.T
	base      scenario.Base
	variables map[string]string // that hold the keys

	mu      sync.Mutex
	replies []scenario.Reply
	silence chan struct{} // closed when the call is made that is never answered
}

// surroundings are a world in which time stands still, and a limit on a call is up as soon as Twilio falls silent.
func (tw *scenarioTwilio) surroundings(t *testing.T, base scenario.Base, now string) Surroundings {
	at, err := time.Parse(time.RFC3339, orElse(now, base.Now))
	if err != nil {
		t.Fatal(err)
	}
	tw.silence = make(chan struct{})
	const legTime = 20 * time.Second
	return Surroundings{Network: tw, Time: legTime, Now: func() time.Time { return at }, Sleep: func(ctx context.Context, d time.Duration) error {
		if d == legTime {
			return sleep(ctx, d)
		}
		if d > 5*time.Second {
			t.Errorf("a limit of %s is too long", d)
		}
		select {
		case <-tw.silence:
			return nil
		case <-ctx.Done():
			return ctx.Err()
		}
	}}
}

// RoundTrip implements http.RoundTripper.
func (tw *scenarioTwilio) RoundTrip(r *http.Request) (*http.Response, error) {
	reply, err := tw.next(r)
	if err != nil {
		return nil, err
	}
	body := string(reply.Body)
	switch reply.Fail {
	case "network":
		return nil, errors.New("fetch failed")
	case "silence":
		close(tw.silence)
		<-r.Context().Done()
		return nil, r.Context().Err()
	case "html":
		body = "<html>"
	}
	return &http.Response{StatusCode: reply.Status, Header: http.Header{"Content-Type": {"application/json"}},
		Body: io.NopCloser(strings.NewReader(body)), Request: r}, nil
}

// next takes the reply to a call.
func (tw *scenarioTwilio) next(r *http.Request) (scenario.Reply, error) {
	tw.mu.Lock()
	defer tw.mu.Unlock()
	call := r.Method + " " + r.URL.EscapedPath()
	if len(tw.replies) == 0 {
		tw.t.Errorf("an unexpected call: %s", call)
		return scenario.Reply{}, errors.New("fetch failed")
	}
	reply := tw.replies[0]
	tw.replies = tw.replies[1:]
	tw.check(reply, call, r)
	return reply, nil
}

func (tw *scenarioTwilio) check(reply scenario.Reply, call string, r *http.Request) {
	if got := r.URL.Scheme + "://" + r.URL.Host; got != "https://verify.twilio.com" {
		tw.t.Errorf("a call to %s", got)
	}
	if reply.Expect != "" && call != reply.Expect {
		tw.t.Errorf("called %s, not %s", call, reply.Expect)
	}
	user, password, _ := r.BasicAuth()
	parts := strings.Split(tw.variables[orElse(reply.Key, tw.base.Key)], ".")
	if len(parts) != 4 || user != parts[1] || password != parts[2] {
		tw.t.Error("not called with the API key")
	}
	if reply.Form == nil {
		return
	}
	text, err := io.ReadAll(r.Body)
	if err != nil {
		tw.t.Error(err)
	}
	fields, err := url.ParseQuery(string(text))
	if err != nil {
		tw.t.Error(err)
	}
	got := map[string]string{}
	for name := range fields {
		got[name] = fields.Get(name)
	}
	if diff := cmp.Diff(reply.Form, got); diff != "" {
		tw.t.Errorf("%s sent (-want +got):\n%s", call, diff)
	}
}

// settle says whether all calls were made.
func (tw *scenarioTwilio) settle() {
	tw.mu.Lock()
	defer tw.mu.Unlock()
	if len(tw.replies) > 0 {
		tw.t.Errorf("%d calls were not made", len(tw.replies))
	}
}
