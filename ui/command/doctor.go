package command

import (
	"context"

	"github.com/spf13/cobra"

	"phonegate/provision/engine"
	"phonegate/provision/event"
	"phonegate/provision/fault"
)

func (p *program) doctorCommand() *cobra.Command {
	return p.tenantCommand("doctor", "Check every part and say how to fix it",
		`Checks every part of the setup, from the credentials to the deployed form, and says how to fix each problem it finds.
Changes nothing and sends nothing. Exit code 3 if it finds a problem.`,
		multiStep{grouped: true, act: func(ctx context.Context, j *job, t *engine.Tenant, _ *engine.Plan) (event.Outcome, error) {
			if j.at.embedded != nil { // a sandbox in this process begins empty: there is something to look at once it is set up
				plan, err := t.Plan(ctx)
				if err != nil {
					return event.Outcome{}, err
				}
				if o, err := p.carryOut(ctx, j, t, plan); err != nil {
					return o, err
				}
			}
			findings, err := t.Doctor(ctx)
			if err != nil {
				return event.Outcome{}, err
			}
			bad := 0
			for _, f := range findings {
				step := event.Step{Type: "step", Tenant: j.name, Resource: f.Resource, Status: event.Done, Detail: f.Message}
				if !f.OK {
					bad++
					step.Status, step.Error = event.Failed, &event.Error{Code: f.Code, Message: f.Message, Hint: f.Hint}
					step.Detail = ""
				}
				t.Emit(step)
			}
			if bad > 0 {
				err = fault.New(fault.Differences, "doctor.findings", "Each problem above says how to fix it.", "%s has %s.", j.name, fault.Count(bad, "problem"))
			}
			return event.Outcome{Findings: bad}, err
		}})
}
