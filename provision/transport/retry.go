package transport

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"strconv"
	"time"
)

// policy decides whether a request is sent again, and when.
type policy struct {
	attempts  int           // for failures of the server or the network
	throttled int           // for "too many requests", which costs nothing but time
	first     time.Duration // the first delay; it doubles with each attempt
	busy      time.Duration // the shortest delay after a "too many requests" that does not say when to come back
	longest   time.Duration // no single delay is longer; what asks for more is an error
}

func defaultPolicy() policy {
	return policy{attempts: 4, throttled: 12, first: 300 * time.Millisecond, busy: time.Second, longest: time.Minute}
}

// next is the delay before the next attempt, and whether there is one. Exactly one of res and err is set.
//
// A request that may already have been acted on is only repeated where the caller says that this is safe: a second
// POST to Verify costs one of five messages, a second POST to Keys leaves a key that nobody knows.
// Two failures are always safe: no connection was made, or the server answered that it did nothing (429).
func (p policy) next(provider string, res *http.Response, err error, safe bool, attempt int) (time.Duration, bool) {
	backoff := jitter(p.first << min(attempt-1, 10))
	if err != nil {
		return min(backoff, p.longest), attempt < p.attempts && (safe || neverSent(err)) && !notFound(err)
	}
	switch {
	case res.StatusCode == http.StatusTooManyRequests:
		if provider == twilio && !transient429(res) {
			return 0, false
		}
		delay, told := askedDelay(res)
		if !told {
			delay = max(backoff, p.busy)
		}
		return delay, attempt < p.throttled && delay <= p.longest
	case res.StatusCode == http.StatusRequestTimeout || res.StatusCode >= 500:
		delay, told := askedDelay(res)
		if !told {
			delay = backoff
		}
		return delay, safe && attempt < p.attempts && delay <= p.longest
	}
	return 0, false
}

// jitter spreads d over its upper half, so that programs that failed together do not come back together.
func jitter(d time.Duration) time.Duration {
	return d/2 + rand.N(d/2+1)
}

// askedDelay is what the answer asks for: Retry-After in seconds or as a date, or
// X-RateLimit-Reset in Unix seconds. Dates are read by the server's own clock.
func askedDelay(res *http.Response) (time.Duration, bool) {
	now := time.Now()
	if date, err := http.ParseTime(res.Header.Get("Date")); err == nil {
		now = date
	}
	if after := res.Header.Get("Retry-After"); after != "" {
		if seconds, err := strconv.Atoi(after); err == nil && seconds >= 0 {
			return time.Duration(seconds) * time.Second, true
		}
		if at, err := http.ParseTime(after); err == nil {
			return max(0, at.Sub(now)), true
		}
	}
	if reset, err := strconv.ParseInt(res.Header.Get("X-RateLimit-Reset"), 10, 64); err == nil {
		// Whole seconds on both sides: what looks like now can be most of a second away.
		return max(0, time.Unix(reset, 0).Sub(now)) + jitter(500*time.Millisecond), true
	}
	return 0, false
}

// transient429 tells Twilio's "too many requests" (20429, never processed) from its
// "too many attempts" (60202, 60203, 60212), which have the same status and do not pass by waiting.
func transient429(res *http.Response) bool {
	data, err := io.ReadAll(res.Body)
	res.Body = io.NopCloser(bytes.NewReader(data))
	if err != nil {
		return false
	}
	var body struct {
		Code int `json:"code"`
	}
	return json.Unmarshal(data, &body) == nil && body.Code == 20429
}

// neverSent says that no connection was made, so that the server can't have seen the request.
func neverSent(err error) bool {
	var op *net.OpError
	return errors.As(err, &op) && op.Op == "dial"
}

// notFound says that the host's name does not exist: waiting does not help.
func notFound(err error) bool {
	var dns *net.DNSError
	return errors.As(err, &dns) && dns.IsNotFound
}
