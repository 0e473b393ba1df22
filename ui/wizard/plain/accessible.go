package plain

import (
	"context"
	"errors"
	"io"

	"phonegate/provision/event"
	"phonegate/provision/fault"
	"phonegate/provision/secret"
	"phonegate/ui/render"
	"phonegate/ui/wizard/flow"
)

// Accessible is the wizard as questions and answers, one line after the other: nothing moves,
// nothing is redrawn, choices have numbers. For screen readers (ACCESSIBLE=1) and terminals that cannot
// do more (TERM=dumb). "back" goes back one question.
func Accessible(ctx context.Context, o flow.Options, plain render.Options) (flow.Result, error) {
	if o.Backend == nil {
		return flow.Result{}, fault.New(fault.Failed, "wizard.backend", "", "The wizard was started without anything behind it.")
	}
	a := &prompter{file: o.File, backend: o.Backend, r: render.Plain(o.Out, plain), out: o.Out, in: newLines(ctx, o.In)}
	a.s = flow.Session{Tenant: "dev", Sources: map[string]string{}, Sandbox: o.Start == flow.StartSandbox}
	err := a.walk(ctx, o)
	a.result.Tenant, a.result.Sandbox = a.s.Tenant, a.s.Sandbox
	if errors.Is(err, io.EOF) || fault.Of(err) != nil && fault.Of(err).Category == fault.Interrupted {
		a.result.Interrupted = true
		return a.result, nil
	}
	a.result.Err, a.result.Finished = err, err == nil
	if err != nil && !a.told {
		a.write(render.ErrorLines(event.FromError(err), plain.Styles, render.Width(plain.Width)))
	}
	return a.result, nil
}

// prompter asks one line at a time.
type prompter struct {
	file    string // with the answers
	backend flow.Backend
	r       render.Renderer
	out     io.Writer
	in      *lines
	s       flow.Session
	logins  []secret.Login
	result  flow.Result
	told    bool                // what failed has been said
	inbox   <-chan flow.Message // the sandbox's phone
}

// errBack is the answer "back".
var errBack = errors.New("back")

// walk goes through the same questions as the screens.
func (a *prompter) walk(ctx context.Context, o flow.Options) error {
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
	if done, err := a.apply(ctx); err != nil || !done {
		return err
	}
	return a.test(ctx)
}

// apply shows the plan and carries it out; a form that the person has to start is waited for.
func (a *prompter) apply(ctx context.Context) (done bool, err error) {
	for {
		plan, err := a.backend.Plan(ctx, a.s, func(event.Event) {})
		if err != nil {
			return false, err
		}
		a.r.Emit(plan)
		if flow.Changes(plan) == 0 {
			return true, nil
		}
		if yes, err := a.choose("Do it?", []string{"Yes, do it", "No, leave everything as it is"}, 0); err != nil || yes != 0 {
			return false, err
		}
		if guard := a.backend.Guard(a.s); guard != "" {
			err := a.ask(flow.GuardedBy(guard, a.s)+" Name", "", func(v string) error {
				if v != guard {
					return errors.New("that is not the tenant's name")
				}
				return nil
			})
			if errors.Is(err, errBack) {
				return false, nil
			}
			if err != nil {
				return false, err
			}
		}
		if err := a.backend.Save(a.s); err != nil {
			return false, err
		}
		a.result.Outcome, err = a.backend.Apply(ctx, a.s, ctx.Done(), a.r.Emit)
		switch {
		case err == nil:
			a.result.Applied = true
			return true, nil
		case !flow.Awaited(err):
			return false, err
		}
		a.print("")
		for _, s := range flow.HandoverSteps(a.s, a.file) {
			a.print("%s. %s %s", s[0], s[1], s[2])
		}
		a.print("%s", render.Sentence(fault.Of(err).Message))
		if again, bad := a.choose("When it runs:", []string{"Look again and go on", "Leave it for now"}, 0); bad != nil || again != 0 {
			a.told = true
			return false, errors.Join(bad, err)
		}
	}
}

// questions asks what the Way asks; back leads to the question before.
func (a *prompter) questions() error {
	var trail []int // the questions that were answered, by index
	for i := 0; ; i++ {
		asks := flow.Asks(a.s, flow.Seen{File: a.file})
		if i == len(asks) {
			break
		}
		q := asks[i]
		if q.Hidden != nil && q.Hidden(a.s) {
			continue
		}
		switch err := a.question(q); {
		case errors.Is(err, errBack):
			if n := len(trail) - 1; n >= 0 {
				i, trail = trail[n], trail[:n]
			}
			i-- // there again
		case err != nil:
			return err
		default:
			trail = append(trail, i)
		}
	}
	flow.Settle(&a.s)
	return nil
}

// question puts one question.
func (a *prompter) question(q flow.Ask) error {
	if len(q.Options) > 0 {
		var lines []string
		for _, o := range q.Options {
			lines = append(lines, o.Label+": "+o.About)
		}
		n, err := a.choose(q.Prompt, lines, q.Pick)
		if err != nil {
			return err
		}
		return q.Take(&a.s, q.Options[n].Value)
	}
	a.print("%s", q.Help)
	return a.ask(q.Prompt, q.Text, func(v string) error {
		if v == "" && q.Must {
			return flow.ErrEmpty
		}
		return q.Take(&a.s, v)
	})
}
