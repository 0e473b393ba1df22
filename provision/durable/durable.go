// Package durable writes files so that after a crash there is either the old file or the
// new one, whole.
package durable

import (
	"os"
	"path/filepath"
	"runtime"
)

// WriteFile puts data at path: a temporary file beside it, synced, renamed over it, and the directory
// synced. Missing directories are made for the owner alone.
func WriteFile(path string, data []byte, mode os.FileMode) (err error) {
	dir := filepath.Dir(path)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	temp, err := temporary(path)
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			_ = temp.Close()
			_ = os.Remove(temp.Name())
		}
	}()
	if _, err := temp.Write(data); err != nil {
		return err
	}
	if err := temp.Chmod(mode); err != nil && runtime.GOOS != "windows" {
		return err
	}
	if err := temp.Sync(); err != nil {
		return err
	}
	if err := temp.Close(); err != nil {
		return err
	}
	if err := os.Rename(temp.Name(), path); err != nil {
		return err
	}
	SyncDir(dir)
	return nil
}

// temporary is a new file beside path, by a name that Sweep knows.
func temporary(path string) (*os.File, error) {
	return os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*")
}

// SyncDir makes what was renamed or removed in dir last. Not every file system can; a file of
// WriteFile is itself synced by then.
func SyncDir(dir string) {
	if runtime.GOOS == "windows" {
		return
	}
	if d, err := os.Open(dir); err == nil {
		_ = d.Sync()
		_ = d.Close()
	}
}
