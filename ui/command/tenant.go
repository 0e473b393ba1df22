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
func (p *program) tenantCommand(name, short, long string, c course) *cobra.Command {
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

// assemble gives the jobs that were asked for, at the place where they are done. done leaves it.
func (p *program) assemble(ctx context.Context, command string) (jobs []*job, done func(), err error) {
	at := p.nowhere()
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
	if err := p.settle(ctx, at, names...); err != nil {
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
		`Reads what the tenant, the Twilio account and the host have and shows what apply would change, and what that means for
logins under way. Changes nothing. Every computer comes to the same plan. Exit code 3 if there is something to do.`, course{
			look: (*engine.Tenant).Plan,
			act: func(_ context.Context, j *job, _ *engine.Tenant, plan *engine.Plan) (event.Outcome, error) {
				var err error
				if plan.Pending() {
					err = fault.New(fault.Differences, "plan.differences", p.again("apply", j.name)+" makes it so.", "%s is not as the file says.", j.name)
				}
				return plan.Outcome(), err
			},
		})
}

func (p *program) applyCommand() *cobra.Command {
	return p.tenantCommand("apply", "Create and update everything", `Creates and updates the Verify service, its key, the form, the Action, its place in the
post-login flow and the sign-up field until all is as the file says. A second run does nothing. No login under way breaks.

Where the form runs on your own server (host.kind: bundle) it stops until the form is in operation, says what to do, and
carries on when it is run again.`, p.applying())
}

func (p *program) applying() course {
	return course{
		look:     (*engine.Tenant).Plan,
		question: "Apply this to %s?",
		act:      p.carryOut,
	}
}

func (p *program) destroyCommand() *cobra.Command {
	return p.tenantCommand("destroy", "Remove what phonegate made, put back what was there",
		`Removes the Action, the form, the keys and the Verify service as far as phonegate made them, and puts the login page and
the post-login flow back as they were. Verified phone numbers stay in the users' profiles.

What phonegate can't tell to be its own stays, such as a project with variables of yours. It is listed with the command that
removes it, and the exit code is 1.`, course{
			look:     (*engine.Tenant).PlanDestroy,
			question: "Remove this from %s?",
			act:      p.carryOut,
		})
}

func (p *program) rotateCommand() *cobra.Command {
	c := p.tenantCommand("rotate", "Replace the key that Action and form share, and its Twilio key", `Makes a new key for Action and form, with a Twilio API key of its own. The former key stays until every login that began
with it is over, so no login fails, however often and from however many computers it is run. No former value is needed.

It waits for that, 15 minutes, and then removes the former key. With --no-wait it ends at once, and the first apply after
those 15 minutes removes it: from then on plan says so (exit code 3). On a computer whose keyring does not have the former
key, apply also waits until that key is an hour old. It is safe to stop at any time: phonegate apply, on any computer, does
the rest.`, course{
		look:     (*engine.Tenant).PlanRotation,
		question: "Rotate the key of %s?", always: true,
		act: p.carryOut,
	})
	c.Flags().BoolVar(&p.noWait, "no-wait", false, "leave the former key to a later apply instead of waiting 15 minutes")
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
			return fault.New(fault.Usage, "usage.protected", "Name it: "+named,
				"%s is protected: a change to it must name it.", j.protected())
		}
		typed, err := p.line(ctx, fmt.Sprintf("%s\n%s is protected. Type its name to go on: ", question, j.protected()))
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
	return fmt.Sprintf("%s, whose domain %s has,", j.guard, j.name)
}

// errDeclined is the cause of what was not confirmed.
var errDeclined = errors.New("declined")

func declined(j *job) error {
	return fault.Wrap(errDeclined, fault.Interrupted, "declined", "Nothing was changed.", "%s was not confirmed.", j.name)
}
