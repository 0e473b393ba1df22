package wizard

import (
	"context"
	"fmt"
	"sync"
	"time"

	tea "charm.land/bubbletea/v2"

	"phonegate/provision/fault"
)

// jobs is the work that the wizard has started and must see the end of: leaving the event
// loop does not end a goroutine.
type jobs struct {
	ctx    context.Context
	cancel context.CancelFunc
	wg     sync.WaitGroup
	next   int
}

func newJobs(ctx context.Context) *jobs {
	ctx, cancel := context.WithCancel(ctx)
	return &jobs{ctx: ctx, cancel: cancel}
}

// job is one piece of work with its feed of messages.
type job struct {
	id     int
	feed   chan tea.Msg
	stop   chan struct{} // closed: finish the call under way and end
	cancel context.CancelFunc
}

// fedMsg is a message of a job; the receiver re-arms the feed with job.wait. The last message has last set.
type fedMsg struct {
	job  int
	msg  tea.Msg
	last bool
}

// start runs work on its own goroutine. What it emits, and last what it returns, arrives as fedMsg.
func (j *jobs) start(work func(ctx context.Context, stop <-chan struct{}, emit func(tea.Msg)) tea.Msg) (*job, tea.Cmd) {
	j.next++
	ctx, cancel := context.WithCancel(j.ctx)
	b := &job{id: j.next, feed: make(chan tea.Msg, 64), stop: make(chan struct{}), cancel: cancel}
	all := j.ctx
	emit := func(m tea.Msg) {
		select {
		case b.feed <- m:
		case <-all.Done(): // nobody is listening any more
		}
	}
	j.wg.Go(func() {
		defer cancel()
		defer close(b.feed)
		emit(fedMsg{job: b.id, last: true, msg: guarded(func() tea.Msg {
			return work(ctx, b.stop, func(m tea.Msg) { emit(fedMsg{job: b.id, msg: m}) })
		})})
	})
	return b, b.wait()
}

// wait is the command for the job's next message.
func (b *job) wait() tea.Cmd {
	feed := b.feed
	return func() tea.Msg {
		if m, ok := <-feed; ok {
			return m
		}
		return nil
	}
}

// halt asks the job to end after the call under way. It may be called more than once.
func (b *job) halt() {
	select {
	case <-b.stop:
	default:
		close(b.stop)
	}
}

// close cancels everything and waits for its end, at most for the given time.
func (j *jobs) close(patience time.Duration) {
	j.cancel()
	ended := make(chan struct{})
	go func() { j.wg.Wait(); close(ended) }()
	select {
	case <-ended:
	case <-time.After(patience):
	}
}

// failedMsg is a job or command that failed.
type failedMsg struct{ err error }

// guarded runs work and turns a panic into an error, so that the terminal is left in order.
// The panic's value is not shown: it may hold anything.
func guarded(work func() tea.Msg) (msg tea.Msg) {
	defer func() {
		if r := recover(); r != nil {
			msg = failedMsg{fault.New(fault.Failed, "internal", "Run the same command again with --log-file and report what it says.",
				"phonegate failed inside itself (%s).", fmt.Sprintf("%T", r))}
		}
	}()
	return work()
}
