package templates_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// frozen stops a worker's clock before the form is loaded. The module itself is the one that is deployed.
const frozen = `const RealDate = Date;
const at = RealDate.parse(%q);
globalThis.Date = class extends RealDate {
  constructor(...given) { if (given.length > 0) super(...given); else super(at); }
  static now() { return at; }
};
`

// workers writes the configuration of a workerd with one worker, and one port, for each variant. Secrets are bindings, and
// whatever a worker fetches goes to its stand-in.
type workers struct {
	dir, services, sockets, definitions string
	n                                   int
}

func (w *workers) add(t *testing.T, v variant, twilio net.Addr) {
	t.Helper()
	id := w.n
	w.n++
	code, err := os.ReadFile(v.code)
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{
		"clock":  fmt.Sprintf(frozen, v.now),
		"verify": string(code),
		"main":   "import './clock.mjs';\nexport { default } from './verify.mjs';\n",
	} {
		if err := os.WriteFile(filepath.Join(w.dir, fmt.Sprintf("%s-%d.mjs", name, id)), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	var bindings []string
	for name, value := range v.env {
		bindings = append(bindings, fmt.Sprintf("(name = %q, text = %q)", name, value))
	}
	slices.Sort(bindings)
	w.services += fmt.Sprintf("    (name = \"form-%d\", worker = .form%d),\n", id, id) +
		fmt.Sprintf("    (name = \"twilio-%d\", external = (address = %q)),\n", id, twilio)
	w.sockets += fmt.Sprintf("    (name = \"%d\", address = \"127.0.0.1:0\", service = \"form-%d\", http = (forwardedProtoHeader = %q)),\n", id, id, protoOfWorkerd)
	w.definitions += fmt.Sprintf(`const form%d :Workerd.Worker = (
  modules = [
    (name = "main.mjs", esModule = embed "main-%[1]d.mjs"),
    (name = "clock.mjs", esModule = embed "clock-%[1]d.mjs"),
    (name = "verify.mjs", esModule = embed "verify-%[1]d.mjs"),
  ],
  compatibilityDate = "2026-04-01", globalOutbound = "twilio-%[1]d",
  bindings = [%s],
);
`, id, strings.Join(bindings, ", "))
}

const protoOfWorkerd = "phonegate-test-scheme"

// start runs workerd and answers with the port of each worker. It fails the test if workerd has printed anything in the end.
func (w *workers) start(t *testing.T, program string) []remote {
	t.Helper()
	config := "using Workerd = import \"/workerd/workerd.capnp\";\nconst config :Workerd.Config = (\n  services = [\n" + w.services +
		"  ],\n  sockets = [\n" + w.sockets + "  ],\n);\n" + w.definitions
	if err := os.WriteFile(filepath.Join(w.dir, "config.capnp"), []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	ours, theirs, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = ours.Close() }()
	var printed bytes.Buffer
	cmd := exec.Command(program, "serve", "config.capnp", "--control-fd=3")
	cmd.Dir, cmd.Stdout, cmd.Stderr, cmd.ExtraFiles = w.dir, &printed, &printed, []*os.File{theirs}
	cmd.WaitDelay = time.Second
	err = cmd.Start()
	_ = theirs.Close()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		if printed.Len() > 0 {
			t.Errorf("workerd printed:\n%.3000s", &printed)
		}
	})
	places := make([]remote, w.n)
	told := json.NewDecoder(ours)
	for range places {
		var heard struct {
			Event, Socket string
			Port          int
		}
		var id int
		if err := told.Decode(&heard); err != nil {
			t.Fatalf("workerd does not start: %v", err)
		}
		if _, err := fmt.Sscan(heard.Socket, &id); err != nil || heard.Event != "listen" {
			t.Fatalf("workerd says %+v", heard)
		}
		places[id] = remote{Port: heard.Port, Proto: protoOfWorkerd}
	}
	return places
}

// TestTheFormInWorkerd puts scenarios and attacks to the form in the runtime of Cloudflare's Workers.
func TestTheFormInWorkerd(t *testing.T) {
	t.Parallel() // it waits for calls that nobody answers
	program := needed(t, "@cloudflare/workerd-*/bin/workerd")
	suite := load(t)
	all := &workers{dir: t.TempDir()}
	forScenarios := listen(t)
	seen := map[string]int{}
	var of []int // the worker of each scenario
	for _, v := range variants(t, suite) {
		key := fmt.Sprint(v)
		if _, known := seen[key]; !known {
			seen[key] = all.n
			all.add(t, v, forScenarios.Addr())
		}
		of = append(of, seen[key])
	}
	twilio := &standIn{answer: pendingCheck}
	server := httptest.NewServer(twilio)
	t.Cleanup(server.Close)
	all.add(t, variant{formFile(t, t.TempDir(), attacked(suite.Base)), suite.Base.Env, suite.Base.Now}, server.Listener.Addr())
	places := all.start(t, program)

	t.Run("scenarios", func(t *testing.T) {
		var at []remote
		for _, i := range of {
			at = append(at, places[i])
		}
		replay(t, suite, forScenarios, at)
	})
	t.Run("attacks", func(t *testing.T) {
		// workerd drops headers that it knows if they are empty. Without an Origin a wrong code is checked like any other.
		attackAt(t, suite, places[len(places)-1], twilio, map[string]int{"request: Origin empty": http.StatusUnprocessableEntity})
	})
}
