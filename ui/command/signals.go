package command

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"sync"
	"syscall"
)

// stoppers are the engines at work; the first interrupt lets each finish the calls under way.
type stoppers struct {
	mu  sync.Mutex
	all []func()
}

func (s *stoppers) add(stop func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.all = append(s.all, stop)
}

// signals gives a context that ends with the second interrupt, or with the first one if no
// engine is at work.
func (p *program) signals(parent context.Context) (context.Context, func()) {
	ctx, cancel := context.WithCancel(parent)
	caught := make(chan os.Signal, 2)
	signal.Notify(caught, os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	go func() {
		for n := 0; ; n++ {
			select {
			case <-caught:
			case <-ctx.Done():
				return
			}
			p.stoppers.mu.Lock()
			working := p.stoppers.all
			p.stoppers.mu.Unlock()
			if n > 0 || len(working) == 0 {
				cancel()
				return
			}
			fmt.Fprintln(p.Err, "Finishing the call under way, then stopping. Press ctrl+c again to stop now.")
			for _, stop := range working {
				stop()
			}
		}
	}()
	return ctx, func() {
		signal.Stop(caught)
		cancel()
	}
}
