package durable

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"
)

func TestSweepRemovesOnlyOldTemporaryFilesOfThePath(t *testing.T) {
	dir := t.TempDir()
	old := time.Now().Add(-time.Hour)
	for name, age := range map[string]time.Time{
		".dev.json.123": old, ".dev.json.9": old, ".dev.json.77": time.Now(),
		"dev.json": old, ".dev.json": old, ".dev.json.": old, ".dev.json.12a": old, ".dev.json.1.2": old, ".dev-2.json.5": old, ".xdev.json.5": old, "dev.lock.12": old,
	} {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, nil, 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(path, age, age); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Mkdir(filepath.Join(dir, ".dev.json.4"), 0o700); err != nil {
		t.Fatal(err)
	}
	_ = os.Chtimes(filepath.Join(dir, ".dev.json.4"), old, old)
	Sweep(filepath.Join(dir, "dev.json"), time.Minute)
	Sweep(filepath.Join(dir, "nowhere", "dev.json"), time.Minute)
	var left []string
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		left = append(left, e.Name())
	}
	want := []string{".dev-2.json.5", ".dev.json", ".dev.json.", ".dev.json.1.2", ".dev.json.12a", ".dev.json.4", ".dev.json.77", ".xdev.json.5", "dev.json", "dev.lock.12"}
	if !slices.Equal(left, want) {
		t.Errorf("left are %q, want %q", left, want)
	}
}

// The names that are swept are those that WriteFile gives.
func TestSweepKnowsWhatWriteFileLeaves(t *testing.T) {
	path := filepath.Join(t.TempDir(), "dev.json")
	temp, err := temporary(path)
	if err != nil {
		t.Fatal(err)
	}
	_ = temp.Close()
	Sweep(path, -time.Minute)
	if _, err := os.Stat(temp.Name()); !os.IsNotExist(err) {
		t.Errorf("%s is still there", temp.Name())
	}
}
