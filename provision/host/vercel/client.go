// Package vercel runs the form on Vercel: the project, its environment and its deployment.
package vercel

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"phonegate/provision/fault"
)

// Options are the credentials and the road.
type Options struct {
	Token string
	Team  string // id (team_...) or slug; "" for the token's own account
	HTTP  http.RoundTripper
	// Poll replaces the waits between two looks at a deployment, and between two at the form.
	Poll time.Duration
	// Wait is the longest wait for a deployment; 10 min if zero.
	Wait time.Duration
}

// Client calls one Vercel account. It is safe for use by many goroutines.
type Client struct{ o Options }

// New makes a Client; it makes no call.
func New(o Options) *Client {
	if o.HTTP == nil {
		o.HTTP = http.DefaultTransport
	}
	if o.Wait <= 0 {
		o.Wait = 10 * time.Minute
	}
	return &Client{o}
}

// call makes one API call. in and out are JSON; nil for none.
func (c *Client) call(ctx context.Context, method, path string, query url.Values, in, out any) error {
	if c.o.Token == "" {
		return fault.New(fault.Usage, "vercel.no_credentials", "Set VERCEL_TOKEN (https://vercel.com/account/tokens).",
			"No Vercel token is set.")
	}
	if query == nil {
		query = url.Values{}
	}
	switch {
	case c.o.Team == "":
	case strings.HasPrefix(c.o.Team, "team_"):
		query.Set("teamId", c.o.Team)
	default:
		query.Set("slug", c.o.Team)
	}
	var body io.Reader
	if in != nil {
		data, err := json.Marshal(in)
		if err != nil {
			return err
		}
		body = bytes.NewReader(data)
	}
	u := url.URL{Scheme: "https", Host: "api.vercel.com", Path: path, RawQuery: query.Encode()}
	r, err := http.NewRequestWithContext(ctx, method, u.String(), body)
	if err != nil {
		return err
	}
	r.Header.Set("Authorization", "Bearer "+c.o.Token)
	r.Header.Set("User-Agent", "phonegate")
	if in != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	res, err := c.o.HTTP.RoundTrip(r)
	if err != nil {
		return err
	}
	defer func() { _ = res.Body.Close() }()
	if res.StatusCode >= 300 {
		return refusal(r, res)
	}
	if out == nil {
		return nil
	}
	data, err := io.ReadAll(res.Body)
	if err == nil {
		err = json.Unmarshal(data, out)
	}
	if err != nil {
		return fault.Wrap(err, fault.Failed, "vercel.unexpected_answer",
			"Run the same command again. If the error persists, please report it.",
			"Vercel sent an unreadable response to %s %s.", method, path)
	}
	return nil
}
