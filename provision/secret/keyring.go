package secret

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"time"

	"github.com/zalando/go-keyring"

	"phonegate/provision/fault"
)

// KeyringService is the name under which the operating system's keyring shows phonegate's entries.
const KeyringService = "phonegate"

// keyringLimit is how long one call to the keyring may take. A locked or half-installed keyring
// otherwise blocks for minutes, often without showing a prompt.
const keyringLimit = 3 * time.Second

// backend is the part of the operating system's keyring that is used.
type backend interface {
	Get(service, user string) (string, error)
	Set(service, user, value string) error
	Delete(service, user string) error
}

// Keyring is one tenant's part of the operating system's keyring: a source of credentials and a vault. Where there
// is no keyring, or it does not answer in time, what is put in it lasts as long as the process.
type Keyring struct {
	tenant  string
	backend backend
	limit   time.Duration

	mu     sync.Mutex
	probed bool
	usable bool
	recent map[string]string // what this process put; "" marks what it deleted
}

// OpenKeyring is the keyring for one tenant. It makes no call yet. PHONEGATE_KEYRING=off leaves the
// operating system's keyring alone.
func OpenKeyring(tenant string) *Keyring {
	k := newKeyring(tenant, systemKeyring{}, keyringLimit)
	if off(os.Getenv("PHONEGATE_KEYRING")) || !reachable(runtime.GOOS, os.Getenv) {
		k.probed = true
	}
	return k
}

func newKeyring(tenant string, b backend, limit time.Duration) *Keyring {
	return &Keyring{tenant: tenant, backend: b, limit: limit, recent: map[string]string{}}
}

func off(setting string) bool {
	switch strings.ToLower(strings.TrimSpace(setting)) {
	case "off", "0", "no", "false", "none":
		return true
	}
	return false
}

// reachable says without a call whether there can be a keyring. On a Unix desktop it is behind the session bus; where
// there is no bus (servers, containers, CI) the library would start one, which takes seconds or hangs.
func reachable(goos string, getenv func(string) string) bool {
	if goos == "windows" || goos == "darwin" {
		return true
	}
	if getenv("DBUS_SESSION_BUS_ADDRESS") != "" {
		return true
	}
	dir := getenv("XDG_RUNTIME_DIR")
	if dir == "" {
		return false
	}
	_, err := os.Stat(filepath.Join(dir, "bus"))
	return err == nil
}

// Get is the entry, "" if there is none or no keyring to ask.
func (k *Keyring) Get(name string) string {
	k.mu.Lock()
	defer k.mu.Unlock()
	if value, ok := k.recent[name]; ok {
		return value
	}
	if k.probed && !k.usable {
		return ""
	}
	value, err := k.call(func() (string, error) { return k.backend.Get(KeyringService, k.user(name)) })
	if err != nil {
		return ""
	}
	return value
}

// Put keeps the entry.
func (k *Keyring) Put(name, value string) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.recent[name] = value
	if !k.probe() {
		return nil
	}
	_, err := k.call(func() (string, error) { return "", k.backend.Set(KeyringService, k.user(name), value) })
	return k.refusal(err, "keep", name)
}

// Delete forgets the entry.
func (k *Keyring) Delete(name string) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.recent[name] = ""
	if !k.probe() {
		return nil
	}
	_, err := k.call(func() (string, error) { return "", k.backend.Delete(KeyringService, k.user(name)) })
	if errors.Is(err, keyring.ErrNotFound) {
		return nil
	}
	return k.refusal(err, "forget", name)
}

// Durable says whether the keyring is there and answers.
func (k *Keyring) Durable() bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.probe()
}

// Save keeps all credentials that c has, identifiers too, so that the next run need not ask.
func (k *Keyring) Save(c Credentials) error {
	var failed []error
	for _, s := range Slots() {
		if value := c.Get(s.Env); value != "" && value != k.Get(s.Env) {
			failed = append(failed, k.Put(s.Env, value))
		}
	}
	return errors.Join(failed...)
}

// Forget deletes all credentials of the tenant.
func (k *Keyring) Forget() error {
	var failed []error
	for _, s := range Slots() {
		if k.Get(s.Env) != "" {
			failed = append(failed, k.Delete(s.Env))
		}
	}
	return errors.Join(failed...)
}

// user is the entry's account name in the keyring.
func (k *Keyring) user(name string) string { return k.tenant + "/" + name }

// probe asks once whether the keyring answers; the lock is held.
func (k *Keyring) probe() bool {
	if !k.probed {
		_, _ = k.call(func() (string, error) { return k.backend.Get(KeyringService, k.user("probe")) })
	}
	return k.usable
}

// errTimeout stands for a keyring that did not answer in time.
var errTimeout = errors.New("the keyring did not answer in time")

// call runs one call with the limit and learns from it whether there is a keyring. A call that does not
// come back is left behind: its goroutine ends with the process. The lock is held.
func (k *Keyring) call(do func() (string, error)) (string, error) {
	type answer struct {
		value string
		err   error
	}
	answers := make(chan answer, 1)
	go func() {
		defer func() {
			if recover() != nil {
				answers <- answer{err: errors.New("the keyring library failed")}
			}
		}()
		value, err := do()
		answers <- answer{value, err}
	}()
	timer := time.NewTimer(k.limit)
	defer timer.Stop()
	select {
	case a := <-answers:
		if !k.probed {
			k.probed, k.usable = true, a.err == nil || errors.Is(a.err, keyring.ErrNotFound)
		}
		return a.value, a.err
	case <-timer.C:
		k.probed, k.usable = true, false // once is enough waiting
		return "", errTimeout
	}
}

// refusal is the error of a keyring that is there and said no. Its own text is left out: some
// back ends repeat the command line, and with it the value.
func (k *Keyring) refusal(err error, verb, name string) error {
	if err == nil || errors.Is(err, errTimeout) {
		return nil
	}
	reason := "access was denied"
	if errors.Is(err, keyring.ErrSetDataTooBig) {
		reason = "the value is too large for it"
	}
	return fault.New(fault.Failed, "keyring.refused", "Set "+name+" in the environment instead, or PHONEGATE_KEYRING=off to work without a keyring.",
		"The operating system's keyring could not %s %s for tenant %s: %s.", verb, name, k.tenant, reason)
}

// String keeps the entries out of every log and message by accident.
func (k *Keyring) String() string { return "keyring (hidden)" }

// GoString is String, for %#v.
func (k *Keyring) GoString() string { return "keyring (hidden)" }

// systemKeyring is the operating system's keyring.
type systemKeyring struct{}

func (systemKeyring) Get(service, user string) (string, error) { return keyring.Get(service, user) }
func (systemKeyring) Set(service, user, value string) error {
	return keyring.Set(service, user, value)
}
func (systemKeyring) Delete(service, user string) error { return keyring.Delete(service, user) }
