package sandbox

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"strings"

	"phonegate/provision/fault"
)

// Seed is the file that fills a new world: for each provider the requests to send, in order, with the sandbox's
// credentials; Auth0's go to the first tenant. So whatever the emulated APIs can make can be there at the start, and
// nothing else.
type Seed struct {
	Auth0  []SeedRequest `json:"auth0"`
	Twilio []SeedRequest `json:"twilio"`
	Vercel []SeedRequest `json:"vercel"`
}

// SeedRequest is one request, with a JSON body or with a form.
type SeedRequest struct {
	Method string            `json:"method"` // POST if empty
	Path   string            `json:"path"`
	Body   json.RawMessage   `json:"body"`
	Form   map[string]string `json:"form"`
}

// seed sends a file's requests. Latency, limits and faults don't touch them, and the log does not show them.
func (s *Sandbox) seed(file string) error {
	if file == "" {
		return nil
	}
	bad := func(err error) error {
		return fault.Wrap(err, fault.Usage, "sandbox.seed", "Correct the file, and start again.", "The sandbox can't be filled from %s: %s.", file, err)
	}
	text, err := os.ReadFile(file)
	if err != nil {
		return bad(err)
	}
	var all Seed
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&all); err != nil {
		return bad(err)
	}
	direct := newHosts()
	direct.add("auth0", s.Auth0())
	direct.add("twilio", s.twilio)
	direct.add("vercel", s.vercel)
	client := &http.Client{Transport: &network{base: s.ctx, hosts: direct, tasks: &s.tasks}}
	token, err := s.seedToken(client)
	if err != nil {
		return bad(err)
	}
	for _, p := range []struct {
		name     string
		requests []SeedRequest
		login    func(*http.Request)
	}{
		{"auth0", all.Auth0, func(r *http.Request) { r.Header.Set("Authorization", "Bearer "+token) }},
		{"twilio", all.Twilio, func(r *http.Request) { r.SetBasicAuth(TwilioAccountSID, TwilioAuthToken) }},
		{"vercel", all.Vercel, func(r *http.Request) { r.Header.Set("Authorization", "Bearer "+VercelToken) }},
	} {
		for i, one := range p.requests {
			if err := one.send(s, client, p.name, p.login); err != nil {
				return bad(fmt.Errorf("%s, request %d: %w", p.name, i+1, err))
			}
		}
	}
	return nil
}

func (q SeedRequest) send(s *Sandbox, client *http.Client, provider string, login func(*http.Request)) error {
	method, kind, body := q.Method, "application/json", string(q.Body)
	if method == "" {
		method = http.MethodPost
	}
	if q.Form != nil {
		form := url.Values{}
		for k, v := range q.Form {
			form.Set(k, v)
		}
		kind, body = "application/x-www-form-urlencoded", form.Encode()
	}
	if !strings.HasPrefix(q.Path, "/") {
		return fmt.Errorf("the path %q does not begin with /", q.Path)
	}
	r, err := http.NewRequestWithContext(s.ctx, method, "https://"+provider+q.Path, strings.NewReader(body))
	if err != nil {
		return err
	}
	r.Header.Set("Content-Type", kind)
	login(r)
	resp, err := client.Do(r)
	if err != nil {
		return err
	}
	defer func() { _ = resp.Body.Close() }()
	if resp.StatusCode < 300 {
		return nil
	}
	const most = 500
	answer, _ := io.ReadAll(io.LimitReader(resp.Body, most))
	return fmt.Errorf("%s %s answers %d: %s", method, q.Path, resp.StatusCode, answer)
}

// seedToken is a token for the Management API.
func (s *Sandbox) seedToken(client *http.Client) (string, error) {
	resp, err := client.PostForm("https://auth0/oauth/token", url.Values{"grant_type": {"client_credentials"}, "client_id": {Auth0ClientID},
		"client_secret": {Auth0ClientSecret}, "audience": {"https://" + Auth0Domain + "/api/v2/"}})
	if err != nil {
		return "", err
	}
	defer func() { _ = resp.Body.Close() }()
	var got struct {
		Token string `json:"access_token"`
	}
	err = json.NewDecoder(resp.Body).Decode(&got)
	return got.Token, err
}
