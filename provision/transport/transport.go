package transport

import (
	"context"
	"errors"
	"net/http"
	"time"
)

// Options shape a Transport.
type Options struct {
	Endpoints Endpoints
	// Auth0Hosts are the tenant's domain and its custom domains.
	Auth0Hosts []string
	// FormHosts are hosts on which a form runs, beside everything under vercel.app.
	FormHosts []string
	// Limits holds requests a second by provider ("auth0": 2). No entry: no limit of our own.
	Limits map[string]float64
	// OnWait is told about every wait of more than a second, before it begins.
	OnWait func(provider string, d time.Duration)
	// Timeout is the deadline of one attempt, its answer included; 15 seconds if zero.
	Timeout time.Duration
	// Base sends the requests; a clone of http.DefaultTransport if nil.
	Base http.RoundTripper
}

// Transport is an http.RoundTripper for all providers. It is safe for use by many goroutines.
type Transport struct{ o Options }

// New makes a Transport.
func New(o Options) *Transport { return &Transport{o: o} }

// RoundTrip implements http.RoundTripper.
func (t *Transport) RoundTrip(*http.Request) (*http.Response, error) {
	return nil, errors.New("transport: not implemented yet")
}

// Requests counts the API requests sent so far, by provider: auth0, twilio, vercel.
func (t *Transport) Requests() map[string]int { return map[string]int{} }

// Repeatable marks requests made with the context as safe to send again after a failure
// that may have happened behind the server's back.
func Repeatable(ctx context.Context) context.Context { return ctx }
