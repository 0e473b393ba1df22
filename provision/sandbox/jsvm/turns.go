package jsvm

import (
	"context"
	"runtime"
	"sync"
	"time"
)

// turns bounds how many machines compute at the same time. A real host gives each its own processor; here hundreds of logins
// at once would all crawl, and each would run into a time limit that it met alone.
var turns = make(chan struct{}, 2*runtime.GOMAXPROCS(0))

// queue is the time that one call has spent waiting for its turn. It does not count against the call's limit.
type queue struct {
	mu    sync.Mutex
	since time.Time // when the present wait began, zero for none
	fresh time.Duration
	total time.Duration
}

// enter waits for a turn; the caller must leave. It is false if the context ended first.
func (q *queue) enter(ctx context.Context) bool {
	select {
	case turns <- struct{}{}:
		return true
	default:
	}
	q.mu.Lock()
	q.since = time.Now()
	q.mu.Unlock()
	defer func() {
		q.count()
		q.mu.Lock()
		q.since = time.Time{}
		q.mu.Unlock()
	}()
	select {
	case turns <- struct{}{}:
		return true
	case <-ctx.Done():
		return false
	}
}

func (q *queue) leave() { <-turns }

// count adds the wait so far to the sums.
func (q *queue) count() {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.since.IsZero() {
		return
	}
	now := time.Now()
	q.fresh += now.Sub(q.since)
	q.total += now.Sub(q.since)
	q.since = now
}

// take is the time waited since it was last asked for.
func (q *queue) take() time.Duration {
	q.count()
	q.mu.Lock()
	defer q.mu.Unlock()
	d := q.fresh
	q.fresh = 0
	return d
}

// waited is all the time waited.
func (q *queue) waited() time.Duration {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.total
}

// makeUp sleeps in real time for what was waited, and for what is waited meanwhile.
func (q *queue) makeUp(ctx context.Context) error {
	for d := q.take(); d > 0; d = q.take() {
		t := time.NewTimer(d)
		select {
		case <-t.C:
		case <-ctx.Done():
			t.Stop()
			return ctx.Err()
		}
	}
	return nil
}
