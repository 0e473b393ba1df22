// Package twilio keeps phonegate's part of a Twilio account in order: the Verify service and the
// API key that sends with it.
package twilio

import (
	"context"
	"fmt"
	"net/http"
	"strings"

	"github.com/twilio/twilio-go/client"
	api "github.com/twilio/twilio-go/rest/api/v2010"
	verify "github.com/twilio/twilio-go/rest/verify/v2"

	"phonegate/provision/fault"
)

// Options are the credentials and the road.
type Options struct {
	AccountSID string
	AuthToken  string
	APIKey     string // with APISecret instead of AuthToken
	APISecret  string
	HTTP       http.RoundTripper
}

// Client calls one Twilio account. It is safe for use by many goroutines.
type Client struct{ o Options }

// New makes a Client; it makes no call.
func New(o Options) *Client {
	if o.HTTP == nil {
		o.HTTP = http.DefaultTransport
	}
	return &Client{o}
}

// master says whether the credentials are those that may see the account and make keys.
func (c *Client) master() bool { return c.o.AuthToken != "" }

// ready refuses incomplete credentials: the SDK would take what is missing from the environment, or send nothing.
func (c *Client) ready() error {
	const hint = "Set TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN (https://console.twilio.com > Account Info)."
	switch {
	case !strings.HasPrefix(c.o.AccountSID, "AC") || len(c.o.AccountSID) != 34:
		return fault.New(fault.Usage, "twilio.account_sid", hint, "The Twilio account SID must be AC followed by 32 hexadecimal digits.")
	case c.o.AuthToken == "" && (c.o.APIKey == "" || c.o.APISecret == ""):
		return fault.New(fault.Usage, "twilio.no_credentials", hint, "No credentials are set for the Twilio account %s.", c.o.AccountSID)
	}
	return nil
}

// handler is an SDK handler for calls that end with the context: the SDK's own methods know none.
// Built by hand, it takes neither credentials nor TWILIO_EDGE and TWILIO_REGION from the environment, which would
// send the calls elsewhere.
func (c *Client) handler(ctx context.Context) *client.RequestHandler {
	user, password := c.o.AccountSID, c.o.AuthToken
	if !c.master() {
		user, password = c.o.APIKey, c.o.APISecret
	}
	base := &client.Client{
		Credentials: client.NewCredentials(user, password),
		HTTPClient: &http.Client{Transport: guard{ctx, c.o.HTTP},
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }},
	}
	base.SetAccountSid(c.o.AccountSID)
	return &client.RequestHandler{Client: base}
}

func (c *Client) verify(ctx context.Context) *verify.ApiService {
	return verify.NewApiService(c.handler(ctx))
}
func (c *Client) api(ctx context.Context) *api.ApiService { return api.NewApiService(c.handler(ctx)) }

// guard stands between the SDK and the wire. It gives the request a context, and it turns every answer that is not a
// success into an error itself: the SDK does not close the bodies of errors, loses those that are
// not JSON (a proxy's HTML) and takes a redirect for a success.
type guard struct {
	ctx  context.Context
	next http.RoundTripper
}

// RoundTrip implements http.RoundTripper.
func (g guard) RoundTrip(r *http.Request) (*http.Response, error) {
	// Lists name the address of their next page. The credentials go nowhere else than to Twilio.
	if host := r.URL.Hostname(); r.URL.Scheme != "https" || !strings.HasSuffix(host, ".twilio.com") {
		return nil, fault.New(fault.Failed, "twilio.foreign_host", "Check PHONEGATE_TWILIO_URL and the proxy.",
			"Twilio's response pointed to %s, which is not a Twilio address.", r.URL.Host)
	}
	res, err := g.next.RoundTrip(r.WithContext(g.ctx))
	if err != nil {
		return nil, err
	}
	if res.StatusCode >= 300 {
		return nil, refusal(r, res)
	}
	return res, nil
}

// String keeps the credentials out of every log and message by accident.
func (c *Client) String() string { return fmt.Sprintf("twilio account %s", c.o.AccountSID) }
