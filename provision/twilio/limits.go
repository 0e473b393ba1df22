package twilio

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	verify "github.com/twilio/twilio-go/rest/verify/v2"

	"phonegate/provision/fault"
)

// limit is one of Verify's service rate limits: Twilio counts the sends that carry the same value for its name, and refuses those
// that are too many with 429 and 20429. Action and form name both limits with every send.
type limit struct {
	name    string
	buckets []bucket
}

// bucket allows most sends in a time.
type bucket struct {
	most int
	in   time.Duration
}

// limits are what keeps a login from being used to send texts without end; Twilio's own limit, five to a number in ten minutes,
// does not see that the numbers change. The names stand in Action and form as well.
var limits = []limit{
	// for one user
	{"phonegate_user", []bucket{
		{8, 10 * time.Minute}, // all five that Twilio sends to a number, and three more to a corrected one
		{20, 24 * time.Hour},  // two bad days in one; a pump gives up
	}},
	// for logins from one network
	{"phonegate_ip", []bucket{
		{100, 10 * time.Minute}, // a school class or an office behind one address, all at once, some of them twice
		{500, 24 * time.Hour},   // everybody in a large office on the first day
	}},
}

// foundLimit is one of ours as the service has it.
type foundLimit struct {
	sid     string
	mark    mark // in its description
	buckets []foundBucket
}

type foundBucket struct {
	sid string
	bucket
}

// at is the bucket of an interval, nil if there is none.
func (f foundLimit) at(in time.Duration) *foundBucket {
	for i := range f.buckets {
		if f.buckets[i].in == in {
			return &f.buckets[i]
		}
	}
	return nil
}

// readLimits looks at a service's limits that are ours by name. A service, or a limit, that goes between two looks is gone: what
// deletes it may be a call of a run that was broken off.
func (s *Service) readLimits(ctx context.Context, service string) (found map[string]foundLimit, there bool, err error) {
	found = map[string]foundLimit{}
	all, err := s.c.verify(ctx).ListRateLimit(service, (&verify.ListRateLimitParams{}).SetPageSize(100))
	if err = typed(err); err != nil {
		if notFound(err) {
			err = nil
		}
		return nil, false, err
	}
	for _, l := range all {
		if !slices.ContainsFunc(limits, func(ours limit) bool { return ours.name == text(l.UniqueName) }) {
			continue
		}
		f := foundLimit{sid: text(l.Sid), mark: readMark(text(l.Description))}
		buckets, err := s.c.verify(ctx).ListBucket(service, f.sid, (&verify.ListBucketParams{}).SetPageSize(100))
		if err = typed(err); notFound(err) {
			continue
		}
		if err != nil {
			return nil, false, err
		}
		for _, b := range buckets {
			f.buckets = append(f.buckets, foundBucket{text(b.Sid), bucket{b.Max, time.Duration(b.Interval) * time.Second}})
		}
		found[text(l.UniqueName)] = f
	}
	return found, true, nil
}

// difference says in words how a limit is not as it should be, and how many requests it takes to mend it.
func (l limit) difference(f foundLimit) (why []string, requests int) {
	if f.sid == "" {
		return []string{l.name + " is missing"}, 1 + len(l.buckets)
	}
	for _, b := range l.buckets {
		switch have := f.at(b.in); {
		case have == nil:
			why = append(why, fmt.Sprintf("%s has no limit in %s", l.name, span(b.in)))
		case have.most != b.most:
			why = append(why, fmt.Sprintf("%s: %d in %s → %d", l.name, have.most, span(b.in), b.most))
		}
	}
	for _, b := range l.unwanted(f) {
		why = append(why, fmt.Sprintf("%s: %d in %s removed", l.name, b.most, span(b.in)))
	}
	return why, len(why)
}

// unwanted are buckets that somebody has added.
func (l limit) unwanted(f foundLimit) []foundBucket {
	return slices.DeleteFunc(slices.Clone(f.buckets), func(b foundBucket) bool {
		return slices.ContainsFunc(l.buckets, func(o bucket) bool { return o.in == b.in })
	})
}

// limitsDiffer is the difference of all limits. A mark that has to be written takes a request, but is not worth a word: another
// difference is what makes it necessary.
func (s *Service) limitsDiffer() (why []string, requests int) {
	for _, l := range limits {
		w, n := l.difference(s.limits[l.name])
		why, requests = append(why, w...), requests+n
		if _, rewrite := s.wantedMark(l.name); rewrite {
			requests++
		}
	}
	return why, requests
}

// limitProblems names each way in which the limits that were read are not as they should be.
func (s *Service) limitProblems() []*fault.Error {
	var all []*fault.Error
	for _, l := range limits {
		why, _ := l.difference(s.limits[l.name])
		switch {
		case len(why) == 0:
		case s.limits[l.name].sid == "":
			all = append(all, problem("twilio.rate_limit_missing", "",
				"The Verify service has no rate limit %s: "+
					"only Twilio's own limit per number stops a login from sending any number of texts.", l.name))
		default:
			all = append(all, problem("twilio.rate_limit_edited", "",
				"Somebody changed the rate limits of the Verify service: %s.", strings.Join(why, ", ")))
		}
	}
	return all
}

// span is a bucket's interval in words.
func span(d time.Duration) string {
	switch {
	case d%(24*time.Hour) == 0:
		return fmt.Sprintf("%d h", int(d.Hours()))
	case d%time.Minute == 0:
		return fmt.Sprintf("%d min", int(d.Minutes()))
	}
	return fmt.Sprintf("%d s", int(d.Seconds()))
}
