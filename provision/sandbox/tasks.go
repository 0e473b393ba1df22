package sandbox

import "sync"

// tasks are the goroutines that Close waits for.
type tasks struct {
	mu     sync.Mutex
	group  sync.WaitGroup
	closed bool
}

// run starts f, unless the sandbox is closing.
func (t *tasks) run(f func()) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.closed {
		return false
	}
	t.group.Go(f)
	return true
}

// wait lets no more tasks start and waits for those that run.
func (t *tasks) wait() {
	t.mu.Lock()
	t.closed = true
	t.mu.Unlock()
	t.group.Wait()
}
