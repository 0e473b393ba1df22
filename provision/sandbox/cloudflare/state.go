package cloudflare

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"maps"
	"slices"
	"time"

	"phonegate/provision/sandbox/world"
)

// state is everything the account holds.
type state struct {
	Subdomain string             `json:"subdomain"`
	Scripts   map[string]*worker `json:"scripts"` // by name
}

func newState(subdomain string) state {
	return state{Subdomain: subdomain, Scripts: map[string]*worker{}}
}

// worker is one Worker: what it was uploaded with, and whether it answers under workers.dev.
type worker struct {
	Name     string    `json:"name"`
	Tag      string    `json:"tag"` // never changes, not even when the Worker is renamed
	Created  time.Time `json:"created"`
	Enabled  bool      `json:"enabled"`
	Previews bool      `json:"previews"`
	Tags     []string  `json:"tags"`
	// Versions are all that were uploaded, oldest first; Live is the id of the one that runs.
	Versions []*version `json:"versions"`
	Live     string     `json:"live"`
	// Late visits still meet Before, where that is switched on.
	Late   int    `json:"late"`
	Before string `json:"before"`
}

// version is one upload.
type version struct {
	ID       string    `json:"id"`
	Number   int       `json:"number"`
	Created  time.Time `json:"created"`
	Source   string    `json:"source"`
	Main     string    `json:"main"`
	Modules  []module  `json:"modules"`
	Bindings []binding `json:"bindings"`
	Date     string    `json:"compatibility_date"`
	Flags    []string  `json:"compatibility_flags"`
}

// module is one file of an upload.
type module struct {
	Name    string `json:"name"`
	Type    string `json:"type"`
	Content []byte `json:"content"`
}

// binding is a binding as it was sent; what it is decides which fields it has.
type binding map[string]any

func (b binding) text(field string) string {
	s, _ := b[field].(string)
	return s
}

func (b binding) name() string { return b.text("name") }

// shown is what the API gives back of a binding: everything but the text of a secret.
func (b binding) shown() binding {
	if b.text("type") != "secret_text" {
		return b
	}
	return binding{"name": b.name(), "type": "secret_text"}
}

func (w *worker) version(id string) *version {
	for _, v := range w.Versions {
		if v.ID == id {
			return v
		}
	}
	return nil
}

func (w *worker) live() *version { return w.version(w.Live) }

func (v *version) etag() string {
	h := sha256.New()
	for _, m := range v.Modules {
		sum := sha256.Sum256(m.Content)
		h.Write([]byte(m.Name + "\n"))
		h.Write(sum[:])
	}
	return hex.EncodeToString(h.Sum(nil))
}

// add makes a version of a worker; run makes it the one that answers.
func (s *Server) add(w *worker, v *version) {
	v.ID, v.Created, v.Number = uuid(), s.now(), 1
	if n := len(w.Versions); n > 0 {
		v.Number = w.Versions[n-1].Number + 1
	}
	w.Versions = append(w.Versions, v)
}

func (s *Server) run(w *worker, v *version) {
	if s.o.World.Behaviour(propagation) == "later" {
		w.Late, w.Before = lateVisits, w.Live
	}
	w.Live = v.ID
}

// lateVisits is how many visits still meet what was there before.
const lateVisits = 3

// Snapshot is the whole account as JSON, secrets included.
func (s *Server) Snapshot() ([]byte, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return json.Marshal(s.state)
}

// Restore replaces the account by a Snapshot.
func (s *Server) Restore(snapshot []byte) error {
	restored := newState("")
	if err := json.Unmarshal(snapshot, &restored); err != nil {
		return err
	}
	s.mu.Lock()
	old := s.built
	s.state, s.built = restored, map[string]*site{}
	answering := s.answering()
	s.mu.Unlock()
	s.announce(restored.Subdomain, answering...)
	for _, b := range old {
		b.close()
	}
	return nil
}

// answering are the Workers that have a name below workers.dev. The lock must be held.
func (s *Server) answering() []string {
	var names []string
	for _, name := range slices.Sorted(maps.Keys(s.state.Scripts)) {
		if s.state.Scripts[name].Enabled {
			names = append(names, name)
		}
	}
	return names
}

// State is what a person would see of the account, for comparisons: the same account gives the same JSON, and secrets
// appear as hashes only.
func (s *Server) State() any {
	s.mu.Lock()
	defer s.mu.Unlock()
	type bound struct{ Name, Type, Value string }
	type seen struct {
		Name, Content, Date string
		Flags               []string
		Enabled             bool
		Bindings            []bound
	}
	workers := []seen{}
	for _, name := range slices.Sorted(maps.Keys(s.state.Scripts)) {
		w := s.state.Scripts[name]
		one := seen{Name: name, Enabled: w.Enabled}
		if v := w.live(); v != nil {
			one.Content, one.Date, one.Flags = v.etag(), v.Date, v.Flags
			for _, b := range v.Bindings {
				sum := sha256.Sum256([]byte(b.text("text")))
				one.Bindings = append(one.Bindings, bound{b.name(), b.text("type"), hex.EncodeToString(sum[:8])})
			}
		}
		workers = append(workers, one)
	}
	return map[string]any{"subdomain": s.state.Subdomain, "workers": workers}
}

func uuid() string {
	h := world.Hex(32)
	return h[:8] + "-" + h[8:12] + "-4" + h[13:16] + "-a" + h[17:20] + "-" + h[20:]
}
