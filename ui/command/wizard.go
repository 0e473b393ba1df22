package command

import (
	"context"
	"fmt"
	"os"

	"phonegate/provision"
	"phonegate/provision/event"
	"phonegate/provision/fault"
	"phonegate/provision/sandbox"
	"phonegate/ui/wizard"
)

// wizard opens the wizard on the real providers, or on the sandbox under --sandbox.
func (p *program) wizard(ctx context.Context) error {
	at, err := p.open(ctx)
	if err != nil {
		return err
	}
	defer at.close()
	start := wizard.StartWelcome
	if at.sandboxed {
		start = wizard.StartSandbox
	}
	return p.walk(ctx, at, start)
}

// sandboxWizard opens the wizard on providers embedded in this process.
func (p *program) sandboxWizard(ctx context.Context, o sandbox.Options) error {
	at, err := p.embedded(ctx, o)
	if err != nil {
		return err
	}
	defer at.close()
	return p.walk(ctx, at, wizard.StartSandbox)
}

// embedded is a place with a sandbox in this process.
func (p *program) embedded(ctx context.Context, o sandbox.Options) (*place, error) {
	credentials := sandbox.Credentials()
	at := &place{sandboxed: true, getenv: func(name string) string { return credentials[name] }, close: func() {}}
	return at, p.embed(ctx, at, o)
}

// walk runs the wizard and says, when it has gone, how to carry on.
func (p *program) walk(ctx context.Context, at *place, start string) error {
	b := &backend{p: p, at: at}
	defer b.Close()
	result, err := wizard.Run(ctx, wizard.Options{
		Backend: b, In: p.In, Out: p.Out, Start: start, Env: os.Environ(), NoColor: !p.colour(),
		Sandbox: func(ctx context.Context) (wizard.Backend, error) {
			at, err := p.embedded(ctx, sandbox.Options{})
			if err != nil {
				return nil, err
			}
			context.AfterFunc(ctx, at.close)
			return &backend{p: p, at: at}, nil
		},
	})
	if err != nil {
		return err
	}
	if next := result.Continue(); next != "" {
		fmt.Fprintf(p.Err, "Carry on with: %s\n", next)
	}
	switch {
	case result.Interrupted:
		p.reported = true // leaving is a choice, not a mishap
		return fault.Of(context.Canceled)
	case result.Err != nil:
		p.reported = true
		return result.Err
	}
	return nil
}

// play lets the sandbox play itself: the whole path without a person.
func (p *program) play(ctx context.Context, o sandbox.Options) error {
	at, err := p.embedded(ctx, o)
	if err != nil {
		return err
	}
	defer at.close()
	if !p.json {
		b := &backend{p: p, at: at}
		defer b.Close()
		p.reported = true // the story ends with what went wrong
		return wizard.Auto(ctx, b, p.Out, p.plainOptions(nil))
	}
	jobs, err := p.jobs(example(), at)
	if err != nil {
		return err
	}
	p.yes = true
	return p.work(ctx, "sandbox", jobs, p.applyAndTest)
}

// applyAndTest sets a tenant up and goes through a whole login.
func (p *program) applyAndTest(ctx context.Context, j *job, t *provision.Tenant) (event.Outcome, error) {
	o, err := p.apply(ctx, j, t)
	if err != nil {
		return o, err
	}
	return o, p.liveTest(ctx, j, t, wizard.Test{Level: "login"}, nil, t.Emit)
}
