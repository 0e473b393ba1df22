package bundle_test

import (
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"phonegate/provision/event"
	"phonegate/provision/fault"
)

func TestTheFolderFollowsAndLeavesWhatIsNotItsOwn(t *testing.T) {
	s := newStage(t)
	if c, err := s.run("host.project"); err != nil || c.Op != event.Create || c.Detail != "2 files in phonegate-form/acme" {
		t.Fatalf("%+v, %v", c, err)
	}
	if info, err := os.Stat(s.path("server.mjs")); err != nil || info.Mode().Perm() != 0o644 {
		t.Errorf("the server: %v, %v", info, err)
	}
	if info, err := os.Stat(s.path("")); err != nil || info.Mode().Perm()&0o055 != 0o055 {
		t.Errorf("nobody else can read the folder: %v, %v", info, err)
	}
	// A file that is not wanted any more goes if it is as it was written.
	s.o.Files[0].Path = "Containerfile"
	if c, err := s.run("host.project"); err != nil || c.Detail != "phonegate-form/acme: Containerfile missing; Dockerfile goes" {
		t.Errorf("%+v, %v", c, err)
	}
	if got := s.files(); !slices.Equal(got, []string{"Containerfile", "server.mjs"}) {
		t.Errorf("the files are %v", got)
	}
	// What was written is replaced by what is generated now; what somebody put there is not touched.
	s.o.Files[0].Data = []byte("FROM node:22\n")
	if err := os.WriteFile(s.path("nginx.conf"), []byte("theirs"), 0o600); err != nil {
		t.Fatal(err)
	}
	if c, err := s.run("host.project"); err != nil || c.Detail != "phonegate-form/acme: Containerfile new" {
		t.Errorf("%+v, %v", c, err)
	}
	if c, err := s.run("host.project"); err != nil || c.Op != event.None {
		t.Errorf("%+v, %v", c, err)
	}
	r := s.resource("host.project")
	if err := errors.Join(r.Read(t.Context()), r.Undo(t.Context(), nil)); err != nil {
		t.Fatal(err)
	}
	if got := s.files(); !slices.Equal(got, []string{"nginx.conf"}) || len(s.notes["host.project"]) > 0 {
		t.Errorf("after undo the files are %v, the notes %v", got, s.notes)
	}
}

func TestAFolderThatCantBeWrittenIsSaid(t *testing.T) {
	s := newStage(t)
	if err := os.WriteFile(filepath.Join(s.o.Dir, "phonegate-form"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := s.run("host.project")
	if f := fault.Of(err); f == nil || f.Code != "bundle.file" || !strings.Contains(f.Message, "phonegate-form/acme") ||
		strings.Contains(f.Message, s.o.Dir) {
		t.Errorf("it ended with %+v", f)
	}
}

func TestAFolderIsNotNeededWhereTheFormIsUpToDate(t *testing.T) {
	s := newStage(t)
	h := s.read()
	c := h.Resources()[0].Change()
	if c.Op != event.None || c.Detail != "phonegate-form/acme is out of date on this computer; the running form is up to date" ||
		len(h.Resources()[0].Problems()) > 0 {
		t.Errorf("%+v, %v", c, h.Resources()[0].Problems())
	}
	for what, answer := range map[string]http.HandlerFunc{
		"another version": s.form("ba9876543210", true, s.must...), "no key": s.form(version, true), "no form": down,
	} {
		s.answer = answer
		h := s.read()
		if c := h.Resources()[0].Change(); c.Op != event.Create || len(h.Resources()[0].Problems()) == 0 {
			t.Errorf("with %s: %+v", what, c)
		}
	}
}

func TestWithoutNotesAPersonsFilesAreKeptAndCodeIsReplaced(t *testing.T) {
	s := newStage(t)
	if _, err := s.run("host.project"); err != nil {
		t.Fatal(err)
	}
	clear(s.notes["host.project"])
	for name, text := range map[string]string{"Dockerfile": "FROM mine\n", "server.mjs": "// phonegate:server, edited\n"} {
		if err := os.WriteFile(s.path(name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	c, err := s.run("host.project")
	if err != nil || c.Detail != "phonegate-form/acme: server.mjs edited, is restored; Dockerfile edited by you and kept" {
		t.Errorf("%+v, %v", c, err)
	}
	for name, want := range map[string]string{"Dockerfile": "FROM mine\n", "server.mjs": "// phonegate:server\n"} {
		if data, err := os.ReadFile(s.path(name)); err != nil || string(data) != want {
			t.Errorf("%s is %q, %v", name, data, err)
		}
	}
	if c, err := s.run("host.project"); err != nil || c.Op != event.None {
		t.Errorf("%+v, %v", c, err)
	}
	r := s.resource("host.project")
	if err := errors.Join(r.Read(t.Context()), r.Undo(t.Context(), nil)); err != nil ||
		!slices.Equal(s.files(), []string{"Dockerfile"}) {
		t.Errorf("after undo the files are %v, %v", s.files(), err)
	}
	if err := os.WriteFile(s.path("server.mjs"), []byte("// my own\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := s.run("host.project"); fault.Of(err) == nil || fault.Of(err).Code != "bundle.file_taken" {
		t.Errorf("a stranger's file: %v", err)
	}
}
