// Package statetest checks in tests that no secret reaches the disk.
package statetest

import (
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"phonegate/provision/secret"
)

// NoSecrets fails the test for each file under dir that holds one of the secrets, as it is or
// encoded. It fails too if there is no file to look at.
func NoSecrets(t testing.TB, dir string, secrets ...string) {
	t.Helper()
	files := 0
	err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		files++
		if Holds(string(data), secrets...) {
			t.Errorf("%s holds a secret", path)
		}
		return nil
	})
	if err != nil {
		t.Errorf("look for secrets in %s: %v", dir, err)
	}
	if files == 0 {
		t.Errorf("look for secrets in %s: there is no file", dir)
	}
}

// Holds says whether the text holds one of the secrets, as it is, escaped or in base64, or
// anything that looks like a token.
func Holds(text string, secrets ...string) bool {
	var r secret.Redactor
	r.Add(secrets...)
	return r.Redact(text) != text
}
