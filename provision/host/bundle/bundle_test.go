package bundle_test

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"phonegate/provision/event"
	"phonegate/provision/fault"
	"phonegate/provision/host"
	"phonegate/provision/host/bundle"
	"phonegate/provision/resource"
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

// stage is a folder, and whatever answers at the form's address.
type stage struct {
	t      *testing.T
	o      bundle.Options
	notes  map[string]notes
	secret string // the one that the form must have
	print  string // of the whole environment
	asked  []string
	answer http.HandlerFunc
}

func newStage(t *testing.T) *stage {
	s := &stage{t: t, notes: map[string]notes{"host.project": {}, "host.deployment": {}}, secret: strings.Repeat("s", 43), print: "p1"}
	server := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		s.asked = append(s.asked, r.Method+" "+r.URL.Path)
		s.answer(rw, r)
	}))
	t.Cleanup(server.Close)
	s.o = bundle.Options{
		Dir: t.TempDir(), Folder: "phonegate-form/acme", URL: server.URL + "/verify", Version: "0123456789ab", Tenant: "dev", Issuer: "acme.us.auth0.test",
		Files: []host.File{{Path: "Dockerfile", Data: []byte("FROM node\n")}, {Path: "server.mjs", Data: []byte("// phonegate:server\n")}},
		Inputs: func() resource.Inputs {
			return resource.Inputs{Values: map[string]string{"SESSION_SECRET": s.secret}, Fingerprint: s.print}
		},
		Session: func() (string, string) { return s.secret, "print of " + s.secret[:min(1, len(s.secret))] },
		Note:    func(name string) resource.Note { return s.notes[name] },
		Poll:    time.Millisecond,
	}
	s.answer = s.form("0123456789ab", true, http.StatusOK)
	return s
}

// form answers as the form does, whatever session it is shown.
func (s *stage) form(version string, ready bool, status int) http.HandlerFunc {
	return func(rw http.ResponseWriter, r *http.Request) {
		if r.URL.Query().Get("health") == "1" {
			_, _ = fmt.Fprintf(rw, `{"phonegate":"form","version":%q,"ready":%v}`, version, ready)
			return
		}
		if r.Method != http.MethodGet || strings.Count(r.URL.Query().Get("session_token"), ".") != 2 {
			s.t.Errorf("the form was asked %s %s", r.Method, r.URL)
		}
		rw.WriteHeader(status)
		_, _ = rw.Write([]byte(`<input type="hidden" name="session_token" value="x">`))
	}
}

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

func TestOnlyAFormThatIsAsItMustBeIsLedTo(t *testing.T) {
	for what, c := range map[string]struct {
		answer func(*stage) http.HandlerFunc
		want   string // "" for one that is in order
	}{
		"the form":        {func(s *stage) http.HandlerFunc { return s.form("0123456789ab", true, 200) }, ""},
		"another version": {func(s *stage) http.HandlerFunc { return s.form("ba9876543210", true, 200) }, "is version ba9876543210; generated is 0123456789ab"},
		"no secrets":      {func(s *stage) http.HandlerFunc { return s.form("0123456789ab", false, 200) }, "lacks a secret"},
		"other secrets":   {func(s *stage) http.HandlerFunc { return s.form("0123456789ab", true, 400) }, "does not have the secrets"},
		"a query cut off": {func(s *stage) http.HandlerFunc { return s.form("0123456789ab", true, 404) }, "answers a login with status 404"},
		"something else":  {func(*stage) http.HandlerFunc { return func(http.ResponseWriter, *http.Request) {} }, "not with the form"},
		"a broken gateway": {func(*stage) http.HandlerFunc {
			return func(rw http.ResponseWriter, _ *http.Request) { rw.WriteHeader(502) }
		}, "status 502"},
	} {
		s := newStage(t)
		s.answer = c.answer(s)
		_, err := s.run("host.deployment")
		f := fault.Of(err)
		switch {
		case c.want == "" && err != nil:
			t.Errorf("%s: %v", what, err)
		case c.want != "" && (f == nil || f.Code != "bundle.not_running" || !strings.Contains(f.Message, c.want) || !strings.Contains(f.Hint, "phonegate secrets --tenant dev")):
			t.Errorf("%s: %+v", what, f)
		}
		problems := s.resource("host.deployment")
		_ = problems.Read(t.Context())
		if found := problems.Problems(); (len(found) > 0) != (c.want != "") {
			t.Errorf("%s: the doctor finds %v", what, found)
		}
		if again, err := s.run("host.deployment"); c.want == "" && (again.Op != event.None || err != nil) {
			t.Errorf("%s: the second run: %+v, %v", what, again, err)
		}
	}
}

func TestAFormThatIsBeingStartedIsGivenTime(t *testing.T) {
	s := newStage(t)
	down := func(rw http.ResponseWriter, _ *http.Request) { rw.WriteHeader(http.StatusBadGateway) }
	s.answer = down
	if _, err := s.run("host.deployment"); err == nil {
		t.Fatal("a form that is not there was taken for one")
	}
	if n := len(s.asked); n != 2 { // by the plan and by apply: nobody could have started it in between
		t.Errorf("it was asked %d times before anybody had its secrets", n)
	}
	looks := 0
	s.answer = func(rw http.ResponseWriter, r *http.Request) {
		if looks++; looks < 4 {
			down(rw, r)
			return
		}
		s.form("0123456789ab", true, 200)(rw, r)
	}
	if _, err := s.run("host.deployment"); err != nil {
		t.Errorf("it was not waited for: %v", err)
	}
}

func TestTheOtherSecretsDoNotChangeUnseen(t *testing.T) {
	s := newStage(t)
	if s.read().NeedsNewSession() {
		t.Error("before the first run")
	}
	if _, err := s.run("host.deployment"); err != nil {
		t.Fatal(err)
	}
	if h := s.read(); h.NeedsNewSession() || h.SendsSecrets() {
		t.Error("where nothing has changed")
	}
	s.print = "p2" // a new Twilio key, say
	if h := s.read(); !h.NeedsNewSession() || !h.SendsSecrets() {
		t.Error("another environment with the same session secret was not noticed")
	}
	s.secret = strings.Repeat("t", 43)
	if h := s.read(); h.NeedsNewSession() || !h.SendsSecrets() {
		t.Error("with a new session secret there is nothing to wish for")
	}
}

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
	if f := fault.Of(err); f == nil || f.Code != "bundle.file" || !strings.Contains(f.Message, "phonegate-form/acme") || strings.Contains(f.Message, s.o.Dir) {
		t.Errorf("it ended with %+v", f)
	}
}
