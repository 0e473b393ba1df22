package command

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"sync"
	"syscall"
)

// stoppers are the engines that are changing something; the first interrupt lets them finish the calls under way.
type stoppers struct {
	mu      sync.Mutex
	all     map[int]func()
	next    int
	stopped bool
}

// add takes an engine in until done is called.
func (s *stoppers) add(stop func()) (done func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.all == nil {
		s.all = map[int]func(){}
	}
	n := s.next
	s.next++
	s.all[n] = stop
	if s.stopped {
		stop()
	}
	return func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		delete(s.all, n)
	}
}

// stop stops the engines at work and says whether there were any.
func (s *stoppers) stop() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.all) == 0 {
		return false
	}
	s.stopped = true
	for _, stop := range s.all {
		stop()
	}
	return true
}

// halted says that an interrupt has come: nothing new may begin.
func (s *stoppers) halted() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.stopped
}

// signals gives a context that ends with the second interrupt, or with the first one if no engine is changing
// anything. Whoever presses a third time gets what the system does by itself: the process ends.
func (p *program) signals(parent context.Context) (context.Context, func()) {
	ctx, cancel := context.WithCancel(parent)
	caught := make(chan os.Signal, 2)
	signal.Notify(caught, os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	go func() {
		for first := true; ; first = false {
			select {
			case <-caught:
			case <-ctx.Done():
				return
			}
			if !first || !p.stoppers.stop() {
				signal.Stop(caught)
				cancel()
				return
			}
			fmt.Fprintln(p.Err, "Stopping after the current request. Press ctrl+c again to stop now.")
		}
	}()
	return ctx, func() {
		signal.Stop(caught)
		cancel()
	}
}
