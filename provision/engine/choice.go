package engine

import (
	"slices"

	"phonegate/provision/ring"
)

// sight is all that a plan knows when it chooses the key that Action and form are to share. What could not be read is
// marked as unknown: that it is not seen is no reason to replace it.
type sight struct {
	// live is the key of the deployed Action, draft that of its draft; zero for none.
	live, draft ring.Key
	// edited says that somebody wrote the draft's key after phonegate had.
	edited bool
	// elsewhere says that the live Action sends by another Verify service than the one in use.
	elsewhere bool
	// form says whether the form answered; shows and sends are the ids that it then named.
	form         bool
	shows, sends []string
	// held are the keys of the form's environment, where known says so.
	held  []ring.Key
	known bool
	// listed says whether the Twilio keys could be listed; twilio are the ids for which there is one.
	listed bool
	twilio []string
	// checks says that the form checks the codes, for which its key needs a Twilio part.
	checks bool
	// service is the Verify service in use, "" before it is made.
	service string
	// here are the units whose values are known on this computer, oldest first.
	here []ring.Unit
	// rotates asks for a new key whatever is in use.
	rotates bool
	// afresh says that a write of this run has cost the Action its key.
	afresh bool
}

// choice is the key that a plan leads to.
type choice struct {
	// unit is the key, with its values as far as they are known here.
	unit ring.Unit
	// mint says that a Twilio key is still to be made for it.
	mint bool
	// write says that the Action is to be given its value.
	write bool
	// why says why it is not the one in use, "" if it is.
	why string
}

// choose decides on the key. mint makes a new one. The key in use stays unless it is known to be of no use.
func choose(s sight, mint func() ring.Unit) choice {
	use := s.live
	if s.draft.ID != "" && s.draft != s.live && s.inForm(s.draft) {
		use = s.draft // a run was cut off before it deployed: whoever deploys this draft does no harm
	}
	why := s.useless(use)
	if why == "" && !s.rotates {
		c := choice{unit: ring.Unit{Key: use}, write: use != s.draft}
		if u, ok := s.value(use); ok {
			c.unit = u
		}
		if !c.write || c.unit.Complete() {
			return c
		}
		why = "the Action has no key"
	}
	if s.rotates && s.live.ID != "" {
		why = "rotation"
	}
	if u, ok := s.pending(); ok {
		return choice{unit: u, write: u.Key != s.draft, why: why}
	}
	return choice{unit: mint(), mint: true, write: true, why: why}
}

// useless says why a key can't stay in use, "" if it can.
func (s sight) useless(k ring.Key) string {
	_, here := s.value(k)
	switch {
	case k.ID == "":
		return "no key exists yet"
	case s.afresh:
		return "Auth0 removed the Action's key"
	case s.edited && k == s.draft:
		return "somebody changed the Action's key"
	case s.listed && !slices.Contains(s.twilio, k.ID):
		return "the Twilio key no longer exists"
	case s.elsewhere:
		return "the Verify service changes"
	case !here && (s.form && !slices.Contains(s.shows, k.ID) || s.known && !slices.Contains(s.held, k)):
		return "the form has lost the key"
	case s.form && slices.Contains(s.shows, k.ID) && s.checks != slices.Contains(s.sends, k.ID):
		if s.checks {
			return "the form now checks the codes"
		}
		return "the form no longer needs Twilio"
	}
	return ""
}

// inForm says whether the form has a key, as far as can be seen. Where nothing can be seen it does: a key enters a draft only
// after the form has shown it.
func (s sight) inForm(k ring.Key) bool {
	switch {
	case s.form:
		return slices.Contains(s.shows, k.ID)
	case s.known:
		return slices.Contains(s.held, k)
	}
	return true
}

// value is a unit that is known on this computer.
func (s sight) value(k ring.Key) (ring.Unit, bool) {
	i := slices.IndexFunc(s.here, func(u ring.Unit) bool { return u.Key == k && k.ID != "" })
	if i < 0 {
		return ring.Unit{}, false
	}
	return s.here[i], s.here[i].Complete()
}

// pending is a key that an earlier run on this computer made and did not bring into use: it is carried on with.
func (s sight) pending() (ring.Unit, bool) {
	for _, u := range slices.Backward(s.here) {
		alive := !s.listed || slices.Contains(s.twilio, u.ID)
		if u.Key == s.live || u.Made.Before(s.live.Made) {
			return ring.Unit{}, false // it and those before it are or were in use
		}
		if u.Complete() && alive && u.Service == s.service && !(u.Key == s.draft && s.edited) && !s.afresh {
			return u, true
		}
	}
	return ring.Unit{}, false
}

// fresh says whether the choice replaces a key or is the first one.
func (c choice) fresh() bool { return c.why != "" }
