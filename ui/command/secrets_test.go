package command

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"phonegate/provision/engine"
	"phonegate/provision/event"
	"phonegate/provision/sandbox"
	"phonegate/provision/sandbox/world"
	"phonegate/provision/secret"
)

// recorder is a vault that remembers every secret it was ever given.
type recorder struct {
	secret.Vault
	mu   sync.Mutex
	seen map[string]string // the name by the secret
}

func (r *recorder) Put(name, value string) error {
	r.mu.Lock()
	r.seen[value] = "the generated secret " + name
	r.mu.Unlock()
	return r.Vault.Put(name, value)
}

// safe is a buffer for several goroutines.
type safe struct {
	mu sync.Mutex
	bytes.Buffer
}

func (s *safe) Write(b []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.Buffer.Write(b)
}

// text is what has been written so far.
func (s *safe) text() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.String()
}

// TestNoOutputHoldsASecret goes through a whole life, in prose and in JSON, with failures on the way, and searches all
// that was said and kept for every secret that there was: credentials, generated secrets, codes.
func TestNoOutputHoldsASecret(t *testing.T) {
	for name, json := range map[string]bool{"prose": false, "json": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var out safe
			dir := t.TempDir()
			p := &program{Streams: Streams{In: strings.NewReader(""), Out: &out, Err: &out, Getenv: func(string) string { return "" }, Width: 80}}
			p.json, p.yes, p.logFile, p.flags.sandbox = json, true, filepath.Join(dir, "log"), true
			at, err := p.embedded(t.Context(), sandbox.Options{})
			if err != nil {
				t.Fatal(err)
			}
			defer at.close()
			at.dir = filepath.Join(dir, "state")
			vault := &recorder{Vault: secret.MemoryVault(), seen: map[string]string{}}
			at.vaults = map[string]secret.Vault{"dev": vault}
			file := example()
			file.Tenants["dev"] = file.Defaults
			run := func(command string, do tenantFunc, fails bool) {
				t.Helper()
				jobs, err := p.jobs(t.Context(), file, at)
				if err != nil {
					t.Fatal(err)
				}
				err = p.work(t.Context(), command, jobs, do)
				if (err != nil) != fails {
					t.Fatalf("%s ended with %v\n%s", command, err, out.String())
				}
				if err != nil {
					p.complain(err)
				}
			}
			rotate := func(ctx context.Context, _ *job, e *engine.Tenant) (event.Outcome, error) {
				plan, err := e.PlanRotation(ctx)
				if err != nil {
					return event.Outcome{}, err
				}
				return plan.Apply(ctx)
			}
			destroy := func(ctx context.Context, _ *job, e *engine.Tenant) (event.Outcome, error) {
				plan, err := e.PlanDestroy(ctx)
				if err != nil {
					return event.Outcome{}, err
				}
				return plan.Apply(ctx)
			}
			for _, provider := range []string{"twilio", "vercel", "auth0"} {
				refuse(at, provider)
				run("apply", p.single("apply", p.applying()), true)
				at.embedded.World().Disarm()
			}
			run("sandbox", p.applyAndTest, false)
			run("rotate", rotate, false)
			run("sandbox", p.applyAndTest, false)
			secrets := vault.seen
			for env, value := range sandbox.Credentials() {
				if strings.HasSuffix(env, "SECRET") || strings.HasSuffix(env, "TOKEN") {
					secrets[value] = env
				}
			}
			messages := at.embedded.Phone().Messages("+61491570156")
			for _, m := range messages {
				secrets[m.Code] = "a code"
			}
			secrets["+61491570156"] = "the number in full"
			if len(secrets) < 10 || len(messages) < 3 {
				t.Fatalf("the test knows of too few secrets: %d, %d texts", len(secrets), len(messages))
			}
			state, err := os.ReadFile(filepath.Join(at.dir, "dev.json"))
			if err != nil {
				t.Fatal(err)
			}
			run("destroy", destroy, false)
			log, err := os.ReadFile(p.logFile)
			if err != nil {
				t.Fatal(err)
			}
			for place, text := range map[string]string{"the output": out.String(), "the log": string(log), "the state": string(state)} {
				for value, what := range secrets {
					if strings.Contains(text, value) {
						t.Errorf("%s holds %s", place, what)
					}
				}
			}
		})
	}
}

// refuse lets every change at a provider fail with its own error.
func refuse(at *environment, provider string) {
	for _, method := range []string{"POST", "PUT", "PATCH"} {
		at.embedded.World().Arm(world.Fault{Provider: provider, Method: method, Status: 400, Times: 1})
	}
}
