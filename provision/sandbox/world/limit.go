package world

import (
	"fmt"
	"net/http"
	"time"

	"golang.org/x/time/rate"
)

type limit struct {
	perSecond float64
	bucket    *rate.Limiter
}

func newLimit(perSecond float64) *limit {
	return &limit{perSecond, rate.NewLimiter(rate.Limit(perSecond), max(1, int(perSecond)))}
}

// allow takes a token and sets the rate-limit headers that Auth0 documents
// (https://auth0.com/docs/troubleshoot/customer-support/operational-policies/rate-limit-policy).
func (l *limit) allow(rw http.ResponseWriter) bool {
	ok := l.bucket.Allow()
	left := max(0, int(l.bucket.Tokens()))
	rw.Header().Set("X-RateLimit-Limit", fmt.Sprint(max(1, int(l.perSecond))))
	rw.Header().Set("X-RateLimit-Remaining", fmt.Sprint(left))
	rw.Header().Set("X-RateLimit-Reset", fmt.Sprint(time.Now().Add(time.Second).Unix()))
	return ok
}
