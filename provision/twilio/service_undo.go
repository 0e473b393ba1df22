package twilio

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	verify "github.com/twilio/twilio-go/rest/verify/v2"

	"phonegate/provision/event"
	"phonegate/provision/fault"
	"phonegate/provision/resource"
	"phonegate/provision/transport"
)

// strayAge is how old a service must be before nobody can be about to use it: the run that made it may not have written the
// register yet.
const strayAge = time.Hour

// spares are the services made for this tenant that are not the one in use.
func (s *Service) spares() []ServiceInfo {
	return slices.DeleteFunc(slices.Clone(s.all), func(i ServiceInfo) bool {
		return i.SID == s.SID() || !s.madeFor(i)
	})
}

// Strays are the services that were made for this tenant more than an hour ago and are not the one in use: those of runs that
// were cut off, or that another run was faster than.
func (s *Service) Strays(ctx context.Context) ([]ServiceInfo, error) {
	if err := s.findSpares(ctx); err != nil {
		return nil, err
	}
	return slices.DeleteFunc(s.spares(), func(i ServiceInfo) bool {
		return i.Created.IsZero() || s.spec.Now().Sub(i.Created) <= strayAge
	}), nil
}

// Delete deletes a service that was made for this tenant: one of Strays, or Made. It refuses any other; one that is gone is no
// error.
func (s *Service) Delete(ctx context.Context, sid string) error {
	ours, err := s.mayDelete(ctx, sid)
	if err != nil {
		return err
	}
	if ours {
		if err := typed(s.c.verify(transport.Repeatable(ctx)).DeleteService(sid)); err != nil && !notFound(err) {
			return err
		}
	}
	s.forget(sid)
	if s.created == sid {
		s.created = ""
	}
	if s.SID() == sid {
		s.found, s.limits = nil, nil
	}
	return nil
}

// mayDelete says whether a service was made for this tenant; false without an error means that it is gone.
func (s *Service) mayDelete(ctx context.Context, sid string) (bool, error) {
	spare := slices.ContainsFunc(s.spares(), func(i ServiceInfo) bool { return i.SID == sid })
	if spare || sid != "" && (sid == s.created || s.SID() == sid && s.made()) {
		return true, nil
	}
	if sid != "" {
		got, err := s.c.verify(ctx).FetchService(sid)
		if err = typed(err); notFound(err) {
			return false, nil
		}
		if err != nil {
			return false, err
		}
		v, there, err := s.look(ctx, info(got))
		if err != nil || !there || s.madeFor(v.ServiceInfo) {
			return there, err
		}
	}
	return false, fault.New(fault.Failed, "twilio.service_not_ours", "Delete it in the Twilio console if nobody uses it.",
		"The Verify service %s stays: nothing shows that phonegate created it for %s.", sid, s.spec.Domain)
}

// restores is the code length that Undo puts back, 0 for none: only where the value is still the one that phonegate set.
func (s *Service) restores() int {
	if was := s.recorded(); was != s.found.CodeLength && s.found.CodeLength == s.spec.CodeLength {
		return was
	}
	return 0
}

// UndoChange implements resource.Resource.
func (s *Service) UndoChange() event.Change {
	c := event.Change{Resource: s.Name(), Op: event.None, Requests: len(s.spares())}
	switch {
	case s.found == nil:
		c.Detail = fmt.Sprintf("“%s” is not there", s.spec.Name)
	case s.made():
		c.Op, c.Detail = event.Delete, fmt.Sprintf("“%s”", s.found.Name)
		c.Requests++
	default:
		c.Detail = fmt.Sprintf("“%s” is kept: phonegate did not create it", s.found.Name)
		if was := s.restores(); was != 0 {
			c.Op = event.Update
			c.Requests++
			c.Detail += fmt.Sprintf("; digits %d → %d", s.found.CodeLength, was)
		}
		if own := s.ownLimits(); len(own) > 0 {
			c.Op = event.Update
			c.Requests += len(own)
			if gone := slices.DeleteFunc(own, func(name string) bool { return s.limits[name].mark.found }); len(gone) > 0 {
				c.Detail += "; phonegate’s limits " + strings.Join(gone, " and ") + " are deleted"
			}
		}
	}
	if n := len(s.spares()); n > 0 {
		c.Op = event.Delete
		c.Detail += fmt.Sprintf("; %d more created for %s", n, s.spec.Domain)
	}
	return c
}

// Undo implements resource.Resource. It deletes every service that was made for this tenant, and takes what is ours out of one
// that was there before.
func (s *Service) Undo(ctx context.Context, _ resource.Progress) error {
	if err := s.findSpares(ctx); err != nil {
		return err
	}
	for _, i := range s.spares() {
		if err := s.Delete(ctx, i.SID); err != nil {
			return err
		}
	}
	if s.found == nil {
		return nil
	}
	if s.made() {
		return s.Delete(ctx, s.found.SID)
	}
	if len(s.ownLimits()) == 0 {
		return nil
	}
	if err := s.giveBack(ctx); err != nil {
		return err
	}
	s.found, s.limits = nil, nil
	return nil
}

// giveBack makes a service that stays as it was. The limits go last: their marks say how it was.
func (s *Service) giveBack(ctx context.Context) error {
	if was := s.restores(); was != 0 {
		p := (&verify.UpdateServiceParams{}).SetCodeLength(was)
		_, err := s.c.verify(transport.Repeatable(ctx)).UpdateService(s.found.SID, p)
		if err = typed(err); err != nil && !notFound(err) {
			return err
		}
		s.found.CodeLength = was
	}
	return s.removeLimits(ctx)
}

// Left is the service that the register names although it has no mark: Undo does not touch it.
func (s *Service) Left() []resource.Left {
	if s.found == nil || s.made() || s.found.SID != s.registered || len(s.ownLimits()) > 0 {
		return nil
	}
	return []resource.Left{{
		What:    fmt.Sprintf("the Verify service “%s”", s.found.Name),
		Why:     "The tenant used it, but nothing shows that phonegate created it.",
		Command: "twilio api:verify:v2:services:remove --sid " + s.found.SID,
	}}
}
