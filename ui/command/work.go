package command

import (
	"context"
	"errors"
	"slices"
	"time"

	"phonegate/provision/engine"
	"phonegate/provision/event"
	"phonegate/provision/fault"
	"phonegate/provision/state"
	"phonegate/ui/render"
)

// tenantFunc does the whole work of a command for one tenant.
type tenantFunc func(context.Context, *job, *engine.Tenant) (event.Outcome, error)

// work does one thing with every job, one after the other: a tenant that fails does not keep the next from its turn. It
// ends with the result event and the error that decides the exit code.
func (p *program) work(ctx context.Context, command string, jobs []*job, do tenantFunc) error {
	r, err := p.begin(command, jobs)
	if err != nil {
		return err
	}
	for _, m := range r.members {
		m.timed(func() {
			if m.err = p.mayBegin(ctx, command, m.job); m.err == nil {
				m.sink = r.out.Emit
				m.err = m.open(p, command)
			}
			if m.err == nil {
				m.outcome, m.err = do(ctx, m.job, m.engine.Tenant)
			}
		})
		m.close()
	}
	return r.end()
}

// run is one run of a command on some tenants.
type run struct {
	p       *program
	command string
	out     render.Renderer
	start   time.Time
	members []*member
}

// member is one tenant of a run.
type member struct {
	*job
	engine   *opened // nil while there is none
	sink     func(event.Event)
	plan     *engine.Plan
	outcome  event.Outcome
	err      error
	took     time.Duration
	requests map[string]int
	// switched says that the Action was written: from then on a rotation has only to be cleaned up after.
	switched bool
}

// hear passes an event on.
func (m *member) hear(e event.Event) {
	if s, ok := e.(event.Step); ok && s.Resource == "auth0.action" && s.Status == event.Done {
		m.switched = true
	}
	m.sink(e)
}

// next is the command that carries on: another rotation would make another key.
func (m *member) next(command string) string {
	if command == "rotate" && m.switched {
		return "apply"
	}
	return command
}

// begin opens the output.
func (p *program) begin(command string, jobs []*job) (*run, error) {
	r := &run{p: p, command: command, start: time.Now()}
	for _, j := range jobs {
		r.members = append(r.members, &member{job: j})
	}
	p.checks = command == "doctor"
	var err error
	r.out, err = p.renderer(jobs)
	return r, err
}

// timed adds what f takes to the tenant's time.
func (m *member) timed(f func()) {
	start := time.Now()
	defer func() { m.took += time.Since(start) }()
	f()
}

// reading are the commands that change nothing and so need not work alone on a tenant.
var reading = []string{"plan", "doctor", "state"}

// open makes the engine; a command that changes something gets the tenant for itself.
func (m *member) open(p *program, command string) error {
	remembered, err := state.Open(m.at.dir, m.name)
	if err != nil {
		return err
	}
	if err = m.at.forgetOthers(remembered, m.spec.Auth0.Domain); err == nil && !slices.Contains(reading, command) {
		err = remembered.Lock()
	}
	o := &opened{state: remembered}
	if err == nil {
		o.Tenant, err = m.at.engine(engine.Options{Name: m.name, Spec: m.spec, Credentials: m.creds, State: remembered,
			NoWait: p.noWait, HandTo: p.handTo, Emit: m.hear})
	}
	if err != nil {
		return errors.Join(err, remembered.Close())
	}
	m.engine = o
	return nil
}

// close ends the engine, and keeps what it has counted.
func (m *member) close() {
	if m.engine == nil {
		return
	}
	m.requests = m.engine.Requests()
	_ = m.engine.state.Close()
	m.engine = nil
}

// end emits the result and gives the error that decides the exit code.
func (r *run) end() error {
	p := r.p
	result := event.Result{Type: "result", Command: r.command, OK: true, Requests: noRequests()}
	var failed, differing []error
	var differ []string
	for _, m := range r.members {
		err := p.carryOn(m.next(r.command), m.job, m.err)
		m.outcome.Name, m.outcome.OK = m.name, true
		if len(r.members) > 1 {
			m.outcome.ElapsedMS = m.took.Milliseconds()
		} else {
			m.outcome.Findings = 0 // each is an event of its own
		}
		switch {
		case err == nil:
		case r.command == "plan" && fault.Of(err).Category == fault.Differences:
			differing, differ = append(differing, err), append(differ, m.name) // what plan was asked for is no failure of it
		default:
			m.outcome.OK, m.outcome.Error = false, event.FromError(whole(err))
			failed = append(failed, whole(err))
		}
		result.OK = result.OK && m.outcome.OK
		result.Tenants = append(result.Tenants, m.outcome)
		for provider, n := range m.requests {
			result.Requests[provider] += n
		}
	}
	result.ElapsedMS = time.Since(r.start).Milliseconds()
	if len(failed) > 0 {
		result.Error = event.FromError(fault.Worst(errors.Join(failed...)))
	}
	r.out.Emit(result)
	if err := r.out.Close(); err != nil {
		return fault.Wrap(err, fault.Failed, "output", "", "Writing the output failed: %s.", err)
	}
	p.reported = true
	if len(differ) > 1 {
		differing = []error{fault.New(fault.Differences, "plan.differences", "Run "+p.againFor("apply", differ)+".",
			"%d tenants differ from their configuration: %s.", len(differ), render.Listed(differ))}
	}
	if len(differing) > 0 && !p.json { // under --json, all errors are printed at the end
		p.complain(differing[0])
	}
	return errors.Join(append(failed, differing...)...)
}

// mayBegin is an error once a run has been interrupted: the tenants that are left are not begun.
func (p *program) mayBegin(ctx context.Context, command string, j *job) error {
	if ctx.Err() == nil && !p.stoppers.halted() {
		return nil
	}
	return fault.New(fault.Interrupted, "interrupted", "Run "+p.again(command, j.name)+".", "Interrupted before %s was started.", j.name)
}

// carryOn puts the command that carries on into the error of an interrupted run.
func (p *program) carryOn(command string, j *job, err error) error {
	if err == nil || fault.Of(err).Code != "interrupted" || errors.Is(err, errDeclined) || j.at.embedded != nil {
		return err
	}
	f := *fault.Of(err)
	if errors.Is(&f, context.Canceled) || errors.Is(&f, context.DeadlineExceeded) {
		f.Hint = "Run " + p.again(command, j.name) + " to continue where it stopped."
	}
	return &f
}

// again is the command to run next, for this tenant.
func (p *program) again(command, tenant string) string { return p.againFor(command, []string{tenant}) }

// againFor is the command to run next: for these tenants, or for all if that was said and they are too many to name.
func (p *program) againFor(command string, tenants []string) string {
	const most = 3
	line := "phonegate " + command
	if p.all && len(tenants) > most {
		line += " --all"
	} else {
		for _, t := range tenants {
			line += " --tenant " + t
		}
	}
	line += p.byFile()
	if p.flags.sandbox {
		line += " --sandbox"
	}
	return line
}
