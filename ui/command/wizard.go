package command

import (
	"context"
	"fmt"
	"os"
	"sync"

	"phonegate/provision/engine"
	"phonegate/provision/event"
	"phonegate/provision/fault"
	"phonegate/provision/rehearsal"
	"phonegate/ui/wizard"
	"phonegate/ui/wizard/flow"
	"phonegate/ui/wizard/plain"
)

// wizard opens the wizard on the real providers, or on the sandbox under --sandbox.
func (p *program) wizard(ctx context.Context) error {
	at, err := p.open(ctx)
	if err != nil {
		return err
	}
	defer at.close()
	start := flow.StartWelcome
	if at.sandboxed {
		start = flow.StartSandbox
	}
	return p.walk(ctx, at, start)
}

// sandboxWizard opens the wizard on providers embedded in this process.
func (p *program) sandboxWizard(ctx context.Context, o rehearsal.Options) error {
	at, err := p.embedded(ctx, o)
	if err != nil {
		return err
	}
	defer at.close()
	return p.walk(ctx, at, flow.StartSandbox)
}

// walk runs the wizard and says, when it has gone, how to carry on.
func (p *program) walk(ctx context.Context, at *environment, start string) error {
	log, err := p.openLog(nil)
	if err != nil {
		return err
	}
	b := &backend{p: p, at: at}
	defer b.Close()
	if log != nil {
		defer func() { _ = log.Close() }()
		b.log = log.Emit
	}
	var tries tries
	defer tries.close()
	o := flow.Options{
		Backend: b, In: p.In, Out: p.Out, Start: start, Env: os.Environ(), NoColor: !p.colour(), File: p.config,
		Sandbox: func(ctx context.Context) (flow.Backend, error) {
			at, err := p.embedded(ctx, rehearsal.Options{})
			if err != nil {
				return nil, err
			}
			tries.add(at)
			return &backend{p: p, at: at, log: b.log}, nil
		},
	}
	var result flow.Result
	if p.oneLineAtATime() {
		result, err = plain.Accessible(ctx, o, p.plainOptions(nil))
	} else {
		result, err = wizard.Run(ctx, o)
	}
	if err != nil {
		return err
	}
	if next := result.Continue(); next != "" {
		if !result.Sandbox {
			next += p.byFile()
		}
		fmt.Fprintf(p.Err, "Continue with: %s\n", next)
	}
	switch {
	case result.Interrupted:
		p.reported = true // leaving is a choice, not a failure
		return fault.Of(context.Canceled)
	case result.Err != nil:
		p.reported = true
		return result.Err
	}
	return nil
}

// oneLineAtATime says whether the terminal, or who sits at it, is better off without a screen that changes.
func (p *program) oneLineAtATime() bool {
	return p.Getenv("ACCESSIBLE") != "" || p.Getenv("TERM") == "dumb"
}

// tries are the sandboxes that were started out of the wizard; they close with it.
type tries struct {
	mu  sync.Mutex
	all []*environment
}

func (t *tries) add(at *environment) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.all = append(t.all, at)
}

func (t *tries) close() {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, at := range t.all {
		at.close()
	}
}

// play lets the sandbox play itself: the whole path without a person.
func (p *program) play(ctx context.Context, o rehearsal.Options) error {
	at, err := p.embedded(ctx, o)
	if err != nil {
		return err
	}
	defer at.close()
	if !p.json {
		log, err := p.openLog(nil)
		if err != nil {
			return err
		}
		b := &backend{p: p, at: at}
		defer b.Close()
		if log != nil {
			defer func() { _ = log.Close() }()
			b.log = log.Emit
		}
		p.reported = true // the story ends with what went wrong
		options := p.plainOptions(nil)
		options.Quiet = p.Getenv("CI") != ""
		options.Host = p.Getenv("PHONEGATE_HOST_KIND")
		return plain.Auto(ctx, b, p.Out, options)
	}
	p.answers, p.tenants, p.all, p.yes = nil, nil, false, true
	file := example()
	file.Tenants["dev"] = file.Defaults
	jobs, err := p.jobs(ctx, file, at)
	if err != nil {
		return err
	}
	return p.work(ctx, "sandbox", jobs, p.applyAndTest)
}

// applyAndTest sets a tenant up and goes through a whole login.
func (p *program) applyAndTest(ctx context.Context, j *job, t *engine.Tenant) (event.Outcome, error) {
	plan, err := t.Plan(p.tellWaits(ctx))
	if err != nil {
		return event.Outcome{}, err
	}
	o, err := p.carryOut(ctx, j, t, plan)
	if err != nil {
		return o, err
	}
	return o, p.liveTest(ctx, j, plan, flow.Test{Level: "login"}, nil, t.Emit)
}
