package bundle_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"phonegate/provision/event"
	"phonegate/provision/fault"
	"phonegate/provision/ring"
)

func TestOnlyAFormThatIsAsItMustBeIsLedTo(t *testing.T) {
	other := newUnit()
	for what, c := range map[string]struct {
		answer func(*stage) http.HandlerFunc
		want   string // "" for one that is in order
	}{
		"the form": {func(s *stage) http.HandlerFunc { return s.form(version, true, s.must...) }, ""},
		"the form with a former key": {func(s *stage) http.HandlerFunc {
			return s.form(version, true, other.Key, s.unit.Key)
		}, ""},
		"another version": {func(s *stage) http.HandlerFunc {
			return s.form("ba9876543210", true, s.must...)
		}, "is version ba9876543210, but the current version is 0123456789ab"},
		"no keys":          {func(s *stage) http.HandlerFunc { return s.form(version, false) }, "is missing its key"},
		"another key":      {func(s *stage) http.HandlerFunc { return s.form(version, true, other.Key) }, "lacks the key"},
		"something else":   {func(*stage) http.HandlerFunc { return func(http.ResponseWriter, *http.Request) {} }, "does not show the form"},
		"a broken gateway": {func(*stage) http.HandlerFunc { return down }, "status 502"},
	} {
		t.Run(what, func(t *testing.T) {
			s := newStage(t)
			s.answer = c.answer(s)
			first, err := s.run("host.deployment")
			f := fault.Of(err)
			switch {
			case c.want == "" && (err != nil || first.Op != event.None):
				t.Errorf("%+v, %v", first, err)
			case c.want == "":
			case f == nil || f.Code != "bundle.not_running" || !strings.Contains(f.Message, c.want):
				t.Errorf("%+v", f)
			case !strings.Contains(f.Hint, "phonegate secrets --tenant dev -- COMMAND") ||
				!strings.Contains(f.Hint, "phonegate apply --tenant dev"):
				t.Errorf("the hint is %s", f.Hint)
			case strings.Contains(f.Message+f.Hint, s.unit.Session):
				t.Errorf("a secret is in %s", f.Hint)
			}
			h := s.read()
			if found := h.Resources()[1].Problems(); (len(found) > 0) != (c.want != "") {
				t.Errorf("the doctor finds %v", found)
			}
			for _, asked := range s.asked {
				if asked != "/verify/?health=1" {
					t.Errorf("the form was asked %s", asked)
				}
			}
		})
	}
}

func TestAFormThatIsBeingStartedIsGivenTime(t *testing.T) {
	s := newStage(t)
	s.answer = down
	c, err := s.run("host.deployment")
	if err == nil || c.Op != event.Create {
		t.Fatalf("a form that is not there was taken for one: %+v", c)
	}
	if n := len(s.asked); n != 2 { // by the plan and by apply: nobody could have started it in between
		t.Errorf("it was asked %d times before anybody had its key", n)
	}
	looks := 0
	s.answer = func(rw http.ResponseWriter, r *http.Request) {
		if looks++; looks < 4 {
			down(rw, r)
			return
		}
		s.form(version, true, s.must...)(rw, r)
	}
	if _, err := s.run("host.deployment"); err != nil {
		t.Errorf("it was not waited for: %v", err)
	}
}

func TestANewKeyIsAskedForOnceAndFoundByEveryComputer(t *testing.T) {
	s := newStage(t)
	former := s.unit.Key
	s.unit = newUnit()
	s.must = []ring.Key{s.unit.Key}
	c, err := s.run("host.deployment")
	f := fault.Of(err)
	if f == nil || c.Op != event.Update || !strings.Contains(c.Detail, "pass on") ||
		!strings.HasPrefix(f.Hint, "Pass on its key") {
		t.Errorf("%+v, %+v", c, f)
	}
	if n := len(s.asked); n != 2 {
		t.Errorf("it was asked %d times before anybody had its key", n)
	}
	s.elsewhere() // where nobody has the key
	made := s.unit
	s.unit = ring.Unit{}
	_, err = s.run("host.deployment")
	if f := fault.Of(err); f == nil || !strings.Contains(f.Hint, "on the computer that created the key") ||
		!strings.Contains(f.Hint, "phonegate rotate --tenant dev") {
		t.Errorf("elsewhere: %+v", f)
	}
	s.answer = s.form(version, true, former, made.Key)
	if c, err := s.run("host.deployment"); err != nil || c.Op != event.None {
		t.Errorf("elsewhere, once the form has the key: %+v, %v", c, err)
	}
	h := s.read()
	if seen, ok := h.Seen(); !ok || seen.Version != version || !seen.Shows(s.must) {
		t.Errorf("it has seen %+v, %v", seen, ok)
	}
	if extra := h.Extra(); !slices.Equal(extra, []string{former.ID}) {
		t.Errorf("the form need not have %v", extra)
	}
	if held, known := h.Held(); known || len(held) > 0 {
		t.Errorf("it knows that the form holds %v", held)
	}
	if err := h.Sweep(t.Context(), []ring.Key{former}, nil); err != nil {
		t.Error(err)
	}
}

func TestAFormThatDoesNotAnswerCantBeTold(t *testing.T) {
	s := newStage(t)
	s.answer = down
	h := s.read()
	if _, ok := h.Seen(); ok || len(h.Extra()) > 0 {
		t.Errorf("it was seen, with %v", h.Extra())
	}
	if _, err := h.Look(t.Context()); fault.Of(err).Code != "bundle.no_form" || fault.Of(err).Hint == "" {
		t.Errorf("looking ended with %v", err)
	}
}

func TestAFormThatStillRunsIsLeft(t *testing.T) {
	s := newStage(t)
	h := s.read()
	if left := h.Left(); len(left) != 1 || !strings.Contains(left[0].What, s.o.URL) || !strings.Contains(left[0].Why, "stop it") {
		t.Errorf("before undo there would be left %+v", left)
	}
	if c := h.Resources()[1].UndoChange(); c.Op != event.None || !strings.Contains(c.Detail, "stop it there") {
		t.Errorf("undo says %+v", c)
	}
	s.answer = down
	if err := h.Resources()[1].Undo(t.Context(), nil); err != nil || len(h.Left()) > 0 {
		t.Errorf("undo of a form that has been stopped: %v, left %+v", err, h.Left())
	}
}
