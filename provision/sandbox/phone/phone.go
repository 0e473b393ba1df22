// Package phone is the sandbox's virtual phone: what the emulated Twilio sends ends up here, whatever number it was
// sent to, so that a person, a script or a test can read the code that a real handset would have shown.
package phone

import (
	"context"
	"slices"
	"sync"
	"time"

	"phonegate/provision/sandbox/world"
)

// Keep is how many messages the phone remembers; older ones are forgotten first.
const Keep = 1000

// Message is one text, call or chat message that arrived.
type Message struct {
	To      string    `json:"to"`
	Body    string    `json:"body"`
	Code    string    `json:"code"`
	Channel string    `json:"channel"`
	Time    time.Time `json:"time"`
}

// Phone holds all messages of a sandbox. It is safe for use by many goroutines.
type Phone struct {
	world    *world.World
	mu       sync.Mutex
	messages []Message // oldest first
	watchers map[*watcher]struct{}
}

// New makes an empty phone whose messages carry the world's time.
func New(w *world.World) *Phone {
	return &Phone{world: w, watchers: map[*watcher]struct{}{}}
}

// Receive puts a message on the phone. A message without a time arrives now.
func (p *Phone) Receive(m Message) {
	if m.Time.IsZero() {
		m.Time = p.world.Now()
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.messages = append(p.messages, m)
	if extra := len(p.messages) - Keep; extra > 0 {
		p.messages = slices.Delete(p.messages, 0, extra)
	}
	for w := range p.watchers {
		w.add(m)
	}
}

// Clear forgets all messages.
func (p *Phone) Clear() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.messages = nil
}

// Messages lists what was sent to a number, newest first; "" lists everything. It is never nil.
func (p *Phone) Messages(to string) []Message {
	p.mu.Lock()
	defer p.mu.Unlock()
	found := []Message{}
	for _, m := range slices.Backward(p.messages) {
		if to == "" || m.To == to {
			found = append(found, m)
		}
	}
	return found
}

// Watch reports every message that arrives from now on, in order and without loss, until the context ends; then the
// channel is closed. Messages that are there already are not reported.
func (p *Phone) Watch(ctx context.Context) <-chan Message {
	w := &watcher{ready: make(chan struct{}, 1)}
	p.mu.Lock()
	p.watchers[w] = struct{}{}
	p.mu.Unlock()
	out := make(chan Message)
	go func() {
		defer close(out)
		defer func() {
			p.mu.Lock()
			delete(p.watchers, w)
			p.mu.Unlock()
		}()
		for {
			for _, m := range w.drain() {
				select {
				case out <- m:
				case <-ctx.Done():
					return
				}
			}
			select {
			case <-w.ready:
			case <-ctx.Done():
				return
			}
		}
	}()
	return out
}

// watcher queues messages so that a slow reader never holds up the sender.
type watcher struct {
	mu    sync.Mutex
	queue []Message
	ready chan struct{}
}

func (w *watcher) add(m Message) {
	w.mu.Lock()
	w.queue = append(w.queue, m)
	w.mu.Unlock()
	select {
	case w.ready <- struct{}{}:
	default:
	}
}

func (w *watcher) drain() []Message {
	w.mu.Lock()
	defer w.mu.Unlock()
	all := w.queue
	w.queue = nil
	return all
}
