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
	attempts int           // for failures of the server or the network
	first    time.Duration // the first delay; it doubles with each attempt
	longest  time.Duration // no single delay is longer; what asks for more is an error

	// For "too many requests", which costs nothing but time:
	refusals int           // how many are taken
	patience time.Duration // how long they may delay one request altogether; its place in the queue is not counted
	busy     time.Duration // the shortest delay after one that does not say when to come back
	calm     time.Duration // the longest delay that is not asked for
}

func defaultPolicy() policy {
	return policy{attempts: 4, first: 300 * time.Millisecond, longest: time.Minute,
		refusals: 30, patience: 2 * time.Minute, busy: time.Second, calm: 10 * time.Second}
}

// tries is what became of a request so far.
type tries struct {
	failures, refusals int
	refused            time.Duration // for how long
}

// next is the delay before the next attempt, and whether there is one. Exactly one of res and err is set.
//
// A request that may already have been acted on is only repeated where the caller says that this is safe: a second
// POST to Verify costs one of five messages, a second POST to Keys leaves a key that nobody knows.
// Two failures are always safe: no connection was made, or the server answered that it did nothing (429).
func (p policy) next(provider string, res *http.Response, err error, safe bool, past *tries) (time.Duration, bool) {
	if res != nil && res.StatusCode == http.StatusTooManyRequests {
		if provider == twilio && !transient429(res) {
			return 0, false
		}
		return p.refused(res, past)
	}
	past.failures++
	backoff := jitter(p.first << min(past.failures-1, 10))
	if err != nil {
		return min(backoff, p.longest), past.failures < p.attempts && (safe || neverSent(err)) && !notFound(err)
	}
	if res.StatusCode == http.StatusRequestTimeout || res.StatusCode >= 500 {
		delay, told := askedDelay(res)
		if !told {
			delay = backoff
		}
		return delay, safe && past.failures < p.attempts && delay <= p.longest
	}
	return 0, false
}

// refused is next after a "too many requests". Repeated refusals wait longer than the provider asks for, because
// other programs use up what is left of the limit.
func (p policy) refused(res *http.Response, past *tries) (time.Duration, bool) {
	past.refusals++
	delay, told := askedDelay(res)
	least := min(jitter(p.first<<min(past.refusals-1, 10)), p.calm)
	switch {
	case !told:
		delay = max(least, p.busy)
	case past.refusals > 3:
		delay = max(delay, least)
	}
	past.refused += delay
	return delay, past.refusals <= p.refusals && delay <= p.longest && past.refused <= p.patience
}

// jitter spreads d over its upper half, so that programs that failed together do not come back together.
func jitter(d time.Duration) time.Duration {
	return d/2 + rand.N(d/2+1)
}

// askedDelay is what the answer asks for: Retry-After in seconds or as a date, or
// X-RateLimit-Reset in Unix seconds. Dates are read by the server's own clock.
func askedDelay(res *http.Response) (time.Duration, bool) {
	now := serverTime(res)
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
