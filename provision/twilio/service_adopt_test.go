package twilio

import (
	"maps"
	"net/url"
	"slices"
	"strings"
	"testing"

	"phonegate/provision/event"
)

func TestAnAdoptedServiceSaysHowItWasBeforeItIsChanged(t *testing.T) {
	x := newAccount(t)
	sid := x.somebodys("Acme", "4")
	s := x.read()
	planned := s.Change()
	if planned.Op != event.Update || planned.From != "found" ||
		!strings.HasPrefix(planned.Detail, "“Acme”: digits 4 → 6, phonegate_user is missing") {
		t.Errorf("plan: %+v", planned)
	}
	seen := len(x.world.Requests())
	if err := s.Apply(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	var writes []string
	for _, r := range x.world.Requests()[seen:] {
		writes = append(writes, r.Method+" "+strings.TrimPrefix(r.Path, "/v2/Services/"+sid))
	}
	if len(writes) != planned.Requests || writes[0] != "POST /RateLimits" || slices.Index(writes, "POST ") != len(writes)-1 {
		t.Errorf("planned %d requests: %q", planned.Requests, writes)
	}
	was := "phonegate " + domain + "; was code_length=4"
	if got := x.marks(sid); !maps.Equal(got, map[string]string{"phonegate_user": was, "phonegate_ip": was}) {
		t.Errorf("marks %q", got)
	}
	if issuer := x.at(sid)["totp"].(map[string]any)["issuer"]; issuer != "Acme" {
		t.Errorf("the issuer is %v", issuer)
	}
	if c := x.read().Change(); c.Op != event.None || c.From != "" {
		t.Errorf("afterwards: %+v", c)
	}
}

func TestALaterChangeOfTheCodeLengthIsRecordedFirst(t *testing.T) {
	x := newAccount(t)
	sid := x.somebodys("Acme", "6")
	x.applied()
	plain := "phonegate " + domain
	if got := x.marks(sid); !maps.Equal(got, map[string]string{"phonegate_user": plain, "phonegate_ip": plain}) {
		t.Errorf("marks %q", got)
	}
	for _, digits := range []int{8, 5} {
		s := x.read(func(s *ServiceSpec) { s.CodeLength = digits })
		planned, before := s.Change(), x.road.Requests()["twilio"]
		if err := s.Apply(t.Context(), nil); err != nil {
			t.Fatal(err)
		}
		if n := x.road.Requests()["twilio"] - before; n != planned.Requests {
			t.Errorf("%d requests, planned: %+v", n, planned)
		}
		was := plain + "; was code_length=6"
		if got := x.marks(sid); !maps.Equal(got, map[string]string{"phonegate_user": was, "phonegate_ip": was}) {
			t.Errorf("marks %q", got)
		}
	}
	s := x.read(func(s *ServiceSpec) { s.CodeLength = 5 })
	if c := s.UndoChange(); c.Detail != "“Acme” is kept: phonegate did not create it; digits 5 → 6; "+
		"phonegate’s limits phonegate_user and phonegate_ip are deleted" {
		t.Errorf("%+v", c)
	}
	if err := s.Undo(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	if got := x.services()[0]; got.CodeLength != 6 || len(got.RateLimits) != 0 {
		t.Errorf("%+v", got)
	}
}

func TestLimitsOfSomebodyElsesStayTheirOwn(t *testing.T) {
	x := newAccount(t)
	sid := x.somebodys("Acme", "6")
	for _, name := range []string{"phonegate_user", "phonegate_ip"} {
		x.call("POST", servicesURL+"/"+sid+"/RateLimits", url.Values{"UniqueName": {name}, "Description": {"by hand"}})
	}
	x.register = sid
	s := x.applied()
	if got := x.marks(sid); !maps.Equal(got, map[string]string{"phonegate_user": "by hand", "phonegate_ip": "by hand"}) {
		t.Errorf("marks %q", got)
	}
	if c := s.UndoChange(); c.Op != event.None {
		t.Errorf("%+v", c)
	}
	if err := s.Undo(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	if left := s.Left(); len(left) != 1 || !strings.Contains(left[0].What, "Acme") || !strings.HasSuffix(left[0].Command, sid) {
		t.Errorf("left: %+v", left)
	}
	if got := x.limits(); !slices.Equal(got, wantedLimits) {
		t.Errorf("limits %q", got)
	}
}

func TestAServiceOfThatNameWhichNobodyUsedIsNotLeft(t *testing.T) {
	x := newAccount(t)
	x.somebodys("Acme", "4")
	s := x.read()
	if c := s.UndoChange(); c.Op != event.None || len(s.Left()) != 0 {
		t.Errorf("%+v, left: %+v", c, s.Left())
	}
	if err := s.Undo(t.Context(), nil); err != nil || x.services()[0].CodeLength != 4 {
		t.Errorf("%v, %+v", err, x.services())
	}
}
