package transport

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"phonegate/provision/fault"
)

// Provider names, as they are counted and limited.
const (
	auth0      = "auth0"
	twilio     = "twilio"
	vercel     = "vercel"
	cloudflare = "cloudflare"
	form       = "form" // what we host ourselves: not an API, not counted
)

const (
	defaultTimeout = 15 * time.Second
	maxBody        = 16 << 20
)

// Options shape a Transport.
type Options struct {
	Endpoints Endpoints
	// Auth0Hosts are the tenant's domain and its custom domains.
	Auth0Hosts []string
	// FormHosts are hosts on which a form runs, beside everything under vercel.app and workers.dev.
	FormHosts []string
	// Rates is shared by the Transports that may work for the same accounts; nil for limits of its own.
	Rates *Rates
	// Accounts names, by provider, the account whose limit the requests count against. No entry: one of its own.
	Accounts map[string]string
	// Limits holds requests a second by provider ("auth0": 2). No entry: what the provider's answers say.
	Limits map[string]float64
	// OnWait is told about every wait of more than a second, before it begins. It may be called by many goroutines.
	OnWait func(provider string, d time.Duration)
	// Timeout is the deadline of one attempt, its answer included; 15 seconds if zero.
	Timeout time.Duration
	// Backoff is the pause before the first repeat of a request; it doubles with each one. 300 ms if zero.
	Backoff time.Duration
	// Base sends the requests; if nil, over connections that all Transports of the process share.
	Base http.RoundTripper
}

// Transport is an http.RoundTripper for all providers. It is safe for use by many goroutines.
//
// Answers are read whole before they are handed on: so an attempt's deadline covers the body, a
// broken body can be repeated like a broken connection, and a caller that forgets to
// close a body (twilio-go does) leaks nothing.
type Transport struct {
	o     Options
	retry policy
	own   *Rates // of accounts that are nobody else's

	mu     sync.Mutex
	counts map[string]int
	skews  map[string]time.Duration
}

// connections are shared, so that many tenants, one after the other, do not leave theirs open.
var connections = func() *http.Transport {
	t := http.DefaultTransport.(*http.Transport).Clone()
	t.MaxIdleConnsPerHost = 16
	return t
}()

// New makes a Transport.
func New(o Options) *Transport {
	if o.Timeout <= 0 {
		o.Timeout = defaultTimeout
	}
	if o.Base == nil {
		o.Base = connections
	}
	t := &Transport{o: o, retry: defaultPolicy(), own: NewRates(), counts: map[string]int{}, skews: map[string]time.Duration{}}
	if o.Backoff > 0 {
		t.retry.first, t.retry.busy = o.Backoff, o.Backoff
	}
	return t
}

// account is where a request waits for its turn. Auth0 counts the requests to its Management API by themselves, and
// every form is an account of its own.
func (t *Transport) account(provider string, to *url.URL) *account {
	kind := provider
	if provider == auth0 && !strings.HasPrefix(to.Path, "/api/") {
		kind = "auth0 login"
	}
	switch name := t.o.Accounts[provider]; {
	case provider == form:
		return t.own.account(strings.ToLower(to.Hostname()), 0)
	case name == "" || t.o.Rates == nil:
		return t.own.account(kind, t.o.Limits[provider])
	default:
		return t.o.Rates.account(kind+" "+name, t.o.Limits[provider])
	}
}

// Requests counts the API requests sent so far, repeats included, by provider: auth0, twilio, vercel, cloudflare.
func (t *Transport) Requests() map[string]int {
	t.mu.Lock()
	defer t.mu.Unlock()
	counts := maps.Clone(t.counts)
	delete(counts, form)
	return counts
}

type contextKey int

const (
	repeatable contextKey = iota
	waiting
)

// Repeatable marks requests made with the context as safe to send again after a failure that may
// have happened after the server acted on them.
func Repeatable(ctx context.Context) context.Context {
	return context.WithValue(ctx, repeatable, true)
}

// RoundTrip implements http.RoundTripper.
func (t *Transport) RoundTrip(r *http.Request) (*http.Response, error) {
	ctx := r.Context()
	provider := t.provider(r.URL.Hostname())
	body, err := replayable(r)
	if err != nil {
		return nil, err
	}
	safe := r.Method == http.MethodGet || r.Method == http.MethodHead || ctx.Value(repeatable) != nil
	a := t.account(provider, r.URL)
	for q, past := a.join(), (tries{}); ; {
		if err := t.admit(ctx, provider, a, q); err != nil {
			return nil, err
		}
		res, err := t.attempt(t.redirect(r, provider, body), provider)
		delay, again := t.retry.next(provider, res, err, safe, &past)
		end := ending{delay: delay}
		if err == nil {
			end.said, end.refused = allowanceOf(res), again && res.StatusCode == http.StatusTooManyRequests
		}
		a.done(end)
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if !again {
			if err != nil {
				return nil, unreachable(r.URL.Hostname(), provider, t.o.Timeout, err)
			}
			return res, nil
		}
		if end.refused {
			continue // admit waits, and so do all other requests for this account
		}
		if err := t.wait(ctx, provider, delay); err != nil {
			return nil, err
		}
	}
}

// provider tells providers apart by host name.
func (t *Transport) provider(host string) string {
	host = strings.ToLower(host)
	for _, h := range t.o.Auth0Hosts {
		if hostname(h) == host {
			return auth0
		}
	}
	switch {
	case host == "twilio.com" || strings.HasSuffix(host, ".twilio.com"):
		return twilio
	case host == "api.vercel.com":
		return vercel
	case host == "api.cloudflare.com":
		return cloudflare
	}
	return form
}

// formHost says whether the endpoint replacement of the form's host applies.
func (t *Transport) formHost(host string) bool {
	host = strings.ToLower(host)
	if strings.HasSuffix(host, ".vercel.app") {
		return true
	}
	for _, h := range t.o.FormHosts {
		if hostname(h) == host {
			return true
		}
	}
	return false
}

func hostname(h string) string {
	h = strings.ToLower(h)
	if name, _, err := net.SplitHostPort(h); err == nil {
		return name
	}
	return h
}

// redirect is the request of one attempt: a copy with a fresh body that goes where the
// endpoints say, under the provider's own name.
func (t *Transport) redirect(r *http.Request, provider string, body []byte) *http.Request {
	q := r.Clone(r.Context())
	if body != nil {
		q.Body = io.NopCloser(bytes.NewReader(body))
		q.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(body)), nil }
		q.ContentLength = int64(len(body))
	}
	var to *url.URL
	switch {
	case provider == auth0:
		to = t.o.Endpoints.Auth0
	case provider == twilio:
		to = t.o.Endpoints.Twilio
	case provider == cloudflare, strings.HasSuffix(strings.ToLower(r.URL.Hostname()), ".workers.dev"):
		to = t.o.Endpoints.Cloudflare
	case provider == vercel, t.formHost(r.URL.Hostname()):
		to = t.o.Endpoints.Vercel
	}
	if to != nil {
		if q.Host == "" {
			q.Host = q.URL.Host
		}
		q.URL.Scheme, q.URL.Host = to.Scheme, to.Host
	}
	return q
}

// attempt sends one request and reads its answer whole.
func (t *Transport) attempt(q *http.Request, provider string) (*http.Response, error) {
	ctx, cancel := context.WithTimeout(q.Context(), t.o.Timeout)
	defer cancel()
	t.mu.Lock()
	t.counts[provider]++
	t.mu.Unlock()
	sent := time.Now()
	res, err := t.o.Base.RoundTrip(q.WithContext(ctx))
	if err != nil {
		return nil, err
	}
	defer func() { _ = res.Body.Close() }()
	t.compareClocks(provider, res, sent)
	data, err := io.ReadAll(io.LimitReader(res.Body, maxBody+1))
	if err != nil {
		return nil, err
	}
	if len(data) > maxBody {
		return nil, fmt.Errorf("the response is larger than %d MiB", maxBody>>20)
	}
	res.Body = io.NopCloser(bytes.NewReader(data))
	return res, nil
}

// replayable takes the request's body into memory, so that it can be sent more than once.
func replayable(r *http.Request) ([]byte, error) {
	if r.Body == nil || r.Body == http.NoBody {
		return nil, nil
	}
	defer func() { _ = r.Body.Close() }()
	return io.ReadAll(r.Body)
}

// unreachable is the error of a request that got no answer, for a person.
func unreachable(host, provider string, timeout time.Duration, err error) error {
	const hint = "Check the connection and the proxy settings, then run the same command again: it continues where it stopped."
	if timedOut(err) {
		return fault.Wrap(err, fault.Failed, provider+".timeout", hint, "%s did not respond within %s.", host, timeout)
	}
	var dns *net.DNSError
	if errors.As(err, &dns) && dns.IsNotFound {
		return fault.Wrap(err, fault.Failed, provider+".unknown_host",
			"Check the name for typos. To use a proxy, set HTTPS_PROXY.", "The host %s does not exist.", host)
	}
	return fault.Wrap(err, fault.Failed, provider+".unreachable", hint, "%s can't be reached: %s.", host, cause(err))
}

// cause is the innermost text of a network error. The outer ones repeat the request's URL and address.
func cause(err error) string {
	var op *net.OpError
	if errors.As(err, &op) && op.Err != nil {
		return op.Err.Error()
	}
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return "the connection broke before the response was complete"
	}
	return err.Error()
}

func timedOut(err error) bool {
	var timeout net.Error
	return errors.Is(err, context.DeadlineExceeded) || (errors.As(err, &timeout) && timeout.Timeout())
}
