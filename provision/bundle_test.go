package provision_test

import (
	"context"
	"errors"
	"maps"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"phonegate/provision"
	"phonegate/provision/config"
	"phonegate/provision/event"
	"phonegate/provision/fault"
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
	if _, err := e.Plan(b.t.Context()); err != nil {
		b.t.Fatal(err)
	}
	const number = "+61491570156"
	o := e.Smoke()
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
	if err != nil || provision.Pending(p) {
		b.t.Errorf("there is still something to do: %v %+v", err, p.Changes)
	}
	findings, err := b.open(nil).Doctor(b.t.Context())
	if err != nil {
		b.t.Fatal(err)
	}
	for _, f := range findings {
		if !f.OK {
			b.t.Errorf("the doctor says: %+v", f)
		}
	}
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
			b.destroy()
			b.asBefore()
			if entries, err := os.ReadDir(filepath.Join(b.dir, templates.BundleDir)); err == nil {
				t.Errorf("the folder is still there: %v", entries)
			}
		})
	}
}

func TestARotationOfAFormOfOnesOwnBreaksNoLogin(t *testing.T) {
	const logins = 12
	b := newBundle(t)
	b.stopped(applying)
	b.runForm()
	b.apply()
	old := b.secrets()
	client := b.held("client")
	key := b.holdings().Twilio.Keys[0].SID
	atForm, gate, ended := make(chan int, logins), make(chan struct{}), make(chan error, logins)
	var group sync.WaitGroup
	for n := range logins {
		group.Go(func() { ended <- b.login(n, client, b.spec.Host.URL, atForm, gate) })
	}
	for range logins {
		select {
		case <-atForm:
		case err := <-ended:
			t.Fatal("before the rotation:", err)
		}
	}
	whole := func(n int) {
		t.Helper()
		at, open := make(chan int, 1), make(chan struct{})
		close(open)
		if err := b.login(n, client, b.spec.Host.URL, at, open); err != nil {
			t.Error(err)
		}
	}
	b.stopped(rotating)
	whole(20) // the form has the old secrets, and so has the Action
	b.runForm()
	whole(21) // the form has the new ones and the old ones
	if keys := b.holdings().Twilio.Keys; len(keys) != 2 {
		t.Errorf("half-way there are %d keys", len(keys))
	}
	b.apply()
	whole(22)
	close(gate)
	group.Wait()
	close(ended)
	for err := range ended {
		if err != nil {
			t.Error(err)
		}
	}
	b.nothingToDo()
	if keys := b.holdings().Twilio.Keys; len(keys) != 1 || keys[0].SID == key {
		t.Errorf("the keys are %+v", keys)
	}
	for _, s := range b.vaulted() {
		for _, o := range old {
			if s == o {
				t.Error("a secret was not rotated")
			}
		}
	}
}

func TestAFormThatIsNotAsItMustBeIsNamed(t *testing.T) {
	b := newBundle(t)
	b.stopped(applying)
	env, err := b.open(nil).Environment()
	if err != nil {
		t.Fatal(err)
	}
	with := func(name, value string) map[string]string {
		changed := maps.Clone(env)
		changed[name] = value
		return changed
	}
	for _, c := range []struct {
		what  string
		serve func()
		want  string
	}{
		{"other secrets", func() { b.serve(with("SESSION_SECRET", secret.Generate())) }, "does not have the secrets"},
		{"no Twilio secret", func() { b.serve(with("TWILIO_API_SECRET", "")) }, "lacks a secret"},
		{"another page", func() {
			b.box.Mount(b.formHost(), http.HandlerFunc(func(rw http.ResponseWriter, _ *http.Request) { _, _ = rw.Write([]byte("<h1>Welcome to nginx!</h1>")) }))
		}, "answers with status 200, and not with the form"},
		{"no query", func() {
			form := b.form(env)
			b.box.Mount(b.formHost(), http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
				if r.URL.Query().Get("health") == "" {
					http.Redirect(rw, r, "/login", http.StatusSeeOther)
					return
				}
				form.ServeHTTP(rw, r)
			}))
		}, "answers a login with status 303"},
		{"an old version", func() {
			b.serve(env)
			b.spec.Brand.Color = "#aa3300"
		}, "; generated is "},
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
	// What was in order and is not any more is found, and not put up with.
	b.serve(with("SESSION_SECRET", secret.Generate()))
	findings, err := b.open(nil).Doctor(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	bad := ""
	for _, f := range findings {
		if !f.OK {
			bad += f.Resource + " " + f.Code + " "
		}
	}
	if bad != "host.deployment bundle.other_secrets " {
		t.Errorf("the doctor finds %s", bad)
	}
	b.stopped(applying)
}

func TestWhatIsHandedOverChangesTogether(t *testing.T) {
	b := newBundle(t)
	b.stopped(applying)
	b.runForm()
	b.apply()
	session := b.vault.Get("session")
	// Somebody deletes the key at Twilio: the form has a secret that is worth nothing, and only a new session secret can tell.
	b.ask("DELETE", accountURL+"/Keys/"+b.holdings().Twilio.Keys[0].SID+".json", nil)
	b.stopped(applying)
	if b.vault.Get("session") == session || b.vault.Get("session-previous") != session {
		t.Error("the session secret has not changed with the key")
	}
	waiting := b.vault.Get("session")
	// And again, before anybody has handed the new one over: the pair that the Action signs with stays the previous one.
	b.ask("DELETE", accountURL+"/Keys/"+b.holdings().Twilio.Keys[0].SID+".json", nil)
	b.stopped(applying)
	if now := b.vault.Get("session"); now == waiting || b.vault.Get("session-previous") != session {
		t.Error("the pair of the Action was pushed out")
	}
	b.runForm()
	b.apply()
	b.nothingToDo()
	b.wholeLogin()
}

func TestTheFolderIsKeptInOrderAndWhatIsThePersonsIsLeft(t *testing.T) {
	b := newBundle(t)
	b.stopped(applying)
	b.runForm()
	b.apply()
	read := func(name string) string {
		data, err := os.ReadFile(b.file(name))
		if err != nil {
			t.Fatal(err)
		}
		return string(data)
	}
	write := func(name, text string) {
		if err := os.WriteFile(b.file(name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	server, form := read("server.mjs"), read("verify.mjs")
	write("server.mjs", server+"// a backdoor\n")
	write("fly.toml", `app = "mine"`)
	if err := os.Remove(b.file("Dockerfile")); err != nil {
		t.Fatal(err)
	}
	p, err := b.open(nil).Plan(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range p.Changes {
		if c.Resource == "host.project" && (c.Op != event.Update ||
			c.Detail != "phonegate-form/acme-verify: Dockerfile missing; server.mjs edited, is put back; fly.toml edited by you and kept") {
			t.Errorf("the plan says %+v", c)
		}
	}
	if o := b.apply(); o.Updated != 1 || o.Created != 0 {
		t.Errorf("it ended as %+v", o)
	}
	if read("server.mjs") != server || read("fly.toml") != `app = "mine"` || read("verify.mjs") != form || read("Dockerfile") == "" {
		t.Error("the folder is not as it should be")
	}
	b.nothingToDo()
	// New answers make new files, but not of what is the person's. The form has to be started anew.
	b.spec.Brand.Name, b.spec.Host.URL = "Acme & Sons", "https://login.acme.test"
	b.stopped(applying)
	if diff := cmp.Diff(form, read("verify.mjs")); diff == "" || !strings.Contains(read("README.md"), "https://login.acme.test") || read("fly.toml") != `app = "mine"` {
		t.Error("the folder does not follow the answers")
	}
	b.runForm()
	b.apply()
	b.destroy()
	entries, err := os.ReadDir(filepath.Dir(b.file("x")))
	if err != nil || len(entries) != 1 || entries[0].Name() != "fly.toml" {
		t.Errorf("after destroy there are %v, %v", entries, err)
	}
}

func TestWhatIsNotPhonegatesIsNotReplaced(t *testing.T) {
	b := newBundle(t)
	if err := os.MkdirAll(filepath.Dir(b.file("x")), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(b.file("server.mjs"), []byte("// my own server\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	err := applying.run(t.Context(), b, nil)
	if f := fault.Of(err); f == nil || f.Code != "bundle.file_taken" {
		t.Errorf("it ended with %v", err)
	}
	b.asBefore()
}

func TestWithoutAKeyringNoSecretsAreMadeThatNobodyCanHandOver(t *testing.T) {
	b := newBundle(t)
	b.vault = secret.MemoryVault()
	err := applying.run(t.Context(), b, nil)
	if f := fault.Of(err); f == nil || f.Code != "secrets.no_keyring" || !strings.Contains(f.Hint, "PHONEGATE_KEYRING") {
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
	b.destroy()
	b.asBefore()
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
