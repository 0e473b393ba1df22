package transport

import (
	"context"
	"strings"
	"time"
)

// admit waits until q is first in the queue and its account accepts requests.
func (t *Transport) admit(ctx context.Context, provider string, a *account, q *waiter) error {
	a.enter(q)
	for told := false; ; {
		gone, wait, about := a.try(q)
		if gone {
			return nil
		}
		if !told {
			told = t.tell(ctx, provider, about)
		}
		var due <-chan time.Time
		var timer *time.Timer
		if wait > 0 {
			timer = time.NewTimer(wait)
			due = timer.C
		}
		var err error
		select {
		case <-due:
		case <-q.wake:
		case <-ctx.Done():
			err = ctx.Err()
		}
		if timer != nil {
			timer.Stop()
		}
		if err != nil {
			a.leave(q)
			return err
		}
	}
}

// Name is a provider as people write it: "Auth0" for "auth0".
func Name(provider string) string {
	if provider == form {
		return "the form’s host"
	}
	return strings.ToUpper(provider[:1]) + provider[1:]
}

// Waiting lets told know about every wait of more than a second of requests made with the context, before it begins. It
// may be called by many goroutines.
func Waiting(ctx context.Context, told func(provider string, d time.Duration)) context.Context {
	return context.WithValue(ctx, waiting, told)
}

// tell tells of a wait that is long enough for somebody to wonder.
func (t *Transport) tell(ctx context.Context, provider string, d time.Duration) bool {
	if d <= time.Second {
		return false
	}
	if t.o.OnWait != nil {
		t.o.OnWait(provider, d)
	}
	if told, ok := ctx.Value(waiting).(func(string, time.Duration)); ok {
		told(provider, d)
	}
	return true
}

// wait waits for d and ends at once when the context does.
func (t *Transport) wait(ctx context.Context, provider string, d time.Duration) error {
	if d <= 0 {
		return ctx.Err()
	}
	t.tell(ctx, provider, d)
	return Pause(ctx, d)
}

// Pause waits for d and ends at once, with the context's error, when the context does.
func Pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
