package secret

import (
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/zalando/go-keyring"

	"phonegate/provision/fault"
)

// fakeBackend is a keyring in memory that can refuse and hang.
type fakeBackend struct {
	mu     sync.Mutex
	values map[string]string
	err    error
	hang   chan struct{}
	calls  int
}

func (f *fakeBackend) do(change func()) error {
	f.mu.Lock()
	f.calls++
	hang, err := f.hang, f.err
	f.mu.Unlock()
	if hang != nil {
		<-hang
	}
	if err != nil {
		return err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.values == nil {
		f.values = map[string]string{}
	}
	change()
	return nil
}

func (f *fakeBackend) Get(service, user string) (value string, err error) {
	found := false
	if err := f.do(func() { value, found = f.values[service+" "+user] }); err != nil {
		return "", err
	}
	if !found {
		return "", keyring.ErrNotFound
	}
	return value, nil
}

func (f *fakeBackend) Set(service, user, value string) error {
	return f.do(func() { f.values[service+" "+user] = value })
}

func (f *fakeBackend) Delete(service, user string) error {
	return f.do(func() { delete(f.values, service+" "+user) })
}

var (
	_ Vault  = (*Keyring)(nil)
	_ Getter = (*Keyring)(nil)
)

func TestKeyringKeepsEntriesOfEachTenantApart(t *testing.T) {
	b := &fakeBackend{}
	k := newKeyring("dev", b, keyringLimit)
	if !k.Durable() {
		t.Fatal("the keyring is not there")
	}
	if err := k.Put("SESSION_SECRET", "one"); err != nil {
		t.Fatal(err)
	}
	if got := newKeyring("dev", b, keyringLimit).Get("SESSION_SECRET"); got != "one" {
		t.Errorf("a later process finds %q", got)
	}
	if got := newKeyring("prod", b, keyringLimit).Get("SESSION_SECRET"); got != "" {
		t.Errorf("another tenant finds %q", got)
	}
	if b.values["phonegate dev/SESSION_SECRET"] != "one" {
		t.Errorf("entries %v", b.values)
	}
	for range 2 {
		if err := k.Delete("SESSION_SECRET"); err != nil {
			t.Fatal(err)
		}
	}
	if k.Get("SESSION_SECRET") != "" || len(b.values) != 0 {
		t.Errorf("still there: %v", b.values)
	}
}

func TestKeyringSavesAndForgetsCredentials(t *testing.T) {
	b := &fakeBackend{}
	c := Credentials{Auth0Domain: "acme.us.auth0.com", Auth0ClientSecret: "secret"}
	if err := newKeyring("dev", b, keyringLimit).Save(c); err != nil {
		t.Fatal(err)
	}
	later := newKeyring("dev", b, keyringLimit)
	if got, sources := Lookup("dev", env(nil), later); got != c || sources["AUTH0_CLIENT_SECRET"] != "keyring" {
		t.Error("a later process does not find the credentials")
	}
	if err := later.Forget(); err != nil || len(b.values) != 0 {
		t.Errorf("error %v, still there: %d", err, len(b.values))
	}
}

func TestKeyringThatHangsIsAskedOnce(t *testing.T) {
	b := &fakeBackend{hang: make(chan struct{})}
	defer close(b.hang)
	k := newKeyring("dev", b, time.Millisecond)
	if k.Durable() || k.Get("A") != "" {
		t.Error("a keyring that does not answer counts as there")
	}
	if err := k.Put("A", "1"); err != nil {
		t.Errorf("Put: %v", err)
	}
	if k.Get("A") != "1" {
		t.Error("what was put is lost within the process")
	}
	if err := k.Delete("A"); err != nil || k.Get("A") != "" {
		t.Errorf("Delete: %v", err)
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.calls != 1 {
		t.Errorf("%d calls, want 1", b.calls)
	}
}

func TestKeyringThatIsNotThereLastsAsLongAsTheProcess(t *testing.T) {
	k := newKeyring("dev", &fakeBackend{err: errors.New("The name org.freedesktop.secrets was not provided by any .service files")}, keyringLimit)
	if err := k.Put("A", "1"); err != nil || k.Durable() || k.Get("A") != "1" {
		t.Errorf("error %v, durable %v, got %q", err, k.Durable(), k.Get("A"))
	}
}

func TestKeyringThatRefusesSaysSoWithoutTheValue(t *testing.T) {
	b := &fakeBackend{}
	k := newKeyring("dev", b, keyringLimit)
	if !k.Durable() {
		t.Fatal("the keyring is not there")
	}
	b.err = errors.New("security: add-generic-password -w hunter2hunter2 failed")
	err := k.Put("AUTH0_CLIENT_SECRET", "hunter2hunter2")
	f := fault.Of(err)
	if f == nil || f.Code != "keyring.refused" || strings.Contains(f.Message+f.Hint, "hunter2") || errors.Is(err, b.err) {
		t.Errorf("error = %+v", f)
	}
}

func TestKeyringCanBeSwitchedOff(t *testing.T) {
	t.Setenv("PHONEGATE_KEYRING", "off")
	k := OpenKeyring("dev")
	if k.Durable() || k.Get("AUTH0_CLIENT_SECRET") != "" {
		t.Error("the keyring is used")
	}
	if err := k.Put("A", "1"); err != nil || k.Get("A") != "1" {
		t.Errorf("Put: %v", err)
	}
}

func TestKeyringIsNotLookedForWhereThereIsNoSessionBus(t *testing.T) {
	for _, tt := range []struct {
		goos string
		env  map[string]string
		want bool
	}{
		{"linux", nil, false},
		{"linux", map[string]string{"XDG_RUNTIME_DIR": t.TempDir()}, false},
		{"linux", map[string]string{"DBUS_SESSION_BUS_ADDRESS": "unix:path=/run/user/1000/bus"}, true},
		{"darwin", nil, true},
		{"windows", nil, true},
	} {
		if got := reachable(tt.goos, env(tt.env)); got != tt.want {
			t.Errorf("%s %v: %v, want %v", tt.goos, tt.env, got, tt.want)
		}
	}
}
