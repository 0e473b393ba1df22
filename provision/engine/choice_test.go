package engine

import (
	"testing"
	"time"

	"phonegate/provision/ring"
)

// unitOf is a complete unit that was made so many minutes ago.
func unitOf(minutes int) ring.Unit {
	u := ring.New(time.Date(2026, 11, 28, 12, 0, 0, 0, time.UTC).Add(-time.Duration(minutes) * time.Minute))
	u.APIKey, u.APISecret, u.Service = "SK"+u.ID, "secret", "VA1"
	return u
}

func TestTheKeyThatAPlanLeadsTo(t *testing.T) {
	live, next, fresh := unitOf(90), unitOf(5), unitOf(0)
	// healthy is what a computer sees that knows no value: all is in order.
	healthy := func(change func(*sight)) sight {
		s := sight{
			live: live.Key, draft: live.Key, form: true, shows: []string{live.ID}, sends: []string{live.ID}, held: []ring.Key{live.Key}, known: true,
			listed: true, twilio: []string{live.ID}, checks: true, service: "VA1",
		}
		change(&s)
		return s
	}
	for what, c := range map[string]struct {
		sight
		want  ring.Unit
		mint  bool
		write bool
	}{
		"all in order":                    {healthy(func(*sight) {}), live, false, false},
		"the form does not answer":        {healthy(func(s *sight) { s.form, s.shows, s.sends = false, nil, nil }), live, false, false},
		"nothing can be seen":             {healthy(func(s *sight) { s.form, s.known, s.listed = false, false, false }), live, false, false},
		"an API key can't list keys":      {healthy(func(s *sight) { s.listed, s.twilio = false, nil }), live, false, false},
		"nothing yet":                     {sight{checks: true}, fresh, true, true},
		"nothing yet, carried on":         {sight{checks: true, service: "VA1", here: []ring.Unit{next}, listed: true, twilio: []string{next.ID}}, next, false, true},
		"the Twilio key no longer exists": {healthy(func(s *sight) { s.twilio = nil }), fresh, true, true},
		"the form has lost the key":       {healthy(func(s *sight) { s.shows, s.sends = nil, nil }), fresh, true, true},
		"the form has lost it, known":     {healthy(func(s *sight) { s.shows, s.sends, s.here = nil, nil, []ring.Unit{live} }), live, false, false},
		"the form's host has lost it":     {healthy(func(s *sight) { s.held = nil }), fresh, true, true},
		"somebody edited it":              {healthy(func(s *sight) { s.edited = true }), fresh, true, true},
		"the Verify service changes":      {healthy(func(s *sight) { s.elsewhere, s.service = true, "VA2" }), fresh, true, true},
		"the form is to check codes":      {healthy(func(s *sight) { s.sends = nil }), fresh, true, true},
		"the form is not to check them":   {healthy(func(s *sight) { s.checks = false }), fresh, true, true},
		"a rotation":                      {healthy(func(s *sight) { s.rotates = true }), fresh, true, true},
		"a rotation carried on": {healthy(func(s *sight) {
			s.rotates, s.here, s.twilio = true, []ring.Unit{live, next}, []string{live.ID, next.ID}
		}), next, false, true},
		"a former key is no rotation carried on": {healthy(func(s *sight) {
			old := unitOf(200)
			s.rotates, s.here, s.twilio = true, []ring.Unit{old, live}, []string{old.ID, live.ID}
		}), fresh, true, true},
		"a draft that was not deployed": {healthy(func(s *sight) {
			s.draft, s.shows, s.sends = next.Key, []string{live.ID, next.ID}, []string{live.ID, next.ID}
			s.held = []ring.Key{live.Key, next.Key}
			s.twilio = []string{live.ID, next.ID}
		}), next, false, false},
		"a draft with a stranger's key": {healthy(func(s *sight) { s.draft = next.Key }), fresh, true, true},
		"a draft without a key":         {healthy(func(s *sight) { s.draft = ring.Key{} }), fresh, true, true},
		"a draft without a key, known":  {healthy(func(s *sight) { s.draft, s.here = ring.Key{}, []ring.Unit{live} }), live, false, true},
		"Auth0 dropped the secrets":     {healthy(func(s *sight) { s.afresh, s.here = true, []ring.Unit{live} }), fresh, true, true},
	} {
		got := choose(c.sight, func() ring.Unit { return fresh })
		if got.unit.Key != c.want.Key || got.mint != c.mint || got.write != c.write {
			t.Errorf("%s: key %s (want %s), mint %v, write %v, because %q", what, got.unit.Name(), c.want.Name(), got.mint, got.write, got.why)
		}
		if got.write && !got.mint && !got.unit.Complete() {
			t.Errorf("%s: the Action is to be given a key whose value nobody knows", what)
		}
	}
}
