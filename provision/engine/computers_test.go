package engine_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"phonegate/provision/auth0"
	"phonegate/provision/config"
	"phonegate/provision/event"
	"phonegate/provision/fault"
	"phonegate/provision/sandbox"
	"phonegate/provision/sandbox/jsvm"
	"phonegate/provision/secret"
	"phonegate/provision/smoke"
)

// server is where a person runs the form: what it has in its environment stays, whichever computer brings the files.
type server struct {
	mu  sync.Mutex
	env map[string]string
}

// digests are the server's variables, as the sandbox's state shows those of other hosts.
func (s *server) digests() map[string]string {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := map[string]string{}
	for name, value := range s.env {
		all[name] = formDigest(value)
	}
	return all
}

// everyHost runs a test for each host and each place where codes are checked.
func everyHost(t *testing.T, do func(t *testing.T, b *bench)) {
	for _, kind := range []string{"vercel", "cloudflare", "bundle"} {
		for _, check := range []string{"form", "action"} {
			t.Run(kind+"/"+check, func(t *testing.T) {
				t.Parallel()
				b := newBench(t)
				b.become(kind, check)
				do(t, b)
			})
		}
	}
}

// become makes the bench's form one of a kind.
func (b *bench) become(kind, check string) {
	b.spec.CodeCheck = check
	switch kind {
	case "cloudflare":
		b.spec.Host = config.Host{Kind: "cloudflare", Project: "acme-dev-verify"}
	case "bundle":
		b.spec.Host = config.Host{Kind: "bundle", Project: "acme-verify", URL: "https://verify.acme.test"}
		b.server = &server{env: map[string]string{}}
	}
	b.spec = config.Complete("dev", b.spec)
}

// elsewhere is another computer: the same file, and nothing of what the first one remembers.
func (b *bench) elsewhere() *bench {
	b.t.Helper()
	return &bench{t: b.t, box: b.box, dir: b.t.TempDir(), spec: b.spec, vault: secret.MemoryVault(), bare: b.bare, grace: b.grace, noWait: b.noWait, server: b.server}
}

// handTo is what a person does with a new key: puts it beside those that the server has, and starts the form anew.
func (b *bench) handTo(_ context.Context, lines map[string]string) error {
	b.server.mu.Lock()
	maps.Copy(b.server.env, lines)
	b.server.mu.Unlock()
	return b.bring()
}

// bring starts the form that lies in this computer's folder on the server.
func (b *bench) bring() error {
	module, err := os.ReadFile(filepath.Join(b.dir, "phonegate-form", b.spec.Host.Project, "verify.mjs"))
	if err != nil {
		return err
	}
	b.server.mu.Lock()
	env := maps.Clone(b.server.env)
	b.server.mu.Unlock()
	w := b.box.World()
	form, err := jsvm.NewFunction(jsvm.Surroundings{Network: b.box.Network(), Now: w.Now, Sleep: w.Sleep}, string(module), env)
	if err != nil {
		return err
	}
	b.t.Cleanup(form.Close)
	b.box.Mount(b.formHost(), form)
	return nil
}

// operate carries a command out to its end, and does what it asks a person to do.
func (b *bench) operate(c command) error {
	err := c.run(b.t.Context(), b, b.hear)
	for range 2 {
		if f := fault.Of(err); b.server == nil || f == nil || f.Code != "bundle.not_running" {
			break
		}
		if lines, none := b.open(nil).Environment(); none == nil {
			b.server.mu.Lock()
			maps.Copy(b.server.env, lines)
			b.server.mu.Unlock()
		}
		if err := b.bring(); err != nil {
			return err
		}
		err = applying.run(b.t.Context(), b, b.hear)
	}
	return err
}

func (b *bench) mustOperate(c command) {
	b.t.Helper()
	if err := b.operate(c); err != nil {
		b.t.Fatalf("%s: %v (%+v)", c.name, err, fault.Of(err))
	}
}

// quiet wants a computer that has nothing to do: no change planned, nothing for the doctor to find, nothing written by apply.
func (b *bench) quiet(who string) {
	b.t.Helper()
	e := b.open(nil)
	p, err := e.Plan(b.t.Context())
	if err != nil {
		b.t.Fatal(who, err)
	}
	for _, c := range p.Shown.Changes {
		if c.Op != event.None {
			b.t.Errorf("%s: %s %s: %s", who, c.Op, c.Resource, c.Detail)
		}
	}
	n := len(b.box.World().Requests())
	if o, err := p.Apply(b.t.Context()); err != nil || o.Created+o.Updated+o.Deleted > 0 {
		b.t.Errorf("%s: apply ended as %+v: %v", who, o, err)
	}
	if w := b.writes(n); len(w) > 0 {
		b.t.Errorf("%s: apply wrote: %+v", who, w)
	}
	findings, err := b.open(nil).Doctor(b.t.Context())
	if err != nil {
		b.t.Error(who, err)
	}
	for _, f := range findings {
		if !f.OK {
			b.t.Errorf("%s: the doctor finds %s: %s", who, f.Code, f.Message)
		}
	}
}

func TestAnotherComputerComesToTheSamePlan(t *testing.T) {
	everyHost(t, func(t *testing.T, b *bench) {
		b.mustOperate(applying)
		held := b.world()
		second := b.elsewhere()
		second.quiet("the second computer")
		e := second.open(nil)
		plan, err := e.Plan(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		o := plan.Smoke()
		o.Level, o.Emit, o.Now = smoke.LevelAction, second.hear, b.box.World().Now
		if err := smoke.Run(t.Context(), o); err != nil {
			t.Error("the live test of Action and form:", err)
		}
		b.quiet("the first computer")
		if b.world() != held {
			t.Error("something changed")
		}
	})
}

func TestComputersThatTakeTurnsConverge(t *testing.T) {
	everyHost(t, func(t *testing.T, b *bench) {
		b.mustOperate(applying)
		computers := []*bench{b, b.elsewhere()}
		for i := range 10 {
			at := computers[i%2]
			at.spec.Brand.Name = fmt.Sprintf("Acme %c", 'A'+i)
			at.mustOperate(applying)
			at.inOrder()
			other := computers[(i+1)%2]
			other.spec.Brand.Name = at.spec.Brand.Name
			other.quiet("the other computer")
		}
	})
}

// stage is where a login waits while something is done.
type stage int

const (
	beforeForm stage = iota // the Action has sent the browser to the form
	onForm                  // the form is shown
	onLastPage              // the form has answered, the browser is about to post it to Auth0
	stages
)

// held lets a login's requests wait at a stage.
type heldUp struct {
	http.RoundTripper
	at      stage
	form    string
	arrived chan<- struct{}
	goOn    <-chan struct{}
	once    *sync.Once
}

// RoundTrip implements http.RoundTripper.
func (h heldUp) RoundTrip(r *http.Request) (*http.Response, error) {
	here := stages // none of them
	switch {
	case r.Method == http.MethodGet && r.URL.Host == h.form:
		here = beforeForm
	case r.URL.Path == "/continue":
		here = onLastPage
	}
	if here == h.at {
		h.wait()
	}
	return h.RoundTripper.RoundTrip(r)
}

func (h heldUp) wait() {
	h.once.Do(func() {
		h.arrived <- struct{}{}
		<-h.goOn
	})
}

// underWay are logins that wait, each at its stage, until they are let go.
type underWay struct {
	b       *bench
	goOn    chan struct{}
	ended   chan error
	started int
}

// people is the number of the next user, so that no two share an address or a number.
var people = struct {
	sync.Mutex
	of map[*sandbox.Sandbox]int
}{of: map[*sandbox.Sandbox]int{}}

// begin starts so many logins for each stage, and returns when all are there.
func (b *bench) begin(each int) *underWay {
	b.t.Helper()
	var at []stage
	for s := range stages {
		for range each {
			at = append(at, s)
		}
	}
	return b.beginAt(at...)
}

// beginAt starts a login for each of the stages, and returns when all are there.
func (b *bench) beginAt(at ...stage) *underWay {
	b.t.Helper()
	u := &underWay{b: b, goOn: make(chan struct{}), ended: make(chan error, len(at)), started: len(at)}
	form, err := url.Parse(b.formURL())
	if err != nil {
		b.t.Fatal(err)
	}
	client, arrived := b.held("client"), make(chan struct{}, u.started)
	for _, s := range at {
		people.Lock()
		people.of[b.box]++
		n := people.of[b.box]
		people.Unlock()
		h := heldUp{b.box.Network(), s, form.Host, arrived, u.goOn, &sync.Once{}}
		go func() { u.ended <- b.oneLogin(n, client, form.String(), h) }()
	}
	for range u.started {
		select {
		case <-arrived:
		case err := <-u.ended:
			b.t.Fatal("a login did not come to its stage:", err)
		case <-time.After(time.Minute):
			b.t.Fatal("the logins do not come to their stages")
		}
	}
	return u
}

// formURL is where new logins are led, as the Action has it.
func (b *bench) formURL() string {
	b.t.Helper()
	e := b.open(nil)
	plan, err := e.Plan(b.t.Context())
	if err != nil {
		b.t.Fatal(err)
	}
	return plan.FormURL()
}

// finish lets the logins go on, and counts those that ended well.
func (u *underWay) finish(during string) (completed int32) {
	u.b.t.Helper()
	close(u.goOn)
	for range u.started {
		if err := <-u.ended; err != nil {
			u.b.t.Errorf("during %s a login broke: %v", during, err)
			continue
		}
		completed++
	}
	return completed
}

// oneLogin is one user's sign-up and first login, held up at a stage.
func (b *bench) oneLogin(n int, client, form string, h heldUp) error {
	number, email := fmt.Sprintf("+6149157%04d", n), fmt.Sprintf("user-%d@example.com", n)
	person := &smoke.Automatic{HTTP: h, Codes: func(_ context.Context, to string, _ time.Time) (string, error) {
		if h.at == onForm {
			h.wait()
		}
		texts := b.box.Phone().Messages(to)
		if len(texts) == 0 {
			return "", errors.New("no text has come")
		}
		return texts[0].Code, nil
	}}
	back := auth0.TestCallbacks[0]
	result, err := person.Login(b.t.Context(), smoke.LoginRequest{
		Domain: sandbox.Auth0Domain, Connection: b.spec.Auth0.Connection, ClientID: client, FormURL: form, Callbacks: auth0.TestCallbacks,
		SignUp: true, Email: email, Password: "Correct-horse-7", Number: number, SignUpNumber: number, Report: func(smoke.Stage) {},
		Authorize: func(string) string {
			return "https://" + sandbox.Auth0Domain + "/authorize?" + url.Values{
				"response_type": {"code"}, "client_id": {client}, "redirect_uri": {back}, "scope": {"openid"}, "state": {email},
				"connection": {b.spec.Auth0.Connection}, "code_challenge": {"E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"}, "code_challenge_method": {"S256"},
			}.Encode()
		},
	})
	switch {
	case err != nil:
		return err
	case result.Values.Get("error") != "":
		return fmt.Errorf("%s: %s", result.Values.Get("error"), result.Values.Get("error_description"))
	case result.Values.Get("code") == "" || result.Values.Get("state") != email || result.Forms < 1:
		return fmt.Errorf("the login came back with %d forms shown and not with a code", result.Forms)
	}
	return nil
}

// operation is what may be done while people log in, by a computer that may know nothing.
type operation struct {
	name string
	do   command
	on   func(b *bench) *bench
	set  func(b *bench)
}

// operations are all of them.
var operations = []operation{
	{"a rotation", rotating, func(b *bench) *bench { return b }, func(*bench) {}},
	{"a rotation without keyring", rotating, (*bench).elsewhere, func(*bench) {}},
	{"a changed brand", applying, (*bench).elsewhere, func(b *bench) { b.spec.Brand.Name += "x" }},
	{"a changed Action", applying, (*bench).elsewhere, func(b *bench) { b.spec.Claims = "https://acme.example/" }},
	{"codes of another length", applying, (*bench).elsewhere, func(b *bench) { b.spec.Twilio.CodeLength = 8 }},
	{"the Verify service changes", applying, (*bench).elsewhere, func(b *bench) { b.spec.Twilio.ServiceName = "Acme two" }},
	{"codes checked elsewhere", applying, (*bench).elsewhere, func(b *bench) {
		b.spec.CodeCheck = map[string]string{"form": "action", "action": "form"}[b.spec.CodeCheck]
	}},
	{"fewer countries", applying, (*bench).elsewhere, func(b *bench) { b.spec.Countries, b.spec.DefaultCountry = []string{"NZ"}, "NZ" }}, // the last: nobody here has such a number
}

func TestNoLoginUnderWayBreaks(t *testing.T) {
	const each = 3
	var completed atomic.Int32
	t.Run("each", func(t *testing.T) {
		for _, o := range operations {
			t.Run(o.name, func(t *testing.T) {
				everyHost(t, func(t *testing.T, b *bench) {
					b.grace, b.noWait = time.Hour, true // as long as these logins are under way, no login is over
					b.mustOperate(applying)
					at := o.on(b)
					o.set(at)
					logins := b.begin(each)
					at.mustOperate(o.do)
					if o.name != "fewer countries" {
						completed.Add(b.begin(1).finish("the time after it"))
					}
					completed.Add(logins.finish("it"))
					at.quiet("afterwards")
				})
			})
		}
	})
	t.Logf("%d logins were under way or began right after; all of them completed", completed.Load())
}

func TestTwoFirstAppliesAtTheSameMomentMakeOneOfEverything(t *testing.T) {
	for _, names := range []string{"unique", "shared"} {
		for _, kind := range []string{"vercel", "cloudflare"} {
			t.Run(kind+", names are "+names, func(t *testing.T) {
				t.Parallel()
				b := newBench(t)
				b.become(kind, "form")
				if err := b.box.World().SetBehaviour("auth0.action_names", names); err != nil {
					t.Fatal(err)
				}
				rounds := 13
				if testing.Short() {
					rounds = 2
				}
				for range rounds {
					b.atOnce()
				}
			})
		}
	}
}

// atOnce lets two computers that know nothing set the tenant up at the same time, wants one of everything and removes it all.
func (b *bench) atOnce() {
	b.t.Helper()
	computers := []*bench{b.elsewhere(), b.elsewhere()}
	errs := make([]error, len(computers))
	var group sync.WaitGroup
	for i, c := range computers {
		pause := rand.N(40 * time.Millisecond)
		group.Go(func() {
			time.Sleep(pause)
			errs[i] = c.operate(applying)
		})
	}
	group.Wait()
	for i, err := range errs {
		if err != nil {
			b.t.Errorf("computer %d: %v (%+v)", i+1, err, fault.Of(err))
		}
	}
	for _, c := range computers {
		c.vault = secret.MemoryVault() // the values of one of them are not in use
		c.inOrder()
	}
	computers[0].destroy()
	computers[0].asBefore()
}
