package command

import (
	"context"
	"fmt"
	"path/filepath"
	"sync"

	"phonegate/provision"
	"phonegate/provision/config"
	"phonegate/provision/event"
	"phonegate/provision/secret"
	"phonegate/provision/state"
	"phonegate/templates"
	"phonegate/ui/wizard"
)

// backend is what the wizard does to the world: the same engine that the commands use.
type backend struct {
	p  *program
	at *place

	mu   sync.Mutex
	open *opened // the engine of the last plan, for Apply and the live test
}

// opened is an engine with its state.
type opened struct {
	*provision.Tenant
	state *state.State
	sink  func(event.Event)
}

// Tenants lists the file's tenants. Those with credentials are compared with what they have.
func (b *backend) Tenants(ctx context.Context) ([]wizard.TenantStatus, error) {
	if b.at.sandboxed || !exists(b.p.path()) {
		return nil, nil
	}
	f, err := b.p.file(b.at)
	if err != nil {
		return nil, err
	}
	var all []wizard.TenantStatus
	for _, name := range f.Names() {
		t := wizard.TenantStatus{Name: name}
		if t.Spec, err = b.p.spec(f, name, b.at); err != nil {
			t.State = "answers missing"
			all = append(all, t)
			continue
		}
		t.OK, t.State = b.status(ctx, name, t.Spec)
		all = append(all, t)
	}
	return all, nil
}

// status says in a few words how a tenant stands.
func (b *backend) status(ctx context.Context, name string, spec config.Tenant) (bool, string) {
	creds, _ := b.Credentials(ctx, name)
	creds.Auth0Domain = spec.Auth0.Domain
	for _, provider := range []string{"auth0", "twilio", "vercel"} {
		if len(secret.MissingFor(creds, provider)) > 0 {
			return false, "not connected"
		}
	}
	o, err := b.engine(wizard.Session{Tenant: name, Spec: spec, Credentials: creds}, nil)
	if err != nil {
		return false, "not readable"
	}
	defer o.state.Close()
	plan, err := o.Plan(ctx)
	if err != nil {
		return false, "not reachable"
	}
	n := 0
	for _, c := range plan.Changes {
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
	return secret.Lookup(tenant, b.at.getenv, b.at.ring(tenant))
}

// Check tries one provider's credentials.
func (b *backend) Check(ctx context.Context, provider string, s wizard.Session) (wizard.Account, error) {
	found, err := provision.Check(ctx, provider, config.Complete(s.Tenant, s.Spec), s.Credentials, b.at.endpoints)
	if err != nil {
		return wizard.Account{}, err
	}
	a := wizard.Account{Name: found.Name}
	for _, r := range found.Notes {
		a.Notes = append(a.Notes, wizard.Note{OK: r.OK, Text: r.Text, Hint: r.Hint})
	}
	return a, nil
}

// Services lists the account's Verify services.
func (b *backend) Services(ctx context.Context, s wizard.Session) ([]wizard.ServiceChoice, error) {
	found, err := provision.Services(ctx, s.Credentials, b.at.endpoints)
	if err != nil {
		return nil, err
	}
	var all []wizard.ServiceChoice
	for _, f := range found {
		all = append(all, wizard.ServiceChoice{SID: f.SID, Name: f.Name, CodeLength: f.CodeLength})
	}
	return all, nil
}

// Artefacts renders what would be deployed.
func (b *backend) Artefacts(s wizard.Session) ([]templates.File, error) {
	return templates.Artefacts(provision.Settings(config.Complete(s.Tenant, s.Spec)))
}

// Preview serves the form on this computer.
func (b *backend) Preview(ctx context.Context, s wizard.Session) (string, func(), error) {
	return provision.PreviewForm(ctx, provision.Settings(config.Complete(s.Tenant, s.Spec)))
}

// engine opens the engine for a session.
func (b *backend) engine(s wizard.Session, emit func(event.Event)) (*opened, error) {
	remembered, err := state.Open(filepath.Join(b.at.dir, ".phonegate"), s.Tenant)
	if err != nil {
		return nil, err
	}
	o := &opened{state: remembered, sink: emit}
	o.Tenant, err = provision.Open(provision.Options{
		Name: s.Tenant, Spec: config.Complete(s.Tenant, s.Spec), Credentials: s.Credentials, Vault: b.at.vault(s.Tenant),
		State: remembered, Endpoints: b.at.endpoints, Poll: b.at.poll(),
		Emit: func(e event.Event) {
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
func (b *backend) Plan(ctx context.Context, s wizard.Session, emit func(event.Event)) (event.Plan, error) {
	b.Close()
	o, err := b.engine(s, emit)
	if err != nil {
		return event.Plan{}, err
	}
	plan, err := o.Plan(ctx)
	if err != nil {
		_ = o.state.Close()
		return event.Plan{}, err
	}
	b.mu.Lock()
	b.open = o
	b.mu.Unlock()
	return plan, nil
}

// Apply carries the last plan out.
func (b *backend) Apply(ctx context.Context, s wizard.Session, stop <-chan struct{}, emit func(event.Event)) (event.Outcome, error) {
	b.mu.Lock()
	o := b.open
	b.mu.Unlock()
	if o == nil {
		if _, err := b.Plan(ctx, s, nil); err != nil {
			return event.Outcome{}, err
		}
		o = b.open
	}
	o.sink = emit
	if err := o.state.Lock(); err != nil {
		return event.Outcome{}, err
	}
	done := make(chan struct{})
	defer close(done)
	go func() {
		select {
		case <-stop:
			o.Stop()
		case <-done:
		}
	}()
	return o.Apply(ctx)
}

// LiveTest runs the smoke steps on what was applied.
func (b *backend) LiveTest(ctx context.Context, s wizard.Session, test wizard.Test, person wizard.Person, emit func(event.Event)) error {
	o, err := b.engine(s, nil)
	if err != nil {
		return err
	}
	defer o.state.Close()
	if _, err := o.Plan(ctx); err != nil { // reads ids that no state may remember
		return err
	}
	return b.p.liveTest(ctx, &job{name: s.Tenant, spec: config.Complete(s.Tenant, s.Spec), creds: s.Credentials, at: b.at}, o.Tenant, test, person, emit)
}

// Save writes the answers to phonegate.yaml and the credentials to the keyring. The sandbox leaves nothing behind.
func (b *backend) Save(s wizard.Session) error {
	if b.at.sandboxed {
		return nil
	}
	if err := config.Set(b.p.path(), s.Tenant, config.Lean(s.Tenant, config.Complete(s.Tenant, s.Spec))); err != nil {
		return err
	}
	ring := secret.OpenKeyring(s.Tenant)
	if !ring.Durable() {
		return nil
	}
	return ring.Save(s.Credentials)
}

// WriteFiles writes the artefacts into dir.
func (b *backend) WriteFiles(s wizard.Session, dir string) ([]string, error) {
	var paths []string
	_, err := b.p.write(s.Tenant, config.Complete(s.Tenant, s.Spec), filepath.Join(b.p.Dir, dir), func(e event.Event) {
		if step, ok := e.(event.Step); ok {
			paths = append(paths, step.Detail)
		}
	})
	return paths, err
}

// Messages is what the sandbox's phone receives.
func (b *backend) Messages() <-chan wizard.Message {
	if b.at.embedded == nil {
		return nil
	}
	out := make(chan wizard.Message)
	in := b.at.embedded.Phone().Watch(context.Background())
	go func() {
		defer close(out)
		for m := range in {
			out <- wizard.Message{To: m.To, Body: m.Body, Code: m.Code, Channel: m.Channel, Time: m.Time}
		}
	}()
	return out
}

// Close ends the engine of the last plan.
func (b *backend) Close() {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.open != nil {
		_ = b.open.state.Close()
		b.open = nil
	}
}
