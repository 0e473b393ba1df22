package twilio

import (
	"fmt"
	"math"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"time"

	"phonegate/provision/sandbox/world"
)

// rateLimit is a programmable rate limit of a service: its buckets count the sends that carry the same value.
type rateLimit struct {
	SID         string            `json:"sid"`
	ServiceSID  string            `json:"service_sid"`
	AccountSID  string            `json:"account_sid"`
	UniqueName  string            `json:"unique_name"`
	Description *string           `json:"description"`
	DateCreated string            `json:"date_created"`
	DateUpdated string            `json:"date_updated"`
	URL         string            `json:"url"`
	Links       map[string]string `json:"links"`
	buckets     []*bucket
}

// bucket allows Max sends in Interval seconds.
type bucket struct {
	SID          string `json:"sid"`
	RateLimitSID string `json:"rate_limit_sid"`
	ServiceSID   string `json:"service_sid"`
	AccountSID   string `json:"account_sid"`
	Max          int    `json:"max"`
	Interval     int    `json:"interval"`
	DateCreated  string `json:"date_created"`
	DateUpdated  string `json:"date_updated"`
	URL          string `json:"url"`
	limit        *rateLimit
	sends        map[string][]time.Time // by value
}

// String is the limit with its buckets, shortest interval first.
func (l *rateLimit) String() string {
	text := l.UniqueName
	for _, b := range slices.SortedFunc(slices.Values(l.buckets), func(a, b *bucket) int { return a.Interval - b.Interval }) {
		text += fmt.Sprintf(" %d/%d", b.Max, b.Interval)
	}
	return text
}

func (b *bucket) full(value string, now time.Time) bool {
	since := now.Add(-time.Duration(b.Interval) * time.Second)
	b.sends[value] = slices.DeleteFunc(b.sends[value], func(t time.Time) bool { return !t.After(since) })
	return len(b.sends[value]) >= b.Max
}

func (b *bucket) count(value string, now time.Time) { b.sends[value] = append(b.sends[value], now) }

func keyOf(value any) string { return fmt.Sprint(value) }

var uniqueName = regexp.MustCompile(`^[A-Za-z0-9._-]{1,256}$`)

func (c *call) most() int {
	n, _ := strconv.Atoi(c.world.Behaviour(maxRateLimits))
	return n
}

// limit is the rate limit that the path names.
func (c *call) limit(param string) (*service, *rateLimit, *problem) {
	s, p := c.service()
	if p != nil {
		return nil, nil, p
	}
	for _, l := range s.rateLimits {
		if l.SID == c.path[param] || l.UniqueName == c.path[param] {
			return s, l, nil
		}
	}
	return nil, nil, c.notFound(c.r)
}

func (c *call) createRateLimit() (any, *problem) {
	s, p := c.service()
	if p != nil {
		return nil, p
	}
	if !c.form.Has("UniqueName") {
		return nil, missing("UniqueName")
	}
	name := c.form.Get("UniqueName")
	if !uniqueName.MatchString(name) {
		return nil, fault(http.StatusBadRequest, 60209, "UniqueName format is invalid")
	}
	if slices.ContainsFunc(s.rateLimits, func(l *rateLimit) bool { return l.UniqueName == name }) {
		return nil, fault(http.StatusBadRequest, 60208, "Rate limit with that UniqueName already exists")
	}
	if len(s.rateLimits) >= c.most() {
		return nil, fault(http.StatusBadRequest, 60207, "Max rate limits per service reached")
	}
	now, sid := seconds(c.world.Now()), "RK"+world.Hex(32)
	url := s.URL + "/RateLimits/" + sid
	l := &rateLimit{SID: sid, ServiceSID: s.SID, AccountSID: c.o.AccountSID, UniqueName: name, Description: optional(c.form.Get("Description")),
		DateCreated: now, DateUpdated: now, URL: url, Links: map[string]string{"buckets": url + "/Buckets"}}
	s.rateLimits = append(s.rateLimits, l)
	return *l, nil
}

func (c *call) listRateLimits() (any, *problem) {
	s, p := c.service()
	if p != nil {
		return nil, p
	}
	return list(c, "rate_limits", s.rateLimits, show), nil
}

func (c *call) fetchRateLimit() (any, *problem) {
	_, l, p := c.limit("Sid")
	if p != nil {
		return nil, p
	}
	return *l, nil
}

func (c *call) updateRateLimit() (any, *problem) {
	_, l, p := c.limit("Sid")
	if p != nil {
		return nil, p
	}
	if c.form.Has("Description") {
		l.Description = optional(c.form.Get("Description"))
	}
	l.DateUpdated = seconds(c.world.Now())
	return *l, nil
}

func (c *call) deleteRateLimit() (any, *problem) {
	s, l, p := c.limit("Sid")
	if p != nil {
		return nil, p
	}
	s.rateLimits = slices.DeleteFunc(s.rateLimits, func(o *rateLimit) bool { return o == l })
	return nil, nil
}

// bucket is the one that the path names.
func (c *call) bucket() (*rateLimit, *bucket, *problem) {
	_, l, p := c.limit("RateLimit")
	if p != nil {
		return nil, nil, p
	}
	for _, b := range l.buckets {
		if b.SID == c.path["Sid"] {
			return l, b, nil
		}
	}
	return nil, nil, c.notFound(c.r)
}

// set takes Max and Interval from the form; an interval may stand only once in a limit.
func (b *bucket) set(c *call) *problem {
	r := &reader{form: c.form}
	size, interval := b.Max, b.Interval
	r.number("Max", 1, math.MaxInt32, &size)
	r.number("Interval", 1, math.MaxInt32, &interval)
	if r.bad != nil {
		return r.bad
	}
	if slices.ContainsFunc(b.limit.buckets, func(o *bucket) bool { return o != b && o.Interval == interval }) {
		return fault(http.StatusBadRequest, 60211, "Bucket with the given Interval already exists")
	}
	b.Max, b.Interval, b.DateUpdated = size, interval, seconds(c.world.Now())
	return nil
}

func (c *call) createBucket() (any, *problem) {
	_, l, p := c.limit("RateLimit")
	if p != nil {
		return nil, p
	}
	for _, required := range []string{"Max", "Interval"} {
		if !c.form.Has(required) {
			return nil, missing(required)
		}
	}
	sid := "BL" + world.Hex(32)
	b := &bucket{SID: sid, RateLimitSID: l.SID, ServiceSID: l.ServiceSID, AccountSID: l.AccountSID, DateCreated: seconds(c.world.Now()),
		URL: l.URL + "/Buckets/" + sid, limit: l, sends: map[string][]time.Time{}}
	if p := b.set(c); p != nil {
		return nil, p
	}
	if len(l.buckets) >= c.most() {
		return nil, fault(http.StatusBadRequest, 60210, "Max Buckets per Rate limit reached")
	}
	l.buckets = append(l.buckets, b)
	return *b, nil
}

func (c *call) listBuckets() (any, *problem) {
	_, l, p := c.limit("RateLimit")
	if p != nil {
		return nil, p
	}
	return list(c, "buckets", l.buckets, show), nil
}

func (c *call) fetchBucket() (any, *problem) {
	_, b, p := c.bucket()
	if p != nil {
		return nil, p
	}
	return *b, nil
}

func (c *call) updateBucket() (any, *problem) {
	_, b, p := c.bucket()
	if p != nil {
		return nil, p
	}
	if p := b.set(c); p != nil {
		return nil, p
	}
	return *b, nil
}

func (c *call) deleteBucket() (any, *problem) {
	l, b, p := c.bucket()
	if p != nil {
		return nil, p
	}
	l.buckets = slices.DeleteFunc(l.buckets, func(o *bucket) bool { return o == b })
	return nil, nil
}
