package command

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"phonegate/provision"
	"phonegate/provision/config"
	"phonegate/provision/event"
	"phonegate/provision/fault"
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

// names are the tenants that were asked for: all, those named, or the only one there is.
func (p *program) names(f *config.File) ([]string, error) {
	known := f.Names()
	switch {
	case p.all && len(p.tenants) > 0:
		return nil, fault.New(fault.Usage, "usage.tenant", "Leave one of them out.", "--all and --tenant exclude each other.")
	case p.all:
		return known, nil
	case len(p.tenants) > 0:
		return p.tenants, nil
	case len(known) == 1:
		return known, nil
	}
	return nil, fault.New(fault.Usage, "usage.tenant", "Name it with --tenant, or take all with --all.", "The file has several tenants: %s.", strings.Join(known, ", "))
}

// jobs are the tenants with complete answers and credentials. Everything that is missing, over all tenants, is said at once.
func (p *program) jobs(f *config.File, at *place) ([]*job, error) {
	names, err := p.names(f)
	if err != nil {
		return nil, err
	}
	var jobs []*job
	for _, name := range names {
		spec, err := p.spec(f, name, at)
		if err != nil {
			return nil, err
		}
		jobs = append(jobs, &job{name: name, spec: spec, at: at})
	}
	if err := p.credentials(jobs, at); err != nil {
		return nil, err
	}
	return jobs, nil
}

// spec is a tenant's complete answers: the file's, overruled by flags and environment.
func (p *program) spec(f *config.File, name string, at *place) (config.Tenant, error) {
	t, _, err := config.Resolve(f, name, false, p.answer, at.getenv)
	if err != nil {
		return t, err
	}
	return t, config.MissingError(name, config.Missing(t))
}

// answer is what a flag says.
func (p *program) answer(q config.Question) (string, bool) {
	value, ok := p.answers[q.Key]
	return value, ok
}

// credentials fills every job's credentials from environment, keyring and, where a person may be asked, a prompt.
func (p *program) credentials(jobs []*job, at *place) error {
	var missing []string
	for _, j := range jobs {
		j.creds, _ = secret.Lookup(j.name, at.getenv, at.ring(j.name))
		// The file says which account is meant; what is exported must not redirect it.
		j.creds.Auth0Domain = j.spec.Auth0.Domain
		if j.spec.Twilio.AccountSID != "" {
			j.creds.TwilioAccountSID = j.spec.Twilio.AccountSID
		}
		for _, provider := range []string{"auth0", "twilio", "vercel"} {
			for _, slot := range secret.MissingFor(j.creds, provider) {
				if !p.interactive() {
					missing = append(missing, fmt.Sprintf("  %s: %s (or %s)", slot.Label, slot.Env, config.ScopedEnv(j.name, slot.Env)))
					continue
				}
				ask := p.line
				if slot.Secret {
					ask = p.masked
				}
				value, err := ask(fmt.Sprintf("%s for %s: ", slot.Label, j.name))
				if err != nil {
					return err
				}
				j.creds.Set(slot.Env, value)
			}
		}
	}
	if len(missing) > 0 {
		return fault.New(fault.Usage, "credentials.missing", "Set them in the environment; no flag takes a secret.", "Credentials are missing:\n%s", strings.Join(missing, "\n"))
	}
	return nil
}

// work does one thing with every job, one after the other: a tenant that fails does not keep the next from its turn. It
// ends with the result event and the error that decides the exit code.
func (p *program) work(ctx context.Context, command string, jobs []*job, do func(context.Context, *job, *provision.Tenant) (event.Outcome, error)) error {
	start := time.Now()
	out, err := p.renderer(jobs)
	if err != nil {
		return err
	}
	result := event.Result{Type: "result", Command: command, OK: true, Requests: map[string]int{"auth0": 0, "twilio": 0, "vercel": 0}}
	var worst error
	for _, j := range jobs {
		outcome, err := p.one(ctx, command, j, out.Emit, result.Requests, do)
		if err != nil {
			outcome.Name, outcome.OK, outcome.Error = j.name, false, event.FromError(err)
			if worst == nil || fault.Of(err).Category.ExitCode() > fault.Of(worst).Category.ExitCode() {
				worst = err
			}
		}
		result.OK = result.OK && outcome.OK
		result.Tenants = append(result.Tenants, outcome)
		if ctx.Err() != nil {
			break
		}
	}
	result.ElapsedMS = time.Since(start).Milliseconds()
	result.Error = event.FromError(worst)
	out.Emit(result)
	p.reported = true
	if err := out.Close(); err != nil && worst == nil {
		return err
	}
	return worst
}

// one works on one tenant; what changes something does so alone.
func (p *program) one(ctx context.Context, command string, j *job, emit func(event.Event), requests map[string]int,
	do func(context.Context, *job, *provision.Tenant) (event.Outcome, error),
) (event.Outcome, error) {
	remembered, err := state.Open(filepath.Join(j.at.dir, ".phonegate"), j.name)
	if err != nil {
		return event.Outcome{}, err
	}
	defer remembered.Close()
	if command != "plan" {
		if err := remembered.Lock(); err != nil {
			return event.Outcome{}, err
		}
	}
	t, err := provision.Open(provision.Options{
		Name: j.name, Spec: j.spec, Credentials: j.creds, Vault: j.at.vault(j.name),
		State: remembered, Endpoints: j.at.endpoints, Poll: j.at.poll(), Emit: emit,
	})
	if err != nil {
		return event.Outcome{}, err
	}
	p.stoppers.add(t.Stop)
	outcome, err := do(ctx, j, t)
	for provider, n := range t.Requests() {
		requests[provider] += n
	}
	return outcome, err
}
