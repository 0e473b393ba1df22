package engine_test

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"phonegate/provision/config"
	"phonegate/provision/engine"
	"phonegate/provision/event"
	"phonegate/provision/ring"
	"phonegate/provision/sandbox"
	"phonegate/provision/sandbox/world"
	"phonegate/provision/secret"
	"phonegate/provision/state"
	"phonegate/provision/transport"
)

// bench is a sandbox and a project directory in which engines are opened.
type bench struct {
	t     *testing.T
	box   *sandbox.Sandbox
	dir   string
	spec  config.Tenant
	vault secret.Vault
	bare  string // the sandbox before anything was done
	// timeout, limits, grace and road are the engine's, if not zero.
	timeout time.Duration
	limits  map[string]float64
	grace   time.Duration
	noWait  bool
	road    *transport.Endpoints
	// server is where a person runs the form, nil on another host.
	server *server

	mu   sync.Mutex
	said strings.Builder // events and errors
}

func newBench(t *testing.T) *bench { return benchIn(t, sandbox.Options{}) }

func benchIn(t *testing.T, o sandbox.Options) *bench {
	t.Helper()
	box, err := sandbox.Start(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = box.Close() })
	b := &bench{t: t, box: box, dir: t.TempDir(), spec: spec(), vault: secret.MemoryVault()}
	b.bare = b.world()
	return b
}

func spec() config.Tenant {
	return config.Complete("dev", config.Tenant{
		Auth0:          config.Auth0{Domain: sandbox.Auth0Domain},
		Twilio:         config.Twilio{AccountSID: sandbox.TwilioAccountSID, ServiceName: "Acme dev"},
		Brand:          config.Brand{Name: "Acme"},
		DefaultCountry: "AU",
	})
}

// state is what is remembered, as a new process would find it.
func (b *bench) state() *state.State {
	b.t.Helper()
	st, err := state.Open(filepath.Join(b.dir, state.Dir), "dev")
	if err != nil {
		b.t.Fatal(err)
	}
	return st
}

// forgetSecrets is what a machine without keyring does between two processes.
func (b *bench) forgetSecrets() { b.vault = secret.MemoryVault() }

// forgetState loses what was remembered.
func (b *bench) forgetState() {
	b.t.Helper()
	if err := os.RemoveAll(filepath.Join(b.dir, state.Dir)); err != nil {
		b.t.Fatal(err)
	}
}

// open is an engine as a new process would have it; the vault stays as a keyring would.
func (b *bench) open(emit func(event.Event)) *engine.Tenant {
	b.t.Helper()
	st := b.state()
	creds, _ := secret.FromEnv("dev", func(name string) string { return sandbox.Credentials()[name] })
	endpoints := b.box.Endpoints()
	if b.road != nil {
		endpoints = *b.road
	}
	var handTo func(context.Context, map[string]string) error
	if b.server != nil && !b.vault.Durable() {
		handTo = b.handTo
	}
	t, err := engine.Open(engine.Options{
		HandTo: handTo,
		Name:   "dev", Spec: b.spec, Credentials: creds, Vault: b.vault, State: st, Endpoints: endpoints,
		Dir: b.dir, FormHost: b.formHost(), Poll: 5 * time.Millisecond, Backoff: time.Millisecond, Timeout: b.timeout, Limits: b.limits, Emit: emit,
		Grace: cmp.Or(b.grace, time.Millisecond), NoWait: b.noWait,
	})
	if err != nil {
		b.t.Fatal(err)
	}
	return t
}

func (b *bench) apply() event.Outcome {
	b.t.Helper()
	e := b.open(nil)
	plan, err := e.Plan(b.t.Context())
	if err != nil {
		b.t.Fatal("plan:", err)
	}
	o, err := plan.Apply(b.t.Context())
	if err != nil {
		b.t.Fatal("apply:", err)
	}
	return o
}

func (b *bench) destroy() event.Outcome {
	b.t.Helper()
	e := b.open(nil)
	plan, err := e.PlanDestroy(b.t.Context())
	if err != nil {
		b.t.Fatal("plan:", err)
	}
	o, err := plan.Apply(b.t.Context())
	if err != nil {
		b.t.Fatal("destroy:", err)
	}
	return o
}

// world is all that the providers hold, as text that can be compared.
func (b *bench) world() string {
	b.t.Helper()
	text, err := json.MarshalIndent(b.box.State(), "", "  ")
	if err != nil {
		b.t.Fatal(err)
	}
	return string(text)
}

// writes are the requests since n that could have changed something at a provider, tokens aside.
func (b *bench) writes(n int) []world.Request {
	var all []world.Request
	for _, r := range b.box.World().Requests()[n:] {
		if r.Write() && r.Path != "/oauth/token" && r.By == "api" {
			all = append(all, r)
		}
	}
	return all
}

// hear keeps an event as --json would write it.
func (b *bench) hear(e event.Event) {
	line, err := json.Marshal(e)
	if err != nil {
		b.t.Error(err)
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.said.Write(append(line, '\n'))
}

// heard keeps all texts of an error, its causes included.
func (b *bench) heard(err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for ; err != nil; err = errors.Unwrap(err) {
		fmt.Fprintf(&b.said, "%v\n%#v\n", err, err)
		if joined, ok := err.(interface{ Unwrap() []error }); ok {
			for _, each := range joined.Unwrap() {
				fmt.Fprintf(&b.said, "%v\n%#v\n", each, each)
			}
		}
	}
}

// units are the keys that the vault has, oldest first.
func (b *bench) units() (all []ring.Unit) {
	for line := range strings.Lines(b.vault.Get("ring")) {
		name, value, _ := strings.Cut(strings.TrimSpace(line), "=")
		if u, ok := ring.Read(name, value); ok {
			all = append(all, u)
		}
	}
	return all
}

// secrets are all secrets that a run knows: what it was given and what is in the vault.
func (b *bench) secrets() []string {
	all := []string{sandbox.Auth0ClientSecret, sandbox.TwilioAuthToken, sandbox.VercelToken, sandbox.CloudflareToken}
	for line := range strings.Lines(b.vault.Get("ring")) {
		_, value, _ := strings.Cut(strings.TrimSpace(line), "=")
		parts := strings.Split(value, ".")
		all = append(all, value, parts[0])
		if len(parts) == 4 {
			all = append(all, parts[2])
		}
	}
	return all
}

// vaulted is the newest key that the vault has, as the Action has it; empty if it has none.
func (b *bench) vaulted() map[string]string {
	values := map[string]string{}
	if all := b.units(); len(all) > 0 {
		u := all[len(all)-1]
		values[u.Name()] = u.Value(true)
	}
	return values
}

// keptSecret wants none of the secrets in what was said and in the files of the project.
func (b *bench) keptSecret(secrets []string) {
	b.t.Helper()
	b.mu.Lock()
	texts := map[string]string{"an event or error": b.said.String()}
	b.mu.Unlock()
	err := filepath.WalkDir(b.dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		texts[path] = string(data)
		return err
	})
	if err != nil {
		b.t.Fatal(err)
	}
	for where, text := range texts {
		for _, s := range secrets {
			if strings.Contains(text, s) {
				b.t.Errorf("%s holds the secret that begins with %s", where, s[:3])
			}
		}
	}
}

// formDigest and actionDigest are how the sandbox's state shows a value.
func formDigest(value string) string {
	sum := sha256.Sum256([]byte(value))
	return hex.EncodeToString(sum[:8])
}

func actionDigest(name, value string) string { return formDigest(name + "\n" + value) }
