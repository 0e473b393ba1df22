package engine

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"phonegate/provision/event"
	"phonegate/provision/fault"
	"phonegate/provision/resource"
	"phonegate/provision/transport"
)

// deed is one way to act on a resource: apply it or undo it.
type deed struct {
	change func(resource.Resource) event.Change
	act    func(resource.Resource, context.Context, resource.Progress) error
}

var (
	applying = deed{resource.Resource.Change, resource.Resource.Apply}
	undoing  = deed{resource.Resource.UndoChange, resource.Resource.Undo}
)

// run does a deed on every node, each as soon as all it needs are done, and counts what was done. A failure
// lets the calls under way and the independent branches finish; what depends on it is skipped. All failures are returned, the
// worst one first. A failure after which the run starts again is not shown as one.
func (t *Tenant) run(ctx context.Context, g graph, d deed) (map[event.Op]int, error) {
	var (
		mu    sync.Mutex
		wg    sync.WaitGroup
		ended = map[string]chan struct{}{}
		bad   = map[string]bool{}
		count = map[event.Op]int{}
		errs  []error
		again atomic.Bool
	)
	for _, n := range g {
		ended[n.Name()] = make(chan struct{})
	}
	failed := func(n *node) (string, bool) {
		mu.Lock()
		defer mu.Unlock()
		for _, need := range n.needs {
			if bad[need] {
				return need, true
			}
		}
		return "", false
	}
	note := func(n *node, op event.Op, err error) {
		mu.Lock()
		defer mu.Unlock()
		if err != nil {
			bad[n.Name()] = true
			errs = append(errs, err)
			return
		}
		count[op]++
	}
	for _, n := range g {
		wg.Go(func() {
			defer close(ended[n.Name()])
			for _, need := range n.needs {
				<-ended[need]
			}
			if need, no := failed(n); no {
				if !again.Load() {
					t.step(n, event.Skipped, 0, "skipped: "+need+" failed", nil)
				}
				mu.Lock()
				bad[n.Name()] = true
				mu.Unlock()
				return
			}
			if err := t.halted(ctx); err != nil {
				t.step(n, event.Skipped, 0, "stopped before it started", nil)
				note(n, event.None, err)
				return
			}
			change := d.change(n.Resource)
			if idle(change) {
				return
			}
			if change.Op == event.None {
				t.step(n, event.Skipped, 0, change.Detail, nil)
				note(n, event.None, nil)
				return
			}
			start := time.Now()
			t.step(n, event.Running, 0, change.Detail, nil)
			progress := func(detail string) { t.step(n, event.Running, time.Since(start), detail, nil) }
			told := transport.Waiting(ctx, func(provider string, d time.Duration) {
				t.emit(event.Step{
					Type: "step", Tenant: t.name, Resource: n.Name(), Status: event.Running, Waits: provider,
					ElapsedMS: time.Since(start).Milliseconds(),
					Detail:    fmt.Sprintf("waiting %d s for the rate limit of %s", int(d.Round(time.Second).Seconds()), transport.Name(provider)),
				})
			})
			err := d.act(n.Resource, told, progress)
			if startsAgain(err) {
				again.Store(true)
				progress("starting again: " + fault.Of(err).Message)
			} else if err != nil {
				t.step(n, event.Failed, time.Since(start), change.Detail, err)
			} else {
				t.step(n, event.Done, time.Since(start), change.Detail, nil)
			}
			note(n, change.Op, err)
		})
	}
	wg.Wait()
	return count, fault.Join(errs...)
}

func (t *Tenant) step(n *node, s event.Status, elapsed time.Duration, detail string, err error) {
	t.emit(event.Step{
		Type: "step", Tenant: t.name, Resource: n.Name(), Status: s,
		ElapsedMS: elapsed.Milliseconds(), Detail: detail, Error: event.FromError(err),
	})
}

// halted says why nothing new may begin, nil if it may.
func (t *Tenant) halted(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return fault.Of(err)
	}
	select {
	case <-t.stop:
		return fault.Of(context.Canceled)
	default:
		return nil
	}
}

// Stop lets the calls under way finish and starts nothing more. Apply then returns an Interrupted error.
func (t *Tenant) Stop() { t.stopOnce.Do(func() { close(t.stop) }) }
