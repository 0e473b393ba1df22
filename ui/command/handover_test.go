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
	at       *place
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
	e := &elsewhere{dir: t.TempDir(), vault: lasting{secret.MemoryVault()}}
	credentials := sandbox.Credentials()
	e.program = &program{Streams: Streams{In: strings.NewReader("typed\n"), Out: &e.out, Err: &e.err, Width: 80, Getenv: func(name string) string { return credentials[name] }}}
	e.config, e.configGiven, e.yes = filepath.Join(e.dir, "phonegate.yaml"), true, true
	file := "version: 1\ntenants:\n  dev: {auth0: {domain: " + sandbox.Auth0Domain + "}, host: {kind: bundle, project: acme-verify, url: verify.acme.test}}\n" +
		"  web: {auth0: {domain: acme.us.auth0.test}}\n"
	if err := os.WriteFile(e.config, []byte(file), 0o600); err != nil {
		t.Fatal(err)
	}
	e.tenants = []string{"dev"}
	e.at = &place{getenv: e.Getenv, endpoints: box.Endpoints(), dir: filepath.Join(e.dir, state.Dir), base: e.dir, close: func() {},
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
	err = e.work(t.Context(), "apply", jobs, e.program.apply)
	if fault.Of(err).Code != "bundle.not_running" {
		t.Fatalf("apply ended with %v", err)
	}
}

// values are the secrets that must arrive, by name.
func (e *elsewhere) values(t *testing.T) map[string]string {
	t.Helper()
	st, err := state.Open(e.at.dir, "dev")
	if err != nil {
		t.Fatal(err)
	}
	sid, key, _ := strings.Cut(e.vault.Get("twilio-key"), ":")
	return map[string]string{
		"SESSION_SECRET": e.vault.Get("session"), "VERDICT_SECRET": e.vault.Get("verdict"),
		"TWILIO_API_KEY": sid, "TWILIO_API_SECRET": key, "TWILIO_VERIFY_SERVICE": st.Note("twilio.service").Get("sid"),
	}
}

func (e *elsewhere) read(t *testing.T, name string) map[string]string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(e.dir, name))
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]string{}
	for line := range strings.Lines(string(data)) {
		name, value, ok := strings.Cut(strings.TrimSuffix(line, "\n"), "=")
		if ok {
			all[name] = value
		}
	}
	return all
}

func TestSecretsReachTheCommandAndNothingElse(t *testing.T) {
	e := newElsewhere(t)
	e.logFile = filepath.Join(e.dir, "log")
	e.apply(t)
	want := e.values(t)
	for name, value := range want {
		if len(value) < 32 {
			t.Fatalf("%s is %q", name, value)
		}
	}
	shell := func(script string) []string { return []string{"sh", "-c", "cd '" + e.dir + "' && " + script} }
	for _, json := range []bool{false, true} {
		e.json = json
		if err := e.secrets(e.at, shell("cat > stdin && echo said"), false); err != nil {
			t.Fatal(err)
		}
		if got := e.read(t, "stdin"); !maps.Equal(got, want) {
			t.Errorf("on standard input there were %v", slices.Sorted(maps.Keys(got)))
		}
	}
	t.Setenv("TWILIO_AUTH_TOKEN", "administers-the-account")
	t.Setenv("PHONEGATE_DEV_AUTH0_CLIENT_SECRET", "administers-the-tenant")
	t.Setenv("VERDICT_SECRET_PREVIOUS", "of-something-else")
	t.Setenv("SESSION_SECRET", "of-something-else")
	t.Setenv("FLY_API_TOKEN", "the-persons-own")
	if err := e.secrets(e.at, shell("env > environment && cat > typed"), true); err != nil {
		t.Fatal(err)
	}
	got := e.read(t, "environment")
	for name, value := range want {
		if got[name] != value {
			t.Errorf("the environment lacks %s", name)
		}
	}
	for _, name := range []string{"TWILIO_AUTH_TOKEN", "PHONEGATE_DEV_AUTH0_CLIENT_SECRET", "VERDICT_SECRET_PREVIOUS"} {
		if got[name] != "" {
			t.Errorf("the environment has %s", name)
		}
	}
	if typed, _ := os.ReadFile(filepath.Join(e.dir, "typed")); got["FLY_API_TOKEN"] == "" || string(typed) != "typed\n" {
		t.Errorf("the command does not have what is the person's: %q", typed)
	}

	e.out.mu.Lock()
	defer e.out.mu.Unlock()
	e.err.mu.Lock()
	defer e.err.mu.Unlock()
	log, err := os.ReadFile(e.logFile)
	if err != nil {
		t.Fatal(err)
	}
	kept, _ := os.ReadFile(filepath.Join(e.at.dir, "dev.json"))
	for where, text := range map[string]string{"standard output": e.out.String(), "standard error": e.err.String(), "the log": string(log), "the state": string(kept)} {
		for _, name := range []string{"SESSION_SECRET", "VERDICT_SECRET", "TWILIO_API_SECRET"} {
			if strings.Contains(text, want[name]) {
				t.Errorf("%s holds %s", where, name)
			}
		}
	}
	if !strings.Contains(e.err.String(), "Once the form runs with them: phonegate apply --tenant dev --config ") {
		t.Errorf("what comes next is not said: %s", e.err.String())
	}
	// Under --json standard output is JSON, whatever the command prints.
	last := strings.Split(strings.TrimSpace(e.out.String()), "\n")
	var result struct {
		Command string
		OK      bool
	}
	if err := json.Unmarshal([]byte(last[len(last)-1]), &result); err != nil || result.Command != "secrets" || !result.OK {
		t.Errorf("%v: %s", err, last[len(last)-1])
	}
	if strings.Count(e.out.String(), "said") != 1 || strings.Count(e.err.String(), "said") != 1 {
		t.Errorf("the command's words are on the wrong side:\n%s\n%s", e.out.String(), e.err.String())
	}
}

func TestSecretsAreNotHandedOverInVain(t *testing.T) {
	e := newElsewhere(t)
	fails := func(what string, category fault.Category, code string, command ...string) {
		t.Helper()
		if len(command) == 0 {
			command = []string{"sh", "-c", "touch '" + e.dir + "/ran'"}
		}
		f := fault.Of(e.secrets(e.at, command, false))
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
	fails("another computer's keyring", fault.Failed, "secrets.elsewhere")
	e.at.vaults = map[string]secret.Vault{"dev": secret.MemoryVault()}
	fails("no keyring", fault.Failed, "secrets.no_keyring")
	if _, err := os.Stat(filepath.Join(e.dir, "ran")); err == nil {
		t.Error("the command was run")
	}
}
