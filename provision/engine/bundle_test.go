package engine_test

import (
	"context"
	"errors"
	"maps"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"phonegate/provision/config"
	"phonegate/provision/engine"
	"phonegate/provision/fault"
	"phonegate/provision/ring"
	"phonegate/provision/sandbox/jsvm"
	"phonegate/provision/secret"
	"phonegate/provision/smoke"
	"phonegate/templates"
)

// formHost is where a form of one's own runs; "" on another host.
func (b *bench) formHost() string {
	u, _ := url.Parse(b.spec.Host.URL)
	return u.Hostname()
}

// lasting is a vault that a later process finds again, as a keyring is.
type lasting struct{ secret.Vault }

func (lasting) Durable() bool { return true }

// newBundle is a bench whose form is run by a person.
func newBundle(t *testing.T) *bench {
	b := newBench(t)
	b.spec.Host = config.Host{Kind: "bundle", Project: "acme-verify", URL: "https://verify.acme.test"}
	b.vault = lasting{b.vault}
	return b
}

func (b *bench) file(name string) string {
	return filepath.Join(b.dir, templates.BundleDir, "acme-verify", name)
}

// runForm is what the person does: brings the folder's form to its server, with the secrets that `phonegate secrets` hands over.
func (b *bench) runForm() {
	b.t.Helper()
	env, err := b.open(nil).Environment()
	if err != nil {
		b.t.Fatal(err)
	}
	b.serve(env)
}

func (b *bench) serve(env map[string]string) { b.box.Mount(b.formHost(), b.form(env)) }

// form is the folder's form with an environment.
func (b *bench) form(env map[string]string) http.Handler {
	b.t.Helper()
	module, err := os.ReadFile(b.file("verify.mjs"))
	if err != nil {
		b.t.Fatal(err)
	}
	w := b.box.World()
	form, err := jsvm.NewFunction(jsvm.Surroundings{Network: b.box.Network(), Now: w.Now, Sleep: w.Sleep}, string(module), env)
	if err != nil {
		b.t.Fatal(err)
	}
	b.t.Cleanup(form.Close)
	return form
}

// left is a destroy while the form runs: all else goes, and what only its owner can stop is named.
func (b *bench) left() {
	b.t.Helper()
	err := destroying.run(b.t.Context(), b, b.hear)
	if f := fault.Of(err); f == nil || f.Code != "destroy.left" || f.Category != fault.Failed || !strings.Contains(f.Message, b.spec.Host.URL) {
		b.t.Fatalf("destroy of a form that still runs ended with %v", err)
	}
	b.heard(err)
	b.asBefore()
}

// stopped is an Apply that waits for the form.
func (b *bench) stopped(c command) {
	b.t.Helper()
	err := c.run(b.t.Context(), b, b.hear)
	f := fault.Of(err)
	if f == nil || f.Category != fault.Failed || f.Code != "bundle.not_running" {
		b.t.Fatalf("%s ended with %v", c.name, err)
	}
	for _, part := range []string{"phonegate secrets --tenant dev -- COMMAND", "phonegate apply --tenant dev"} {
		if !strings.Contains(f.Hint, part) {
			b.t.Errorf("the hint does not speak of %q: %s", part, f.Hint)
		}
	}
	b.heard(err)
}

// wholeLogin is the live test with sign-up and second login.
func (b *bench) wholeLogin() {
	b.t.Helper()
	e := b.open(nil)
	plan, err := e.Plan(b.t.Context())
	if err != nil {
		b.t.Fatal(err)
	}
	const number = "+61491570156"
	o := plan.Smoke()
	o.Level, o.To, o.Emit, o.Now, o.Pause = smoke.LevelLogin, number, b.hear, b.box.World().Now, time.Millisecond
	o.Texts = func() int { return len(b.box.Phone().Messages(number)) }
	o.Person = &smoke.Automatic{HTTP: o.HTTP, Now: o.Now, Codes: func(_ context.Context, to string, since time.Time) (string, error) {
		if texts := b.box.Phone().Messages(to); len(texts) > 0 && !texts[0].Time.Before(since.Truncate(time.Second)) {
			return texts[0].Code, nil
		}
		return "", errors.New("no text has come")
	}}
	if err := smoke.Run(b.t.Context(), o); err != nil {
		b.t.Error("the live test:", err)
	}
}

// nothingToDo wants a plan and a doctor with nothing to say.
func (b *bench) nothingToDo() {
	b.t.Helper()
	p, err := b.open(nil).Plan(b.t.Context())
	if err != nil || p.Pending() {
		b.t.Errorf("there is still something to do: %v %+v", err, p.Shown.Changes)
	}
	for _, f := range b.findings() {
		if !f.OK {
			b.t.Errorf("the doctor says: %+v", f)
		}
	}
}

// findings are what a doctor finds.
func (b *bench) findings() []engine.Finding {
	b.t.Helper()
	all, err := b.open(nil).Doctor(b.t.Context())
	if err != nil {
		b.t.Fatal(err)
	}
	return all
}

func TestAFormOfOnesOwnFromTheFirstRunToTheLast(t *testing.T) {
	for _, check := range []string{"form", "action"} {
		t.Run("code_check "+check, func(t *testing.T) {
			b := newBundle(t)
			b.spec.CodeCheck = check
			if check == "action" {
				b.spec.NoPhone = "deny"
			}
			b.stopped(applying)
			if n := len(b.holdings().Auth0.Bindings["post-login"]); n != 1 {
				t.Fatalf("users are led to a form that is not there: %d bindings", n)
			}
			if n := len(b.box.Phone().Messages("")); n > 0 {
				t.Errorf("%d texts were sent", n)
			}
			b.stopped(applying) // no sooner than it runs
			b.runForm()
			n := len(b.box.World().Requests())
			if o := b.apply(); o.FormURL != "https://verify.acme.test" || !o.OK {
				t.Errorf("it ended as %+v", o)
			}
			b.nothingToDo()
			for _, r := range b.box.World().Requests()[n:] {
				if strings.Contains(r.Path, "/Verification") {
					t.Errorf("looking at the form reached Twilio: %s %s", r.Method, r.Path)
				}
			}
			b.wholeLogin()
			n = len(b.box.World().Requests())
			if o := b.apply(); o.Created+o.Updated+o.Deleted != 0 || len(b.writes(n)) > 0 {
				t.Errorf("the second run ended as %+v", o)
			}
			b.keptSecret(b.secrets())
			b.left()
			b.box.Mount(b.formHost(), nil)
			b.destroy()
			b.asBefore()
			if entries, err := os.ReadDir(filepath.Join(b.dir, templates.BundleDir)); err == nil {
				t.Errorf("the folder is still there: %v", entries)
			}
		})
	}
}

func TestARotationOfAFormOfOnesOwnBreaksNoLogin(t *testing.T) {
	const each = 4
	b := newBundle(t)
	b.grace, b.noWait = time.Hour, true
	b.stopped(applying)
	b.runForm()
	b.apply()
	old := b.secrets()
	inUse, key := b.liveKey(), b.held("key")
	logins := b.begin(each)
	b.stopped(rotating)
	b.begin(1).finish("the time when form and Action have the former key")
	if made := b.units(); len(made) != 2 || b.liveKey() != inUse {
		t.Fatalf("half-way %d keys are known, and the Action has %s", len(made), b.liveKey())
	}
	b.stopped(applying) // no sooner than the form has it
	b.runForm()
	b.begin(1).finish("the time when only the form has the new key")
	if keys := b.holdings().Twilio.Keys; len(keys) != 2 {
		t.Errorf("half-way there are %d keys", len(keys))
	}
	b.apply() // carries on
	if b.liveKey() == inUse {
		t.Error("the Action still has the former key")
	}
	b.begin(1).finish("the time after it")
	logins.finish("the rotation")
	b.quiet("until the former key may go")
	b.grace = time.Millisecond
	b.apply()
	b.nothingToDo()
	if keys := b.holdings().Twilio.Keys; len(keys) != 1 || keys[0].SID == key {
		t.Errorf("the keys are %+v", keys)
	}
	now := b.units()
	if len(now) != 1 || now[0].Name() != b.liveKey() {
		t.Fatalf("the vault has %v", now)
	}
	for _, s := range []string{now[0].Session, now[0].APIKey, now[0].APISecret} {
		if slices.Contains(old, s) {
			t.Error("a secret was not rotated")
		}
	}
	b.wholeLogin() // the form still has the line of the former key
	b.runForm()
	b.wholeLogin()
}

func TestAKeyMayBeHandedOverDaysLater(t *testing.T) {
	b := newBundle(t)
	b.stopped(applying)
	b.box.World().Advance(50 * time.Hour)
	b.runForm()
	made := b.units()[0].Name()
	b.apply()
	second := b.elsewhere()
	for _, computer := range []*bench{b, second} {
		for _, f := range computer.findings() {
			if !f.OK && f.Code != "clock.skew" {
				t.Errorf("the doctor says: %+v", f)
			}
		}
		if p, err := computer.open(nil).Plan(t.Context()); err != nil || p.Pending() {
			t.Errorf("there is still something to do: %v %+v", err, p.Shown.Changes)
		}
	}
	if b.liveKey() != made {
		t.Error("the key was replaced")
	}
	b.wholeLogin()
}

func TestAKeyThatIsStillToBeHandedOverIsNotTakenForAStray(t *testing.T) {
	b := newBundle(t)
	b.stopped(applying)
	b.runForm()
	b.apply()
	b.stopped(rotating)
	b.box.World().Advance(50 * time.Hour)
	second := b.elsewhere()
	second.spec.Claims = "https://acme.test/"
	second.apply()
	b.spec = second.spec
	b.runForm()
	made := b.units()[len(b.units())-1].Name()
	b.apply()
	if b.liveKey() != made {
		t.Error("the key that was carried to the form is not in use")
	}
}

func TestAFormThatIsNotAsItMustBeIsNamed(t *testing.T) {
	b := newBundle(t)
	b.stopped(applying)
	env, err := b.open(nil).Environment()
	if err != nil {
		t.Fatal(err)
	}
	u := b.units()[0]
	other := ring.New(time.Now())
	other.APIKey, other.APISecret, other.Service = u.APIKey, u.APISecret, u.Service
	onlyKey := func(name, value string) map[string]string { return map[string]string{name: value} }
	for _, c := range []struct {
		what  string
		serve func()
		want  string
	}{
		{"another key", func() { b.serve(onlyKey(other.Name(), other.Value(true))) }, "lacks the key"},
		{"another key under the name of the right one", func() { b.serve(onlyKey(u.Name(), other.Value(true))) }, "is missing its key"},
		{"no Twilio part", func() { b.serve(onlyKey(u.Name(), u.Value(false))) }, "is missing its key"},
		{"no key", func() { b.serve(nil) }, "is missing its key"},
		{"another page", func() {
			b.box.Mount(b.formHost(), http.HandlerFunc(func(rw http.ResponseWriter, _ *http.Request) { _, _ = rw.Write([]byte("<h1>Welcome to nginx!</h1>")) }))
		}, "does not show the form (status 200)"},
		{"no query", func() {
			form := b.form(env)
			b.box.Mount(b.formHost(), http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
				r.URL.RawQuery = ""
				form.ServeHTTP(rw, r)
			}))
		}, "does not show the form (status 400)"},
		{"an old version", func() {
			b.serve(env)
			b.spec.Brand.Color = "#aa3300"
		}, ", but the current version is "},
	} {
		c.serve()
		err := applying.run(t.Context(), b, nil)
		if f := fault.Of(err); f == nil || f.Code != "bundle.not_running" || !strings.Contains(f.Message, c.want) {
			t.Errorf("%s: %v", c.what, err)
		}
		if n := len(b.holdings().Auth0.Bindings["post-login"]); n != 1 {
			t.Errorf("%s: users are led to it", c.what)
		}
	}
	b.runForm()
	b.apply()
	b.nothingToDo()
	bad := func() (all string) {
		t.Helper()
		for _, f := range b.findings() {
			if !f.OK {
				all += f.Resource + " " + f.Code + "\n"
			}
		}
		return all
	}
	// What was in order and is not any more is found, and not put up with.
	b.serve(onlyKey(other.Name(), other.Value(true)))
	if got := bad(); got != "host.deployment bundle.key_missing\nform form.other_key\n" {
		t.Errorf("the doctor finds %s", got)
	}
	b.stopped(applying)
	// A web server that answers logins itself is only seen by who logs in.
	form := b.form(env)
	b.box.Mount(b.formHost(), http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		if r.URL.Query().Get("health") == "" {
			http.Redirect(rw, r, "/login", http.StatusSeeOther)
			return
		}
		form.ServeHTTP(rw, r)
	}))
	if got := bad(); got != "form form.status\n" {
		t.Errorf("the doctor finds %s", got)
	}
}

func TestWhatIsHandedOverChangesTogether(t *testing.T) {
	b := newBundle(t)
	b.stopped(applying)
	b.runForm()
	b.apply()
	inUse := b.liveKey()
	// Somebody deletes the key at Twilio: the form's line is worth nothing, and only a new one can tell.
	b.ask("DELETE", accountURL+"/Keys/"+b.held("key")+".json", nil)
	b.stopped(applying)
	waiting := b.vaulted()
	if _, still := waiting[inUse]; still || len(b.units()) != 2 || b.liveKey() != inUse {
		t.Errorf("no new key waits beside the one in use: %v", b.units())
	}
	// And again, before anybody has handed the new one over: that of the Action stays known, for those who log in with it.
	b.ask("DELETE", accountURL+"/Keys/"+b.held("key")+".json", nil)
	b.stopped(applying)
	now := b.vaulted()
	for name := range waiting {
		if _, still := now[name]; still {
			t.Error("a key is handed over that Twilio does not know any more")
		}
	}
	env, err := b.open(nil).Environment()
	if err != nil {
		t.Fatal(err)
	}
	for name := range now {
		if env[inUse] == "" || env[name] == "" {
			t.Errorf("what is handed over has %q, without %s or %s", slices.Sorted(maps.Keys(env)), inUse, name)
		}
	}
	b.runForm()
	b.apply()
	b.nothingToDo()
	if len(b.units()) != 1 || b.units()[0].Name() != b.liveKey() {
		t.Errorf("the vault has %v", b.units())
	}
	b.wholeLogin()
}

func TestWithoutAKeyringNoSecretsAreMadeThatNobodyCanHandOver(t *testing.T) {
	b := newBundle(t)
	b.vault = secret.MemoryVault()
	err := applying.run(t.Context(), b, nil)
	if f := fault.Of(err); f == nil || f.Code != "secrets.no_keyring" || !strings.Contains(f.Hint, "phonegate secrets --tenant dev -- COMMAND") || !strings.Contains(f.Hint, "keyring") {
		t.Errorf("it ended with %v", err)
	}
	b.asBefore()
	if _, err := os.Stat(filepath.Join(b.dir, templates.BundleDir)); err == nil {
		t.Error("the folder was written")
	}
	// Where all is in order there is nothing to hand over: a machine without keyring may look, and apply nothing.
	kept := lasting{secret.MemoryVault()}
	b.vault = kept
	b.stopped(applying)
	b.runForm()
	b.apply()
	b.forgetSecrets()
	b.nothingToDo()
	if o := b.apply(); o.Created+o.Updated+o.Deleted != 0 {
		t.Errorf("it ended as %+v", o)
	}
	if _, err := b.open(nil).Environment(); fault.Of(err).Code != "secrets.no_keyring" {
		t.Errorf("the environment: %v", err)
	}
	// New files need no secrets either: only the form has to be brought to where it runs.
	b.vault = kept
	env, err := b.open(nil).Environment()
	if err != nil {
		t.Fatal(err)
	}
	b.forgetSecrets()
	b.spec.Brand.Color = "#aa3300"
	b.stopped(applying)
	b.serve(env)
	b.apply()
	b.nothingToDo()
	b.left()
}

func TestTheEnvironmentOfAnotherHostIsNotHandedOut(t *testing.T) {
	b := newBench(t)
	b.apply()
	if env, err := b.open(nil).Environment(); env != nil || fault.Of(err).Category != fault.Usage {
		t.Errorf("%d values, %v", len(env), err)
	}
	b = newBundle(t)
	if env, err := b.open(nil).Environment(); env != nil || fault.Of(err).Code != "secrets.not_made" {
		t.Errorf("%d values, %v", len(env), err)
	}
}
