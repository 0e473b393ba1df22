package transport

import (
	"context"
	"time"
)

// admit waits until the provider takes requests again and the bucket has a token.
func (t *Transport) admit(ctx context.Context, provider string) error {
	for {
		t.mu.Lock()
		left := time.Until(t.closed[provider])
		t.mu.Unlock()
		if left <= 0 {
			break
		}
		if err := t.wait(ctx, provider, left); err != nil {
			return err
		}
	}
	bucket := t.buckets[provider]
	if bucket == nil {
		return ctx.Err()
	}
	reservation := bucket.Reserve()
	if err := t.wait(ctx, provider, reservation.Delay()); err != nil {
		reservation.Cancel()
		return err
	}
	return nil
}

// close keeps all requests to a provider back for d: it has just said that it takes none.
func (t *Transport) close(provider string, d time.Duration) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if until := time.Now().Add(d); until.After(t.closed[provider]) {
		t.closed[provider] = until
	}
}

// Waiting lets told know about every wait of more than a second of requests made with the context, before it begins. It
// may be called by many goroutines.
func Waiting(ctx context.Context, told func(provider string, d time.Duration)) context.Context {
	return context.WithValue(ctx, waiting, told)
}

// wait waits for d and ends at once when the context does.
func (t *Transport) wait(ctx context.Context, provider string, d time.Duration) error {
	if d <= 0 {
		return ctx.Err()
	}
	if d > time.Second {
		if t.o.OnWait != nil {
			t.o.OnWait(provider, d)
		}
		if told, ok := ctx.Value(waiting).(func(string, time.Duration)); ok {
			told(provider, d)
		}
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
