package wizard

import (
	"context"
	"errors"
	"io"
	"time"

	"phonegate/provision/config"
	"phonegate/provision/event"
	"phonegate/provision/fault"
	"phonegate/provision/secret"
	"phonegate/ui/render"
)

// Accessible is the wizard as questions and answers, one line after the other: nothing moves,
// nothing is redrawn, choices have numbers. For screen readers (ACCESSIBLE=1) and terminals that cannot
// do more (TERM=dumb). "back" goes back one question.
func Accessible(ctx context.Context, o Options, plain render.Options) (Result, error) {
	if o.Backend == nil {
		return Result{}, fault.New(fault.Failed, "wizard.backend", "", "The wizard was started without anything behind it.")
	}
	a := &prompter{backend: o.Backend, r: render.Plain(o.Out, plain), out: o.Out, in: newLines(ctx, o.In)}
	a.s = Session{Tenant: "dev", Sources: map[string]string{}, Sandbox: o.Start == StartSandbox}
	err := a.walk(ctx, o)
	a.result.Tenant, a.result.Sandbox = a.s.Tenant, a.s.Sandbox
	if errors.Is(err, io.EOF) || fault.Of(err) != nil && fault.Of(err).Category == fault.Interrupted {
		a.result.Interrupted = true
		return a.result, nil
	}
	a.result.Err, a.result.Finished = err, err == nil
	if err != nil {
		a.write(render.ErrorLines(event.FromError(err), plain.Styles, render.Width(plain.Width)))
	}
	return a.result, nil
}

// prompter asks one line at a time.
type prompter struct {
	backend Backend
	r       render.Renderer
	out     io.Writer
	in      *lines
	s       Session
	logins  []secret.Login
	result  Result
	inbox   <-chan Message // the sandbox's phone
}

// errBack is the answer "back".
var errBack = errors.New("back")

// walk goes through the same questions as the screens.
func (a *prompter) walk(ctx context.Context, o Options) error {
	if !a.s.Sandbox {
		n, err := a.choose("What would you like to do?", []string{"Try it here: everything embedded, no account", "Set up a tenant"}, 0)
		if err != nil {
			return err
		}
		if a.s.Sandbox = n == 0; a.s.Sandbox && o.Sandbox != nil {
			if a.backend, err = o.Sandbox(ctx); err != nil {
				return err
			}
		}
	}
	if err := a.connect(ctx); err != nil {
		return err
	}
	if err := a.questions(); err != nil {
		return err
	}
	plan, err := a.backend.Plan(ctx, a.s, func(event.Event) {})
	if err != nil {
		return err
	}
	a.r.Emit(plan)
	if yes, err := a.choose("Do it?", []string{"Yes, do it", "No, leave everything as it is"}, 0); err != nil || yes != 0 {
		return err
	}
	if err := a.backend.Save(a.s); err != nil {
		return err
	}
	if a.result.Outcome, err = a.backend.Apply(ctx, a.s, ctx.Done(), a.r.Emit); err != nil {
		return err
	}
	a.result.Applied = true
	return a.test(ctx)
}

// connect asks for what the environment does not say, and checks it.
func (a *prompter) connect(ctx context.Context) error {
	if !a.s.Sandbox {
		err := a.ask("Name for this tenant", "dev", func(v string) error { a.s.Tenant = v; return config.CheckName(v) })
		if err != nil && !errors.Is(err, errBack) {
			return err
		}
	}
	found, sources := a.backend.Credentials(ctx, a.s.Tenant)
	a.s.Credentials, a.logins = found, a.backend.Logins()
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
	if !a.s.Sandbox && p.choice != "" {
		if err := a.question(p.choice); err != nil && !errors.Is(err, errBack) {
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

// offer asks whether the login of another program may be used.
func (a *prompter) offer(p provider, again bool) error {
	all := offers(a.logins, p, a.s)
	if again || len(all) == 0 {
		return nil
	}
	var lines []string
	for i, c := range offerMenu(all).choices {
		if i < len(all) {
			c.label += ". " + offerNote(all[i])
		}
		lines = append(lines, c.label)
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

// asked in this order, after the accounts.
var spoken = []string{
	"twilio.service_name", "twilio.code_length", "capture", "auth0.login_page", "auth0.client_id", "default_country",
	"code_check", "host.project", "host.team", "host.url", "brand.name", "brand.color", "brand.logo_url",
}

// questions asks them all; back leads to the one before.
func (a *prompter) questions() error {
	for i := 0; i < len(spoken); i++ {
		switch err := a.question(spoken[i]); {
		case errors.Is(err, errBack):
			i = max(i-2, -1)
		case err != nil:
			return err
		}
	}
	if a.s.Spec.Capture == "form" {
		a.s.Spec.CodeCheck = "form"
	}
	return nil
}

// question asks one row of the configuration's table, if it matters.
func (a *prompter) question(key string) error {
	q, ok := config.Find(key)
	if !ok || q.When != nil && !q.When(a.s.Spec) {
		return nil
	}
	now := q.Get(a.s.Spec)
	if now == "" && q.Default != nil {
		now = q.Default(a.s.Tenant, a.s.Spec)
	}
	if len(q.Choices) > 0 {
		var lines []string
		at := 0
		for i, o := range q.Choices {
			lines = append(lines, o.Label+": "+o.About)
			if o.Value == now {
				at = i
			}
		}
		n, err := a.choose(q.Prompt, lines, at)
		if err != nil {
			return err
		}
		return q.Set(&a.s.Spec, q.Choices[n].Value)
	}
	a.say("%s", q.Help)
	return a.ask(q.Prompt, now, func(v string) error {
		if v == "" && q.Required {
			return errEmpty
		}
		return q.Set(&a.s.Spec, v)
	})
}

// test offers the live test.
func (a *prompter) test(ctx context.Context) error {
	var lines []string
	for _, l := range levels {
		lines = append(lines, l.label+": "+l.about)
	}
	n, err := a.choose("Shall we try it?", lines, 0)
	if err != nil || levels[n].id == "" {
		return err
	}
	t := Test{Level: levels[n].id}
	if t.Level == "sms" && !a.s.Sandbox {
		if err := a.ask("Your number, with its country code", "", func(v string) (bad error) { t.Phone, bad = e164(v); return bad }); err != nil {
			return err
		}
	}
	a.inbox = a.backend.Messages()
	if err := a.backend.LiveTest(ctx, a.s, t, a, a.r.Emit); err != nil {
		return err
	}
	a.result.Tested = true
	a.say("done: %s asks for a verified phone, and the live test passed.", a.s.Tenant)
	return nil
}

// Code asks for the code; what the sandbox's phone received is read out first.
func (a *prompter) Code(_ context.Context, to, problem string) (string, error) {
	if problem != "" {
		a.say("failed: %s", problem)
	}
	a.readPhone()
	var code string
	err := a.ask("The code"+where(to), "", func(v string) error {
		if code = squeeze(v); code == "" {
			return errEmpty
		}
		return nil
	})
	return code, err
}

// readPhone reads out the newest message of the sandbox's phone, if there is a phone. The text may be a
// moment behind the question for its code.
func (a *prompter) readPhone() {
	body, wait := "", 2*time.Second
	for a.inbox != nil {
		select {
		case m, ok := <-a.inbox:
			if ok {
				body, wait = m.Body, 100*time.Millisecond
				continue
			}
			a.inbox = nil
		case <-time.After(wait):
		}
		break
	}
	if body != "" {
		a.say("The phone received: %s", body)
	}
}

// Open says which address to open.
func (a *prompter) Open(_ context.Context, url string) error {
	a.say("Open this address in a browser: %s", url)
	return nil
}
