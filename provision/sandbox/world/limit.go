package world

import (
	"fmt"
	"net/http"
	"time"

	"golang.org/x/time/rate"
)

// limit is a provider's token bucket. It fills by the world's clock, so Advance fills it too.
type limit struct {
	perSecond float64
	bucket    *rate.Limiter
	quiet     bool // no headers: Twilio sends none
}

func newLimit(provider string, perSecond float64) *limit {
	return &limit{perSecond, rate.NewLimiter(rate.Limit(perSecond), max(1, int(perSecond))), provider == "twilio"}
}

// limitOf is the bucket of one account of a provider, nil without a limit.
func (w *World) limitOf(provider, account string) *limit {
	perSecond := w.perSecond[provider]
	if perSecond <= 0 {
		return nil
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	key := provider + "\x00" + account
	if w.limits[key] == nil {
		w.limits[key] = newLimit(provider, perSecond)
	}
	return w.limits[key]
}

// allow takes a token and sets the rate-limit headers that Auth0 documents
// (https://auth0.com/docs/troubleshoot/customer-support/operational-policies/rate-limit-policy) and Vercel sends
// likewise. The reset is when there will be a token again.
func (l *limit) allow(rw http.ResponseWriter, now time.Time) bool {
	ok := l.bucket.AllowN(now, 1)
	if l.quiet {
		return ok
	}
	left := l.bucket.TokensAt(now)
	wait := time.Duration(0)
	if left < 1 {
		wait = time.Duration((1 - left) / l.perSecond * float64(time.Second))
	}
	rw.Header().Set("X-RateLimit-Limit", fmt.Sprint(max(1, int(l.perSecond))))
	rw.Header().Set("X-RateLimit-Remaining", fmt.Sprint(max(0, int(left))))
	rw.Header().Set("X-RateLimit-Reset", fmt.Sprint(now.Add(wait+time.Second-1).Unix()))
	return ok
}
