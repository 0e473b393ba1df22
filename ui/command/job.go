package command

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"phonegate/provision/config"
	"phonegate/provision/fault"
	"phonegate/provision/host/kind"
	"phonegate/provision/secret"
)

// job is one tenant that a command works on.
type job struct {
	name  string
	spec  config.Tenant
	creds secret.Credentials
	at    *environment
	// answered says by key where the answers are from, for those who want to know.
	answered config.Sources
	// guard is the protected tenant that a change must name, "" for none.
	guard string
}

// names are the tenants that were asked for: all, those named, or the only one there is.
func (p *program) names(f *config.File) ([]string, error) {
	known := f.Names()
	switch {
	case p.all && len(p.tenants) > 0:
		return nil, fault.New(fault.Usage, "usage.tenant", "Leave out one of them.", "--all and --tenant can't be combined.")
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
	return nil, fault.New(fault.Usage, "usage.tenant", "Choose one with --tenant, or all of them with --all.", "The file has several tenants: %s.", strings.Join(known, ", "))
}

// specs are the tenants that were asked for with complete answers. What is missing or wrong is said at once, over all tenants.
func (p *program) specs(f *config.File, at *environment) ([]*job, error) {
	names, err := p.names(f)
	if err != nil {
		return nil, err
	}
	var jobs []*job
	var wrong []error
	for _, name := range names {
		spec, err := p.spec(f, name, at)
		wrong = append(wrong, err)
		jobs = append(jobs, &job{name: name, spec: spec, at: at, guard: at.guard(f, name, spec)})
	}
	return jobs, errors.Join(wrong...)
}

// jobs are the tenants with complete answers and credentials. Missing answers and missing credentials are said together.
func (p *program) jobs(ctx context.Context, f *config.File, at *environment) ([]*job, error) {
	jobs, err := p.specs(f, at)
	if len(jobs) == 0 {
		return nil, err
	}
	if err == nil {
		p.announce(jobs)
	}
	// Nobody is asked for a password only to be told afterwards that the file is wrong.
	if err := errors.Join(err, p.credentials(ctx, jobs, at, err == nil)); err != nil {
		return nil, err
	}
	return jobs, nil
}

// spec is a tenant's complete answers: the file's, overruled by flags and environment.
func (p *program) spec(f *config.File, name string, at *environment) (config.Tenant, error) {
	t, _, err := config.Resolve(f, name, at.fresh, p.answer, at.getenv)
	if err != nil {
		return t, err
	}
	if at.sandboxed {
		t = at.cast(t)
		if err := at.reaches(t); err != nil {
			return t, err
		}
		if domain := at.domains[name]; domain != "" {
			t.Auth0.Domain = domain
		}
	}
	return t, config.MissingError(name, config.Missing(t))
}

// guard is the protected tenant that a change to this one is a change to. In the sandbox there is nothing to protect.
func (at *environment) guard(f *config.File, name string, spec config.Tenant) string {
	if at.sandboxed {
		return ""
	}
	return f.Guard(name, spec)
}

// answer is what a flag says.
func (p *program) answer(q config.Question) (string, bool) {
	value, ok := p.answers[q.Key]
	return value, ok
}

// credentials fills every job's credentials from environment, keyring and, where a person may be asked, a prompt.
func (p *program) credentials(ctx context.Context, jobs []*job, at *environment, ask bool) error {
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
		return fault.New(fault.Usage, "credentials.missing", "Set them in the environment; secrets can't be passed as flags.", "Credentials are missing:\n%s", strings.Join(missing, "\n"))
	}
	return nil
}

// missingSlots are the credentials that the tenant's providers still need.
func missingSlots(c secret.Credentials, spec config.Tenant) []secret.Slot {
	var all []secret.Slot
	for _, provider := range providersOf(spec) {
		all = append(all, secret.MissingFor(c, provider)...)
	}
	return all
}

// providersOf are the providers that the tenant's resources are at.
func providersOf(spec config.Tenant) []string {
	providers := []string{"auth0", "twilio"}
	if k, ok := kind.Of(spec.Host.Kind); ok && !k.SelfHosted {
		providers = append(providers, spec.Host.Kind)
	}
	return providers
}

// called is a credential with its provider's name: there is more than one "token".
func called(s secret.Slot) string {
	if k, ok := kind.Of(s.Provider); ok {
		return k.Label + " " + s.Label
	}
	return map[string]string{"auth0": "Auth0", "twilio": "Twilio"}[s.Provider] + " " + s.Label
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
