package command

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"phonegate/provision"
	"phonegate/provision/event"
	"phonegate/provision/fault"
)

// tenantCommand is a command that works on the tenants of the file with the engine.
func (p *program) tenantCommand(name, short, long string, do deed) *cobra.Command {
	c := &cobra.Command{
		Use: name, Short: short, Long: long, Args: noArguments,
		RunE: func(c *cobra.Command, _ []string) error { return p.onTenants(c.Context(), name, do) },
	}
	answerFlags(c)
	return c
}

func (p *program) onTenants(ctx context.Context, name string, do deed) error {
	at, err := p.open(ctx)
	if err != nil {
		return err
	}
	defer at.close()
	file, err := p.file(at)
	if err != nil {
		return err
	}
	jobs, err := p.jobs(ctx, file, at)
	if err != nil {
		return err
	}
	closeAll, err := p.separate(ctx, jobs)
	defer func() { closeAll() }()
	if err != nil {
		return err
	}
	return p.work(ctx, name, jobs, do)
}

func (p *program) planCommand() *cobra.Command {
	return p.tenantCommand("plan", "Say what apply would do", `Reads what the tenant, the Twilio account and the host have and says what apply would do.
Changes nothing. Exit code 3 if there is something to do.`,
		func(ctx context.Context, j *job, t *provision.Tenant) (event.Outcome, error) {
			plan, err := t.Plan(ctx)
			if err != nil {
				return event.Outcome{}, err
			}
			if provision.Pending(plan) {
				err = fault.New(fault.Differences, "plan.differences", p.again("apply", j.name)+" makes it so.", "%s is not as the file says.", j.name)
			}
			return t.Planned(plan), err
		})
}

func (p *program) applyCommand() *cobra.Command {
	return p.tenantCommand("apply", "Create and update everything", `Creates and updates the Verify service, its key, the form, the Action, its place in the
post-login flow and the sign-up field until all is as the file says. A second run does nothing.`, p.apply)
}

func (p *program) apply(ctx context.Context, j *job, t *provision.Tenant) (event.Outcome, error) {
	plan, err := t.Plan(ctx)
	if err != nil {
		return event.Outcome{}, err
	}
	if provision.Pending(plan) {
		if err := p.confirm(ctx, "apply", j, "Apply this to "+j.spec.Auth0.Domain+"?"); err != nil {
			return event.Outcome{}, err
		}
	}
	return p.stoppable(ctx, t, t.Apply)
}

func (p *program) destroyCommand() *cobra.Command {
	return p.tenantCommand("destroy", "Remove what phonegate made, put back what was there", `Removes the Action, the form, the key and the Verify service as far as phonegate made them, and puts
the login page and the post-login flow back as they were. Verified phone numbers stay in the users' profiles.`,
		func(ctx context.Context, j *job, t *provision.Tenant) (event.Outcome, error) {
			plan, err := t.PlanDestroy(ctx)
			if err != nil {
				return event.Outcome{}, err
			}
			if provision.Pending(plan) {
				if err := p.confirm(ctx, "destroy", j, "Remove this from "+j.spec.Auth0.Domain+"?"); err != nil {
					return event.Outcome{}, err
				}
			}
			return p.stoppable(ctx, t, t.Destroy)
		})
}

func (p *program) rotateCommand() *cobra.Command {
	return p.tenantCommand("rotate", "Replace the session secrets and the Twilio key", `Replaces the secrets that Action and form share and the Twilio key that both use. The form accepts
the old secrets beside the new ones, and the old key is deleted last, so that no login under way fails.`,
		func(ctx context.Context, j *job, t *provision.Tenant) (event.Outcome, error) {
			if _, err := t.PlanRotation(ctx); err != nil {
				return event.Outcome{}, err
			}
			if err := p.confirm(ctx, "rotate", j, "Rotate the secrets of "+j.spec.Auth0.Domain+"?"); err != nil {
				return event.Outcome{}, err
			}
			return p.stoppable(ctx, t, t.Apply)
		})
}

// stoppable makes a change that the first interrupt ends in good order and only the second at once.
func (p *program) stoppable(ctx context.Context, t *provision.Tenant, change func(context.Context) (event.Outcome, error)) (event.Outcome, error) {
	defer p.stoppers.add(t.Stop)()
	return change(ctx)
}

// confirm asks before a change. A protected tenant wants its name typed, unless it was named on the command line.
func (p *program) confirm(ctx context.Context, command string, j *job, question string) error {
	if j.spec.Protected && !j.at.sandboxed {
		if p.yes && len(p.tenants) > 0 {
			return nil
		}
		if !p.interactive() {
			return fault.New(fault.Usage, "usage.protected", "Name it: "+p.again(command, j.name)+" --yes", "%s is protected: a change to it must name it.", j.name)
		}
		typed, err := p.line(ctx, fmt.Sprintf("%s\n%s is protected. Type its name to go on: ", question, j.name))
		if err != nil {
			return err
		}
		if typed != j.name {
			return declined(j)
		}
		return nil
	}
	if p.yes {
		return nil
	}
	if !p.interactive() {
		return fault.New(fault.Usage, "usage.yes", "Add --yes.", "A change needs a yes, and nobody can be asked here.")
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

// errDeclined is the cause of what was not confirmed.
var errDeclined = errors.New("declined")

func declined(j *job) error {
	return fault.Wrap(errDeclined, fault.Interrupted, "declined", "Nothing was changed.", "%s was not confirmed.", j.name)
}

// again is the command to run next, for this tenant.
func (p *program) again(command, tenant string) string {
	line := "phonegate " + command + " --tenant " + tenant
	if p.configGiven {
		line += " --config " + p.config
	}
	if p.flags.sandbox {
		line += " --sandbox"
	}
	return line
}
