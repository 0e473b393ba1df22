package wizard

import (
	"context"
	"errors"

	"phonegate/provision/config"
	"phonegate/provision/event"
	"phonegate/ui/render"
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
	if a.s.take(known); a.s.Opened {
		a.say("%s", opened(a.s.Tenant, a.file))
	}
	a.s.Credentials, a.logins, a.s.Lasting = found, a.backend.Logins(), a.backend.Lasting(a.s.Tenant)
	for k, v := range sources {
		a.s.Sources[k] = v
	}
	if a.s.Sandbox {
		a.s.Spec = sandboxSpec(found.Auth0Domain)
	}
	a.s.Spec = config.Complete(a.s.Tenant, a.s.Spec)
	for _, p := range providers {
		for tries := 0; ; tries++ {
			if err := a.provider(p, tries > 0); err != nil {
				return err
			}
			account, err := a.backend.Check(ctx, p.id, a.s)
			if err == nil {
				a.write(accountLines(render.Styles{}, p.name(a.s), account, render.MaxWidth))
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
func (a *prompter) provider(p provider, again bool) error {
	if p.choice != "" {
		if err := a.host(); err != nil && !errors.Is(err, errBack) {
			return err
		}
	}
	if err := a.offer(p, again); err != nil {
		return err
	}
	for _, env := range p.slots(a.s) {
		f := credentialField(env, a.s, again)
		switch {
		case f.known != "" || a.s.Sandbox && f.value() != "":
			a.say("%s %s: known, %s", p.name(a.s), f.label, f.known)
			_ = f.take(&a.s, f.value())
			continue
		case f.secret && !a.in.hides():
			a.say("%s", f.help)
			a.say("What is typed here is shown. To avoid that, leave and set %s instead.", env)
		case f.secret:
			a.say("%s", f.help)
			a.say("What is typed next is not shown.")
		}
		shown := f.value()
		if f.secret {
			shown = ""
		}
		err := a.put(p.name(a.s)+" "+f.label, shown, f.secret, func(v string) error {
			if v == "" {
				return errEmpty
			}
			a.s.Sources[env] = "typed"
			return f.take(&a.s, v)
		})
		if err != nil && !errors.Is(err, errBack) {
			return err
		}
	}
	return nil
}

// host asks where the form runs, where there is a choice.
func (a *prompter) host() error {
	f := hostField(a.s, a.backend.Hosts())
	if len(f.options) < 2 {
		return nil
	}
	var lines []string
	for _, o := range f.options {
		lines = append(lines, o.Label+": "+o.About)
	}
	n, err := a.choose("Where does the form run?", lines, f.pick)
	if err != nil {
		return err
	}
	a.s.Spec.Host.Kind = f.options[n].Value
	if a.s.Sandbox {
		a.s.Spec.Host.URL = sandboxURL(a.s.Spec, a.s.Spec.Host.Kind)
	}
	return nil
}

// offer asks whether the login of another program may be used.
func (a *prompter) offer(p provider, again bool) error {
	all := offers(a.logins, p, a.s)
	if again || len(all) == 0 {
		return nil
	}
	var lines []string
	for i, label := range offerLabels(all) {
		if i < len(all) {
			label += ". " + offerNote(all[i], a.s.Lasting)
		}
		lines = append(lines, label)
	}
	n, err := a.choose(offerTitle(all), lines, 0)
	if err == nil && n < len(all) {
		accept(&a.s, all[n])
	}
	if errors.Is(err, errBack) {
		return nil
	}
	return err
}
