package twilio

import (
	"cmp"
	"context"
	"slices"
	"strings"
)

// view is a service with its limits.
type view struct {
	ServiceInfo
	limits  map[string]foundLimit
	dropped bool // Twilio has not kept the service's own mark: that of a limit says who made it
}

// owner is the domain of the tenant that the service or one of its limits is marked for, "" if nothing is.
func (v view) owner() string {
	if v.Mark != "" {
		return v.Mark
	}
	for _, l := range limits {
		if domain := v.limits[l.name].mark.domain; domain != "" {
			return domain
		}
	}
	return ""
}

// Read implements resource.Resource.
func (s *Service) Read(ctx context.Context) error {
	if err := s.validate(); err != nil {
		return err
	}
	s.all, s.found, s.limits, s.dropped, s.stale, s.registered = nil, nil, nil, false, false, s.spec.SID()
	all, err := s.list(ctx)
	if err != nil {
		return err
	}
	s.all = all
	return s.choose(ctx)
}

// list is the account's services, oldest first, so that all computers choose the same one.
func (s *Service) list(ctx context.Context) ([]ServiceInfo, error) {
	all, err := s.c.Services(ctx)
	slices.SortFunc(all, func(a, b ServiceInfo) int {
		return cmp.Or(a.Created.Compare(b.Created), strings.Compare(a.SID, b.SID))
	})
	// A service that is made between two pages moves another one onto both.
	return slices.CompactFunc(all, func(a, b ServiceInfo) bool { return a.SID == b.SID }), err
}

// choose finds the service in use: the register's, else the one made for this tenant, else one of the wanted name that no other
// tenant has.
func (s *Service) choose(ctx context.Context) error {
	candidates, err := s.candidates(ctx)
	if err != nil {
		return err
	}
	var free *view
	for _, i := range candidates {
		v, there, err := s.look(ctx, i)
		switch {
		case err != nil:
			return err
		case !there:
			s.forget(i.SID)
		case s.ours(v):
			s.take(v)
			return nil
		case free == nil && v.Name == s.spec.Name && v.owner() == "":
			free = &v
		}
	}
	if free != nil {
		s.take(*free)
	}
	return nil
}

func (s *Service) take(v view) { s.found, s.limits, s.dropped = &v.ServiceInfo, v.limits, v.dropped }

// forget takes a service that is gone out of the list.
func (s *Service) forget(sid string) {
	s.all = slices.DeleteFunc(s.all, func(i ServiceInfo) bool { return i.SID == sid })
}

// candidates are the services that can be the one in use, best first. None was made for another tenant.
func (s *Service) candidates(ctx context.Context) ([]ServiceInfo, error) {
	all := slices.Clone(s.all)
	// The list may lag behind what another computer has just made; only an answer for the sid itself says that it is gone.
	if sid := s.registered; sid != "" && !slices.ContainsFunc(all, func(i ServiceInfo) bool { return i.SID == sid }) {
		got, err := s.c.verify(ctx).FetchService(sid)
		if err = typed(err); err != nil && !notFound(err) {
			return nil, err
		}
		if err == nil {
			all = append([]ServiceInfo{info(got)}, all...)
		}
	}
	rank := func(i ServiceInfo) int {
		switch {
		case i.Mark != "" && i.Mark != s.spec.Domain:
			return -1
		case i.SID == s.registered:
			return 0
		case s.madeFor(i):
			return 1
		case i.Name == s.spec.Name:
			return 2
		}
		return -1
	}
	all = slices.DeleteFunc(all, func(i ServiceInfo) bool { return rank(i) < 0 })
	slices.SortStableFunc(all, func(a, b ServiceInfo) int { return cmp.Compare(rank(a), rank(b)) })
	return all, nil
}

// look reads a service's limits; they may say who made it. there is false if it has gone meanwhile.
func (s *Service) look(ctx context.Context, i ServiceInfo) (v view, there bool, err error) {
	found, there, err := s.readLimits(ctx, i.SID)
	if err != nil || !there {
		return view{}, false, err
	}
	v = view{ServiceInfo: i, limits: found}
	for _, l := range found {
		if v.Mark == "" && l.mark.made {
			v.Mark, v.dropped = l.mark.domain, true
		}
	}
	return v, true, nil
}

// ours says whether a service is marked as this tenant's, or is the register's and free. One that phonegate did not make must
// have the wanted name: with another one it is not the service that the answers mean.
func (s *Service) ours(v view) bool {
	owner := v.owner()
	switch {
	case s.madeFor(v.ServiceInfo):
		return true
	case v.Name != s.spec.Name:
		return false
	}
	return owner == s.spec.Domain || owner == "" && v.SID == s.registered
}

// findSpares looks for services of this tenant that were made twice, where only their limits can say so.
func (s *Service) findSpares(ctx context.Context) error {
	if s.found == nil || !s.dropped {
		return nil
	}
	for n, i := range s.all {
		if i.SID == s.found.SID || i.Mark != "" || i.Name != s.spec.Name {
			continue
		}
		v, there, err := s.look(ctx, i)
		if err != nil {
			return err
		}
		if there {
			s.all[n].Mark = v.Mark
		}
	}
	s.dropped = false // once is enough
	return nil
}
