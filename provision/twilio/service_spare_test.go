package twilio

import (
	"net/http"
	"net/url"
	"slices"
	"testing"
	"time"

	"phonegate/provision/fault"
	"phonegate/provision/sandbox/world"
)

// twice is an account in which two computers have made the tenant's service at the same time.
func twice(t *testing.T, issuer string) (x *account, first, second *Service) {
	t.Helper()
	x = newAccount(t)
	x.behave("twilio.totp_issuer", issuer)
	first, second = x.read(), x.read()
	for _, s := range []*Service{first, second} {
		if err := s.Apply(t.Context(), nil); err != nil {
			t.Fatal(err)
		}
	}
	if first.Made() == "" || second.Made() == "" || first.Made() == second.Made() {
		t.Fatalf("made %q and %q", first.Made(), second.Made())
	}
	return x, first, second
}

func TestWhoLosesTheRaceTakesBackItsOwnService(t *testing.T) {
	for _, issuer := range []string{"kept", "dropped"} {
		x, first, second := twice(t, issuer)
		x.register = first.SID()
		again := x.read() // the second computer looks again
		if again.SID() != first.SID() {
			t.Fatalf("%s: %s is in use", issuer, again.SID())
		}
		if err := again.Delete(t.Context(), second.Made()); err != nil {
			t.Fatal(err)
		}
		if err := again.Delete(t.Context(), second.Made()); err != nil {
			t.Errorf("%s: what is gone already: %v", issuer, err)
		}
		if got := x.sids(); !slices.Equal(got, []string{first.SID()}) {
			t.Errorf("%s: services %q", issuer, got)
		}
	}
	x, first, second := twice(t, "kept")
	if err := second.Delete(t.Context(), second.Made()); err != nil || second.Made() != "" || second.SID() != "" {
		t.Errorf("%v, %q, %q", err, second.Made(), second.SID())
	}
	if got := x.sids(); !slices.Equal(got, []string{first.SID()}) {
		t.Errorf("services %q", got)
	}
}

func TestStraysAreOursUnusedAndOld(t *testing.T) {
	for _, issuer := range []string{"kept", "dropped"} {
		x, first, second := twice(t, issuer)
		x.somebodys("Acme", "6")
		x.applied(of(otherDomain), func(s *ServiceSpec) { s.Name = "Other" })
		x.register = first.SID()
		if got, err := x.read().Strays(t.Context()); err != nil || len(got) != 0 {
			t.Errorf("%s: too early: %v, %v", issuer, got, err)
		}
		x.world.Advance(time.Hour + time.Minute)
		if got, err := x.read().Strays(t.Context()); err != nil || len(got) != 1 || got[0].SID != second.SID() {
			t.Errorf("%s: %v, %v", issuer, got, err)
		}
	}
}

func TestUndoDeletesWhatWasMadeTwice(t *testing.T) {
	for _, issuer := range []string{"kept", "dropped"} {
		x, _, _ := twice(t, issuer)
		theirs := x.somebodys("Acme", "6")
		other := x.applied(of(otherDomain), func(s *ServiceSpec) { s.Name = "Other" }).SID()
		if err := x.read().Undo(t.Context(), nil); err != nil {
			t.Fatal(err)
		}
		want := []string{theirs, other}
		slices.Sort(want)
		if got := x.sids(); !slices.Equal(got, want) {
			t.Errorf("%s: services %q, want %q", issuer, got, want)
		}
	}
}

func TestNoServiceOfSomebodyElsesIsDeleted(t *testing.T) {
	x := newAccount(t)
	s := x.applied()
	for _, sid := range []string{"", x.applied(of(otherDomain)).SID(), x.somebodys("Acme", "6")} {
		if err := s.Delete(t.Context(), sid); fault.Of(err) == nil || fault.Of(err).Code != "twilio.service_not_ours" {
			t.Errorf("%q: %v", sid, err)
		}
		if err := x.read().Delete(t.Context(), sid); fault.Of(err) == nil || fault.Of(err).Code != "twilio.service_not_ours" {
			t.Errorf("%q, as another computer: %v", sid, err)
		}
	}
	if n := len(x.services()); n != 3 {
		t.Errorf("%d services", n)
	}
}

func TestAServiceWhoseAnswerIsLostIsFoundAndNotCountedAsMade(t *testing.T) {
	for _, issuer := range []string{"kept", "dropped"} {
		x := newAccount(t)
		x.behave("twilio.totp_issuer", issuer)
		s := x.read()
		x.world.Arm(world.Fault{Provider: "twilio", Method: "POST", Path: "/v2/Services", Drop: true, After: true, Times: 1})
		if err := s.Apply(t.Context(), nil); err != nil {
			t.Fatal(err)
		}
		if all := x.sids(); len(all) != 1 || s.SID() != all[0] || s.Made() != "" {
			t.Errorf("%s: services %q, %q in use, %q made", issuer, all, s.SID(), s.Made())
		}
		if err := x.read().Undo(t.Context(), nil); err != nil || len(x.services()) != 0 {
			t.Errorf("%s: %v, %+v", issuer, err, x.services())
		}
	}
}

func TestAServiceThatAppearedMeanwhileIsOnlyTakenIfItIsNotAnothers(t *testing.T) {
	x := newAccount(t)
	s := x.read()
	theirs := ""
	s.c = x.client(roundTripper(func(r *http.Request) (*http.Response, error) {
		if r.Method == "POST" && r.URL.Path == "/v2/Services" {
			theirs = x.call("POST", servicesURL, url.Values{"FriendlyName": {"Acme"}, "CodeLength": {"6"},
				"Totp.Issuer": {"phonegate " + otherDomain}})["sid"].(string)
			return nil, http.ErrServerClosed
		}
		return x.road.RoundTrip(r)
	}))
	if err := s.Apply(t.Context(), nil); err == nil || s.SID() != "" {
		t.Errorf("%v, %q in use, %q is another tenant's", err, s.SID(), theirs)
	}
}
