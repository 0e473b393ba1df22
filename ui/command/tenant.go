package command

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"phonegate/provision"
	"phonegate/provision/event"
	"phonegate/provision/fault"
)

// tenantCommand is a command that works on the tenants of the file with the engine.
func (p *program) tenantCommand(name, short, long string, do func(context.Context, *job, *provision.Tenant) (event.Outcome, error)) *cobra.Command {
	c := &cobra.Command{
		Use: name, Short: short, Long: long, Args: noArguments,
		RunE: func(c *cobra.Command, _ []string) error {
			p.answers = given(c)
			return p.tenantsAt(c.Context(), name, do)
		},
	}
	answerFlags(c)
	return c
}

func (p *program) tenantsAt(ctx context.Context, name string, do func(context.Context, *job, *provision.Tenant) (event.Outcome, error)) error {
	at, err := p.open(ctx)
	if err != nil {
		return err
	}
	defer at.close()
	file, err := p.file(at)
	if err != nil {
		return err
	}
	jobs, err := p.jobs(file, at)
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
			o := t.Planned(plan)
			if provision.Pending(plan) {
				return o, fault.New(fault.Differences, "plan.differences", p.again("apply", j.name), "%s is not as the file says.", j.name)
			}
			return o, nil
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
		if err := p.confirm(j, "Apply this to "+j.spec.Auth0.Domain+"?"); err != nil {
			return event.Outcome{}, err
		}
	}
	return t.Apply(ctx)
}

func (p *program) destroyCommand() *cobra.Command {
	return p.tenantCommand("destroy", "Remove what phonegate made and put back what was there", `Removes the Action, the form, the key and the Verify service as far as phonegate made them, and puts
the login page and the post-login flow back as they were. Verified phone numbers stay in the users' profiles.`,
		func(ctx context.Context, j *job, t *provision.Tenant) (event.Outcome, error) {
			plan, err := t.PlanDestroy(ctx)
			if err != nil {
				return event.Outcome{}, err
			}
			if provision.Pending(plan) {
				if err := p.confirm(j, "Remove this from "+j.spec.Auth0.Domain+"?"); err != nil {
					return event.Outcome{}, err
				}
			}
			return t.Destroy(ctx)
		})
}

func (p *program) rotateCommand() *cobra.Command {
	return p.tenantCommand("rotate", "Replace the session secrets and the Twilio key", `Replaces the secrets that Action and form share and the Twilio key that both use. The form accepts
the old secrets beside the new ones, and the old key is deleted last, so that no login under way fails.`,
		func(ctx context.Context, j *job, t *provision.Tenant) (event.Outcome, error) {
			if _, err := t.PlanRotation(ctx); err != nil {
				return event.Outcome{}, err
			}
			if err := p.confirm(j, "Rotate the secrets of "+j.spec.Auth0.Domain+"?"); err != nil {
				return event.Outcome{}, err
			}
			return t.Apply(ctx)
		})
}

// confirm asks before a change. A protected tenant wants its name typed, unless it was named on the command line.
func (p *program) confirm(j *job, question string) error {
	if j.spec.Protected && !j.at.sandboxed {
		if p.yes && len(p.tenants) > 0 {
			return nil
		}
		if !p.interactive() {
			return fault.New(fault.Usage, "usage.protected", "Name it: "+p.again("...", j.name)+" --yes", "%s is protected: a change to it must name it.", j.name)
		}
		typed, err := p.line(fmt.Sprintf("%s\n%s is protected. Type its name to go on: ", question, j.name))
		if err != nil {
			return err
		}
		if typed != j.name {
			return declined()
		}
		return nil
	}
	if p.yes {
		return nil
	}
	if !p.interactive() {
		return fault.New(fault.Usage, "usage.yes", "Add --yes.", "A change needs a yes, and nobody can be asked here.")
	}
	typed, err := p.line(question + " [y/N] ")
	if err != nil {
		return err
	}
	if typed != "y" && typed != "Y" && typed != "yes" {
		return declined()
	}
	return nil
}

func declined() error {
	return fault.New(fault.Interrupted, "declined", "Nothing was changed.", "Not confirmed.")
}

// again is the command to run next, for this tenant.
func (p *program) again(command, tenant string) string {
	line := "phonegate " + command + " --tenant " + tenant
	if p.flags.sandbox {
		line += " --sandbox"
	}
	return line
}
