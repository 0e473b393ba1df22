package command

import (
	"encoding/json"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"phonegate/provision/fault"
	"phonegate/provision/ring"
	"phonegate/provision/sandbox"
	"phonegate/provision/secret"
	"phonegate/provision/state"
)

// lasting is a vault that a later process finds again, as a keyring is.
type lasting struct{ secret.Vault }

func (lasting) Durable() bool { return true }

// elsewhere is a tenant whose form runs elsewhere, applied as far as is possible without the form.
type elsewhere struct {
	*program
	at       *environment
	box      *sandbox.Sandbox
	out, err safe
	dir      string
	vault    secret.Vault
}

func newElsewhere(t *testing.T) *elsewhere {
	t.Helper()
	if _, err := exec.LookPath("sh"); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal("sh is needed")
		}
		t.Skip("needs sh")
	}
	box, err := sandbox.Start(t.Context(), sandbox.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = box.Close() })
	e := &elsewhere{box: box, dir: t.TempDir(), vault: lasting{secret.MemoryVault()}}
	credentials := sandbox.Credentials()
	e.program = &program{Streams: Streams{In: strings.NewReader("typed\n"), Out: &e.out, Err: &e.err, Width: 80, Getenv: func(name string) string { return credentials[name] }}}
	e.config, e.configGiven, e.yes = filepath.Join(e.dir, "phonegate.yaml"), true, true
	file := "version: 1\ntenants:\n  dev: {auth0: {domain: " + sandbox.Auth0Domain + "}, host: {kind: bundle, project: acme-verify, url: verify.acme.test}}\n" +
		"  web: {auth0: {domain: acme.us.auth0.test}}\n"
	if err := os.WriteFile(e.config, []byte(file), 0o600); err != nil {
		t.Fatal(err)
	}
	e.tenants = []string{"dev"}
	e.at = &environment{getenv: e.Getenv, endpoints: box.Endpoints(), dir: filepath.Join(e.dir, state.Dir), base: e.dir, close: func() {},
		vaults: map[string]secret.Vault{"dev": e.vault}}
	return e
}

func (e *elsewhere) apply(t *testing.T) {
	t.Helper()
	file, err := e.file(e.at)
	if err != nil {
		t.Fatal(err)
	}
	jobs, err := e.jobs(t.Context(), file, e.at)
	if err != nil {
		t.Fatal(err)
	}
	err = e.work(t.Context(), "apply", jobs, e.program.single("apply", e.program.applying()))
	if fault.Of(err).Code != "bundle.not_running" {
		t.Fatalf("apply ended with %v", err)
	}
}

// values are the keys that must arrive, by name: what the keyring's entry has.
func (e *elsewhere) values() map[string]string {
	all := map[string]string{}
	for line := range strings.Lines(e.vault.Get("ring")) {
		name, value, _ := strings.Cut(strings.TrimSpace(line), "=")
		all[name] = value
	}
	return all
}

// to is the program that gets the keys.
func (e *elsewhere) to(inEnvironment bool, command ...string) receiver {
	return receiver{e.program, command, inEnvironment}
}

func (e *elsewhere) read(t *testing.T, name string) map[string]string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(e.dir, name))
	if err != nil {
		t.Fatal(err)
	}
	return variables(string(data))
}

// state is what the providers hold, as JSON.
func (e *elsewhere) state(t *testing.T) string {
	t.Helper()
	text, err := json.MarshalIndent(e.box.State(), "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestSecretsReachTheCommandAndNothingElse(t *testing.T) {
	e := newElsewhere(t)
	e.logFile = filepath.Join(e.dir, "log")
	e.apply(t)
	want := e.values()
	for name, value := range want {
		if u, ok := ring.Read(name, value); !ok || !u.Complete() {
			t.Fatalf("%s does not fit its value", name)
		}
	}
	if len(want) != 1 {
		t.Fatalf("the first apply made %d keys", len(want))
	}
	shell := func(script string) []string { return []string{"sh", "-c", "cd '" + e.dir + "' && " + script} }
	for _, json := range []bool{false, true} {
		e.json = json
		if err := e.secrets(t.Context(), e.at, e.to(false, shell("cat > stdin && echo said")...)); err != nil {
			t.Fatal(err)
		}
		if got := e.read(t, "stdin"); !maps.Equal(got, want) {
			t.Errorf("on standard input there were %v", slices.Sorted(maps.Keys(got)))
		}
	}
	const another = ring.Prefix + "202601010000_0123456789abcdef"
	t.Setenv("TWILIO_AUTH_TOKEN", "administers-the-account")
	t.Setenv("PHONEGATE_DEV_AUTH0_CLIENT_SECRET", "administers-the-tenant")
	t.Setenv(another, "of-another-tenant")
	t.Setenv("FLY_API_TOKEN", "the-persons-own")
	if err := e.secrets(t.Context(), e.at, e.to(true, shell("env > environment && cat > typed")...)); err != nil {
		t.Fatal(err)
	}
	got := e.read(t, "environment")
	for name, value := range want {
		if got[name] != value {
			t.Errorf("the environment lacks %s", name)
		}
	}
	for _, name := range []string{"TWILIO_AUTH_TOKEN", "PHONEGATE_DEV_AUTH0_CLIENT_SECRET", another} {
		if got[name] != "" {
			t.Errorf("the environment has %s", name)
		}
	}
	if typed, _ := os.ReadFile(filepath.Join(e.dir, "typed")); got["FLY_API_TOKEN"] == "" || string(typed) != "typed\n" {
		t.Errorf("the command does not have what is the person's: %q", typed)
	}
	e.holdsNone(t, want)
	if said := e.err.text(); !strings.Contains(said, "Once the form runs with it: phonegate apply --tenant dev --config ") {
		t.Errorf("what comes next is not said: %s", said)
	}
	// Under --json standard output is JSON, whatever the command prints.
	out := e.out.text()
	last := strings.Split(strings.TrimSpace(out), "\n")
	var result struct {
		Command string
		OK      bool
	}
	if err := json.Unmarshal([]byte(last[len(last)-1]), &result); err != nil || result.Command != "secrets" || !result.OK {
		t.Errorf("%v: %s", err, last[len(last)-1])
	}
	if strings.Count(out, "said") != 1 || strings.Count(e.err.text(), "said") != 1 {
		t.Errorf("the command's words are on the wrong side:\n%s\n%s", out, e.err.text())
	}
}

// holdsNone wants no part of any key's value in what was said, logged and remembered.
func (e *elsewhere) holdsNone(t *testing.T, keys map[string]string) {
	t.Helper()
	log, err := os.ReadFile(e.logFile)
	if err != nil {
		t.Fatal(err)
	}
	kept, _ := os.ReadFile(filepath.Join(e.at.dir, "dev.json"))
	for where, text := range map[string]string{"standard output": e.out.text(), "standard error": e.err.text(), "the log": string(log), "the state": string(kept)} {
		for name, value := range keys {
			u, ok := ring.Read(name, value)
			if !ok || !u.Complete() {
				t.Fatalf("%s does not fit its value", name)
			}
			for what, secret := range map[string]string{"session secret": u.Session, "Twilio secret": u.APISecret} {
				if strings.Contains(text, secret) {
					t.Errorf("%s holds the %s of %s", where, what, name)
				}
			}
		}
	}
}

func TestSecretsNotSentWhenMissing(t *testing.T) {
	e := newElsewhere(t)
	fails := func(what string, category fault.Category, code string, command ...string) {
		t.Helper()
		if len(command) == 0 {
			command = []string{"sh", "-c", "touch '" + e.dir + "/ran'"}
		}
		f := fault.Of(e.secrets(t.Context(), e.at, e.to(false, command...)))
		if f == nil || f.Category != category || f.Code != code || f.Hint == "" {
			t.Errorf("%s: %+v", what, f)
		}
	}
	fails("before apply", fault.Failed, "secrets.not_made")
	e.apply(t)
	fails("a command that refuses them", fault.Failed, "secrets.refused", "sh", "-c", "exit 3")
	fails("a command that does not exist", fault.Usage, "secrets.command", "nosuchprogram-anywhere")
	e.tenants = []string{"web"}
	fails("another host", fault.Usage, "secrets.not_needed")
	e.tenants, e.all = nil, true
	fails("several tenants", fault.Usage, "usage.tenant")
	e.tenants, e.all = []string{"dev"}, false
	e.at.sandboxed = true
	fails("the sandbox", fault.Usage, "usage.secrets_sandbox")
	e.at.sandboxed = false
	e.at.vaults = map[string]secret.Vault{"dev": lasting{secret.MemoryVault()}}
	fails("another computer's keyring", fault.Failed, "secrets.not_made")
	if _, err := os.Stat(filepath.Join(e.dir, "ran")); err == nil {
		t.Error("the command was run")
	}
}
