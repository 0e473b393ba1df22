package transport

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"phonegate/provision/fault"
)

// server answers with the given statuses in turn, the last one for ever, and counts.
func server(t *testing.T, answers ...http.HandlerFunc) (*url.URL, *atomic.Int32) {
	t.Helper()
	var n atomic.Int32
	s := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		i := int(n.Add(1)) - 1
		answers[min(i, len(answers)-1)](rw, r)
	}))
	t.Cleanup(s.Close)
	u, err := url.Parse(s.URL)
	if err != nil {
		t.Fatal(err)
	}
	return u, &n
}

func status(code int, headers ...string) http.HandlerFunc {
	return func(rw http.ResponseWriter, _ *http.Request) {
		for i := 0; i+1 < len(headers); i += 2 {
			rw.Header().Set(headers[i], headers[i+1])
		}
		rw.WriteHeader(code)
		_, _ = io.WriteString(rw, http.StatusText(code))
	}
}

func body(code int, text string) http.HandlerFunc {
	return func(rw http.ResponseWriter, _ *http.Request) {
		rw.WriteHeader(code)
		_, _ = io.WriteString(rw, text)
	}
}

func broken(rw http.ResponseWriter, _ *http.Request) { panic(http.ErrAbortHandler) }

func to(u *url.URL) *Transport {
	t := New(Options{Endpoints: Endpoints{Auth0: u, Twilio: u, Vercel: u, Cloudflare: u}, Auth0Hosts: []string{"acme.us.auth0.test", "login.acme.test:8443"}})
	t.retry.first = time.Millisecond
	return t
}

func do(t *testing.T, rt http.RoundTripper, ctx context.Context, method, address, body string) (*http.Response, error) {
	t.Helper()
	r, err := http.NewRequestWithContext(ctx, method, address, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	return rt.RoundTrip(r)
}

const (
	tenant = "https://acme.us.auth0.test/api/v2/x"
	verify = "https://verify.twilio.com/v2/Services"
)

func TestRepeatsOnlyWhatIsSafe(t *testing.T) {
	ok := status(200)
	for name, c := range map[string]struct {
		method, url string
		repeatable  bool
		answers     []http.HandlerFunc
		requests    int32
		status      int // 0: an error
	}{
		"a GET after 503":                                {"GET", tenant, false, []http.HandlerFunc{status(503), ok}, 2, 200},
		"a GET after a broken connection":                {"GET", tenant, false, []http.HandlerFunc{broken, ok}, 2, 200},
		"a POST after 503: no":                           {"POST", tenant, false, []http.HandlerFunc{status(503), ok}, 1, 503},
		"a POST after a broken connection: no":           {"POST", verify, false, []http.HandlerFunc{broken, ok}, 1, 0},
		"a POST marked repeatable after 503":             {"POST", tenant, true, []http.HandlerFunc{status(503), ok}, 2, 200},
		"a POST marked repeatable after a broken answer": {"POST", tenant, true, []http.HandlerFunc{broken, ok}, 2, 200},
		"a POST after 429, which did nothing":            {"POST", tenant, false, []http.HandlerFunc{status(429, "Retry-After", "0"), ok}, 2, 200},
		"Twilio's 429 with 20429":                        {"POST", verify, false, []http.HandlerFunc{withRetry(body(429, `{"code":20429}`)), ok}, 2, 200},
		"Twilio's too many checks: no":                   {"POST", verify, false, []http.HandlerFunc{body(429, `{"code":60202}`), ok}, 1, 429},
		"Twilio's too many sends: no":                    {"POST", verify, true, []http.HandlerFunc{body(429, `{"code":60203}`), ok}, 1, 429},
		"Twilio's 429 as HTML: no":                       {"POST", verify, false, []http.HandlerFunc{body(429, `<html>`), ok}, 1, 429},
		"a refusal: no":                                  {"GET", tenant, true, []http.HandlerFunc{status(403), ok}, 1, 403},
		"a wait of more than a minute: no":               {"GET", tenant, false, []http.HandlerFunc{status(429, "Retry-After", "3600"), ok}, 1, 429},
		"a GET that never works":                         {"GET", tenant, false, []http.HandlerFunc{status(500)}, 4, 500},
	} {
		t.Run(name, func(t *testing.T) {
			u, n := server(t, c.answers...)
			ctx := context.Background()
			if c.repeatable {
				ctx = Repeatable(ctx)
			}
			res, err := do(t, to(u), ctx, c.method, c.url, "payload")
			if n.Load() != c.requests {
				t.Errorf("%d requests, want %d", n.Load(), c.requests)
			}
			if (err != nil) != (c.status == 0) || (err == nil && res.StatusCode != c.status) {
				t.Errorf("got %v, %v; want status %d", res, err, c.status)
			}
		})
	}
}

func withRetry(h http.HandlerFunc) http.HandlerFunc {
	return func(rw http.ResponseWriter, r *http.Request) {
		rw.Header().Set("Retry-After", "0")
		h(rw, r)
	}
}

func TestARepeatSendsTheSameBody(t *testing.T) {
	var bodies []string
	record := func(code int) http.HandlerFunc {
		return func(rw http.ResponseWriter, r *http.Request) {
			data, _ := io.ReadAll(r.Body)
			bodies = append(bodies, string(data))
			rw.WriteHeader(code)
		}
	}
	u, _ := server(t, record(503), record(503), record(200))
	if _, err := do(t, to(u), Repeatable(context.Background()), "PATCH", tenant, `{"a":1}`); err != nil {
		t.Fatal(err)
	}
	if len(bodies) != 3 || bodies[0] != `{"a":1}` || bodies[2] != bodies[0] {
		t.Errorf("bodies: %q", bodies)
	}
}

func TestGoesToTheEndpointUnderTheProvidersName(t *testing.T) {
	for address, host := range map[string]string{
		tenant:                                "acme.us.auth0.test",
		"https://LOGIN.acme.test/oauth/token": "LOGIN.acme.test",
		"https://login.acme.test:8443/x":      "login.acme.test:8443",
		verify:                                "verify.twilio.com",
		"https://api.vercel.com/v2/user":      "api.vercel.com",
		"https://acme-verify.vercel.app/":     "acme-verify.vercel.app",
		"https://api.cloudflare.com/user":     "api.cloudflare.com",
		"https://form.acme.workers.dev/":      "form.acme.workers.dev",
	} {
		var got, path string
		u, _ := server(t, func(_ http.ResponseWriter, r *http.Request) { got, path = r.Host, r.URL.Path })
		if _, err := do(t, to(u), context.Background(), "GET", address, ""); err != nil {
			t.Fatal(err)
		}
		if want, _ := url.Parse(address); got != host || path != want.Path {
			t.Errorf("%s arrived at %s%s", address, got, path)
		}
	}
}

func TestDoesNotRedirectStrangers(t *testing.T) {
	u, n := server(t, status(200))
	tr := to(u)
	tr.o.Base = roundTripper(func(r *http.Request) (*http.Response, error) {
		if r.URL.Host == u.Host {
			t.Errorf("%s went to the sandbox", r.Host)
		}
		return nil, io.ErrUnexpectedEOF
	})
	for _, address := range []string{"https://evil-twilio.com/", "https://vercel.app.evil.test/", "https://other.us.auth0.test/"} {
		_, _ = do(t, tr, context.Background(), "POST", address, "")
	}
	if n.Load() != 0 {
		t.Error("a stranger's request arrived")
	}
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func TestCountsRequestsByProvider(t *testing.T) {
	u, _ := server(t, status(503), status(200))
	tr := to(u)
	for _, address := range []string{tenant, verify, verify, "https://api.vercel.com/v2/user", "https://acme.vercel.app/"} {
		if _, err := do(t, tr, context.Background(), "GET", address, ""); err != nil {
			t.Fatal(err)
		}
	}
	got := tr.Requests()
	if got["auth0"] != 2 || got["twilio"] != 2 || got["vercel"] != 1 || len(got) != 3 {
		t.Errorf("counts: %v", got)
	}
}

func TestAWaitEndsWithTheContext(t *testing.T) {
	u, _ := server(t, status(429, "Retry-After", "30"))
	tr := to(u)
	waiting := make(chan string, 1)
	tr.o.OnWait = func(provider string, d time.Duration) {
		if d > 29*time.Second && d <= 30*time.Second {
			waiting <- provider
		}
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() {
		_, err := do(t, tr, ctx, "GET", tenant, "")
		ended <- err
	}()
	if provider := <-waiting; provider != "auth0" {
		t.Errorf("waits for %s", provider)
	}
	start := time.Now()
	cancel()
	if err := <-ended; !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	if d := time.Since(start); d > 100*time.Millisecond {
		t.Errorf("the wait ended after %s", d)
	}
}

func TestOneRefusalKeepsAllRequestsToTheProviderBack(t *testing.T) {
	u, n := server(t, status(429, "Retry-After", "30"))
	tr := to(u)
	waits := make(chan struct{}, 8)
	tr.o.OnWait = func(string, time.Duration) { waits <- struct{}{} }
	ctx, cancel := context.WithCancel(context.Background())
	var group sync.WaitGroup
	get := func() {
		group.Add(1)
		go func() {
			defer group.Done()
			_, _ = do(t, tr, ctx, "GET", tenant, "")
		}()
	}
	get()
	<-waits
	get()
	<-waits
	if n.Load() != 1 {
		t.Errorf("%d requests arrived while the provider takes none", n.Load())
	}
	cancel()
	group.Wait()
}

func TestReadsTheDelayThatIsAskedFor(t *testing.T) {
	now := time.Now().UTC().Truncate(time.Second)
	for name, c := range map[string]struct {
		headers  []string
		from, to time.Duration
		told     bool
	}{
		"seconds":                      {[]string{"Retry-After", "7"}, 7 * time.Second, 7 * time.Second, true},
		"a date":                       {[]string{"Date", now.Format(http.TimeFormat), "Retry-After", now.Add(5 * time.Second).Format(http.TimeFormat)}, 5 * time.Second, 5 * time.Second, true},
		"a date by the server's clock": {[]string{"Date", "Mon, 02 Jan 2006 15:04:00 GMT", "Retry-After", "Mon, 02 Jan 2006 15:04:09 GMT"}, 9 * time.Second, 9 * time.Second, true},
		"a date that is over":          {[]string{"Date", "Mon, 02 Jan 2006 15:04:00 GMT", "Retry-After", "Mon, 02 Jan 2006 15:03:00 GMT"}, 0, 0, true},
		"a reset":                      {[]string{"Date", now.Format(http.TimeFormat), "X-RateLimit-Reset", strconv.FormatInt(now.Unix()+3, 10)}, 3 * time.Second, 4 * time.Second, true},
		"nonsense":                     {[]string{"Retry-After", "soon", "X-RateLimit-Reset", "later"}, 0, 0, false},
		"nothing":                      {nil, 0, 0, false},
	} {
		h := http.Header{}
		for i := 0; i+1 < len(c.headers); i += 2 {
			h.Set(c.headers[i], c.headers[i+1])
		}
		d, told := askedDelay(&http.Response{Header: h})
		if told != c.told || d < c.from || d > c.to {
			t.Errorf("%s: %s, %v", name, d, told)
		}
	}
}

func TestAnAttemptHasADeadlineThatCoversTheBody(t *testing.T) {
	release := make(chan struct{})
	u, n := server(t, func(rw http.ResponseWriter, r *http.Request) {
		rw.Header().Set("Content-Length", "100")
		_, _ = io.WriteString(rw, "half")
		rw.(http.Flusher).Flush()
		select {
		case <-release:
		case <-r.Context().Done():
		}
	})
	defer close(release)
	tr := to(u)
	tr.o.Timeout = 50 * time.Millisecond
	_, err := do(t, tr, context.Background(), "POST", tenant, "")
	f := fault.Of(err)
	if f.Code != "auth0.timeout" || !strings.Contains(f.Message, "acme.us.auth0.test did not respond within 50ms") || n.Load() != 1 {
		t.Errorf("%d requests, %s: %s", n.Load(), f.Code, f.Message)
	}
}

func TestErrorsNameTheHostAndHoldNoSecret(t *testing.T) {
	tr := New(Options{Endpoints: Endpoints{Auth0: &url.URL{Scheme: "http", Host: "127.0.0.1:1"}}, Auth0Hosts: []string{"acme.us.auth0.test"}})
	tr.retry.first = time.Millisecond
	r, _ := http.NewRequest("POST", "https://user:hunter22@acme.us.auth0.test/x?token=hunter22", strings.NewReader("hunter22"))
	r.Header.Set("Authorization", "Bearer hunter22")
	_, err := (&http.Client{Transport: tr}).Do(r)
	f := fault.Of(err)
	if f.Code != "auth0.unreachable" || !strings.Contains(f.Message, "acme.us.auth0.test can't be reached: ") || f.Hint == "" {
		t.Errorf("%s: %s", f.Code, f.Message)
	}
	if strings.Contains(f.Message, "hunter22") {
		t.Errorf("a secret is in the message: %s", f.Message)
	}
	if got := tr.Requests()["auth0"]; got != 4 {
		t.Errorf("%d attempts to connect, want 4: no connection was made, so a POST may be repeated", got)
	}
}

func TestKeepsToItsOwnLimit(t *testing.T) {
	u, _ := server(t, status(200))
	tr := New(Options{Endpoints: Endpoints{Auth0: u}, Auth0Hosts: []string{"acme.us.auth0.test"}, Limits: map[string]float64{"auth0": 20}})
	start := time.Now()
	for range 24 {
		if _, err := do(t, tr, context.Background(), "GET", tenant, ""); err != nil {
			t.Fatal(err)
		}
	}
	if d := time.Since(start); d < 180*time.Millisecond {
		t.Errorf("24 requests at 20 a second, 20 of them at once, took %s", d)
	}
}

func TestAnswersAreReadWhole(t *testing.T) {
	u, _ := server(t, body(200, "hello"))
	ctx, cancel := context.WithCancel(context.Background())
	res, err := do(t, to(u), ctx, "GET", tenant, "")
	if err != nil {
		t.Fatal(err)
	}
	cancel()
	if data, err := io.ReadAll(res.Body); err != nil || string(data) != "hello" {
		t.Errorf("%q, %v", data, err)
	}
}

func TestTellsHowFarClocksAreApart(t *testing.T) {
	for name, c := range map[string]struct{ off, from, to time.Duration }{
		"the same time": {0, 0, 0},
		"ahead":         {2 * time.Minute, 118 * time.Second, 121 * time.Second},
		"behind":        {-2 * time.Minute, -121 * time.Second, -118 * time.Second},
	} {
		u, _ := server(t, func(rw http.ResponseWriter, _ *http.Request) {
			rw.Header().Set("Date", time.Now().Add(c.off).UTC().Format(http.TimeFormat))
		})
		tr := to(u)
		if _, err := do(t, tr, context.Background(), "GET", tenant, ""); err != nil {
			t.Fatal(err)
		}
		if got := tr.Skews()["auth0"]; got < c.from || got > c.to {
			t.Errorf("%s: %s", name, got)
		}
	}
}

func TestAWaitIsToldToWhoAskedForIt(t *testing.T) {
	u, _ := server(t, status(429, "Retry-After", "2"), status(200))
	tr := to(u)
	ctx, cancel := context.WithCancel(context.Background())
	told := ""
	ctx = Waiting(ctx, func(provider string, d time.Duration) {
		told = provider + " " + d.Round(time.Second).String()
		cancel()
	})
	if _, err := do(t, tr, ctx, "GET", tenant, ""); !errors.Is(err, context.Canceled) || told != "auth0 2s" {
		t.Errorf("%v, told %q", err, told)
	}
}

func TestTheFirstPauseCanBeChosen(t *testing.T) {
	u, n := server(t, status(503))
	tr := New(Options{Endpoints: Endpoints{Auth0: u}, Auth0Hosts: []string{"acme.us.auth0.test"}, Backoff: time.Millisecond})
	start := time.Now()
	if _, err := do(t, tr, context.Background(), "GET", tenant, ""); err != nil || n.Load() != 4 {
		t.Errorf("%d requests, %v", n.Load(), err)
	}
	if d := time.Since(start); d > 250*time.Millisecond {
		t.Errorf("three pauses of milliseconds took %s", d)
	}
}
