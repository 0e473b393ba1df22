// Package auth0 keeps phonegate's part of an Auth0 tenant in order: the post-login Action, its
// place in the flow, the login page and the application of the live test.
package auth0

import (
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	actions "github.com/auth0/go-auth0/v3/management/actions/client"
	bindings "github.com/auth0/go-auth0/v3/management/actions/triggers/bindings"
	clients "github.com/auth0/go-auth0/v3/management/clients/client"
	connections "github.com/auth0/go-auth0/v3/management/connections/client"
	"github.com/auth0/go-auth0/v3/management/core"
	"github.com/auth0/go-auth0/v3/management/logs"
	"github.com/auth0/go-auth0/v3/management/option"
	prompts "github.com/auth0/go-auth0/v3/management/prompts/client"
	tenants "github.com/auth0/go-auth0/v3/management/tenants/settings"
	users "github.com/auth0/go-auth0/v3/management/users/client"
)

// Options say which tenant, with what credentials and over which road.
type Options struct {
	Domain       string
	ClientID     string
	ClientSecret string
	Token        string // a Management API token, instead of id and secret
	HTTP         http.RoundTripper
	Poll         time.Duration // between two looks at a build or deployment; 1 s if zero
	Wait         time.Duration // longest wait for a build or deployment; 2 min if zero
}

// Client calls one tenant's Management API. It is safe for use by many goroutines.
type Client struct {
	o Options

	actions     *actions.Client
	bindings    *bindings.Client
	clients     *clients.Client
	connections *connections.Client
	logs        *logs.Client
	prompts     *prompts.Client
	tenants     *tenants.Client
	users       *users.Client

	mu    sync.Mutex
	token *token
}

// New makes a Client; it makes no call.
func New(o Options) *Client {
	o.Domain = strings.TrimSuffix(strings.TrimPrefix(strings.ToLower(strings.TrimSpace(o.Domain)), "https://"), "/")
	if o.HTTP == nil {
		o.HTTP = http.DefaultTransport
	}
	if o.Poll <= 0 {
		o.Poll = time.Second
	}
	if o.Wait <= 0 {
		o.Wait = 2 * time.Minute
	}
	c := &Client{o: o}
	sdk := core.NewRequestOptions(
		option.WithBaseURL("https://"+o.Domain+"/api/v2"),
		option.WithHTTPClient(&http.Client{Transport: guard{c}, CheckRedirect: noRedirect}),
		option.WithoutRetries(),
		option.WithMaxAttempts(1),
		option.WithUserAgent("phonegate"),
	)
	c.actions = actions.NewClient(sdk)
	c.bindings = bindings.NewClient(sdk)
	c.clients = clients.NewClient(sdk)
	c.connections = connections.NewClient(sdk)
	c.logs = logs.NewClient(sdk)
	c.prompts = prompts.NewClient(sdk)
	c.tenants = tenants.NewClient(sdk)
	c.users = users.NewClient(sdk)
	return c
}

// guard stands between the SDK and the wire. It adds the token, and it turns every answer that
// is not a success into an error before the SDK sees it, for two reasons: the SDK's retrier sleeps up to
// a minute on 408, 429 and 5xx without looking at the context, even where no attempt is left
// (WithoutRetries does not change that); and the SDK's error types keep Auth0's errorCode only
// as text. Waiting and repeating is the transport's work.
type guard struct{ c *Client }

// RoundTrip implements http.RoundTripper.
func (g guard) RoundTrip(r *http.Request) (*http.Response, error) {
	res, err := g.send(r)
	if err != nil {
		return nil, err
	}
	if res.StatusCode == http.StatusUnauthorized && g.c.forget(r.Context()) && r.GetBody != nil {
		// The token has expired or its key was rotated: Auth0 has done nothing, a new token is worth one try.
		body, err := r.GetBody()
		if err != nil {
			return nil, err
		}
		_ = res.Body.Close()
		again := r.Clone(r.Context())
		again.Body = body
		if res, err = g.send(again); err != nil {
			return nil, err
		}
	}
	if res.StatusCode >= 300 {
		return nil, refusal(r, res)
	}
	return res, nil
}

func (g guard) send(r *http.Request) (*http.Response, error) {
	bearer, err := g.c.bearer(r.Context())
	if err != nil {
		return nil, err
	}
	q := r.Clone(r.Context())
	q.Header.Set("Authorization", "Bearer "+bearer)
	return g.c.o.HTTP.RoundTrip(q)
}

func noRedirect(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }

func (c *Client) url(path string) string {
	return (&url.URL{Scheme: "https", Host: c.o.Domain, Path: path}).String()
}
