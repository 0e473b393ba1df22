package command

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"phonegate/provision"
	"phonegate/provision/config"
	"phonegate/provision/event"
	"phonegate/provision/fault"
	"phonegate/provision/sandbox"
	"phonegate/provision/secret"
	"phonegate/provision/state"
)

// job is one tenant that a command works on.
type job struct {
	name  string
	spec  config.Tenant
	creds secret.Credentials
	at    *place
}

// deed is what a command does with one tenant.
type deed func(context.Context, *job, *provision.Tenant) (event.Outcome, error)

// names are the tenants that were asked for: all, those named, or the only one there is.
func (p *program) names(f *config.File) ([]string, error) {
	known := f.Names()
	switch {
	case p.all && len(p.tenants) > 0:
		return nil, fault.New(fault.Usage, "usage.tenant", "Leave one of them out.", "--all and --tenant exclude each other.")
	case len(p.tenants) > 0:
		var names []string
		for _, name := range p.tenants {
			if !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
		return names, nil
	case len(known) == 0:
		return nil, fault.New(fault.Usage, "usage.tenant", "Run phonegate init.", "%s has no tenants yet.", p.config)
	case p.all || len(known) == 1:
		return known, nil
	}
	return nil, fault.New(fault.Usage, "usage.tenant", "Name it with --tenant, or take all with --all.", "The file has several tenants: %s.", strings.Join(known, ", "))
}

// specs are the tenants that were asked for with complete answers. What is missing or wrong is said at once, over all tenants.
func (p *program) specs(f *config.File, at *place) ([]*job, error) {
	names, err := p.names(f)
	if err != nil {
		return nil, err
	}
	var jobs []*job
	var wrong []error
	for _, name := range names {
		spec, err := p.spec(f, name, at)
		wrong = append(wrong, err)
		jobs = append(jobs, &job{name: name, spec: spec, at: at})
	}
	return jobs, errors.Join(wrong...)
}

// jobs are the tenants with complete answers and credentials. Missing answers and missing credentials are said together.
func (p *program) jobs(ctx context.Context, f *config.File, at *place) ([]*job, error) {
	jobs, err := p.specs(f, at)
	if len(jobs) == 0 {
		return nil, err
	}
	// Nobody is asked for a password only to be told afterwards that the file is wrong.
	if err := errors.Join(err, p.credentials(ctx, jobs, at, err == nil)); err != nil {
		return nil, err
	}
	return jobs, nil
}

// spec is a tenant's complete answers: the file's, overruled by flags and environment.
func (p *program) spec(f *config.File, name string, at *place) (config.Tenant, error) {
	t, _, err := config.Resolve(f, name, at.fresh, p.answer, at.getenv)
	if err != nil {
		return t, err
	}
	if at.sandboxed {
		t = at.intoSandbox(t)
	}
	return t, config.MissingError(name, config.Missing(t))
}

// answer is what a flag says.
func (p *program) answer(q config.Question) (string, bool) {
	value, ok := p.answers[q.Key]
	return value, ok
}

// credentials fills every job's credentials from environment, keyring and, where a person may be asked, a prompt.
func (p *program) credentials(ctx context.Context, jobs []*job, at *place, ask bool) error {
	var missing []string
	for _, j := range jobs {
		j.creds, _ = secret.Lookup(j.name, at.getenv, at.ring(j.name))
		// The file says which account is meant; what is exported must not redirect it.
		j.creds.Auth0Domain = j.spec.Auth0.Domain
		if j.spec.Twilio.AccountSID != "" {
			j.creds.TwilioAccountSID = j.spec.Twilio.AccountSID
		}
		for _, slot := range missingSlots(j.creds, j.spec) {
			if slot.Env == "AUTH0_DOMAIN" && j.spec.Auth0.Domain == "" {
				continue // said among the answers
			}
			if ask && p.interactive() {
				if err := p.prompt(ctx, j, slot); err != nil {
					return err
				}
				continue
			}
			missing = append(missing, fmt.Sprintf("  %s: %s (or %s)", called(slot), slot.Env, config.ScopedEnv(j.name, slot.Env)))
		}
	}
	if len(missing) > 0 {
		return fault.New(fault.Usage, "credentials.missing", "Set them in the environment; no flag takes a secret.", "Credentials are missing:\n%s", strings.Join(missing, "\n"))
	}
	return nil
}

// missingSlots are the credentials that the tenant's providers still need.
func missingSlots(c secret.Credentials, spec config.Tenant) []secret.Slot {
	providers := []string{"auth0", "twilio"}
	if spec.Host.Kind == "vercel" || spec.Host.Kind == "cloudflare" {
		providers = append(providers, spec.Host.Kind)
	}
	var all []secret.Slot
	for _, provider := range providers {
		all = append(all, secret.MissingFor(c, provider)...)
	}
	return all
}

// called is a credential with its provider's name: there is more than one "token".
func called(s secret.Slot) string {
	names := map[string]string{"auth0": "Auth0", "twilio": "Twilio", "vercel": "Vercel", "cloudflare": "Cloudflare"}
	return names[s.Provider] + " " + s.Label
}

// prompt asks for one credential; nothing is no answer.
func (p *program) prompt(ctx context.Context, j *job, slot secret.Slot) error {
	ask := p.line
	if slot.Secret {
		ask = p.masked
	}
	for range 3 {
		value, err := ask(ctx, fmt.Sprintf("%s for %s: ", called(slot), j.name))
		if err != nil {
			return err
		}
		if j.creds.Set(slot.Env, value); j.creds.Get(slot.Env) != "" {
			return nil
		}
	}
	return fault.New(fault.Usage, "credentials.missing", "Set "+slot.Env+" in the environment, or type it when asked. "+slot.Help, "%s for %s is missing.", called(slot), j.name)
}

// work does one thing with every job, one after the other: a tenant that fails does not keep the next from its turn. It
// ends with the result event and the error that decides the exit code.
func (p *program) work(ctx context.Context, command string, jobs []*job, do deed) error {
	start := time.Now()
	out, err := p.renderer(jobs)
	if err != nil {
		return err
	}
	result := event.Result{Type: "result", Command: command, OK: true, Requests: noRequests()}
	var failed, differing []error
	for _, j := range jobs {
		var outcome event.Outcome
		err := p.mayBegin(ctx, command, j)
		if err == nil {
			outcome, err = p.one(ctx, command, j, out.Emit, result.Requests, do)
		}
		err = p.carryOn(command, j, err)
		outcome.Name, outcome.OK = j.name, true
		switch {
		case err == nil:
		case command == "plan" && fault.Of(err).Category == fault.Differences:
			differing = append(differing, err) // what plan was asked for is no failure of it
		default:
			outcome.OK, outcome.Error = false, event.FromError(whole(err))
			failed = append(failed, whole(err))
		}
		result.OK = result.OK && outcome.OK
		result.Tenants = append(result.Tenants, outcome)
	}
	result.ElapsedMS = time.Since(start).Milliseconds()
	if len(failed) > 0 {
		result.Error = event.FromError(worst(errors.Join(failed...)))
	}
	out.Emit(result)
	if err := out.Close(); err != nil {
		return fault.Wrap(err, fault.Failed, "output", "", "The output could not be written: %s.", err)
	}
	p.reported = true
	for _, d := range differing {
		if !p.json {
			p.complain(d)
		}
	}
	return errors.Join(append(failed, differing...)...)
}

// mayBegin is an error once a run has been interrupted: the tenants that are left are not begun.
func (p *program) mayBegin(ctx context.Context, command string, j *job) error {
	if ctx.Err() == nil && !p.stoppers.halted() {
		return nil
	}
	return fault.New(fault.Interrupted, "interrupted", p.again(command, j.name)+" begins it.", "Interrupted before %s was begun.", j.name)
}

// carryOn puts the command that carries on into the error of an interrupted run.
func (p *program) carryOn(command string, j *job, err error) error {
	if err == nil || fault.Of(err).Code != "interrupted" || errors.Is(err, errDeclined) || j.at.embedded != nil {
		return err
	}
	f := *fault.Of(err)
	if f.Message == "Interrupted." {
		f.Hint = p.again(command, j.name) + " carries on where it stopped."
	}
	return &f
}

// reading are the commands that change nothing and so need not work alone on a tenant.
var reading = []string{"plan", "doctor"}

// one works on one tenant; what changes something does so alone.
func (p *program) one(ctx context.Context, command string, j *job, emit func(event.Event), requests map[string]int, do deed) (event.Outcome, error) {
	remembered, err := state.Open(j.at.dir, j.name)
	if err != nil {
		return event.Outcome{}, err
	}
	defer remembered.Close()
	if !slices.Contains(reading, command) {
		if err := remembered.Lock(); err != nil {
			return event.Outcome{}, err
		}
	}
	t, err := j.at.engine(provision.Options{Name: j.name, Spec: j.spec, Credentials: j.creds, State: remembered, Emit: emit})
	if err != nil {
		return event.Outcome{}, err
	}
	outcome, err := do(ctx, j, t)
	for provider, n := range t.Requests() {
		requests[provider] += n
	}
	return outcome, err
}

// separate gives every tenant but the first a sandbox of its own: each stands for an Auth0 tenant, and a sandbox has one.
func (p *program) separate(ctx context.Context, jobs []*job) (closeAll func(), err error) {
	closeAll = func() {}
	for i, j := range jobs {
		if i == 0 || j.at.embedded == nil {
			continue
		}
		at, err := p.embedded(ctx, sandbox.Options{})
		if err != nil {
			return closeAll, err
		}
		before := closeAll
		closeAll = func() { before(); at.close() }
		j.at = at
	}
	return closeAll, nil
}
