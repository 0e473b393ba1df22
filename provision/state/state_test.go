package state

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"

	"phonegate/provision/fault"
)

func open(t *testing.T, dir string) *State {
	t.Helper()
	s, err := Open(dir, "dev")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestNotesAreFoundAgainBySection(t *testing.T) {
	dir := filepath.Join(t.TempDir(), Dir)
	s := open(t, dir)
	if _, err := os.Stat(dir); !os.IsNotExist(err) {
		t.Error("reading made the folder")
	}
	for _, set := range [][3]string{{"auth0.action", "id", "act_1"}, {"auth0.action", "hash", "h"}, {"twilio.service", "id", "VA1"}, {"auth0.action", "hash", ""}} {
		if err := s.Note(set[0]).Set(set[1], set[2]); err != nil {
			t.Fatal(err)
		}
	}
	again := open(t, dir)
	if got := again.Note("auth0.action").Get("id"); got != "act_1" {
		t.Errorf("id = %q", got)
	}
	if got := fmt.Sprint(again.Snapshot()); got != "map[auth0.action:map[id:act_1] twilio.service:map[id:VA1]]" {
		t.Errorf("snapshot %s", got)
	}
	if runtime.GOOS != "windows" {
		for path, want := range map[string]os.FileMode{dir: 0o700, s.Path(): 0o600} {
			if info, err := os.Stat(path); err != nil || info.Mode().Perm() != want {
				t.Errorf("%s: %v %v, want %v", path, info.Mode(), err, want)
			}
		}
	}
	if files, _ := os.ReadDir(dir); len(files) != 1 {
		t.Errorf("%d files, want the state alone", len(files))
	}
}

func TestSnapshotIsACopy(t *testing.T) {
	s := open(t, t.TempDir())
	_ = s.Note("a").Set("k", "v")
	s.Snapshot()["a"]["k"] = "changed"
	if s.Note("a").Get("k") != "v" {
		t.Error("a change to the snapshot changed the state")
	}
}

func TestNotesMayBeSetAtTheSameTime(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	var group sync.WaitGroup
	for i := range 20 {
		group.Go(func() {
			if err := s.Note(fmt.Sprint("section", i%4)).Set(fmt.Sprint(i), "v"); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	total := 0
	for _, values := range open(t, dir).Snapshot() {
		total += len(values)
	}
	if total != 20 {
		t.Errorf("%d values, want 20", total)
	}
}

func TestOpenRefusesWhatIsNotItsFile(t *testing.T) {
	for name, tt := range map[string]struct{ content, code string }{
		"half a file":       {`{"version":1,"ten`, "state.corrupt"},
		"nothing":           {``, "state.corrupt"},
		"another kind":      {`{"name":"x"}`, "state.corrupt"},
		"another tenant":    {`{"version":1,"tenant":"prod","notes":{}}`, "state.corrupt"},
		"a newer format":    {`{"version":2,"tenant":"dev"}`, "state.newer"},
		"a list for a note": {`{"version":1,"tenant":"dev","notes":[]}`, "state.corrupt"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			path := filepath.Join(dir, "dev.json")
			if err := os.WriteFile(path, []byte(tt.content), 0o600); err != nil {
				t.Fatal(err)
			}
			_, err := Open(dir, "dev")
			f := fault.Of(err)
			if f == nil || f.Code != tt.code || !strings.Contains(f.Hint, path) {
				t.Errorf("error = %+v", f)
			}
			if left, _ := os.ReadFile(path); string(left) != tt.content {
				t.Error("the file was changed")
			}
		})
	}
}

func TestOpenRefusesNamesThatLeadElsewhere(t *testing.T) {
	for _, name := range []string{"", "..", "../dev", "a/b", "Dev", "-dev", "dev.json", strings.Repeat("a", 41), "con:", "a\x00"} {
		if _, err := Open(t.TempDir(), name); fault.Of(err) == nil || fault.Of(err).Code != "state.tenant_name" {
			t.Errorf("%q: error = %v", name, err)
		}
	}
}

func TestSetThatCannotSaveCarriesEverything(t *testing.T) {
	blocked := filepath.Join(t.TempDir(), Dir)
	if err := os.WriteFile(blocked, nil, 0o600); err != nil { // a file where the folder should be
		t.Fatal(err)
	}
	s := &State{path: filepath.Join(blocked, "dev.json"), tenant: "dev", notes: map[string]map[string]string{"a": {"id": "1"}}}
	err := s.Note("auth0.action").Set("id", "act_1")
	var unsaved *Unsaved
	if f := fault.Of(err); f.Code != "state.unsaved" || !strings.Contains(f.Hint, "phonegate apply --tenant dev") || !errors.As(err, &unsaved) {
		t.Fatalf("error = %+v", f)
	}
	var d document
	if err := json.Unmarshal(unsaved.Content, &d); err != nil || d.Notes["a"]["id"] != "1" || d.Notes["auth0.action"]["id"] != "act_1" {
		t.Errorf("content %s", unsaved.Content)
	}
	if text := unsaved.Recovery(); !strings.Contains(text, string(unsaved.Content)) || !strings.Contains(text, s.Path()) {
		t.Errorf("recovery %s", text)
	}
	if s.Note("auth0.action").Get("id") != "act_1" {
		t.Error("the run cannot go on with the value")
	}
}

func TestSetKeepsTheOldFileIfItCannotWrite(t *testing.T) {
	if runtime.GOOS == "windows" || os.Geteuid() == 0 {
		t.Log("permissions bind nobody here; a folder in the file's place stands in for them")
	}
	dir := t.TempDir()
	s := open(t, dir)
	if err := s.Note("a").Set("k", "1"); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(s.Path()); err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(filepath.Join(s.Path(), "x"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := s.Note("a").Set("k", "2"); fault.Of(err) == nil {
		t.Fatal("no error")
	}
	if files, _ := os.ReadDir(dir); len(files) != 1 {
		t.Errorf("a temporary file was left behind: %v", files)
	}
}

func TestForgetRemovesFileAndNotes(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	_ = s.Note("a").Set("k", "v")
	for range 2 {
		if err := s.Forget(); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := os.Stat(s.Path()); !os.IsNotExist(err) || s.Note("a").Get("k") != "" {
		t.Errorf("still there: %v", err)
	}
}

func TestSetWritesOnlyChanges(t *testing.T) {
	s := open(t, t.TempDir())
	_ = s.Note("a").Set("k", "v")
	before, _ := os.Stat(s.Path())
	_ = s.Note("a").Set("k", "v")
	_ = s.Note("a").Set("none", "")
	if after, _ := os.Stat(s.Path()); !os.SameFile(before, after) {
		t.Error("the file was replaced without a change")
	}
}
