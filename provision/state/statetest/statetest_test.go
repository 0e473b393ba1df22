package statetest

import (
	"encoding/base64"
	"os"
	"path/filepath"
	"testing"
)

func TestHoldsFindsSecretsInEveryForm(t *testing.T) {
	const secret = "k3y-of-the-vault"
	for text, want := range map[string]bool{
		`{"id":"act_1","hash":"0123456789abcdef"}`:                  false,
		`{"x":"` + secret + `"}`:                                    true,
		base64.StdEncoding.EncodeToString([]byte("user:" + secret)): true,
		"eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJ4In0.c2lnbmF0dXJl":         true,
	} {
		if got := Holds(text, secret); got != want {
			t.Errorf("Holds(%q) = %v", text, got)
		}
	}
}

// recorder is a testing.TB that remembers whether a test would have failed.
type recorder struct {
	testing.TB
	failed bool
}

func (r *recorder) Helper()               {}
func (r *recorder) Errorf(string, ...any) { r.failed = true }

func TestNoSecretsLooksIntoEveryFile(t *testing.T) {
	dir := t.TempDir()
	empty := &recorder{}
	NoSecrets(empty, dir, "k3y-of-the-vault")
	if !empty.failed {
		t.Error("an empty folder counts as looked through")
	}
	if err := os.MkdirAll(filepath.Join(dir, "a"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "a", "b"), []byte("ids only"), 0o600); err != nil {
		t.Fatal(err)
	}
	NoSecrets(t, dir, "k3y-of-the-vault")
	if err := os.WriteFile(filepath.Join(dir, "a", "b"), []byte("k3y-of-the-vault"), 0o600); err != nil {
		t.Fatal(err)
	}
	found := &recorder{}
	NoSecrets(found, dir, "k3y-of-the-vault")
	if !found.failed {
		t.Error("the secret was not found")
	}
}
