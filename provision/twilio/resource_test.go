package twilio

import (
	"maps"
	"net/url"
	"slices"
	"strings"
	"testing"

	"phonegate/provision/event"
	"phonegate/provision/fault"
	"phonegate/provision/transport/transporttest"
)

func TestEveryFailureIsMadeGoodByTheNextRun(t *testing.T) {
	for _, issuer := range []string{"kept", "dropped"} {
		for start, prepare := range map[string]func(*account){
			"an empty account":                func(*account) {},
			"a service of that name":          func(x *account) { x.somebodys("Acme", "4") },
			"a service of that name, renamed": func(x *account) { x.applied(func(s *ServiceSpec) { s.Name = "Hacked" }) },
		} {
			t.Run(start+", issuer "+issuer, func(t *testing.T) {
				transporttest.Converges(t, func(t *testing.T) transporttest.Account {
					x := newAccount(t)
					x.behave("twilio.totp_issuer", issuer)
					prepare(x)
					if len(x.sids()) == 1 {
						x.register = x.sids()[0]
					}
					others := x.named("somebody else's")
					return transporttest.Account{HTTP: x.road, Resources: x.family, Check: func(t *testing.T) {
						if all := x.services(); len(all) != 1 || all[0].FriendlyName != "Acme" || all[0].CodeLength != 6 {
							t.Errorf("services: %+v", all)
						}
						if got := x.limits(); !slices.Equal(got, wantedLimits) {
							t.Errorf("the service has the limits %q", got)
						}
						want := []string{"phonegate ecf615b4 " + ringKey, "somebody else's"}
						if got := x.keys(); !slices.Equal(got, want) || !x.works(x.kept) || x.kept.APIKey == others {
							t.Errorf("the account has the keys %q", got)
						}
					}}
				})
			})
		}
	}
}

func TestUndoLeavesTheAccountAsItWas(t *testing.T) {
	for name, c := range map[string]struct {
		prepare func(x *account)
		digits  map[string]int // of what is there in the end, by name
		limits  []string
	}{
		"a service that phonegate made": {func(*account) {}, map[string]int{}, nil},
		"a service that was there before": {func(x *account) {
			sid := x.somebodys("Acme", "4")
			x.call("POST", servicesURL+"/"+sid+"/RateLimits", url.Values{"UniqueName": {"theirs"}})
		}, map[string]int{"Acme": 4}, []string{"theirs"}},
		"a service that had the limits": {func(x *account) {
			sid := x.somebodys("Acme", "4")
			x.call("POST", servicesURL+"/"+sid+"/RateLimits", url.Values{"UniqueName": {"phonegate_user"}})
			x.call("POST", servicesURL+"/"+sid+"/RateLimits", url.Values{"UniqueName": {"phonegate_ip"}})
		}, map[string]int{"Acme": 4}, wantedLimits},
		"a service that only lacked limits": {func(x *account) { x.somebodys("Acme", "6") }, map[string]int{"Acme": 6}, []string{}},
	} {
		for _, issuer := range []string{"kept", "dropped"} {
			t.Run(name+", issuer "+issuer, func(t *testing.T) {
				x := newAccount(t)
				x.behave("twilio.totp_issuer", issuer)
				c.prepare(x)
				x.named("somebody else's")
				if err := transporttest.Apply(x.family(x.road, nil)); err != nil {
					t.Fatal(err)
				}
				s := x.read()
				if all := x.services(); all[0].CodeLength != 6 ||
					s.Change().Op != event.None || s.UndoChange().Op == event.None {
					t.Errorf("after apply: %+v, %+v, %+v", all, s.Change(), s.UndoChange())
				}
				planned, before := s.UndoChange(), x.road.Requests()["twilio"]
				if err := s.Undo(t.Context(), nil); err != nil {
					t.Fatal(err)
				}
				if n := x.road.Requests()["twilio"] - before; n != planned.Requests {
					t.Errorf("%d requests, planned: %+v", n, planned)
				}
				if err := transporttest.Undo(x.family(x.road, nil)); err != nil {
					t.Fatal(err)
				}
				digits := map[string]int{}
				for _, s := range x.services() {
					digits[s.FriendlyName] = s.CodeLength
				}
				if !maps.Equal(digits, c.digits) || !slices.Equal(x.limits(), c.limits) {
					t.Errorf("services %v with the limits %q", digits, x.limits())
				}
				for _, s := range x.services() {
					for limit, description := range x.marks(s.SID) {
						if description != "" {
							t.Errorf("%s is described as %q", limit, description)
						}
					}
				}
				if got := x.keys(); !slices.Equal(got, []string{"somebody else's"}) {
					t.Errorf("keys %q", got)
				}
			})
		}
	}
}

func TestUndoPutsNothingBackThatSomebodyChangedSince(t *testing.T) {
	x := newAccount(t)
	sid := x.somebodys("Acme", "4")
	x.applied()
	x.call("POST", servicesURL+"/"+sid, url.Values{"CodeLength": {"8"}})
	if err := transporttest.Undo(x.family(x.road, nil)); err != nil {
		t.Fatal(err)
	}
	if all := x.services(); len(all) != 1 || all[0].CodeLength != 8 || len(all[0].RateLimits) != 0 {
		t.Errorf("%+v", all)
	}
}

func TestDriftOfTheServiceIsRepaired(t *testing.T) {
	x := newAccount(t)
	sid := x.applied().SID()
	x.call("POST", servicesURL+"/"+sid,
		url.Values{"FriendlyName": {"Hacked"}, "CodeLength": {"8"}, "DtmfInputRequired": {"false"}})
	s := x.read()
	if c := s.Change(); c.Op != event.Update || c.Detail != "“Acme”: name “Hacked” → “Acme”, digits 8 → 6" ||
		c.Requests != 1 || c.From != "" {
		t.Errorf("plan: %+v", c)
	}
	var codes []string
	for _, p := range s.Problems() {
		codes = append(codes, p.Code)
	}
	if !slices.Equal(codes, []string{"twilio.service_name", "twilio.code_length"}) {
		t.Errorf("problems: %q", codes)
	}
	if err := s.Apply(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	got := x.at(sid)
	if got["friendly_name"] != "Acme" || got["code_length"] != 6.0 || got["dtmf_input_required"] != false {
		t.Errorf("the service is %v", got)
	}
}

func TestANameThatTwilioRefusesIsRefusedBeforeAnyCall(t *testing.T) {
	for name, ok := range map[string]bool{
		"Acme": true, "Acme dev_1-2 34": true, strings.Repeat("a", 30): true,
		"": false, "  ": false, strings.Repeat("a", 31): false, "Acme 12345": false, "a1b2c3d4e5": false, "Acme!": false,
		"acme.com": false, "Ácme": false,
	} {
		x := newAccount(t)
		s := NewService(x.client(x.road), ServiceSpec{Name: name, CodeLength: 6, Domain: domain})
		err := s.Read(t.Context())
		if (err == nil) != ok {
			t.Errorf("%q: %v", name, err)
		}
		if !ok && (fault.Of(err).Category != fault.Usage || x.road.Requests()["twilio"] != 0) {
			t.Errorf("%q: %v after %d requests", name, fault.Of(err).Category, x.road.Requests()["twilio"])
		}
		if ok {
			if err := s.Apply(t.Context(), nil); err != nil {
				t.Errorf("%q passes our check and not Twilio's: %v", name, err)
			}
		}
	}
	x := newAccount(t)
	for _, digits := range []int{0, 3, 11} {
		s := NewService(x.client(x.road), ServiceSpec{Name: "Acme", CodeLength: digits, Domain: domain})
		if err := s.Read(t.Context()); fault.Of(err).Code != "twilio.code_length" {
			t.Errorf("%d digits: %v", digits, err)
		}
	}
}
