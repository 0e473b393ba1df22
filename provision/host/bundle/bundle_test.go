package bundle_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"
	"time"

	"phonegate/provision/event"
	"phonegate/provision/host"
	"phonegate/provision/host/bundle"
	"phonegate/provision/resource"
	"phonegate/provision/ring"
)

// notes are a state in memory.
type notes map[string]string

func (n notes) Get(key string) string { return n[key] }
func (n notes) Set(key, value string) error {
	if n[key] = value; value == "" {
		delete(n, key)
	}
	return nil
}

const version = "0123456789ab"

// stage is a folder, and whatever answers at the form's address.
type stage struct {
	t      *testing.T
	o      bundle.Options
	notes  map[string]notes
	unit   ring.Unit  // the key that is to be handed over
	must   []ring.Key // the keys that the form must show
	asked  []string
	answer http.HandlerFunc
}

func newStage(t *testing.T) *stage {
	s := &stage{t: t, unit: newUnit()}
	s.must = []ring.Key{s.unit.Key}
	s.elsewhere()
	server := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		if s.asked = append(s.asked, r.URL.RequestURI()); r.Method != http.MethodGet {
			t.Errorf("the form was asked %s %s", r.Method, r.URL)
		}
		s.answer(rw, r)
	}))
	t.Cleanup(server.Close)
	s.o.Folder, s.o.URL, s.o.Version, s.o.Tenant, s.o.Poll = "phonegate-form/acme", server.URL+"/verify", version, "dev",
		time.Millisecond
	s.o.Files = []host.File{{Path: "Dockerfile", Data: []byte("FROM node\n")},
		{Path: "server.mjs", Data: []byte("// phonegate:server\n")}}
	s.o.Env = host.Environment{
		Add: func() (string, string) {
			if s.unit.ID == "" {
				return "", ""
			}
			return s.unit.Name(), s.unit.Value(true)
		},
		Must: func() []ring.Key { return s.must },
	}
	s.o.Note = func(name string) resource.Note { return s.notes[name] }
	s.answer = s.form(version, true, s.must...)
	return s
}

func newUnit() ring.Unit {
	u := ring.New(time.Date(2026, 11, 28, 12, 0, 0, 0, time.UTC))
	u.APIKey, u.APISecret, u.Service = "SK1", "secret", "VA1"
	return u
}

// elsewhere goes on at another computer: no folder, no notes.
func (s *stage) elsewhere() {
	s.o.Dir, s.notes = s.t.TempDir(), map[string]notes{"host.project": {}, "host.deployment": {}}
}

// form answers as the form does.
func (s *stage) form(version string, ready bool, keys ...ring.Key) http.HandlerFunc {
	ids := []string{}
	for _, k := range keys {
		ids = append(ids, k.ID)
	}
	return func(rw http.ResponseWriter, _ *http.Request) {
		_ = json.NewEncoder(rw).Encode(map[string]any{"phonegate": "form", "layout": 2, "version": version, "ready": ready,
			"keys": ids})
	}
}

// down answers as a gateway without a form behind it.
func down(rw http.ResponseWriter, _ *http.Request) { rw.WriteHeader(http.StatusBadGateway) }

// run reads and applies the folder or the deployment, as one process does.
func (s *stage) run(name string) (event.Change, error) {
	s.t.Helper()
	r := s.resource(name)
	if err := r.Read(s.t.Context()); err != nil {
		return event.Change{}, err
	}
	c := r.Change()
	if c.Op == event.None {
		return c, nil
	}
	return c, r.Apply(s.t.Context(), nil)
}

func (s *stage) resource(name string) host.Resource {
	s.t.Helper()
	for _, r := range bundle.New(s.o).Resources() {
		if r.Name() == name {
			return r
		}
	}
	s.t.Fatalf("there is no %s", name)
	return nil
}

// read is the host of a process that has read it.
func (s *stage) read() *bundle.Host {
	s.t.Helper()
	h := bundle.New(s.o)
	for _, r := range h.Resources() {
		if err := r.Read(s.t.Context()); err != nil {
			s.t.Fatal(err)
		}
	}
	return h
}

func (s *stage) path(name string) string {
	return filepath.Join(s.o.Dir, "phonegate-form", "acme", name)
}

func (s *stage) files() []string {
	var names []string
	entries, _ := os.ReadDir(s.path(""))
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}
