// Package cloudflare runs the form on Cloudflare: one Worker, whose code and secrets arrive in one upload, under the account's
// workers.dev subdomain.
package cloudflare

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"time"

	"phonegate/provision/fault"
)

// Options are the credentials and the road.
type Options struct {
	Token   string
	Account string // its id, 32 hexadecimal digits
	HTTP    http.RoundTripper
	// Poll is the time between two looks at a form that does not answer yet; 2 s if zero.
	Poll time.Duration
}

// Client calls one Cloudflare account. It is safe for use by many goroutines.
type Client struct{ o Options }

// New makes a Client; it makes no call.
func New(o Options) *Client {
	if o.HTTP == nil {
		o.HTTP = http.DefaultTransport
	}
	if o.Poll <= 0 {
		o.Poll = 2 * time.Second
	}
	o.Account = strings.ToLower(o.Account)
	return &Client{o}
}

const (
	base       = "/client/v4"
	maxAnswer  = 16 << 20
	tokensPage = "https://dash.cloudflare.com/profile/api-tokens"
)

var accountID = regexp.MustCompile(`^[0-9a-f]{32}$`)

// ready says what is missing before any call can be made.
func (c *Client) ready() error {
	switch {
	case c.o.Token == "":
		return fault.New(fault.Usage, "cloudflare.no_credentials", "Set CLOUDFLARE_API_TOKEN ("+tokensPage+").",
			"No Cloudflare API token is set.")
	case !accountID.MatchString(c.o.Account):
		return fault.New(fault.Usage, "cloudflare.account_id",
			"Set CLOUDFLARE_ACCOUNT_ID to the ID on the right of Workers & Pages at https://dash.cloudflare.com: "+
				"32 hexadecimal digits.",
			"The Cloudflare account ID is not valid.")
	}
	return nil
}

// account is the path of something in the account.
func (c *Client) account(path string) string { return "/accounts/" + c.o.Account + path }

// script is the path of a Worker, or of something below it.
func (c *Client) script(name, below string) string {
	return c.account("/workers/scripts/" + url.PathEscape(name) + below)
}

// call makes one API call. in and out are JSON; nil for none.
func (c *Client) call(ctx context.Context, method, path string, in, out any) error {
	kind, body := "", []byte(nil)
	if in != nil {
		data, err := json.Marshal(in)
		if err != nil {
			return err
		}
		kind, body = "application/json", data
	}
	_, data, err := c.send(ctx, method, path, kind, body)
	if err != nil || out == nil {
		return err
	}
	var answer struct {
		Result json.RawMessage `json:"result"`
	}
	if err = json.Unmarshal(data, &answer); err == nil {
		err = json.Unmarshal(answer.Result, out)
	}
	if err != nil {
		return fault.Wrap(err, fault.Failed, "cloudflare.unexpected_answer",
			"Run the same command again. If the error persists, please report it.",
			"Cloudflare sent an unreadable response to %s %s.", method, path)
	}
	return nil
}

// send makes one API call with a body of any kind, and reads the answer whole.
func (c *Client) send(ctx context.Context, method, path, kind string, body []byte) (*http.Response, []byte, error) {
	if err := c.ready(); err != nil {
		return nil, nil, err
	}
	r, err := http.NewRequestWithContext(ctx, method, "https://api.cloudflare.com"+base+path, bytes.NewReader(body))
	if err != nil {
		return nil, nil, err
	}
	r.Header.Set("Authorization", "Bearer "+c.o.Token)
	r.Header.Set("User-Agent", "phonegate")
	if kind != "" {
		r.Header.Set("Content-Type", kind)
	}
	res, err := c.o.HTTP.RoundTrip(r)
	if err != nil {
		return nil, nil, err
	}
	defer func() { _ = res.Body.Close() }()
	data, err := io.ReadAll(io.LimitReader(res.Body, maxAnswer))
	if err != nil {
		return nil, nil, err
	}
	if res.StatusCode >= 300 {
		return nil, nil, refusal(r, res, data)
	}
	return res, data, nil
}
