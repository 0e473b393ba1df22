package command

import (
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"

	"phonegate/provision/ring"
	"phonegate/provision/sandbox/jsvm"
	"phonegate/provision/secret"
)

// ownServer runs the form of a folder with a file of variables, and starts it anew when one of them changes, as a person would.
type ownServer struct {
	around      jsvm.Surroundings
	module, env string // paths

	mu   sync.Mutex
	runs string // what the form was started with
	form *jsvm.Function
}

// ServeHTTP implements http.Handler.
func (s *ownServer) ServeHTTP(rw http.ResponseWriter, r *http.Request) {
	form, err := s.started()
	if err != nil {
		http.Error(rw, "nothing runs here", http.StatusBadGateway)
		return
	}
	form.ServeHTTP(rw, r)
}

func (s *ownServer) started() (*jsvm.Function, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	module, err := os.ReadFile(s.module)
	if err != nil {
		return nil, err
	}
	env, err := os.ReadFile(s.env)
	if err != nil {
		return nil, err
	}
	if now := string(module) + string(env); now != s.runs {
		form, err := jsvm.NewFunction(s.around, string(module), variables(string(env)))
		if err != nil {
			return nil, err
		}
		s.close()
		s.form, s.runs = form, now
	}
	return s.form, nil
}

func (s *ownServer) close() {
	if s.form != nil {
		s.form.Close()
	}
}

// variables are the lines NAME=value of a file.
func variables(text string) map[string]string {
	all := map[string]string{}
	for line := range strings.Lines(text) {
		if name, value, ok := strings.Cut(strings.TrimSuffix(line, "\n"), "="); ok {
			all[name] = value
		}
	}
	return all
}

// inAction is the name of the key that the Action has.
var inAction = regexp.MustCompile(`"secrets": \{\s*"(PHONEGATE_KEY_\w+)"`)

// TestWithoutAKeyringOneRunMakesAKeyAndPassesItOn sets up and rotates a form on a person's own server from a computer that keeps
// nothing: each run passes one line, which the server adds to those that it has.
func TestWithoutAKeyringOneRunMakesAKeyAndPassesItOn(t *testing.T) {
	e := newElsewhere(t)
	e.logFile = filepath.Join(e.dir, "log")
	w := e.box.World()
	server := &ownServer{around: jsvm.Surroundings{Network: e.box.Network(), Now: w.Now, Sleep: w.Sleep},
		module: filepath.Join(e.dir, "phonegate-form", "acme-verify", "verify.mjs"), env: filepath.Join(e.dir, "environment")}
	t.Cleanup(server.close)
	// A name of Vercel's is one that the sandbox answers for outside its own process, too.
	e.box.Mount("acme-verify.vercel.app", server)
	e.answers = map[string]string{"host.url": "https://acme-verify.vercel.app"}
	served := map[string]string{}
	for run := 1; run <= 2; run++ {
		e.at.vaults = map[string]secret.Vault{"dev": secret.MemoryVault()}
		passed := filepath.Join(e.dir, "passed")
		if err := e.secrets(t.Context(), e.at, e.to(false, "sh", "-c", "tee '"+passed+"' >> '"+server.env+"'")); err != nil {
			t.Fatalf("run %d ended with %v\n%s%s", run, err, e.out.text(), e.err.text())
		}
		added := e.read(t, "passed")
		if len(added) != 1 {
			t.Errorf("run %d passed %d lines", run, len(added))
		}
		live := inAction.FindStringSubmatch(e.state(t))
		if live == nil || added[live[1]] == "" {
			t.Fatalf("after run %d the Action has %v", run, live)
		}
		if u, ok := ring.Read(live[1], added[live[1]]); !ok || !u.Complete() {
			t.Errorf("run %d passed a value that does not fit %s", run, live[1])
		}
		for name, value := range served {
			if e.read(t, "environment")[name] != value {
				t.Errorf("run %d cost the server %s", run, name)
			}
		}
		served = e.read(t, "environment")
	}
	if len(served) != 2 {
		t.Errorf("the server has %d keys", len(served))
	}
	e.holdsNone(t, served)
	for name := range served {
		if want := "Passed to sh: " + name + "."; !strings.Contains(e.err.text(), want) {
			t.Errorf("it does not say %q: %s", want, e.err.text())
		}
	}
	if said := e.out.text(); strings.Contains(said, "waiting for the form") {
		t.Errorf("a person is asked for what is done: %s", said)
	}
}
