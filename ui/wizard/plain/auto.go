package plain

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"sync"
	"time"

	"phonegate/provision/config"
	"phonegate/provision/event"
	"phonegate/provision/fault"
	"phonegate/provision/host/kind"
	"phonegate/ui/render"
	"phonegate/ui/wizard/flow"
)

// Auto plays the wizard in the sandbox by itself and tells it as plain lines: the answers, the plan,
// what is made, the text that arrives, the code that is typed, the login that follows. It is
// what a pipe, a CI log or --auto sees. o shapes the lines.
func Auto(ctx context.Context, backend flow.Backend, out io.Writer, o render.Options) error {
	began := time.Now()
	if !slices.Contains(backend.Hosts(), o.Host) {
		o.Host = flow.SandboxSpec("").Host.Kind
	}
	p := &player{backend: backend, o: o, r: render.Plain(out, o)}
	err := p.play(ctx)
	p.sum(err, time.Since(began))
	if bad := p.r.Close(); err == nil && bad != nil {
		err = fault.Wrap(bad, fault.Failed, "output", "", "The output could not be written: %v.", bad)
	}
	return err
}

// player is a person made of lines.
type player struct {
	backend flow.Backend
	o       render.Options
	r       render.Renderer
	s       flow.Session
	tries   int

	mu    sync.Mutex
	inbox []flow.Message
	// unread has room for one wake-up: a message has come.
	unread chan struct{}
}

// print appends a line behind a prefix, wrapped.
func (p *player) print(prefix, format string, args ...any) {
	render.Say(p.r, prefix, fmt.Sprintf(format, args...))
}

func (p *player) title(text string) {
	p.print("", "")
	p.print(p.o.Styles.Title.Render(text), "")
}

// play goes through the same steps as the wizard.
func (p *player) play(ctx context.Context) error {
	p.unread = make(chan struct{}, 1)
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	p.listen(ctx)

	p.s = flow.Session{Tenant: "dev", Sandbox: true, Sources: map[string]string{}}
	p.s.Credentials, _ = p.backend.Credentials(ctx, p.s.Tenant)
	spec := flow.SandboxSpec(p.s.Credentials.Auth0Domain)
	spec.Host.Kind, spec.Host.URL = p.o.Host, flow.SandboxURL(spec, p.o.Host)
	p.s.Spec = config.Complete(p.s.Tenant, spec)
	p.print("", "phonegate plays itself: Auth0, Twilio Verify and %s inside this program. Nothing leaves this computer.", p.hostInside())

	for _, part := range []func(context.Context) error{p.connect, p.answers, p.apply, p.login} {
		if err := ctx.Err(); err != nil {
			return fault.Of(err)
		}
		if err := part(ctx); err != nil {
			return fault.Of(err)
		}
	}
	return nil
}

// hostInside is who hosts the form, with the verb after all the others.
func (p *player) hostInside() string {
	if kind.SelfHosted(p.o.Host) {
		return "a server for the form are"
	}
	return flow.HostLabel(p.o.Host) + " are"
}

// listen collects what the phone receives and tells it.
func (p *player) listen(ctx context.Context) {
	inbox := p.backend.Messages()
	if inbox == nil {
		return
	}
	go func() {
		for {
			select {
			case <-ctx.Done():
				return
			case m, ok := <-inbox:
				if !ok {
					return
				}
				p.mu.Lock()
				p.inbox = append(p.inbox, m)
				p.mu.Unlock()
				p.print("    phone  ", "%s", m.To)
				p.print("           ", "“%s”", render.Printable(m.Body))
				select {
				case p.unread <- struct{}{}:
				default:
				}
			}
		}
	}()
}

func (p *player) connect(ctx context.Context) error {
	p.title("Connect")
	for _, pr := range flow.Providers {
		a, err := p.backend.Check(ctx, pr.ID, p.s)
		if err != nil {
			return err
		}
		p.print("  "+p.good()+"  "+render.Pad(pr.Name(p.s), flow.AccountColumn)+" ", "%s", render.Printable(a.Name))
	}
	return nil
}

// good is the mark and the word of something that is in order.
func (p *player) good() string {
	return render.OK.Mark(p.o.Styles) + " " + render.OK.Style(p.o.Styles).Render(render.Pad(render.OK.Word(), 7))
}

func (p *player) answers(context.Context) error {
	p.title("Answers")
	for _, stop := range flow.Way {
		if stop.Tell != nil {
			p.print("    "+render.Pad(stop.Crumb, 8)+" ", "%s", stop.Tell(p.s))
		}
	}
	p.print("", "")
	return nil
}

func (p *player) apply(ctx context.Context) error {
	plan, err := p.backend.Plan(ctx, p.s, func(event.Event) {})
	if err != nil {
		return err
	}
	p.r.Emit(plan)
	if err := p.backend.Save(p.s); err != nil {
		return err
	}
	p.print(p.o.Styles.Title.Render("Set up"), "")
	never := make(chan struct{})
	_, err = p.backend.Apply(ctx, p.s, never, p.step)
	return err
}

// step tells a step, and leaves out what is said elsewhere.
func (p *player) step(e event.Event) {
	if s, ok := e.(event.Step); ok {
		p.r.Emit(s)
	}
}

func (p *player) login(ctx context.Context) error {
	p.title("A whole login")
	return p.backend.LiveTest(ctx, p.s, flow.Test{Level: "login"}, p, p.step)
}

// maxTries is how often a code is typed before giving up: a test that cannot pass must end.
const maxTries = 3

// Code reads the phone and types what it says.
func (p *player) Code(ctx context.Context, to, problem string) (string, error) {
	if problem != "" {
		p.print("    form   ", "%s", render.Printable(problem))
	}
	if p.tries++; p.tries > maxTries {
		return "", errors.New("the code from the phone was not accepted")
	}
	for {
		p.mu.Lock()
		n := len(p.inbox)
		var m flow.Message
		if n > 0 {
			m = p.inbox[n-1]
		}
		p.mu.Unlock()
		if n > 0 {
			p.print("    typed  ", "%s", m.Code)
			return m.Code, nil
		}
		select {
		case <-p.unread:
		case <-ctx.Done():
			return "", ctx.Err()
		}
	}
}

// Open has no browser to open: the test goes on by itself.
func (p *player) Open(_ context.Context, url string) error {
	p.print("    open   ", "%s", url)
	return nil
}

// sum is the end of the story.
func (p *player) sum(err error, took time.Duration) {
	st := p.o.Styles
	p.print("", "")
	if err != nil {
		f := fault.Of(err)
		p.print(render.Bad.Mark(st)+" "+render.Bad.Word()+"  ", "%s", render.Sentence(f.Message))
		if f.Hint != "" {
			p.print("  → ", "%s", f.Hint)
		}
		return
	}
	p.print(p.good()+" ", "A whole first login, and a second one without a text, in %s. Your own tenant would get the same files, to the byte.", render.Elapsed(took))
	for _, l := range render.Commands([]render.Command{
		{Line: "phonegate sandbox", Why: "the same, with you at the keyboard"}, {Line: "phonegate", Why: "set up a tenant of your own"},
	}, st, render.Width(p.o.Width)) {
		p.print(l, "")
	}
}
