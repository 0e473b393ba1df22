package twilio

import (
	"strings"
	"testing"

	"phonegate/provision/event"
	"phonegate/provision/fault"
)

// apiKey is the key resource with an API key for credentials instead of the auth token.
func (x *account) apiKey() *Key {
	x.t.Helper()
	o := Options{AccountSID: accountSID, APIKey: "SK1", APISecret: "x", HTTP: x.road}
	if x.kept.APIKey != "" {
		o = x.kept
	}
	k := NewKey(New(o), x.keySpec())
	if err := k.Read(x.t.Context()); err != nil {
		x.t.Fatal(err)
	}
	return k
}

func TestAnAPIKeyCanNeitherSeeNorMakeNorDeleteKeys(t *testing.T) {
	x := newAccount(t)
	if err := x.readKey().Apply(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	k := x.apiKey()
	if c := k.Change(); c.Op != event.None || c.Detail != "can't be read with an API key" || k.Known() || k.Has(ringKey) ||
		len(k.Problems()) != 0 {
		t.Errorf("%+v, %v, %v", c, k.Known(), k.Problems())
	}
	x.want = secondKey
	for name, err := range map[string]error{
		"CanMake": k.CanMake(), "Apply": k.Apply(t.Context(), nil), "Delete": k.Delete(t.Context(), ringKey),
	} {
		f := fault.Of(err)
		if f == nil || f.Category != fault.Refused || f.Code != "twilio.key_needs_auth_token" ||
			!strings.Contains(f.Hint, "TWILIO_AUTH_TOKEN") {
			t.Errorf("%s: %v", name, err)
		}
	}
	if x.readKey().CanMake() != nil {
		t.Error("the auth token can make keys")
	}
	if c := k.UndoChange(); c.Op != event.None || k.Undo(t.Context(), nil) != nil {
		t.Errorf("%+v", c)
	}
	if left := k.Left(); len(left) != 1 || !strings.Contains(left[0].What, keyPrefix) ||
		!strings.Contains(left[0].Why, "TWILIO_AUTH_TOKEN") {
		t.Errorf("left: %+v", left)
	}
	if got := x.keys(); len(got) != 1 {
		t.Errorf("keys %q", got)
	}
}

func TestTryingAKey(t *testing.T) {
	x := newAccount(t)
	service := x.applied().SID()
	if err := x.readKey().Apply(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	c := x.client(x.road)
	if err := c.TryKey(t.Context(), x.kept.APIKey, x.kept.APISecret, service); err != nil {
		t.Errorf("a good key: %v", err)
	}
	for name, k := range map[string]struct{ secret, service, code string }{
		"a wrong secret": {"wrong", service, "twilio.key_refused"},
		"no secret":      {"", service, "twilio.no_credentials"},
		"no service":     {x.kept.APISecret, "", "twilio.service_missing"},
		"a service gone": {x.kept.APISecret, "VA00000000000000000000000000000000", "twilio.20404"},
	} {
		err := c.TryKey(t.Context(), x.kept.APIKey, k.secret, k.service)
		if f := fault.Of(err); f == nil || f.Code != k.code {
			t.Errorf("%s: %v", name, err)
		}
	}
}
