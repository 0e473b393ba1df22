package sandbox

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"phonegate/provision/fault"
	"phonegate/provision/sandbox/phone"
)

// saved is a sandbox's world as a file. It holds the secrets of the sandbox's own accounts and nobody else's.
type saved struct {
	Version  int             `json:"version"`
	Now      time.Time       `json:"now"`
	Auth0    json.RawMessage `json:"auth0"` // the first tenant
	Twilio   json.RawMessage `json:"twilio"`
	Vercel   json.RawMessage `json:"vercel"`
	Workers  json.RawMessage `json:"cloudflare,omitempty"` // missing in worlds of before there was one
	Messages []phone.Message `json:"messages"`             // oldest first
	// Tenants are the other tenants by their domains.
	Tenants map[string]json.RawMessage `json:"tenants,omitempty"`
}

const savedVersion = 1

// snapshot is the world as it is.
func (s *Sandbox) snapshot() (saved, error) {
	auth0, err1 := s.Auth0().Snapshot()
	twilio, err2 := s.twilio.Snapshot()
	vercel, err3 := s.vercel.Snapshot()
	others, err4 := s.saveOthers()
	workers, err5 := s.workers.Snapshot()
	messages := s.phone.Messages("")
	slices.Reverse(messages)
	return saved{savedVersion, s.world.Now(), auth0, twilio, vercel, workers, messages, others}, errors.Join(err1, err2, err3, err4, err5)
}

// restore replaces the world by one that was saved. Its clock is never behind the one that was saved.
func (s *Sandbox) restore(w saved) error {
	if w.Version != savedVersion {
		return fmt.Errorf("its version is %d, not %d", w.Version, savedVersion)
	}
	s.world.Advance(w.Now.Sub(s.world.Now()))
	s.phone.Clear()
	for _, m := range w.Messages {
		s.phone.Receive(m)
	}
	return errors.Join(s.Auth0().Restore(w.Auth0), s.restoreOthers(w.Tenants), s.twilio.Restore(w.Twilio), s.vercel.Restore(w.Vercel),
		s.restoreWorkers(w.Workers))
}

func (s *Sandbox) restoreWorkers(saved json.RawMessage) error {
	if len(saved) == 0 {
		return nil
	}
	return s.workers.Restore(saved)
}

// Reset makes the world what it was when the sandbox started for the first time, seed included: accounts, phone, faults,
// latency, behaviours and log. Its clock goes on, and its addresses stay.
func (s *Sandbox) Reset() error {
	s.world.Reset()
	return s.restore(s.first)
}

func (s *Sandbox) postReset(rw http.ResponseWriter, _ *http.Request) {
	if err := s.Reset(); err != nil {
		reply(rw, http.StatusInternalServerError, map[string]string{"error": err.Error()})
		return
	}
	reply(rw, http.StatusOK, map[string]bool{"reset": true})
}

// keeper writes the world to a file when it has changed. The nil keeper keeps nothing.
type keeper struct {
	box   *Sandbox
	file  string
	dirty chan struct{}

	mu   sync.Mutex
	last []byte
}

// newKeeper opens the folder, and restores the world that it holds.
func newKeeper(s *Sandbox, dir string) (*keeper, error) {
	if dir == "" {
		return nil, nil
	}
	k := &keeper{box: s, file: filepath.Join(dir, "world.json"), dirty: make(chan struct{}, 1)}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	text, err := os.ReadFile(k.file)
	switch {
	case errors.Is(err, os.ErrNotExist):
		return k, nil
	case err != nil:
		return nil, err
	}
	var w saved
	if err = json.Unmarshal(text, &w); err == nil {
		err = s.restore(w)
	}
	if err != nil {
		return nil, fault.Wrap(err, fault.Usage, "sandbox.data", "Remove the file, or choose another folder.",
			"The sandbox can't read its world from %s: %s.", k.file, err)
	}
	return k, nil
}

// watch saves after changes until the sandbox closes. A burst of changes is saved once.
func (k *keeper) watch() {
	const burst = 200 * time.Millisecond
	for {
		select {
		case <-k.dirty:
		case <-k.box.ctx.Done():
			return
		}
		timer := time.NewTimer(burst)
		select {
		case <-timer.C:
			_ = k.save() // Close tries again, and reports
		case <-k.box.ctx.Done():
			timer.Stop()
			return
		}
	}
}

// kept wraps a handler that may change something.
func (s *Sandbox) kept(h http.Handler) http.Handler {
	return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		defer func() { s.keep.Load().changed() }() // also when the answer gets lost
		h.ServeHTTP(rw, r)
	})
}

func (k *keeper) changed() {
	if k == nil {
		return
	}
	select {
	case k.dirty <- struct{}{}:
	default:
	}
}

// save replaces the file as a whole, so that it is never half written.
func (k *keeper) save() error {
	if k == nil {
		return nil
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	w, err := k.box.snapshot()
	if err != nil {
		return err
	}
	now := w.Now
	w.Now = time.Time{} // time alone is no change
	compared, err := json.Marshal(w)
	if err != nil || bytes.Equal(compared, k.last) {
		return err
	}
	w.Now = now
	text, err := json.Marshal(w)
	if err != nil {
		return err
	}
	temporary, err := os.CreateTemp(filepath.Dir(k.file), ".world-*") // 0600
	if err != nil {
		return err
	}
	_, err = temporary.Write(text)
	err = errors.Join(err, temporary.Sync(), temporary.Close())
	if err == nil {
		err = os.Rename(temporary.Name(), k.file)
	}
	if err != nil {
		return errors.Join(err, os.Remove(temporary.Name()))
	}
	k.last = compared
	return nil
}
