package state

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"phonegate/provision/durable"
	"phonegate/provision/fault"
)

// foreignAge is after how long a lock from another machine counts as left behind: its process cannot be
// asked about, and no run takes that long.
const foreignAge = time.Hour

// leftOver is after how long a temporary file counts as left behind: writing takes no time.
const leftOver = time.Minute

// Owner is who holds a lock.
type Owner struct {
	PID     int       `json:"pid"`
	Host    string    `json:"host"`
	Started time.Time `json:"started"`
}

// Busy is the cause of an error of Lock: another phonegate is working on the tenant.
type Busy struct{ Owner Owner }

// Error names the other phonegate.
func (b *Busy) Error() string {
	return fmt.Sprintf("another phonegate (pid %d on %s, since %s)", b.Owner.PID, b.Owner.Host, b.Owner.Started.Local().Format("15:04:05"))
}

type lock struct {
	path  string
	owner Owner
}

// held are the paths of the locks of this process, since its own pid does not tell two of its runs apart.
var held = struct {
	sync.Mutex
	paths map[string]bool
}{paths: map[string]bool{}}

// Lock keeps other runs of phonegate from working on the tenant until Close, and reads the file again. A lock whose process
// is gone is taken over.
func (s *State) Lock() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.lock != nil {
		return nil
	}
	host, _ := os.Hostname()
	l, err := acquire(strings.TrimSuffix(s.path, ".json")+".lock", Owner{os.Getpid(), host, time.Now().UTC().Round(0)}, alive)
	if busy, ok := errors.AsType[*Busy](err); ok {
		return fault.Wrap(busy, fault.Failed, "state.locked",
			"Wait until it has finished, or stop it. If it no longer runs, delete "+strings.TrimSuffix(s.path, ".json")+".lock.",
			"%s is working on tenant %s.", capitalised(busy.Error()), s.tenant)
	}
	if err != nil {
		return fault.Wrap(err, fault.Failed, "state.unwritable", "Check the permissions of "+filepath.Dir(s.path)+" and the free disk space.",
			"%s cannot be written: %s.", filepath.Dir(s.path), cause(err))
	}
	// What was read before may be what another run has replaced since, down to the page that it must put back.
	if err := s.load(); err != nil {
		_ = l.release()
		return err
	}
	s.lock = l
	durable.Sweep(s.path, leftOver)
	return nil
}

// Close releases the lock, if there is one.
func (s *State) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.lock == nil {
		return nil
	}
	l := s.lock
	s.lock = nil
	return l.release()
}

// acquire makes the lock file. It fails with *Busy if a living owner has it.
func acquire(path string, me Owner, alive func(pid int) bool) (*lock, error) {
	if abs, err := filepath.Abs(path); err == nil {
		path = abs
	}
	held.Lock()
	defer held.Unlock()
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, err
	}
	data, err := json.Marshal(me)
	if err != nil {
		return nil, err
	}
	for range 3 {
		err := create(path, data)
		if err == nil {
			held.paths[path] = true
			return &lock{path, me}, nil
		}
		if !errors.Is(err, fs.ErrExist) {
			return nil, err
		}
		there, err := os.ReadFile(path)
		if errors.Is(err, fs.ErrNotExist) {
			continue // released just now
		}
		if err != nil {
			return nil, err
		}
		owner := ownerOf(path, there)
		if held.paths[path] || !stale(owner, me, alive) {
			return nil, &Busy{owner}
		}
		if err := takeAway(path, there); err != nil {
			return nil, err
		}
	}
	return nil, &Busy{me}
}

// create makes the file with all that is in it at once: a process that is killed leaves either a lock that names it or none. Where
// files can't have two names, it is written in place.
func create(path string, data []byte) error {
	aside := fmt.Sprintf("%s.%d", path, os.Getpid())
	if err := os.WriteFile(aside, data, 0o600); err != nil {
		return err
	}
	defer func() { _ = os.Remove(aside) }()
	err := os.Link(aside, path)
	if err == nil || errors.Is(err, fs.ErrExist) {
		return err
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	return errors.Join(err, f.Close())
}

// ownerOf reads a lock. One that is not readable (its owner is writing it, or died doing so) is as old as its file.
func ownerOf(path string, data []byte) Owner {
	var o Owner
	if json.Unmarshal(data, &o) == nil && o.PID > 0 {
		return o
	}
	o = Owner{Host: "unknown", Started: time.Now()}
	if info, err := os.Stat(path); err == nil {
		o.Started = info.ModTime()
	}
	return o
}

// stale says whether a lock's owner is gone.
func stale(owner, me Owner, alive func(pid int) bool) bool {
	age := me.Started.Sub(owner.Started)
	switch {
	case owner.PID == 0:
		return age > 10*time.Second // a lock is written at once
	case owner.Host != me.Host:
		return age > foreignAge
	case owner.PID == me.PID:
		return true // of an earlier process with our number: ours are in held
	}
	return !alive(owner.PID)
}

// takeAway removes a stale lock, and only that one: if another run has replaced it in the meantime, what was
// taken is put back.
func takeAway(path string, seen []byte) error {
	aside := fmt.Sprintf("%s.%d", path, os.Getpid())
	if err := os.Rename(path, aside); err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		return err
	}
	if taken, err := os.ReadFile(aside); err == nil && string(taken) != string(seen) {
		_ = os.Link(aside, path)
	}
	return os.Remove(aside)
}

// release removes the lock if it is still this one.
func (l *lock) release() error {
	held.Lock()
	defer held.Unlock()
	delete(held.paths, l.path)
	data, err := os.ReadFile(l.path)
	if o := ownerOf(l.path, data); err != nil || o.PID != l.owner.PID || o.Host != l.owner.Host || !o.Started.Equal(l.owner.Started) {
		return nil // someone took it for stale; it is theirs now
	}
	if err := os.Remove(l.path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fault.Wrap(err, fault.Failed, "state.unwritable", "Delete "+l.path+" by hand.", "%s cannot be removed: %s.", l.path, cause(err))
	}
	return nil
}

func capitalised(s string) string { return strings.ToUpper(s[:1]) + s[1:] }
