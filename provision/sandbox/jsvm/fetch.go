package jsvm

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"unicode/utf8"
)

// maxBody is the largest body that fetch hands to the code.
const maxBody = 8 << 20

const maxRedirects = 20

// body crosses as text when it is valid UTF-8, else as base64.
type body struct {
	Text   *string `json:"text,omitempty"`
	Base64 string  `json:"base64,omitempty"`
}

func newBody(b []byte) *body {
	if utf8.Valid(b) {
		s := string(b)
		return &body{Text: &s}
	}
	return &body{Base64: base64.StdEncoding.EncodeToString(b)}
}

func (b *body) bytes() ([]byte, error) {
	switch {
	case b == nil:
		return nil, nil
	case b.Text != nil:
		return []byte(*b.Text), nil
	}
	return base64.StdEncoding.DecodeString(b.Base64)
}

// message is a request or a response as it crosses between Go and the code.
type message struct {
	Method     string      `json:"method,omitempty"`
	URL        string      `json:"url,omitempty"`
	Headers    [][2]string `json:"headers"`
	Body       *body       `json:"body,omitempty"`
	Redirect   string      `json:"redirect,omitempty"`
	Status     int         `json:"status,omitempty"`
	StatusText string      `json:"statusText,omitempty"`
	Redirected bool        `json:"redirected,omitempty"`
}

// fetch starts a request; the code hears of its end through settle.
func (m *machine) fetch(id int, request string) error {
	var q message
	if err := json.Unmarshal([]byte(request), &q); err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(m.ctx)
	m.timers[id] = cancel
	m.later(ctx, id, func(ctx context.Context) (string, error) {
		answer, err := m.around.exchange(ctx, q)
		if err != nil {
			return "", err
		}
		b, err := json.Marshal(answer)
		return string(b), err
	})
	return nil
}

// exchange makes the request and follows redirects as the code asked.
func (s Surroundings) exchange(ctx context.Context, q message) (*message, error) {
	if s.Network == nil {
		return nil, errors.New("there is no network")
	}
	content, err := q.Body.bytes()
	if err != nil {
		return nil, err
	}
	for hop := 0; ; hop++ {
		res, err := s.roundTrip(ctx, q, content)
		if err != nil {
			return nil, err
		}
		location := res.Header.Get("Location")
		if !redirects(res.StatusCode) || location == "" || q.Redirect == "manual" {
			return readMessage(res, q.URL, hop > 0)
		}
		res.Body.Close()
		if q.Redirect == "error" {
			return nil, errors.New("unexpected redirect")
		}
		if hop == maxRedirects {
			return nil, errors.New("redirect count exceeded")
		}
		from, err := url.Parse(q.URL)
		if err != nil {
			return nil, err
		}
		to, err := from.Parse(location)
		if err != nil {
			return nil, err
		}
		if res.StatusCode == http.StatusSeeOther && q.Method != http.MethodGet && q.Method != http.MethodHead ||
			res.StatusCode <= http.StatusFound && q.Method == http.MethodPost {
			q.Method, content = http.MethodGet, nil
			q.Headers = without(q.Headers, "content-type", "content-length", "content-encoding", "content-language", "content-location")
		}
		if to.Scheme != from.Scheme || to.Host != from.Host {
			q.Headers = without(q.Headers, "authorization", "proxy-authorization", "cookie", "host")
		}
		q.URL = to.String()
	}
}

func redirects(status int) bool {
	switch status {
	case 301, 302, 303, 307, 308:
		return true
	}
	return false
}

func without(headers [][2]string, names ...string) [][2]string {
	var kept [][2]string
next:
	for _, h := range headers {
		for _, n := range names {
			if strings.EqualFold(h[0], n) {
				continue next
			}
		}
		kept = append(kept, h)
	}
	return kept
}

func (s Surroundings) roundTrip(ctx context.Context, q message, content []byte) (*http.Response, error) {
	r, err := http.NewRequestWithContext(ctx, q.Method, q.URL, bytes.NewReader(content))
	if err != nil {
		return nil, err
	}
	if len(content) == 0 {
		r.Body, r.GetBody, r.ContentLength = http.NoBody, nil, 0
	}
	r.Header.Set("Accept", "*/*")
	r.Header.Set("Accept-Language", "*")
	r.Header.Set("Sec-Fetch-Mode", "cors")
	r.Header.Set("User-Agent", "node")
	sent := map[string]bool{}
	for _, h := range q.Headers {
		if name := http.CanonicalHeaderKey(h[0]); sent[name] {
			r.Header.Add(name, toWire(h[1]))
		} else {
			r.Header.Set(name, toWire(h[1]))
			sent[name] = true
		}
	}
	if user := r.URL.User; user != nil {
		return nil, errors.New("Request cannot be constructed from a URL that includes credentials")
	}
	return s.Network.RoundTrip(r)
}

func readMessage(res *http.Response, address string, redirected bool) (*message, error) {
	defer res.Body.Close()
	b, err := io.ReadAll(io.LimitReader(res.Body, maxBody+1))
	if err != nil {
		return nil, err
	}
	if len(b) > maxBody {
		return nil, fmt.Errorf("the response is larger than %d bytes", maxBody)
	}
	answer := &message{URL: address, Status: res.StatusCode, StatusText: strings.TrimSpace(strings.TrimPrefix(res.Status,
		fmt.Sprint(res.StatusCode))), Redirected: redirected, Headers: headerPairs(res.Header), Body: newBody(b)}
	return answer, nil
}

func headerPairs(h http.Header) [][2]string {
	pairs := make([][2]string, 0, len(h))
	for name, values := range h {
		for _, v := range values {
			pairs = append(pairs, [2]string{name, fromWire(v)})
		}
	}
	return pairs
}

// fromWire makes text of a header value: on the platform each byte is one character.
func fromWire(value string) string {
	out := make([]rune, len(value))
	for i := range len(value) {
		out[i] = rune(value[i])
	}
	return string(out)
}

// toWire is the other way; Headers has refused characters that are no byte.
func toWire(value string) string {
	out := make([]byte, 0, len(value))
	for _, r := range value {
		out = append(out, byte(r))
	}
	return string(out)
}
