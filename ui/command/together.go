package command

import (
	"context"
	"fmt"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"phonegate/provision/engine"
	"phonegate/provision/event"
	"phonegate/provision/fault"
	"phonegate/provision/transport"
	"phonegate/ui/render"
)

// atOnce is how many tenants are worked on at the same time. Most of the time each of them waits: for an answer, for a
// build, for the rate limit of its account.
const atOnce = 16

// multiStep is a command in three parts: look, ask, act. Tenants are read in parallel and changed in parallel; in between,
// the user answers one question at a time.
type multiStep struct {
	// look says what there is to do. A command without it does all in act.
	look func(*engine.Tenant, context.Context) (*engine.Plan, error)
	// question asks for a yes where there is something to do, or always; %s is what it is about. "" asks nothing.
	question string
	always   bool
	// act is given what look said; nil without it.
	act func(context.Context, *job, *engine.Tenant, *engine.Plan) (event.Outcome, error)
	// grouped keeps together what is said of each tenant while it is acted on, and leaves out what is in order.
	grouped bool
}

// asks says whether the plan needs a yes.
func (c multiStep) asks(plan *engine.Plan) bool {
	return c.question != "" && (c.always || plan.Pending())
}

// single runs the steps for one tenant.
func (p *program) single(command string, c multiStep) tenantFunc {
	return func(ctx context.Context, j *job, t *engine.Tenant) (event.Outcome, error) {
		var plan *engine.Plan
		if c.look != nil {
			var err error
			if plan, err = c.look(t, p.tellWaits(ctx)); err != nil {
				return event.Outcome{}, err
			}
		}
		if c.asks(plan) {
			if err := p.confirm(ctx, command, j, fmt.Sprintf(c.question, j.spec.Auth0.Domain)); err != nil {
				return event.Outcome{}, err
			}
		}
		return c.act(ctx, j, t, plan)
	}
}

// together runs all steps for all jobs. A job that fails does not affect the others.
func (p *program) together(ctx context.Context, command string, jobs []*job, c multiStep) error {
	if len(jobs) == 1 {
		return p.work(ctx, command, jobs, p.single(command, c))
	}
	p.terse = c.grouped
	r, err := p.begin(command, jobs)
	if err != nil {
		return err
	}
	for _, batch := range batches(r.members) {
		r.batch(ctx, batch, c)
	}
	return r.end()
}

// batches separates tenants that change the same thing: an Auth0 tenant, a Verify service, a project of the host. Each
// must see what the one before it has made, or it would make it again.
func batches(members []*member) [][]*member {
	var all [][]*member
	last := map[string]int{} // the last batch, from 1, in which something is changed
	for _, m := range members {
		s := m.spec
		shared := []string{"auth0 " + s.Auth0.Domain, "twilio " + m.creds.TwilioAccountSID + " " + s.Twilio.ServiceName,
			"host " + s.Host.Kind + " " + s.Host.Team + " " + s.Host.Project}
		n := 0
		for _, what := range shared {
			n = max(n, last[what])
		}
		if n == len(all) {
			all = append(all, nil)
		}
		all[n] = append(all[n], m)
		for _, what := range shared {
			last[what] = n + 1
		}
	}
	return all
}

// batch runs the steps for tenants that change different things.
func (r *run) batch(ctx context.Context, members []*member, c multiStep) {
	told := r.p.tellWaits(ctx)
	r.each(members, true, func(m *member) {
		if m.err = r.p.mayBegin(ctx, r.command, m.job); m.err == nil {
			m.err = m.open(r.p, r.command)
		}
		if m.err == nil && c.look != nil {
			m.plan, m.err = c.look(m.engine.Tenant, told)
		}
	})
	r.ask(ctx, members, c)
	r.each(members, c.grouped, func(m *member) {
		if m.err == nil {
			m.err = r.p.mayBegin(ctx, r.command, m.job)
		}
		if m.err == nil {
			m.outcome, m.err = c.act(ctx, m.job, m.engine.Tenant, m.plan)
		}
		m.close()
	})
}

// tellWaits lets a person who looks on know, once for each provider, why nothing is to be seen yet. Afterwards the steps tell.
func (p *program) tellWaits(ctx context.Context) context.Context {
	const short = 2 * time.Second
	if !p.OutTerminal || p.json {
		return ctx
	}
	var mu sync.Mutex
	said := map[string]bool{}
	return transport.Waiting(ctx, func(provider string, d time.Duration) {
		mu.Lock()
		defer mu.Unlock()
		if d < short || said[provider] {
			return
		}
		said[provider] = true
		fmt.Fprintf(p.Err, "Waiting for the rate limit of %s.\n", transport.Name(provider))
	})
}

// each does something with all members at the same time. grouped keeps what is said of each together, in their order.
func (r *run) each(members []*member, grouped bool, do func(*member)) {
	order := &orderedOutput{emit: r.out.Emit, held: make([][]event.Event, len(members)), ended: make([]bool, len(members))}
	var group errgroup.Group
	group.SetLimit(atOnce)
	for i, m := range members {
		m.sink = r.out.Emit
		if grouped && !r.p.json { // a program wants to know at once
			m.sink = func(e event.Event) { order.say(i, e) }
		}
		group.Go(func() error {
			defer order.end(i)
			m.timed(func() { do(m) })
			return nil
		})
	}
	_ = group.Wait() // each keeps its own error
}

// orderedOutput emits the events of several tenants in order: those of the first at once, the others when their predecessors
// have ended.
type orderedOutput struct {
	emit func(event.Event)

	mu    sync.Mutex
	turn  int
	held  [][]event.Event
	ended []bool
}

func (t *orderedOutput) say(i int, e event.Event) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if i == t.turn {
		t.emit(e)
		return
	}
	t.held[i] = append(t.held[i], e)
}

func (t *orderedOutput) end(i int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for t.ended[i] = true; t.turn < len(t.ended) && t.ended[t.turn]; {
		if t.turn++; t.turn < len(t.held) {
			for _, e := range t.held[t.turn] {
				t.emit(e)
			}
			t.held[t.turn] = nil
		}
	}
}

// ask gets a yes for what is to be done: one for all tenants together, and one by name for each that is protected.
func (r *run) ask(ctx context.Context, members []*member, c multiStep) {
	var plain, guarded, unread []*member
	for _, m := range members {
		switch {
		case m.err != nil:
			unread = append(unread, m)
		case !c.asks(m.plan):
		case m.guard != "":
			guarded = append(guarded, m)
		default:
			plain = append(plain, m)
		}
	}
	about := func(m *member) string { return fmt.Sprintf(c.question, m.spec.Auth0.Domain) }
	if len(plain)+len(guarded) > 0 && len(unread) > 0 && r.p.interactive() {
		var names []string
		for _, m := range unread {
			names = append(names, m.name)
		}
		fmt.Fprintf(r.p.Err, "%s Skipped (could not be read): %s.\n", render.Bad.Glyph(), render.Listed(names))
	}
	switch len(plain) {
	case 0:
	case 1:
		plain[0].err = r.p.confirm(ctx, r.command, plain[0].job, about(plain[0]))
	default:
		question := fmt.Sprintf(c.question, fmt.Sprintf("these %d tenants", len(plain)))
		err := r.p.confirm(ctx, r.command, plain[0].job, question)
		for _, m := range plain {
			if m.err = err; err != nil && fault.Of(err).Code == "declined" {
				m.err = declined(m.job)
			}
		}
	}
	for _, m := range guarded {
		if ctx.Err() != nil {
			m.err = fault.Of(ctx.Err())
			continue
		}
		m.err = r.p.confirm(ctx, r.command, m.job, about(m))
	}
}
