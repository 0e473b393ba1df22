package smoke

import (
	"context"
	"slices"
	"sync"
	"time"

	"phonegate/provision/event"
	"phonegate/provision/fault"
)

// recorder turns what happens into events and keeps count of the steps that are left.
type recorder struct {
	tenant string
	emit   func(event.Event)

	mu     sync.Mutex
	left   []string // not finished yet, in order
	broken string   // the step that failed
	began  time.Time
}

// step carries out one step.
func (r *recorder) step(ctx context.Context, name, doing string, do func(context.Context) (detail string, err error)) error {
	r.start(name, doing)
	detail, err := do(ctx)
	if err != nil {
		return r.fail(name, err)
	}
	r.done(name, detail)
	return nil
}

// start says that the step has begun.
func (r *recorder) start(name, doing string) {
	r.mu.Lock()
	r.began = time.Now()
	r.mu.Unlock()
	r.say(name, event.Running, doing, nil)
}

// still says what a running step is at.
func (r *recorder) still(name, doing string) { r.say(name, event.Running, doing, nil) }

func (r *recorder) done(name, detail string) {
	r.finish(name)
	r.say(name, event.Done, detail, nil)
}

// fail ends the step with an error, which it gives back in its public form.
func (r *recorder) fail(name string, err error) error {
	f := fault.Of(err)
	r.finish(name)
	r.mu.Lock()
	if r.broken == "" {
		r.broken = name
	}
	r.mu.Unlock()
	r.say(name, event.Failed, f.Message, f)
	return f
}

// skip leaves a step out.
func (r *recorder) skip(name, why string) {
	r.mu.Lock()
	r.began = time.Now()
	r.mu.Unlock()
	r.finish(name)
	r.say(name, event.Skipped, why, nil)
}

// skipRest leaves out all that is not finished.
func (r *recorder) skipRest(why string) { r.skipBut("", why) }

// skipBut leaves out all that is not finished but one.
func (r *recorder) skipBut(but, why string) {
	r.mu.Lock()
	left := slices.Clone(r.left)
	r.mu.Unlock()
	for _, name := range left {
		if name != but {
			r.skip(name, why)
		}
	}
}

func (r *recorder) finish(name string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.left = slices.DeleteFunc(r.left, func(other string) bool { return other == name })
}

func (r *recorder) say(name string, status event.Status, detail string, err error) {
	r.mu.Lock()
	elapsed := time.Since(r.began).Milliseconds()
	r.mu.Unlock()
	if status == event.Skipped {
		elapsed = 0
	}
	step := event.Step{Type: "step", Tenant: r.tenant, Resource: name, Status: status, ElapsedMS: elapsed, Detail: detail}
	if err != nil {
		step.Error = event.FromError(err)
	}
	r.emit(step)
}
