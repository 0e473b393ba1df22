// Package world is what the emulated providers share: one clock, one log of requests, armed
// faults, latency, rate limits and the named behaviours that stand for what is not
// known for certain about the real services.
package world

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"maps"
	"sync"
	"time"
)

// keepRequests is how many lines of the log are kept; the oldest are forgotten first.
const keepRequests = 50_000

// Options shape a World.
type Options struct {
	// Latency is added to every API request.
	Latency time.Duration
	// RateLimits holds requests a second by provider ("auth0": 2); each of its accounts has as many.
	RateLimits map[string]float64
	// Speed makes waits shorter: 100 turns a timeout of 5 s into 50 ms. Zero means 1, real time.
	Speed float64
	// Behaviours sets named behaviours that differ from their default.
	Behaviours map[string]string
}

// World is safe for use by many goroutines.
type World struct {
	mu         sync.Mutex
	first      Options // what Reset goes back to
	speed      float64
	latency    time.Duration
	perSecond  map[string]float64 // by provider
	limits     map[string]*limit  // by provider and account
	advanced   time.Duration
	behaviours map[string]string
	faults     []*Fault
	requests   []Request
}

// New makes a world whose clock starts at the present.
func New(o Options) *World {
	w := &World{speed: o.Speed, latency: o.Latency, perSecond: maps.Clone(o.RateLimits), limits: map[string]*limit{}, behaviours: map[string]string{}}
	if w.speed <= 0 {
		w.speed = 1
	}
	w.first = Options{Latency: o.Latency, Behaviours: maps.Clone(o.Behaviours)}
	maps.Copy(w.behaviours, o.Behaviours)
	return w
}

// Reset forgets faults and log, and takes latency and behaviours back to the options. The clock goes on.
func (w *World) Reset() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.faults, w.requests, w.latency, w.behaviours = nil, nil, w.first.Latency, map[string]string{}
	maps.Copy(w.behaviours, w.first.Behaviours)
}

// Now is the world's time: real time plus what Advance has added, in UTC.
func (w *World) Now() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.now()
}

func (w *World) now() time.Time { return time.Now().Add(w.advanced).UTC() }

// Advance moves the clock forward. It never goes back: a negative d does nothing.
func (w *World) Advance(d time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.advanced += max(0, d)
}

// Sleep waits for d, divided by the world's speed, or until the context ends.
func (w *World) Sleep(ctx context.Context, d time.Duration) error {
	if err := ctx.Err(); err != nil || d <= 0 {
		return err
	}
	t := time.NewTimer(time.Duration(float64(d) / w.speed))
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// SetLatency changes the latency of every API request from now on.
func (w *World) SetLatency(d time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.latency = d
}

// Hex is n random lower-case hexadecimal digits, for ids.
func Hex(n int) string {
	b := make([]byte, (n+1)/2)
	if _, err := rand.Read(b); err != nil {
		panic(err) // crypto/rand never fails on the platforms Go supports
	}
	return hex.EncodeToString(b)[:n]
}
