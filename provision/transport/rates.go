package transport

import (
	"slices"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// Rates is what is known of the rate limits of accounts. Transports that share one and work for the same account keep to
// its limit together: they stand in one queue, a refusal to one of them holds all of them back, and what an answer says
// of the limit counts for all. It is safe for use by many goroutines.
type Rates struct {
	mu       sync.Mutex
	accounts map[string]*account
}

// NewRates knows nothing yet: limits are learned from the answers.
func NewRates() *Rates { return &Rates{accounts: map[string]*account{}} }

// account is the one of that name. perSecond is a limit that was told beforehand, 0 for none.
func (r *Rates) account(name string, perSecond float64) *account {
	r.mu.Lock()
	defer r.mu.Unlock()
	a := r.accounts[name]
	if a == nil {
		a = &account{fresh: true, window: 1}
		if perSecond > 0 {
			a.bucket = rate.NewLimiter(rate.Limit(perSecond), max(1, int(perSecond)))
		}
		r.accounts[name] = a
	}
	return a
}

// account is where the requests to one account of a provider wait for their turn.
type account struct {
	mu       sync.Mutex
	queue    []*waiter // those that wait, oldest first; only the first one looks at the clock
	turns    int       // given out so far
	inFlight int       // requests that have no answer yet

	closed time.Time     // nothing is taken before
	bucket *rate.Limiter // a limit that was told beforehand, nil for none

	// What the last answers said of the limit, if knows: so many more requests are taken before reset.
	knows       bool
	limit, left int
	reset       time.Time

	// window is how many requests may be under way at once, 0 for any number. The very first one goes alone: its answer
	// may say how many are taken. A provider that refuses without saying so is asked carefully afterwards: one at a
	// time, then more as the answers are good.
	window, good int
	fresh        bool // nothing has been answered yet
}

// waiter is one request's position in the queue. A repeated request keeps it.
type waiter struct {
	age  int
	wake chan struct{}
}

// join returns a waiter behind all others.
func (a *account) join() *waiter {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.turns++
	return &waiter{a.turns, make(chan struct{}, 1)}
}

// enter puts q into the queue by its age.
func (a *account) enter(q *waiter) {
	a.mu.Lock()
	defer a.mu.Unlock()
	i, _ := slices.BinarySearchFunc(a.queue, q, func(a, b *waiter) int { return a.age - b.age })
	a.queue = slices.Insert(a.queue, i, q)
}

// leave takes q out of the queue.
func (a *account) leave(q *waiter) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.remove(q)
}

func (a *account) remove(q *waiter) {
	if i := slices.Index(a.queue, q); i >= 0 {
		a.queue = slices.Delete(a.queue, i, i+1)
	}
	a.wake()
}

// wake lets the first in the queue look again.
func (a *account) wake() {
	if len(a.queue) > 0 {
		select {
		case a.queue[0].wake <- struct{}{}:
		default:
		}
	}
}

// probing is how long one request may leave the others in doubt of what is taken after a reset.
const probing = time.Second

// try lets q go if it is its turn. Otherwise it says for how long to wait before trying again, 0 for until woken, and
// about how long it will be until q can go.
func (a *account) try(q *waiter) (gone bool, wait, about time.Duration) {
	a.mu.Lock()
	defer a.mu.Unlock()
	now := time.Now()
	ahead := slices.Index(a.queue, q)
	wait, unknown := a.hold(now, ahead == 0)
	if ahead == 0 && wait <= 0 && !unknown {
		a.inFlight++
		if a.knows {
			if a.left--; a.left < 0 { // the first one after a reset: its answer says what more is taken
				a.left, a.reset = 0, now.Add(probing)
			}
		}
		a.remove(q)
		return true, 0, 0
	}
	about = max(0, wait)
	switch {
	case a.bucket != nil:
		about += time.Duration(float64(max(ahead, 0)) / float64(a.bucket.Limit()) * float64(time.Second))
	case a.knows && a.left <= 0:
		about += time.Duration(max(ahead, 0)/max(a.limit, 1)) * probing
	}
	if ahead != 0 {
		return false, 0, about
	}
	return false, max(0, wait), about
}

// hold is how long the account takes nothing, and whether that depends on answers that are under way. first says that a
// request is really about to go.
func (a *account) hold(now time.Time, first bool) (wait time.Duration, unknown bool) {
	wait = a.closed.Sub(now)
	if a.knows && a.left <= 0 {
		wait = max(wait, a.reset.Sub(now))
	}
	unknown = a.window > 0 && a.inFlight >= a.window
	if a.bucket != nil && first && wait <= 0 && !unknown {
		reservation := a.bucket.ReserveN(now, 1)
		if wait = reservation.DelayFrom(now); wait > 0 {
			reservation.CancelAt(now)
		}
	}
	return wait, unknown
}

// ending is how a request ended, as far as it matters to those behind it.
type ending struct {
	said    *allowance    // what the answer said of the limit, nil for nothing
	refused bool          // it has to come again
	delay   time.Duration // after so long, and nobody before
}

// done records how a request ended.
func (a *account) done(e ending) {
	a.mu.Lock()
	defer a.mu.Unlock()
	defer func() { a.fresh = false; a.wake() }()
	a.inFlight--
	switch {
	case e.said != nil:
		// Those under way may be counted already or not.
		a.knows, a.limit, a.left, a.reset = true, e.said.limit, max(0, e.said.left-a.inFlight), time.Now().Add(e.said.reset)
	case a.knows && !e.refused:
		a.left = min(a.left+1, a.limit) // it did not count
	}
	if e.refused {
		if until := time.Now().Add(e.delay); until.After(a.closed) {
			a.closed = until
		}
		if e.said == nil {
			a.window, a.good = 1, 0
		}
		return
	}
	if a.fresh {
		a.window = 0
	}
	if a.window > 0 {
		if a.good++; a.good >= a.window {
			a.window, a.good = a.window+1, 0
		}
	}
}
