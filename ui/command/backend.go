package command

import (
	"context"
	"fmt"
	"path/filepath"
	"runtime"
	"sync"
	"time"

	"phonegate/provision/config"
	"phonegate/provision/engine"
	"phonegate/provision/event"
	"phonegate/provision/host/kind"
	"phonegate/provision/rehearsal"
	"phonegate/provision/secret"
	"phonegate/provision/state"
	"phonegate/templates"
	"phonegate/ui/wizard/flow"
)

// backend is what the wizard does to the world: the same engine that the commands use.
type backend struct {
	p  *program
	at *environment
	// log keeps every event, nil without a log file.
	log func(event.Event)

	mu   sync.Mutex
	open *opened // the engine of the last plan, for Apply
}

// opened is an engine with its state.
type opened struct {
	*engine.Tenant
	state *state.State
	plan  *engine.Plan // nil before there is one
	sink  func(event.Event)
}

// Tenants lists the file's tenants. Those with credentials are compared with what they have.
func (b *backend) Tenants(ctx context.Context) ([]flow.TenantStatus, error) {
	f, err := b.file()
	if f == nil {
		return nil, err
	}
	names := f.Names()
	all := make([]flow.TenantStatus, len(names))
	var wg sync.WaitGroup
	for i, name := range names {
		wg.Go(func() {
			t := flow.TenantStatus{Name: name, State: "answers missing"}
			var err error
			if t.Spec, err = b.p.spec(f, name, b.at); err == nil {
				t.OK, t.State = b.status(ctx, name, t.Spec)
			}
			all[i] = t
		})
	}
	wg.Wait()
	return all, nil
}

// status says in a few words how a tenant stands.
func (b *backend) status(ctx context.Context, name string, spec config.Tenant) (bool, string) {
	creds, _ := b.Credentials(ctx, name)
	creds.Auth0Domain = spec.Auth0.Domain
	if spec.Twilio.AccountSID != "" {
		creds.TwilioAccountSID = spec.Twilio.AccountSID
	}
	if len(missingSlots(creds, spec)) > 0 {
		return false, "not connected"
	}
	o, err := b.engine(flow.Session{Tenant: name, Spec: spec, Credentials: creds}, nil)
	if err != nil {
		return false, "not readable"
	}
	defer func() { _ = o.state.Close() }()
	plan, err := o.Plan(ctx)
	if err != nil {
		return false, "not reachable"
	}
	n := 0
	for _, c := range plan.Shown.Changes {
		if c.Op != event.None {
			n++
		}
	}
	switch n {
	case 0:
		return true, "in order"
	case 1:
		return false, "1 change"
	}
	return false, fmt.Sprintf("%d changes", n)
}

// Credentials finds what environment and keyring give.
func (b *backend) Credentials(_ context.Context, tenant string) (secret.Credentials, map[string]string) {
	c, sources := secret.Lookup(tenant, b.at.getenv, b.at.ring(tenant))
	if known, err := b.Known(tenant); err == nil && known != nil {
		identify(known.Spec, known.Sources, &c, sources)
	}
	return c, sources
}

// Logins are those of other programs, to be offered to whoever sits at a terminal. The sandbox needs none, and is kept
// from seeing any.
func (b *backend) Logins() []secret.Login {
	if b.at.sandboxed {
		return nil
	}
	home := b.p.Getenv("HOME")
	if home == "" {
		home = b.p.Getenv("USERPROFILE")
	}
	return secret.Existing(secret.Computer{Home: home, OS: runtime.GOOS, Getenv: b.p.Getenv, Now: time.Now()})
}

// Persisted says whether a keyring keeps what is typed.
func (b *backend) Persisted(tenant string) bool {
	return !b.at.sandboxed && b.at.vault(tenant).Durable()
}

// Hosts are the kinds of host that there are: all of them, or those that the sandbox has.
func (b *backend) Hosts() []string {
	var all []string
	q, _ := config.Find("host.kind")
	for _, o := range q.Choices {
		t := config.Tenant{Host: config.Host{Kind: o.Value}}
		if !b.at.sandboxed || b.at.cast(t).Host.Kind == o.Value && b.at.reaches(t) == nil {
			all = append(all, o.Value)
		}
	}
	return all
}

// Check tries one provider's credentials.
func (b *backend) Check(ctx context.Context, provider string, s flow.Session) (flow.Account, error) {
	found, err := engine.Check(ctx, provider, config.Complete(s.Tenant, s.Spec), s.Credentials, b.at.endpoints)
	if err != nil {
		return flow.Account{}, err
	}
	a := flow.Account{Name: found.Name, Rate: found.Rate}
	for _, r := range found.Notes {
		a.Notes = append(a.Notes, flow.Note{OK: r.OK, Text: r.Text, Hint: r.Hint})
	}
	if provider == "host" && kind.SelfHosted(s.Spec.Host.Kind) && !b.at.sandboxed && !b.Persisted(s.Tenant) {
		a.Notes = append(a.Notes, flow.Note{Text: "no system keyring found: the form's key can't be kept here until you pass it on",
			Hint: "Enter on Review saves the answers; then phonegate secrets --tenant " + s.Tenant + " -- COMMAND makes the key and does the rest in one run"})
	}
	return a, nil
}

// Services lists the account's Verify services.
func (b *backend) Services(ctx context.Context, s flow.Session) ([]flow.ServiceChoice, error) {
	found, err := engine.Services(ctx, s.Credentials, b.at.endpoints)
	if err != nil {
		return nil, err
	}
	var all []flow.ServiceChoice
	for _, f := range found {
		all = append(all, flow.ServiceChoice{SID: f.SID, Name: f.Name, CodeLength: f.CodeLength})
	}
	return all, nil
}

// Artefacts renders what would be deployed.
func (b *backend) Artefacts(s flow.Session) ([]templates.File, error) {
	return engine.Artefacts(s.Tenant, config.Complete(s.Tenant, s.Spec))
}

// Preview serves the form on this computer.
func (b *backend) Preview(ctx context.Context, s flow.Session) (string, func(), error) {
	return rehearsal.PreviewForm(ctx, engine.Settings(config.Complete(s.Tenant, s.Spec)))
}

// engine opens the engine for a session.
func (b *backend) engine(s flow.Session, emit func(event.Event)) (*opened, error) {
	remembered, err := state.Open(b.at.dir, s.Tenant)
	if err != nil {
		return nil, err
	}
	o := &opened{state: remembered, sink: emit}
	o.Tenant, err = b.at.engine(engine.Options{
		Name: s.Tenant, Spec: config.Complete(s.Tenant, s.Spec), Credentials: s.Credentials, State: remembered,
		Emit: func(e event.Event) {
			if b.log != nil {
				b.log(e)
			}
			if o.sink != nil {
				o.sink(e)
			}
		},
	})
	if err != nil {
		_ = remembered.Close()
		return nil, err
	}
	return o, nil
}

// Plan says what Apply would do, and keeps the engine for it.
func (b *backend) Plan(ctx context.Context, s flow.Session, emit func(event.Event)) (event.Plan, error) {
	b.keep(nil)
	o, err := b.engine(s, emit)
	if err != nil {
		return event.Plan{}, err
	}
	plan, err := o.Plan(ctx)
	if err != nil {
		_ = o.state.Close()
		return event.Plan{}, err
	}
	o.plan = plan
	b.keep(o)
	shown := plan.Shown
	for i, c := range shown.Changes {
		if from := s.Sources[namedBy[c.Resource]]; c.Op == event.Create && from != "" {
			shown.Changes[i].From = from
		}
	}
	return shown, nil
}

// namedBy are the answers that name a resource, by its own name: whoever reviews the plan wants to know where a name came from.
var namedBy = map[string]string{"twilio.service": "twilio.service_name", "host.project": "host.project"}

// keep puts an engine in the place of the one that is kept.
func (b *backend) keep(o *opened) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.open != nil {
		_ = b.open.state.Close()
	}
	b.open = o
}

// take hands the kept engine out, nil if there is none.
func (b *backend) take() *opened {
	b.mu.Lock()
	defer b.mu.Unlock()
	o := b.open
	b.open = nil
	return o
}

// Apply carries the last plan out, which works once: afterwards there is another one to make.
func (b *backend) Apply(ctx context.Context, s flow.Session, stop <-chan struct{}, emit func(event.Event)) (event.Outcome, error) {
	o := b.take()
	if o == nil {
		if _, err := b.Plan(ctx, s, nil); err != nil {
			return event.Outcome{}, err
		}
		o = b.take()
	}
	defer func() { _ = o.state.Close() }()
	if err := o.state.Lock(); err != nil {
		return event.Outcome{}, err
	}
	o.sink = emit
	done := make(chan struct{})
	defer close(done)
	go func() {
		select {
		case <-stop:
			o.Stop()
		case <-done:
		}
	}()
	return o.plan.Apply(ctx)
}

// LiveTest runs the smoke steps on what was applied.
func (b *backend) LiveTest(ctx context.Context, s flow.Session, test flow.Test, person flow.Person, emit func(event.Event)) error {
	o, err := b.engine(s, nil)
	if err != nil {
		return err
	}
	defer func() { _ = o.state.Close() }()
	plan, err := o.Plan(ctx)
	if err != nil {
		return err
	}
	if b.log != nil {
		show := emit
		emit = func(e event.Event) {
			b.log(e)
			show(e)
		}
	}
	return b.p.liveTest(ctx, &job{name: s.Tenant, spec: config.Complete(s.Tenant, s.Spec), creds: s.Credentials, at: b.at}, plan, test, person, emit)
}

// Save writes the answers to phonegate.yaml and the credentials to the keyring. The sandbox leaves nothing behind.
func (b *backend) Save(s flow.Session) error {
	if b.at.sandboxed {
		return nil
	}
	if !b.p.alone {
		if err := config.Set(b.p.config, s.Tenant, config.Complete(s.Tenant, s.Spec)); err != nil {
			return err
		}
	}
	if ring, ok := b.at.vault(s.Tenant).(*secret.Keyring); ok && ring.Durable() {
		return ring.Save(s.SavedCredentials())
	}
	return nil
}

// WriteFiles writes the artefacts into dir.
func (b *backend) WriteFiles(s flow.Session, dir string) ([]string, error) {
	files, err := b.Artefacts(s)
	if err != nil {
		return nil, err
	}
	if !b.at.sandboxed {
		dir = filepath.Join(b.at.base, dir)
	}
	if _, err := writeFiles(s.Tenant, dir, files, func(event.Event) {}); err != nil {
		return nil, err
	}
	var paths []string
	for _, f := range files {
		paths = append(paths, filepath.Join(dir, filepath.FromSlash(f.Path)))
	}
	return paths, nil
}

// Messages is what the sandbox's phone receives.
func (b *backend) Messages() <-chan flow.Message {
	if b.at.embedded == nil {
		return nil
	}
	ctx, cancel := context.WithCancel(context.Background())
	box := b.at.embedded
	in := box.Phone().Watch(ctx)
	out := make(chan flow.Message)
	go func() {
		defer cancel()
		defer close(out)
		for {
			select {
			case m, ok := <-in:
				if !ok {
					return
				}
				select {
				case out <- flow.Message{To: m.To, Body: m.Body, Code: m.Code, Channel: m.Channel, Time: m.Time}:
				case <-box.Done():
					return
				}
			case <-box.Done():
				return
			}
		}
	}()
	return out
}

// Close ends the engine of the last plan.
func (b *backend) Close() { b.keep(nil) }
