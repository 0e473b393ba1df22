package transport

import (
	"net/http"
	"strconv"
	"time"
)

// allowance is what an answer says of its account's limit.
type allowance struct {
	limit, left int
	reset       time.Duration // until more is taken
}

// paced is the longest window of a limit that is kept by waiting beforehand. Longer ones are for single operations, so many
// deployments a day: others need not wait for those.
const paced = time.Minute

// allowanceOf reads X-RateLimit-Limit, -Remaining and -Reset; nil if they are not all there.
func allowanceOf(res *http.Response) *allowance {
	limit, err1 := strconv.Atoi(res.Header.Get("X-RateLimit-Limit"))
	left, err2 := strconv.Atoi(res.Header.Get("X-RateLimit-Remaining"))
	reset, err3 := strconv.ParseInt(res.Header.Get("X-RateLimit-Reset"), 10, 64)
	if err1 != nil || err2 != nil || err3 != nil || limit <= 0 || left < 0 {
		return nil
	}
	// The reset is a whole second, and so is the answer's date. Where this computer's clock agrees with it, that tells the
	// fraction too: waiting a second too long each time would halve the pace of a small limit.
	now := serverTime(res)
	if here := time.Now(); here.Sub(now) >= 0 && here.Sub(now) < 1500*time.Millisecond {
		now = here
	}
	in := time.Unix(reset, 0).Sub(now)
	if in > paced {
		return nil
	}
	return &allowance{limit, left, max(0, in)}
}

// serverTime is the answer's own time; dates in it are read by the server's clock.
func serverTime(res *http.Response) time.Time {
	if date, err := http.ParseTime(res.Header.Get("Date")); err == nil {
		return date
	}
	return time.Now()
}
