package twilio

import (
	"net/http"
	"net/url"
	"reflect"
	"strings"
	"testing"
	"time"

	"phonegate/provision/event"
)

func TestASecondComputerFindsTheServiceWithoutTheRegister(t *testing.T) {
	for _, issuer := range []string{"kept", "dropped"} {
		x := newAccount(t)
		x.behave("twilio.totp_issuer", issuer)
		first := x.applied()
		before := x.road.Requests()["twilio"]
		second := x.read()
		if n := x.road.Requests()["twilio"] - before; n != 4 {
			t.Errorf("%s: reading took %d requests", issuer, n)
		}
		if second.SID() != first.SID() || second.Change().Op != event.None || second.Made() != "" || first.Made() != first.SID() {
			t.Errorf("%s: %s and %s, plan: %+v", issuer, first.SID(), second.SID(), second.Change())
		}
		if c := second.UndoChange(); c.Op != event.Delete {
			t.Errorf("%s: not known to be ours: %+v", issuer, c)
		}
	}
}

func TestWhatMarksAServiceIsInTheRequestThatMakesIt(t *testing.T) {
	x := newAccount(t)
	s := x.read()
	broken := roundTripper(func(r *http.Request) (*http.Response, error) {
		if strings.HasSuffix(r.URL.Path, "/RateLimits") && r.Method == "POST" {
			return nil, http.ErrServerClosed
		}
		return x.road.RoundTrip(r)
	})
	s.c = x.client(broken)
	if err := s.Apply(t.Context(), nil); err == nil {
		t.Fatal("the limits were made")
	}
	sid := x.sids()[0]
	if got := x.at(sid)["totp"].(map[string]any)["issuer"]; got != "phonegate "+domain {
		t.Errorf("the issuer is %v", got)
	}
	if again := x.read(); again.SID() != sid || again.UndoChange().Op != event.Delete {
		t.Errorf("%+v", again.UndoChange())
	}
}

// marked makes a service as another run of the same tenant does.
func (x *account) marked() (sid string) {
	x.t.Helper()
	return x.call("POST", servicesURL, url.Values{"FriendlyName": {"Acme"}, "Totp.Issuer": {"phonegate " + domain}})["sid"].(string)
}

func TestTheChoiceAmongServices(t *testing.T) {
	for name, c := range map[string]struct {
		issuer  string
		prepare func(x *account) (want string) // "" for a new one
	}{
		"the oldest of two that were made": {"kept", func(x *account) string {
			oldest := x.applied().SID()
			x.world.Advance(2 * time.Second)
			x.marked()
			return oldest
		}},
		"the register's, although it is younger": {"kept", func(x *account) string {
			x.applied()
			x.world.Advance(2 * time.Second)
			x.register = x.marked()
			return x.register
		}},
		"the marked one, as the register's is gone": {"kept", func(x *account) string {
			x.register = "VA00000000000000000000000000000000"
			return x.applied().SID()
		}},
		"the one that was made, before another of that name": {"kept", func(x *account) string {
			x.somebodys("Acme", "6")
			x.world.Advance(2 * time.Second)
			return x.marked()
		}},
		"the one that limits say was made, before another of that name": {"dropped", func(x *account) string {
			made := x.applied().SID()
			x.somebodys("Acme", "6")
			return made
		}},
		"one that was made and renamed": {"kept", func(x *account) string {
			sid := x.applied().SID()
			x.call("POST", servicesURL+"/"+sid, url.Values{"FriendlyName": {"Hacked"}})
			return sid
		}},
		"one that was made and renamed, by its limits and the register": {"dropped", func(x *account) string {
			x.register = x.applied().SID()
			x.call("POST", servicesURL+"/"+x.register, url.Values{"FriendlyName": {"Hacked"}})
			return x.register
		}},
		"one of that name":        {"kept", func(x *account) string { return x.somebodys("Acme", "4") }},
		"none of another name":    {"kept", func(x *account) string { x.somebodys("Acme 2", "6"); return "" }},
		"none of another tenant":  {"kept", func(x *account) string { x.applied(of(otherDomain)); return "" }},
		"none by another's limit": {"dropped", func(x *account) string { x.applied(of(otherDomain)); return "" }},
		"none that another tenant adopted": {"kept", func(x *account) string {
			x.somebodys("Acme", "4")
			x.applied(of(otherDomain))
			return ""
		}},
		"none of another tenant, even if the register names it": {"kept", func(x *account) string {
			x.register = x.applied(of(otherDomain)).SID()
			return ""
		}},
		"one that nobody has, not the oldest": {"kept", func(x *account) string {
			x.somebodys("Acme", "6")
			x.applied(of(otherDomain))
			x.world.Advance(2 * time.Second)
			return x.somebodys("Acme", "6")
		}},
		"the register's by that name, not the oldest": {"kept", func(x *account) string {
			x.somebodys("Acme", "6")
			x.world.Advance(2 * time.Second)
			x.register = x.somebodys("Acme", "6")
			return x.register
		}},
		"another one, when the answer names another one": {"kept", func(x *account) string {
			x.register = x.somebodys("Former", "4")
			x.applied(func(s *ServiceSpec) { s.Name = "Former" })
			return x.somebodys("Acme", "6")
		}},
	} {
		t.Run(name, func(t *testing.T) {
			x := newAccount(t)
			x.behave("twilio.totp_issuer", c.issuer)
			want := c.prepare(x)
			before := x.srv.State()
			s := x.read()
			if s.SID() != want {
				t.Fatalf("%q is chosen, not %q", s.SID(), want)
			}
			if err := s.Apply(t.Context(), nil); err != nil {
				t.Fatal(err)
			}
			for _, was := range before.Services {
				for _, is := range x.services() {
					if is.SID == was.SID && was.SID != want && !reflect.DeepEqual(is, was) {
						t.Errorf("%+v was changed: %+v", was, is)
					}
				}
			}
			if again := x.read(); again.Change().Op != event.None || again.SID() != s.SID() {
				t.Errorf("afterwards: %+v", again.Change())
			}
		})
	}
}

func TestAServiceThatTheListDoesNotShowYetIsFoundByTheRegister(t *testing.T) {
	x := newAccount(t)
	x.register = x.applied().SID()
	road := roundTripper(func(r *http.Request) (*http.Response, error) {
		if r.URL.Path == "/v2/Services" {
			r.URL.RawQuery = "PageSize=100&Page=9"
		}
		return x.road.RoundTrip(r)
	})
	s := x.service(road)
	if err := s.Read(t.Context()); err != nil || s.SID() != x.register || s.Change().Op != event.None {
		t.Errorf("%v, %q, %+v", err, s.SID(), s.Change())
	}
	if err := s.Undo(t.Context(), nil); err != nil || len(x.services()) != 0 {
		t.Errorf("%v, %d services", err, len(x.services()))
	}
}
