// Package transporttest breaks provider calls one at a time and checks that resources converge all the same.
package transporttest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"sync"
	"testing"

	"phonegate/provision/event"
	"phonegate/provision/resource"
)

// Notes are resource notes in memory, one for each resource's name.
type Notes struct {
	mu     sync.Mutex
	values map[string]string
	sets   int
	// FailAt makes the n-th Set fail; 0 for none.
	FailAt int
}

// NewNotes makes empty notes.
func NewNotes() *Notes { return &Notes{values: map[string]string{}} }

// Of is the note of one resource.
func (n *Notes) Of(name string) resource.Note { return note{n, name} }

// FailNext makes the n-th Set from now fail.
func (n *Notes) FailNext(nth int) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.FailAt = n.sets + nth
}

type note struct {
	n    *Notes
	name string
}

func (x note) Get(key string) string {
	x.n.mu.Lock()
	defer x.n.mu.Unlock()
	return x.n.values[x.name+"/"+key]
}

func (x note) Set(key, value string) error {
	x.n.mu.Lock()
	defer x.n.mu.Unlock()
	if x.n.sets++; x.n.sets == x.n.FailAt {
		return errors.New("no space left on device")
	}
	x.n.values[x.name+"/"+key] = value
	return nil
}

// Break is how a request fails.
type Break string

// The ways in which a request can fail.
const (
	Before Break = "the request is lost"
	After  Break = "the answer is lost"
	Busy   Break = "the provider answers 503"
)

// Flaky lets the n-th request fail and all others through.
type Flaky struct {
	Next  http.RoundTripper
	At    int
	How   Break
	mu    sync.Mutex
	count int
	// Fired is what failed, "" if nothing yet.
	Fired string
}

// RoundTrip implements http.RoundTripper.
func (f *Flaky) RoundTrip(r *http.Request) (*http.Response, error) {
	f.mu.Lock()
	f.count++
	fire := f.count == f.At
	if fire {
		f.Fired = r.Method + " " + r.URL.Path
	}
	f.mu.Unlock()
	if !fire {
		return f.Next.RoundTrip(r)
	}
	switch f.How {
	case Busy:
		return &http.Response{StatusCode: http.StatusServiceUnavailable, Header: http.Header{}, Request: r,
			Body: io.NopCloser(bytes.NewBufferString("<html>busy</html>"))}, nil
	case After:
		if res, err := f.Next.RoundTrip(r); err == nil {
			_ = res.Body.Close()
		}
	}
	return nil, io.ErrUnexpectedEOF
}

// Account is a provider's account in the state from which a case starts.
type Account struct {
	HTTP http.RoundTripper
	// Resources makes the resources under test, in order of dependency, as a new process would.
	Resources func(rt http.RoundTripper, notes *Notes) []resource.Resource
	// Check looks at the account at the end.
	Check func(t *testing.T)
}

// Converges applies resources to fresh accounts, each time with another request or another note failing, then
// again with nothing failing, and expects the account to be as if nothing had failed.
func Converges(t *testing.T, fresh func(t *testing.T) Account) {
	t.Helper()
	for _, how := range []Break{Before, After, Busy} {
		for n := 1; ; n++ {
			fired := ""
			t.Run(fmt.Sprintf("%s at request %d", how, n), func(t *testing.T) {
				a := fresh(t)
				flaky := &Flaky{Next: a.HTTP, At: n, How: how}
				notes := NewNotes()
				resources := a.Resources(flaky, notes)
				err := read(resources)
				wasRead := err == nil
				if wasRead {
					err = apply(resources)
				}
				if fired = flaky.Fired; fired == "" && err != nil {
					t.Fatalf("apply without a failure: %v", err)
				}
				if err != nil && wasRead && n%2 == 0 {
					err = apply(resources) // the same values once more, without reading first
				} else if err != nil {
					err = Apply(a.Resources(a.HTTP, notes))
				}
				if err != nil {
					t.Fatalf("apply after a failure of %s: %v", fired, err)
				}
				settled(t, a, notes)
			})
			if fired == "" || t.Failed() {
				break
			}
		}
	}
	for n := 1; ; n++ {
		failed := false
		t.Run(fmt.Sprintf("note %d is not written", n), func(t *testing.T) {
			a := fresh(t)
			notes := NewNotes()
			notes.FailAt = n
			if err := Apply(a.Resources(a.HTTP, notes)); err != nil {
				failed = true
				if err := Apply(a.Resources(a.HTTP, notes)); err != nil {
					t.Fatal(err)
				}
			}
			settled(t, a, notes)
		})
		if !failed || t.Failed() {
			return
		}
	}
}

func settled(t *testing.T, a Account, notes *Notes) {
	t.Helper()
	for _, r := range a.Resources(a.HTTP, notes) {
		if err := r.Read(context.Background()); err != nil {
			t.Fatal(err)
		}
		if c := r.Change(); c.Op != event.None {
			t.Errorf("%s still has something to do: %s %s", r.Name(), c.Op, c.Detail)
		}
	}
	if a.Check != nil {
		a.Check(t)
	}
}

// Apply reads all resources and applies those that have something to do, as the engine does.
func Apply(resources []resource.Resource) error {
	if err := read(resources); err != nil {
		return err
	}
	return apply(resources)
}

func read(resources []resource.Resource) error {
	for _, r := range resources {
		if err := r.Read(context.Background()); err != nil {
			return fmt.Errorf("read %s: %w", r.Name(), err)
		}
	}
	return nil
}

func apply(resources []resource.Resource) error {
	for _, r := range resources {
		if r.Change().Op == event.None {
			continue
		}
		if err := r.Apply(context.Background(), nil); err != nil {
			return fmt.Errorf("apply %s: %w", r.Name(), err)
		}
	}
	return nil
}

// Undo undoes all resources, last first, as the engine does.
func Undo(resources []resource.Resource) error {
	if err := read(resources); err != nil {
		return err
	}
	for i := len(resources) - 1; i >= 0; i-- {
		if err := resources[i].Undo(context.Background(), nil); err != nil {
			return fmt.Errorf("undo %s: %w", resources[i].Name(), err)
		}
	}
	return nil
}
