package plain

import (
	"context"
	"errors"

	"phonegate/provision/config"
	"phonegate/provision/event"
	"phonegate/ui/render"
	"phonegate/ui/wizard/flow"
)

// connect asks for what the environment does not say, and checks it.
func (a *prompter) connect(ctx context.Context) error {
	if !a.s.Sandbox {
		err := a.ask("Name for this tenant", "dev", func(v string) error { a.s.Tenant = v; return config.CheckName(v) })
		if err != nil && !errors.Is(err, errBack) {
			return err
		}
	}
	found, sources := a.backend.Credentials(ctx, a.s.Tenant)
	known, err := a.backend.Known(a.s.Tenant)
	if err != nil {
		return err
	}
	if a.s.Take(known); a.s.Opened {
		a.print("%s", flow.OpenedSentence(a.s.Tenant, a.file))
	}
	a.s.Credentials, a.logins, a.s.Persisted = found, a.backend.Logins(), a.backend.Persisted(a.s.Tenant)
	for k, v := range sources {
		a.s.Sources[k] = v
	}
	if a.s.Sandbox {
		a.s.Spec = flow.SandboxSpec(found.Auth0Domain)
	}
	a.s.Spec = config.Complete(a.s.Tenant, a.s.Spec)
	for _, p := range flow.Providers {
		for tries := 0; ; tries++ {
			if err := a.provider(p, tries > 0); err != nil {
				return err
			}
			account, err := a.backend.Check(ctx, p.ID, a.s)
			if err == nil {
				a.write(flow.AccountLines(render.Styles{}, p.Name(a.s), account, render.MaxWidth))
				break
			}
			a.write(render.ErrorLines(event.FromError(err), render.Styles{}, render.MaxWidth))
			if ctx.Err() != nil || a.s.Sandbox {
				return err
			}
		}
	}
	return nil
}

// provider asks for one provider's credentials; those with a source are only shown, unless they were refused.
func (a *prompter) provider(p flow.Provider, again bool) error {
	if p.Choice != "" {
		if err := a.host(); err != nil && !errors.Is(err, errBack) {
			return err
		}
	}
	if err := a.offer(p, again); err != nil {
		return err
	}
	for _, env := range p.Slots(a.s) {
		f := flow.CredentialField(env, a.s, again)
		switch {
		case f.Known != "" || a.s.Sandbox && f.Value() != "":
			a.print("%s %s: known, %s", p.Name(a.s), f.Label, f.Known)
			_ = f.Take(&a.s, f.Value())
			continue
		case f.Secret && !a.in.hides():
			a.print("%s", f.Help)
			a.print("What is typed here is shown. To avoid that, leave and set %s instead.", env)
		case f.Secret:
			a.print("%s", f.Help)
			a.print("What is typed next is not shown.")
		}
		shown := f.Value()
		if f.Secret {
			shown = ""
		}
		err := a.put(p.Name(a.s)+" "+f.Label, shown, f.Secret, func(v string) error {
			if v == "" {
				return flow.ErrEmpty
			}
			a.s.Sources[env] = "typed"
			return f.Take(&a.s, v)
		})
		if err != nil && !errors.Is(err, errBack) {
			return err
		}
	}
	return nil
}

// host asks where the form runs, where there is a choice.
func (a *prompter) host() error {
	f := flow.HostField(a.s, a.backend.Hosts())
	if len(f.Options) < 2 {
		return nil
	}
	var lines []string
	for _, o := range f.Options {
		lines = append(lines, o.Label+": "+o.About)
	}
	n, err := a.choose("Where does the form run?", lines, f.Pick)
	if err != nil {
		return err
	}
	a.s.Spec.Host.Kind = f.Options[n].Value
	if a.s.Sandbox {
		a.s.Spec.Host.URL = flow.SandboxURL(a.s.Spec, a.s.Spec.Host.Kind)
	}
	return nil
}

// offer asks whether the login of another program may be used.
func (a *prompter) offer(p flow.Provider, again bool) error {
	all := flow.Offers(a.logins, p, a.s)
	if again || len(all) == 0 {
		return nil
	}
	var lines []string
	for i, label := range flow.OfferLabels(all) {
		if i < len(all) {
			label += ". " + flow.OfferNote(all[i], a.s.Persisted)
		}
		lines = append(lines, label)
	}
	n, err := a.choose(flow.OfferTitle(all), lines, 0)
	if err == nil && n < len(all) {
		flow.Accept(&a.s, all[n])
	}
	if errors.Is(err, errBack) {
		return nil
	}
	return err
}
