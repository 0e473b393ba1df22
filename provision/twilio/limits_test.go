package twilio

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"phonegate/provision/event"
	"phonegate/provision/fault"
	"phonegate/provision/sandbox/world"
	"phonegate/templates"
)

// wantedLimits are the limits as the emulation shows them.
var wantedLimits = []string{"phonegate_ip 100/600 500/86400", "phonegate_user 8/600 20/86400"}

// edited is a service that is in order, but for what somebody did to its limits.
func edited(t *testing.T, x *account, edit func(limits string, sid func(name string) string)) *Service {
	t.Helper()
	s := x.applied()
	at := "https://verify.twilio.com/v2/Services/" + s.SID() + "/RateLimits"
	edit(at, func(name string) string { return x.call("GET", at+"/"+name, nil)["sid"].(string) })
	return x.read()
}

func TestDriftOfTheLimitsIsNamedAndRepaired(t *testing.T) {
	for name, c := range map[string]struct {
		edit     func(x *account, at string, sid func(string) string)
		detail   string // "" for nothing to do
		requests int
		problem  string
	}{
		"nothing": {func(*account, string, func(string) string) {}, "", 0, ""},
		"a limit is deleted": {func(x *account, at string, sid func(string) string) {
			x.call("DELETE", at+"/"+sid("phonegate_user"), nil)
		}, "phonegate_user is missing", 3, "twilio.rate_limit_missing"},
		"a limit has lost its buckets": {func(x *account, at string, sid func(string) string) {
			for _, b := range x.call("GET", at+"/"+sid("phonegate_ip")+"/Buckets", nil)["buckets"].([]any) {
				x.call("DELETE", at+"/"+sid("phonegate_ip")+"/Buckets/"+b.(map[string]any)["sid"].(string), nil)
			}
		}, "phonegate_ip has no limit in 10 min, phonegate_ip has no limit in 24 h", 2, "twilio.rate_limit_edited"},
		"a figure is changed": {func(x *account, at string, sid func(string) string) {
			for _, b := range x.call("GET", at+"/"+sid("phonegate_user")+"/Buckets", nil)["buckets"].([]any) {
				if one := b.(map[string]any); one["interval"] == float64(600) {
					x.call("POST", at+"/"+sid("phonegate_user")+"/Buckets/"+one["sid"].(string), url.Values{"Max": {"1000"}})
				}
			}
		}, "phonegate_user: 1000 in 10 min → 8", 1, "twilio.rate_limit_edited"},
		"a bucket is added": {func(x *account, at string, sid func(string) string) {
			x.call("POST", at+"/"+sid("phonegate_user")+"/Buckets", url.Values{"Max": {"1"}, "Interval": {"90"}})
		}, "phonegate_user: 1 in 90 s removed", 1, "twilio.rate_limit_edited"},
		"a limit of somebody else's is none of ours": {func(x *account, at string, sid func(string) string) {
			x.call("POST", at, url.Values{"UniqueName": {"theirs"}})
		}, "", 0, ""},
	} {
		t.Run(name, func(t *testing.T) {
			x := newAccount(t)
			s := edited(t, x, func(at string, sid func(string) string) { c.edit(x, at, sid) })
			change, problems := s.Change(), s.Problems()
			if c.detail == "" {
				if change.Op != event.None || len(problems) != 0 {
					t.Errorf("plan: %+v, problems: %v", change, problems)
				}
				return
			}
			if change.Op != event.Update || !strings.Contains(change.Detail, c.detail) || change.Requests != c.requests {
				t.Errorf("plan: %+v", change)
			}
			if len(problems) != 1 || problems[0].Code != c.problem {
				t.Errorf("problems: %v", problems)
			}
			before := x.road.Requests()["twilio"]
			if err := s.Apply(t.Context(), nil); err != nil {
				t.Fatal(err)
			}
			if got := x.limits(); !slices.Equal(got, wantedLimits) {
				t.Errorf("the service has the limits %q", got)
			}
			if n := x.road.Requests()["twilio"] - before; n != c.requests {
				t.Errorf("it took %d requests", n)
			}
			again := x.service(x.road)
			if err := again.Read(t.Context()); err != nil || again.Change().Op != event.None || s.Change().Op != event.None {
				t.Errorf("afterwards: %v, %+v, %+v", err, again.Change(), s.Change())
			}
		})
	}
}

func TestWhoSetsTheServiceUpByHandIsToldTheSameLimits(t *testing.T) {
	files, err := templates.Artefacts(templates.Settings{Domain: "acme-dev.us.auth0.test", CodeCheck: "form", Capture: "lock", NoPhone: "form", CodeLength: 6})
	if err != nil {
		t.Fatal(err)
	}
	readme, rows := "", 0
	for _, f := range files {
		if f.Path == "README.md" {
			readme = string(f.Data)
		}
	}
	for _, l := range limits {
		for _, b := range l.buckets {
			rows++
			if row := fmt.Sprintf("| %s | %d | %d |\n", l.name, b.most, int(b.in.Seconds())); !strings.Contains(readme, row) {
				t.Errorf("the README of the artefacts lacks %q", row)
			}
		}
	}
	if n := strings.Count(readme, "| phonegate_"); n != rows {
		t.Errorf("the README of the artefacts has %d rows, not %d", n, rows)
	}
}

func TestAServiceThatGoesBetweenTwoLooksIsGone(t *testing.T) {
	x := newAccount(t)
	s := edited(t, x, func(string, func(string) string) {})
	at := "https://verify.twilio.com/v2/Services/" + s.SID()
	first := true
	road := roundTripper(func(r *http.Request) (*http.Response, error) {
		if strings.HasSuffix(r.URL.Path, "/RateLimits") && first {
			first = false
			x.call("DELETE", at, nil)
		}
		return x.road.RoundTrip(r)
	})
	s = x.service(road)
	if err := s.Read(t.Context()); err != nil || s.SID() != "" || s.Change().Op != event.Create || s.UndoChange().Op != event.None {
		t.Errorf("%v, %q, %+v, %+v", err, s.SID(), s.Change(), s.UndoChange())
	}
}

func TestThePlanCountsTheRequestsOfANewService(t *testing.T) {
	x := newAccount(t)
	s := x.service(x.road)
	if err := s.Read(t.Context()); err != nil {
		t.Fatal(err)
	}
	planned, before := s.Change(), x.road.Requests()["twilio"]
	if err := s.Apply(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	if n := x.road.Requests()["twilio"] - before; planned.Op != event.Create || n != planned.Requests {
		t.Errorf("%d requests, planned: %+v", n, planned)
	}
}

func TestALimitThatSomebodyMadeMeanwhileIsTakenOver(t *testing.T) {
	x := newAccount(t)
	s := edited(t, x, func(at string, sid func(string) string) { x.call("DELETE", at+"/"+sid("phonegate_user"), nil) })
	x.call("POST", "https://verify.twilio.com/v2/Services/"+s.SID()+"/RateLimits", url.Values{"UniqueName": {"phonegate_user"}})
	if err := s.Apply(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	if got := x.limits(); !slices.Equal(got, wantedLimits) {
		t.Errorf("the service has the limits %q", got)
	}
}

func TestAServiceWithoutRoomForMoreLimitsSaysSo(t *testing.T) {
	x := newAccount(t)
	x.behave("twilio.max_rate_limits", "2")
	s := edited(t, x, func(at string, sid func(string) string) {
		x.call("DELETE", at+"/"+sid("phonegate_user"), nil)
		x.call("POST", at, url.Values{"UniqueName": {"theirs"}})
	})
	if f := fault.Of(s.Apply(t.Context(), nil)); f == nil || f.Code != "twilio.60207" || !strings.Contains(f.Hint, "Rate limits") {
		t.Errorf("%v", f)
	}
}

func TestAnAnswerThatIsLostMakesNoSecondLimit(t *testing.T) {
	x := newAccount(t)
	s := x.service(x.road)
	if err := s.Read(t.Context()); err != nil {
		t.Fatal(err)
	}
	x.world.Arm(world.Fault{Provider: "twilio", Method: "POST", Path: "/RateLimits", Drop: true, After: true, Times: 1})
	x.world.Arm(world.Fault{Provider: "twilio", Method: "POST", Path: "/Buckets", Drop: true, After: true, Times: 1})
	if err := s.Apply(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	if got := x.limits(); !slices.Equal(got, wantedLimits) {
		t.Errorf("the service has the limits %q", got)
	}
}
