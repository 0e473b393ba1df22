package twilio

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"net/url"

	"phonegate/provision/event"
	"phonegate/provision/fault"
	"phonegate/provision/transport/transporttest"
)

func TestEveryFailureIsMadeGoodByTheNextRun(t *testing.T) {
	transporttest.Converges(t, func(t *testing.T) transporttest.Account {
		x := newAccount(t)
		return transporttest.Account{HTTP: x.road, Resources: x.family, Check: func(t *testing.T) {
			if n := len(x.services()); n != 1 {
				t.Errorf("%d services", n)
			}
			if got := x.limits(); !slices.Equal(got, wantedLimits) {
				t.Errorf("the service has the limits %q", got)
			}
			k := x.key(x.road, transporttest.NewNotes())
			if err := errors.Join(k.Read(t.Context()), k.Retire(t.Context())); err != nil {
				t.Fatal(err)
			}
			if keys := x.keys(); len(keys) != 1 || keys[0] != k.SID() || !x.works(k.SID(), k.Secret()) {
				t.Errorf("the account has the keys %v, %s is in use", keys, k.SID())
			}
		}}
	})
}

func TestUndoDeletesOnlyWhatPhonegateMade(t *testing.T) {
	for name, adopted := range map[string]bool{"a service that phonegate made": false, "a service that was there before": true} {
		t.Run(name, func(t *testing.T) {
			x := newAccount(t)
			if adopted {
				sid := x.call("POST", "https://verify.twilio.com/v2/Services", url.Values{"FriendlyName": {"Acme"}, "CodeLength": {"4"}})["sid"].(string)
				x.call("POST", "https://verify.twilio.com/v2/Services/"+sid+"/RateLimits", url.Values{"UniqueName": {"theirs"}})
			}
			x.call("POST", "https://api.twilio.com/2010-04-01/Accounts/"+accountSID+"/Keys.json", url.Values{"FriendlyName": {"somebody else's"}})
			notes := transporttest.NewNotes()
			if err := transporttest.Apply(x.family(x.road, notes)); err != nil {
				t.Fatal(err)
			}
			if err := transporttest.Undo(x.family(x.road, notes)); err != nil {
				t.Fatal(err)
			}
			want := 0
			if adopted {
				want = 1
			}
			if n := len(x.services()); n != want {
				t.Errorf("%d services, want %d", n, want)
			}
			if got := x.limits(); adopted && !slices.Equal(got, []string{"theirs"}) {
				t.Errorf("the service that was there has the limits %q", got)
			}
			if n := len(x.keys()); n != 1 {
				t.Errorf("%d keys, want the one of somebody else", n)
			}
			if x.vault != "" {
				t.Error("the secret is still in the vault")
			}
		})
	}
}

func TestDriftOfTheServiceIsRepaired(t *testing.T) {
	x := newAccount(t)
	notes := transporttest.NewNotes()
	s := x.service(x.road, notes)
	if err := errors.Join(s.Read(t.Context()), s.Apply(t.Context(), nil)); err != nil {
		t.Fatal(err)
	}
	x.call("POST", "https://verify.twilio.com/v2/Services/"+s.SID(), url.Values{"FriendlyName": {"Renamed"}, "CodeLength": {"8"}, "DtmfInputRequired": {"false"}})
	s = x.service(x.road, notes)
	if err := s.Read(t.Context()); err != nil {
		t.Fatal(err)
	}
	if c := s.Change(); c.Op != event.Update || !strings.Contains(c.Detail, "8 digits → 6") || !strings.Contains(c.Detail, "Renamed") {
		t.Errorf("plan: %+v", c)
	}
	if err := s.Apply(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	got := x.services()[0].(map[string]any)
	if got["friendly_name"] != "Acme" || got["code_length"] != float64(6) || got["dtmf_input_required"] != false {
		t.Errorf("the service is %v", got)
	}
}

func TestANameThatTwilioRefusesIsRefusedBeforeAnyCall(t *testing.T) {
	for name, ok := range map[string]bool{
		"Acme": true, "Acme dev_1-2 34": true, strings.Repeat("a", 30): true,
		"": false, "  ": false, strings.Repeat("a", 31): false, "Acme 12345": false, "a1b2c3d4e5": false, "Acme!": false, "acme.com": false, "Ácme": false,
	} {
		x := newAccount(t)
		s := NewService(x.client(x.road), ServiceSpec{Name: name, CodeLength: 6}, transporttest.NewNotes().Of("s"))
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
		s := NewService(x.client(x.road), ServiceSpec{Name: "Acme", CodeLength: digits}, transporttest.NewNotes().Of("s"))
		if err := s.Read(t.Context()); fault.Of(err).Code != "twilio.code_length" {
			t.Errorf("%d digits: %v", digits, err)
		}
	}
}

func TestRenewKeepsTheOldKeyUntilItIsRetired(t *testing.T) {
	x := newAccount(t)
	notes := transporttest.NewNotes()
	if err := transporttest.Apply(x.family(x.road, notes)); err != nil {
		t.Fatal(err)
	}
	k := x.key(x.road, notes)
	if err := k.Read(t.Context()); err != nil {
		t.Fatal(err)
	}
	oldSID, oldSecret := k.SID(), k.Secret()
	if c := k.Change(); c.Op != event.None {
		t.Errorf("plan without Renew: %+v", c)
	}
	k.Renew()
	if c := k.Change(); c.Op != event.Update || !strings.Contains(c.Detail, "the old one is deleted last") {
		t.Errorf("plan: %+v", c)
	}
	if err := k.Apply(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	if c := k.Change(); c.Op != event.Update || !strings.Contains(c.Detail, "nobody uses any more") {
		t.Errorf("what is left to do: %+v", c)
	}
	if k.SID() == oldSID || !x.works(oldSID, oldSecret) || !x.works(k.SID(), k.Secret()) {
		t.Error("after the renewal both keys must work, and the new one be in use")
	}
	// The run may end here: another one retires the key.
	k = x.key(x.road, notes)
	if err := errors.Join(k.Read(t.Context()), k.Retire(t.Context())); err != nil {
		t.Fatal(err)
	}
	if x.works(oldSID, oldSecret) || !x.works(k.SID(), k.Secret()) || !slices.Equal(x.keys(), []string{k.SID()}) {
		t.Errorf("after Retire the account has the keys %v", x.keys())
	}
}

func TestAKeyWhoseSecretCanNotBeKeptIsRevoked(t *testing.T) {
	x := newAccount(t)
	k := NewKey(x.client(x.road), keyName, func() string { return "" }, func(string) error { return errors.New("the keyring is locked") }, transporttest.NewNotes().Of("key"))
	if err := k.Read(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := k.Apply(t.Context(), nil); err == nil || !strings.Contains(err.Error(), "keyring is locked") {
		t.Errorf("got %v", err)
	}
	if keys := x.keys(); len(keys) != 0 {
		t.Errorf("keys that nobody can use: %v", keys)
	}
}

func TestAFailedRenewalLeavesTheOldKeyInUse(t *testing.T) {
	x := newAccount(t)
	notes := transporttest.NewNotes()
	if err := transporttest.Apply(x.family(x.road, notes)); err != nil {
		t.Fatal(err)
	}
	before := x.vault
	for failing := 1; failing <= 3; failing++ {
		k := x.key(x.road, notes)
		if failing == 3 {
			put := k.vaultPut
			k.vaultPut = func(v string) error {
				if v != before {
					return errors.New("the keyring is locked")
				}
				return put(v)
			}
		}
		if err := k.Read(t.Context()); err != nil {
			t.Fatal(err)
		}
		k.Renew()
		if failing < 3 {
			notes.FailNext(failing)
		}
		if err := k.Apply(t.Context(), nil); err == nil {
			t.Fatalf("case %d did not fail", failing)
		}
		if x.vault != before || len(x.keys()) != 1 || !x.works(k.SID(), k.Secret()) {
			t.Errorf("case %d: keys %v, in use %s", failing, x.keys(), k.SID())
		}
	}
}

func TestAKeyWithoutItsSecretIsReplacedOnlyIfTheSecretIsNeeded(t *testing.T) {
	x := newAccount(t)
	notes := transporttest.NewNotes()
	if err := transporttest.Apply(x.family(x.road, notes)); err != nil {
		t.Fatal(err)
	}
	x.vault = "" // another machine, or no keyring
	k := x.key(x.road, notes)
	if err := k.Read(t.Context()); err != nil {
		t.Fatal(err)
	}
	k.SecretNeeded = func() bool { return false }
	if c := k.Change(); c.Op != event.None || k.SID() == "" || k.Secret() != "" {
		t.Errorf("plan without need: %+v", c)
	}
	k.SecretNeeded = nil
	if c := k.Change(); c.Op != event.Update {
		t.Errorf("plan with need: %+v", c)
	}
	old := k.SID()
	if err := errors.Join(k.Apply(t.Context(), nil), k.Retire(t.Context())); err != nil {
		t.Fatal(err)
	}
	if keys := x.keys(); len(keys) != 1 || keys[0] == old || k.Secret() == "" {
		t.Errorf("keys: %v", keys)
	}
}

func TestAnAPIKeyCanNotMakeKeys(t *testing.T) {
	x := newAccount(t)
	notes := transporttest.NewNotes()
	if err := transporttest.Apply(x.family(x.road, notes)); err != nil {
		t.Fatal(err)
	}
	k := x.key(x.road, notes)
	sid, secret, _ := strings.Cut(x.vault, ":")
	k.c = New(Options{AccountSID: accountSID, APIKey: sid, APISecret: secret, HTTP: x.road})
	if err := k.Read(t.Context()); err != nil {
		t.Fatal(err)
	}
	if c := k.Change(); c.Op != event.None || k.SID() != sid || k.Secret() != secret {
		t.Errorf("with the key in the vault: %+v", c)
	}
	k.Renew()
	err := k.Apply(t.Context(), nil)
	if f := fault.Of(err); f.Category != fault.Refused || f.Code != "twilio.key_needs_auth_token" || !strings.Contains(f.Hint, "TWILIO_AUTH_TOKEN") {
		t.Errorf("got %v", err)
	}
}
