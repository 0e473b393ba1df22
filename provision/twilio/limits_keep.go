package twilio

import (
	"context"
	"slices"

	verify "github.com/twilio/twilio-go/rest/verify/v2"

	"phonegate/provision/transport"
)

// keepLimits makes the limits as they should be. It finds a limit by its name if a call whose answer was lost has made it, or
// somebody at the same time.
func (s *Service) keepLimits(ctx context.Context) error {
	for _, l := range limits {
		err := s.keepLimit(ctx, l)
		for range 1 + len(l.buckets) {
			if code := answer(err).code; code != 60208 && code != 60211 { // limit or bucket exists
				break
			}
			found, there, unread := s.readLimits(ctx, s.found.SID)
			if unread != nil {
				return unread
			}
			if !there {
				return err
			}
			s.limits = found
			err = s.keepLimit(ctx, l)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (s *Service) keepLimit(ctx context.Context, l limit) error {
	// What there can be only one of may be asked for again when the answer is lost.
	api, f := s.c.verify(transport.Repeatable(ctx)), s.limits[l.name]
	m, rewrite := s.wantedMark(l.name)
	switch {
	case f.sid == "":
		p := (&verify.CreateRateLimitParams{}).SetUniqueName(l.name).SetDescription(m.String())
		made, err := api.CreateRateLimit(s.found.SID, p)
		if err != nil {
			return typed(err)
		}
		f = foundLimit{sid: text(made.Sid), mark: m}
		s.limits[l.name] = f
	case rewrite:
		p := (&verify.UpdateRateLimitParams{}).SetDescription(m.String())
		if _, err := api.UpdateRateLimit(s.found.SID, f.sid, p); err != nil {
			return typed(err)
		}
		f.mark = m
		s.limits[l.name] = f
	}
	for _, b := range l.buckets {
		have := f.at(b.in)
		switch {
		case have == nil:
			p := (&verify.CreateBucketParams{}).SetMax(b.most).SetInterval(int(b.in.Seconds()))
			made, err := api.CreateBucket(s.found.SID, f.sid, p)
			if err != nil {
				return typed(err)
			}
			f.buckets = append(f.buckets, foundBucket{text(made.Sid), b})
		case have.most != b.most:
			p := (&verify.UpdateBucketParams{}).SetMax(b.most)
			if _, err := api.UpdateBucket(s.found.SID, f.sid, have.sid, p); err != nil {
				return typed(err)
			}
			have.most = b.most
		}
	}
	for _, b := range l.unwanted(f) {
		if err := typed(api.DeleteBucket(s.found.SID, f.sid, b.sid)); err != nil && !notFound(err) {
			return err
		}
		f.buckets = slices.DeleteFunc(f.buckets, func(o foundBucket) bool { return o.sid == b.sid })
	}
	s.limits[l.name] = f
	return nil
}

// recorded is the length that the codes had before phonegate changed it, as the marks say; 0 if they don't.
func (s *Service) recorded() int {
	for _, name := range s.ownLimits() {
		if was := s.limits[name].mark.was; was != 0 {
			return was
		}
	}
	return 0
}

// wantedMark is what a limit's description should say. rewrite is true if it says something else and that matters: in a service
// of somebody else's, a limit must say how the service was before it is changed.
func (s *Service) wantedMark(name string) (m mark, rewrite bool) {
	f, own := s.limits[name], s.ownLimits()
	m = mark{domain: s.spec.Domain, made: s.found == nil || s.made(), found: f.mark.found}
	if m.made {
		return m, false
	}
	m.was = s.recorded()
	if m.was == 0 && s.found.CodeLength != s.spec.CodeLength {
		m.was = s.found.CodeLength
	}
	switch {
	case f.sid == "":
		return m, false // it is created with it
	case f.mark.domain == s.spec.Domain:
		return m, m.was != f.mark.was
	}
	// All limits are somebody else's: one of them has to carry the mark.
	m.found = true
	return m, m.was != 0 && len(own) == 0 && len(s.limits) == len(limits) && name == limits[0].name
}

// ownLimits are the limits that carry this tenant's mark.
func (s *Service) ownLimits() []string {
	var names []string
	for _, l := range limits {
		if f := s.limits[l.name]; f.sid != "" && f.mark.domain == s.spec.Domain {
			names = append(names, l.name)
		}
	}
	return names
}

// removeLimits takes our limits out of a service that stays, and our mark off a limit that was there before.
func (s *Service) removeLimits(ctx context.Context) error {
	api := s.c.verify(transport.Repeatable(ctx))
	for _, name := range s.ownLimits() {
		f := s.limits[name]
		var err error
		if f.mark.found {
			_, err = api.UpdateRateLimit(s.found.SID, f.sid, (&verify.UpdateRateLimitParams{}).SetDescription(""))
		} else {
			err = api.DeleteRateLimit(s.found.SID, f.sid)
		}
		if err = typed(err); err != nil && !notFound(err) {
			return err
		}
		delete(s.limits, name)
	}
	return nil
}
