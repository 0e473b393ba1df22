// Package state is what phonegate remembers of one tenant between runs: ids, fingerprints and the login page
// that stood there before. Never a secret. Losing it loses nothing: resources are found again by name.
package state

import (
	"encoding/json"
	"errors"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"sync"

	"phonegate/provision/config"
	"phonegate/provision/durable"
	"phonegate/provision/fault"
	"phonegate/provision/resource"
)

// Dir is where the state is kept, next to phonegate.yaml.
const Dir = ".phonegate"

// version is the version of the file's format.
const version = 1

// sizeLimit is far above a few ids and one login page.
const sizeLimit = 16 << 20

// State is the memory of one tenant. It may be used from several goroutines.
type State struct {
	path   string
	tenant string

	mu    sync.Mutex
	notes map[string]map[string]string
	lock  *lock
}

// document is the file.
type document struct {
	Version int                          `json:"version"`
	Tenant  string                       `json:"tenant"`
	Notes   map[string]map[string]string `json:"notes"`
}

// Open reads the tenant's state in dir. That there is none yet is no error, and nothing is written before the first Set.
func Open(dir, tenant string) (*State, error) {
	if err := config.CheckName(tenant); err != nil {
		return nil, fault.Wrap(err, fault.Usage, "state.tenant_name", "Choose another name with --tenant.", "%s.", err)
	}
	s := &State{path: filepath.Join(dir, tenant+".json"), tenant: tenant}
	if err := s.load(); err != nil {
		return nil, err
	}
	return s, nil
}

// load takes the notes from the file, if there is one.
func (s *State) load() error {
	info, err := os.Stat(s.path)
	if errors.Is(err, fs.ErrNotExist) {
		s.notes = map[string]map[string]string{}
		return nil
	}
	if err == nil && (!info.Mode().IsRegular() || info.Size() > sizeLimit) {
		return s.corrupt(errors.New("it is not a regular file, or it is too large"))
	}
	data, err := os.ReadFile(s.path)
	if err != nil {
		return fault.Wrap(err, fault.Failed, "state.unreadable",
			"Check the permissions of "+filepath.Dir(s.path)+", or move "+s.path+" aside: phonegate finds everything again by name.",
			"%s cannot be read: %s.", s.path, cause(err))
	}
	var d document
	if err := json.Unmarshal(data, &d); err != nil {
		return s.corrupt(err)
	}
	switch {
	case d.Version > version:
		return fault.New(fault.Failed, "state.newer", "Update phonegate, or move "+s.path+" aside: phonegate finds everything again by name.",
			"%s was written by a newer phonegate (format %d; this version supports %d).", s.path, d.Version, version)
	case d.Version != version:
		return s.corrupt(errors.New("it has no version"))
	case d.Tenant != s.tenant:
		return s.corrupt(errors.New("it belongs to tenant " + d.Tenant))
	}
	s.notes = map[string]map[string]string{}
	for section, values := range d.Notes {
		s.notes[section] = maps.Clone(values)
	}
	return nil
}

// corrupt is the error for a file that is there and makes no sense.
func (s *State) corrupt(err error) error {
	return fault.Wrap(err, fault.Failed, "state.corrupt",
		"Move it aside and run the same command again (mv "+s.path+" "+s.path+".old): phonegate finds everything again by name.",
		"%s is not a state file of tenant %s.", s.path, s.tenant)
}

// Path is where the state is kept.
func (s *State) Path() string { return s.path }

// Note is the part of the state that belongs to one resource, e.g. "auth0.action".
func (s *State) Note(section string) resource.Note { return note{s, section} }

// Snapshot is a copy of all notes by section and key, for display.
func (s *State) Snapshot() map[string]map[string]string {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := make(map[string]map[string]string, len(s.notes))
	for section, values := range s.notes {
		all[section] = maps.Clone(values)
	}
	return all
}

// Forget removes the file and all notes.
func (s *State) Forget() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := os.Remove(s.path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fault.Wrap(err, fault.Failed, "state.unremovable", "Delete "+s.path+" by hand.", "%s cannot be removed: %s.", s.path, cause(err))
	}
	s.notes = map[string]map[string]string{}
	durable.SyncDir(filepath.Dir(s.path))
	return nil
}

// note is one section of a state.
type note struct {
	state   *State
	section string
}

func (n note) Get(key string) string {
	n.state.mu.Lock()
	defer n.state.mu.Unlock()
	return n.state.notes[n.section][key]
}

func (n note) Set(key, value string) error {
	s := n.state
	s.mu.Lock()
	defer s.mu.Unlock()
	values := s.notes[n.section]
	if old, had := values[key]; had && old == value || !had && value == "" {
		return nil
	}
	switch {
	case value != "" && values == nil:
		s.notes[n.section] = map[string]string{key: value}
	case value != "":
		values[key] = value
	default:
		delete(values, key)
		if len(values) == 0 {
			delete(s.notes, n.section)
		}
	}
	// A value that could not be saved stays in memory: the run goes on with it, and the
	// error and the next Set carry the whole.
	return s.save()
}

// save writes the file; the lock is held.
func (s *State) save() error {
	data, err := json.MarshalIndent(document{version, s.tenant, s.notes}, "", "  ")
	if err != nil {
		return fault.Of(err)
	}
	data = append(data, '\n')
	if err := durable.WriteFile(s.path, data, 0o600); err != nil {
		return unsaved(s.path, s.tenant, data, err)
	}
	return nil
}

// cause is a file error without the path, which the sentence around it has.
func cause(err error) string {
	var p *fs.PathError
	if errors.As(err, &p) {
		return p.Err.Error()
	}
	var l *os.LinkError
	if errors.As(err, &l) {
		return l.Err.Error()
	}
	return err.Error()
}
