package plain

import (
	"context"
	"errors"
	"io"
	"time"

	"phonegate/provision/event"
	"phonegate/provision/fault"
	"phonegate/provision/secret"
	"phonegate/ui/render"
	"phonegate/ui/wizard/flow"
)

// test offers the live test.
func (a *prompter) test(ctx context.Context) error {
	var lines []string
	for _, l := range flow.Levels {
		lines = append(lines, l.Label+": "+l.About)
	}
	n, err := a.choose("Shall we try it?", lines, 0)
	if err != nil || flow.Levels[n].ID == "" {
		return err
	}
	t := flow.Test{Level: flow.Levels[n].ID}
	if t.Level == "sms" && !a.s.Sandbox {
		if err := a.ask("Your number, with its country code", "", func(v string) (bad error) { t.Phone, bad = flow.E164(v); return bad }); err != nil {
			return err
		}
	}
	a.inbox = a.backend.Messages()
	for {
		err := a.backend.LiveTest(ctx, a.s, t, a, a.r.Emit)
		if err == nil {
			break
		}
		if ctx.Err() != nil || errors.Is(err, io.EOF) || fault.Of(err).Category == fault.Interrupted {
			return err
		}
		a.write(render.ErrorLines(event.FromError(err), render.Styles{}, render.MaxWidth))
		n, bad := a.choose("What now?", []string{"Test again", "Repair: see what would be put right, then test again", "Leave it"}, 2)
		if bad != nil || n == 2 {
			a.told = true
			return errors.Join(bad, err)
		}
		if n == 1 {
			if done, err := a.apply(ctx); err != nil || !done {
				return err
			}
		}
	}
	a.result.Tested = true
	a.print("done: %s asks for a verified phone, and the live test passed.", a.s.Tenant)
	return nil
}

// Code asks for the code; what the sandbox's phone received is read out first.
func (a *prompter) Code(_ context.Context, to, problem string) (string, error) {
	if problem != "" {
		a.print("failed: %s", problem)
	}
	a.readPhone()
	var code string
	err := a.ask("The code"+flow.SentTo(to), "", func(v string) error {
		if code = secret.Clean(v); code == "" {
			return flow.ErrEmpty
		}
		return nil
	})
	return code, err
}

// readPhone reads out the newest message of the sandbox's phone, if there is a phone. The text may be a
// moment behind the question for its code.
func (a *prompter) readPhone() {
	body, wait := "", 2*time.Second
	for a.inbox != nil {
		select {
		case m, ok := <-a.inbox:
			if ok {
				body, wait = m.Body, 100*time.Millisecond
				continue
			}
			a.inbox = nil
		case <-time.After(wait):
		}
		break
	}
	if body != "" {
		a.print("The phone received: %s", body)
	}
}

// Open says which address to open.
func (a *prompter) Open(_ context.Context, url string) error {
	a.print("Open this address in a browser: %s", url)
	return nil
}
