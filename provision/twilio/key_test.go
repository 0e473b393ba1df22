package twilio

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"phonegate/provision/event"
	"phonegate/provision/fault"
	"phonegate/provision/sandbox/world"
)

const (
	keyPrefix = "phonegate ecf615b4 " // of the domain
	secondKey = "fedcba9876543210"
)

// readKey is the key as a new process finds it.
func (x *account) readKey() *Key {
	x.t.Helper()
	k := x.key(x.road)
	if err := k.Read(x.t.Context()); err != nil {
		x.t.Fatal(err)
	}
	return k
}

func TestEachKeyOfTheRingHasATwilioKeyOfItsOwn(t *testing.T) {
	x := newAccount(t)
	k := x.readKey()
	if c := k.Change(); c.Op != event.Create || c.From != "new" || c.Requests != 1 || c.Detail != "“"+keyPrefix+ringKey+"”" {
		t.Errorf("plan: %+v", c)
	}
	if err := k.Apply(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	if !k.Known() || !k.Has(ringKey) || k.Made() != ringKey || !slices.Equal(k.IDs(), []string{ringKey}) ||
		time.Since(k.Created(ringKey)) > time.Minute {
		t.Errorf("%v, %q, %q, %s", k.Known(), k.Made(), k.IDs(), k.Created(ringKey))
	}
	first := x.kept
	x.want = secondKey
	k = x.readKey()
	if c := k.Change(); c.Op != event.Update || c.Requests != 1 ||
		c.Detail != "a new key; the former one is deleted when no login needs it any more" {
		t.Errorf("plan: %+v", c)
	}
	before := x.road.Requests()["twilio"]
	if err := k.Apply(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	if n := x.road.Requests()["twilio"] - before; n != 1 {
		t.Errorf("%d requests", n)
	}
	if !x.works(first) || !x.works(x.kept) || first.APIKey == x.kept.APIKey {
		t.Error("both keys must work")
	}
	k = x.readKey()
	if c := k.Change(); c.Op != event.None || c.Detail != "“"+keyPrefix+secondKey+"”" || k.Made() != "" {
		t.Errorf("plan: %+v", c)
	}
	if err := k.Delete(t.Context(), ringKey); err != nil {
		t.Fatal(err)
	}
	if x.works(first) || !x.works(x.kept) || k.Has(ringKey) || !slices.Equal(x.keys(), []string{keyPrefix + secondKey}) {
		t.Errorf("keys %q", x.keys())
	}
}

func TestOnlyKeysOfExactlyThisNameAreDeleted(t *testing.T) {
	x := newAccount(t)
	others := []string{
		"", "phonegate", "phonegate " + domain, "phonegate ecf615b " + ringKey, "phonegate ecf615b5 " + ringKey,
		keyPrefix[:len(keyPrefix)-1], "my " + keyPrefix + ringKey, ringKey,
	}
	for _, name := range others {
		x.named(name)
	}
	mine := []string{
		keyPrefix + ringKey, keyPrefix + ringKey, keyPrefix + secondKey, keyPrefix + ringKey + "0", keyPrefix + "by hand",
	}
	for _, name := range mine {
		x.named(name)
	}
	k := x.readKey()
	if got := k.IDs(); !slices.Equal(got, []string{ringKey, secondKey}) {
		t.Errorf("ids %q", got)
	}
	if err := errors.Join(k.Delete(t.Context(), ringKey), k.Delete(t.Context(), "ffffffffffffffff")); err != nil {
		t.Fatal(err)
	}
	want := slices.Sorted(slices.Values(append(slices.Clone(others), mine[2:]...)))
	if got := x.keys(); !slices.Equal(got, want) {
		t.Errorf("keys %q, want %q", got, want)
	}
	k = x.readKey()
	if c := k.UndoChange(); c.Op != event.Delete || c.Requests != 3 || c.Detail != "3 keys" {
		t.Errorf("%+v", c)
	}
	if err := k.Undo(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	slices.Sort(others)
	if got := x.keys(); !slices.Equal(got, others) || len(k.Left()) != 0 {
		t.Errorf("keys %q, left %v", got, k.Left())
	}
	if c := x.readKey().UndoChange(); c.Op != event.None {
		t.Errorf("afterwards: %+v", c)
	}
}

func TestAKeyThatNobodyKnowsTheSecretOfIsReplaced(t *testing.T) {
	for name, arm := range map[string]func(x *account){
		"a run was cut off": func(x *account) { x.named(keyPrefix + ringKey) },
		"the answer is lost": func(x *account) {
			x.world.Arm(world.Fault{Provider: "twilio", Method: "POST", Path: "/Keys", Drop: true, After: true, Times: 1})
		},
		"the answer is an error": func(x *account) {
			x.world.Arm(world.Fault{Provider: "twilio", Method: "POST", Path: "/Keys", Status: 503, After: true, Times: 1})
		},
		"the request is lost": func(x *account) {
			x.world.Arm(world.Fault{Provider: "twilio", Method: "POST", Path: "/Keys", Drop: true, Times: 1})
		},
	} {
		x := newAccount(t)
		arm(x)
		k := x.readKey()
		if err := k.Apply(t.Context(), nil); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if got := x.keys(); !slices.Equal(got, []string{keyPrefix + ringKey}) || !x.works(x.kept) || k.Made() != ringKey {
			t.Errorf("%s: keys %q", name, got)
		}
	}
}

func TestAKeyIsMadeAgainOnlyOnceAndOnlyIfTwilioMayHaveMadeIt(t *testing.T) {
	for name, c := range map[string]struct {
		fault world.Fault
		posts int
		left  int
	}{
		"refused":     {world.Fault{Status: 400}, 1, 0},
		"always lost": {world.Fault{Drop: true, After: true}, 2, 1},
	} {
		x := newAccount(t)
		c.fault.Provider, c.fault.Method, c.fault.Path = "twilio", "POST", "/Keys"
		c.fault.Times = 9
		x.world.Arm(c.fault)
		k := x.readKey()
		if err := k.Apply(t.Context(), nil); err == nil {
			t.Errorf("%s: no error", name)
		}
		posts := 0
		for _, r := range x.world.Requests() {
			if r.Method == "POST" {
				posts++
			}
		}
		if posts != c.posts || len(x.keys()) != c.left {
			t.Errorf("%s: %d times, keys %q", name, posts, x.keys())
		}
		x.world.Reset()
		if err := k.Apply(t.Context(), nil); err != nil || len(x.keys()) != 1 || !x.works(x.kept) {
			t.Errorf("%s: the next time: %v, keys %q", name, err, x.keys())
		}
	}
}

func TestAKeyThatCanNotBeKeptIsDeleted(t *testing.T) {
	for name, interrupted := range map[string]bool{"the keyring is locked": false, "and the run is interrupted": true} {
		x := newAccount(t)
		ctx, cancel := context.WithCancel(t.Context())
		spec := x.keySpec()
		spec.Put = func(sid, secret string) error {
			if !x.works(Options{AccountSID: accountSID, APIKey: sid, APISecret: secret, HTTP: x.road}) {
				t.Errorf("%s: Put is given a key that does not work", name)
			}
			if interrupted {
				cancel()
			}
			return errors.New("the keyring is locked")
		}
		k := NewKey(x.client(x.road), spec)
		if err := k.Read(ctx); err != nil {
			t.Fatal(err)
		}
		if err := k.Apply(ctx, nil); err == nil || !strings.Contains(err.Error(), "keyring is locked") {
			t.Errorf("%s: %v", name, err)
		}
		if got := x.keys(); len(got) != 0 || k.Made() != "" || k.Has(ringKey) {
			t.Errorf("%s: keys that nobody can use: %q", name, got)
		}
		cancel()
	}
}

func TestAnInterruptedRunMakesNoSecondKey(t *testing.T) {
	x := newAccount(t)
	ctx, cancel := context.WithCancel(t.Context())
	posts := 0
	k := x.key(roundTripper(func(r *http.Request) (*http.Response, error) {
		if r.Method == "POST" {
			posts++
			cancel()
			return nil, context.Canceled
		}
		return x.road.RoundTrip(r)
	}))
	if err := k.Read(ctx); err != nil {
		t.Fatal(err)
	}
	if err := k.Apply(ctx, nil); fault.Of(err).Category != fault.Interrupted || posts != 1 {
		t.Errorf("%v after %d requests", err, posts)
	}
}

func TestAKeyThatIsGoneIsReported(t *testing.T) {
	x := newAccount(t)
	x.want, x.live = "", ringKey
	k := x.readKey()
	if c := k.Change(); c.Op != event.None || c.Detail != "the current key no longer exists" || k.Has(ringKey) {
		t.Errorf("%+v", c)
	}
	if all := k.Problems(); len(all) != 1 || all[0].Code != "twilio.key_missing" {
		t.Errorf("%v", all)
	}
	x.named(keyPrefix + ringKey)
	if all := x.readKey().Problems(); len(all) != 0 {
		t.Errorf("%v", all)
	}
}
