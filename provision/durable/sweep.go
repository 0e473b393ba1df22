package durable

import (
	"os"
	"path/filepath"
	"strings"
	"time"
)

// Sweep removes the temporary files that WriteFile left beside path when its process was killed. Younger ones than age may
// belong to a process that is writing. A file that can't be removed does no harm and stays.
func Sweep(path string, age time.Duration) {
	dir, prefix := filepath.Dir(path), "."+filepath.Base(path)+"."
	entries, err := os.ReadDir(dir)
	if err != nil {
		return
	}
	for _, e := range entries {
		number, ours := strings.CutPrefix(e.Name(), prefix)
		if !ours || number == "" || strings.Trim(number, "0123456789") != "" {
			continue
		}
		if info, err := e.Info(); err == nil && info.Mode().IsRegular() && time.Since(info.ModTime()) > age {
			_ = os.Remove(filepath.Join(dir, e.Name()))
		}
	}
}
