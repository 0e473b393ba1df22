package command

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/spf13/cobra"

	"phonegate/provision/engine"
	"phonegate/provision/event"
	"phonegate/provision/fault"
)

// tenantCommand is a command that works on the tenants of the file with the engine.
func (p *program) tenantCommand(name, short, long string, c multiStep) *cobra.Command {
	return p.onTenants(name, short, long, func(ctx context.Context, jobs []*job) error { return p.together(ctx, name, jobs, c) })
}

// onTenants is a command that does something with the tenants of the file that it is asked for.
func (p *program) onTenants(name, short, long string, do func(context.Context, []*job) error) *cobra.Command {
	c := &cobra.Command{
		Use: name, Short: short, Long: long, Args: noArguments,
		RunE: func(c *cobra.Command, _ []string) error {
			jobs, done, err := p.assemble(c.Context(), name)
			defer done()
			if err != nil {
				return err
			}
			return do(c.Context(), jobs)
		},
	}
	answerFlags(c)
	return c
}

// assemble gives the jobs that were asked for, and connects to their environment. done closes it.
func (p *program) assemble(ctx context.Context, command string) (jobs []*job, done func(), err error) {
	at := p.localEnv()
	done = func() { at.close() }
	file, err := p.file(at)
	if err != nil {
		return nil, done, err
	}
	if command != "smoke" && !slices.Contains(reading, command) { // smoke knows by its level
		if err := p.mayChange(command, at); err != nil {
			return nil, done, err
		}
	}
	names, err := p.names(file)
	if err != nil {
		return nil, done, err
	}
	if err := p.connect(ctx, at, names...); err != nil {
		return nil, done, err
	}
	if err := at.assign(ctx, file.Names(), names); err != nil {
		return nil, done, err
	}
	jobs, err = p.jobs(ctx, file, at)
	return jobs, done, err
}

func (p *program) planCommand() *cobra.Command {
	return p.tenantCommand("plan", "Show what apply would change",
		`Reads the Auth0 tenant, the Twilio account and the host, and shows what apply would change and how that affects logins in
progress. Changes nothing. The plan is the same on every computer. Exit code 3 if there are changes.`, multiStep{
			look: (*engine.Tenant).Plan,
			act: func(_ context.Context, j *job, _ *engine.Tenant, plan *engine.Plan) (event.Outcome, error) {
				var err error
				if plan.Pending() {
					err = fault.New(fault.Differences, "plan.differences", "Run "+p.again("apply", j.name)+".", "%s differs from its configuration.", j.name)
				}
				return plan.Outcome(), err
			},
		})
}

func (p *program) applyCommand() *cobra.Command {
	return p.tenantCommand("apply", "Create or update everything", `Creates or updates the Verify service, its key, the form, the Action, its position in the
post-login flow and the sign-up field to match phonegate.yaml. A second run changes nothing. Logins in progress go on.

If the form runs on your own server (host.kind: bundle), apply stops until the form is up, says what to do, and continues
when you run it again.`, p.applying())
}

func (p *program) applying() multiStep {
	return multiStep{
		look:     (*engine.Tenant).Plan,
		question: "Apply this to %s?",
		act:      p.carryOut,
	}
}

func (p *program) destroyCommand() *cobra.Command {
	return p.tenantCommand("destroy", "Delete what phonegate created and restore what it replaced",
		`Deletes the Action, the form, the keys and the Verify service if phonegate created them, and restores the previous login
page and post-login flow. Verified phone numbers stay in the users' profiles.

Anything that may not be phonegate's stays, such as a project that contains your own variables. It is listed with the
command that deletes it, and the exit code is 1.`, multiStep{
			look:     (*engine.Tenant).PlanDestroy,
			question: "Delete this from %s?",
			act:      p.carryOut,
		})
}

func (p *program) rotateCommand() *cobra.Command {
	c := p.tenantCommand("rotate", "Replace the key that the Action and the form share, and its Twilio key", `Creates a new key for the Action and the form, with its own Twilio API key. The former key stays valid until every login
that started with it has ended, so no login fails, however often and on however many computers you run this. The former
key's value is not needed.

rotate waits 15 minutes for those logins and then deletes the former key. With --no-wait it ends at once; the first apply
after the 15 minutes deletes the key, and from then on plan lists the deletion (exit code 3). If this computer's keyring lacks the
former key, apply also waits until that key is an hour old. You can stop at any time: phonegate apply finishes the
rotation on any computer.`, multiStep{
		look:     (*engine.Tenant).PlanRotation,
		question: "Rotate the key of %s?", always: true,
		act: p.carryOut,
	})
	c.Flags().BoolVar(&p.noWait, "no-wait", false, "do not wait 15 minutes to delete the former key; a later apply deletes it")
	return c
}

// carryOut applies a plan. The first interrupt ends it in good order and only the second at once.
func (p *program) carryOut(ctx context.Context, _ *job, t *engine.Tenant, plan *engine.Plan) (event.Outcome, error) {
	defer p.stoppers.add(t.Stop)()
	return plan.Apply(ctx)
}

// confirm asks before a change. A protected tenant wants its name typed, unless it was named on the command line.
func (p *program) confirm(ctx context.Context, command string, j *job, question string) error {
	if j.guard != "" {
		if p.yes && slices.Contains(p.tenants, j.guard) {
			return nil
		}
		if !p.interactive() {
			named := p.again(command, j.guard) + " --yes"
			if command == "secrets" {
				named += " -- COMMAND"
			}
			return fault.New(fault.Usage, "usage.protected", "Run "+named+".",
				"%s is protected, so the command must name it.", j.protected())
		}
		typed, err := p.line(ctx, fmt.Sprintf("%s\n%s is protected. Type its name to continue: ", question, j.protected()))
		if err != nil {
			return err
		}
		if typed != j.guard {
			return declined(j)
		}
		return nil
	}
	if p.yes {
		return nil
	}
	if !p.interactive() {
		return fault.New(fault.Usage, "usage.yes", "Add --yes.", "This command needs confirmation, but there is no terminal to ask on.")
	}
	typed, err := p.line(ctx, question+" [y/N] ")
	if err != nil {
		return err
	}
	if typed != "y" && typed != "Y" && typed != "yes" {
		return declined(j)
	}
	return nil
}

// protected is what is protected, in a sentence.
func (j *job) protected() string {
	if j.guard == j.name {
		return j.name
	}
	return fmt.Sprintf("%s (which has the same domain as %s)", j.guard, j.name)
}

// errDeclined is the cause of what was not confirmed.
var errDeclined = errors.New("declined")

func declined(j *job) error {
	return fault.Wrap(errDeclined, fault.Interrupted, "declined", "Nothing was changed.", "Cancelled: %s was not confirmed.", j.name)
}
