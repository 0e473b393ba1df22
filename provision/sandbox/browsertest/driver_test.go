package browsertest

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// The journeys that the driver knows. Each begins in a browser without cookies.
const (
	signUpWithLock       = "sign up with lock"
	logInWithLock        = "log in with lock"
	signUpWithoutScripts = "sign up without scripts"
	logInWithoutScripts  = "log in without scripts"
	signUpWithoutANumber = "sign up without a number"
	signUpAndMistype     = "sign up and mistype"
	logInAndTypeTheCode  = "log in and type the code"
)

// script is what the driver is told to do.
type script struct {
	Proxy       string `json:"proxy"`
	Chromium    string `json:"chromium"`
	Artefacts   string `json:"artefacts"` // the directory for screenshots
	MessagesURL string `json:"messages_url"`
	FormURL     string `json:"form_url"`
	RedirectURI string `json:"redirect_uri"`
	Email       string `json:"email"`
	Password    string `json:"password"`
	Phone       string `json:"phone"`

	Journeys []start `json:"journeys"`
}

// start is where a journey begins.
type start struct {
	Name         string `json:"name"`
	AuthorizeURL string `json:"authorize_url"`
}

// journey is what came of one.
type journey struct {
	Name        string    `json:"name"`
	CallbackURL string    `json:"callback_url"`
	Steps       []step    `json:"steps"`
	Requests    []request `json:"requests"` // for pages and all that they load
	Problems    []string  `json:"problems"` // uncaught errors and the console's
	Error       string    `json:"error"`
}

// step is one thing that came to pass, with what the page said.
type step struct {
	What string `json:"what"`
	Said string `json:"said"`
}

// request is one that the browser made: the origin of the page that was open, and what it asked for.
type request struct {
	From   string `json:"from"`
	Method string `json:"method"`
	To     string `json:"to"` // an origin
	Path   string `json:"path"`
}

func (r request) String() string { return r.Method + " " + r.To + r.Path }

// tools are the programs that the test needs and Go does not bring.
type tools struct{ node, chromium, browser string }

// findTools skips the test where a tool is missing, except in CI, where that is a failure.
func findTools(t *testing.T, packages ...string) tools {
	t.Helper()
	missing := t.Skipf
	if os.Getenv("CI") == "true" {
		missing = t.Fatalf
	}
	var found tools
	var err error
	if found.node, err = exec.LookPath("node"); err != nil {
		missing("node is missing")
	}
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if found.chromium, err = exec.LookPath(name); err == nil {
			break
		}
	}
	if err != nil {
		missing("chromium is missing")
	}
	ci, err := filepath.Abs("../../../.ci")
	if err != nil {
		t.Fatal(err)
	}
	found.browser = filepath.Join(ci, "browser")
	for _, name := range append(packages, "auth0-lock", "esbuild", "playwright-core") {
		if _, err := os.Stat(filepath.Join(ci, "node_modules", name)); err != nil {
			missing("the npm package %s is missing: run npm ci --ignore-scripts in .ci", name)
		}
	}
	return found
}

// bundleLock is the Lock of npm as one script, as Auth0's CDN has it.
func (f tools) bundleLock(t *testing.T) []byte {
	t.Helper()
	file := filepath.Join(t.TempDir(), "lock.min.js")
	f.runNode(t, "bundle.mjs", file)
	script, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return script
}

// drive plays the script and gives the journeys by name. It fails the test if one of them does not arrive.
func (f tools) drive(t *testing.T, s script) map[string]journey {
	t.Helper()
	s.Chromium, s.Artefacts = f.chromium, artefacts(t)
	told, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	var made []journey
	if out := f.runNode(t, "login.mjs", string(told)); json.Unmarshal(out, &made) != nil {
		t.Fatalf("the driver printed %q", out)
	}
	t.Logf("screenshots: %s", s.Artefacts)
	byName := map[string]journey{}
	for _, j := range made {
		if j.Error != "" {
			t.Errorf("%s: %s\nsteps: %v\nrequests: %v\nproblems: %q", j.Name, j.Error, j.Steps, j.Requests, j.Problems)
		}
		byName[j.Name] = j
	}
	if t.Failed() {
		t.FailNow()
	}
	return byName
}

func (f tools) runNode(t *testing.T, program string, args ...string) []byte {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), f.node, append([]string{filepath.Join(f.browser, program)}, args...)...)
	cmd.WaitDelay = 5 * time.Second
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil {
		t.Fatalf("%s: %v\n%s", program, err, stderr.String())
	}
	return stdout.Bytes()
}

// artefacts is where the screenshots go: a directory that outlives the test, for people to look at.
func artefacts(t *testing.T) string {
	t.Helper()
	base := os.Getenv("PHONEGATE_ARTEFACTS")
	if base == "" {
		base = filepath.Join(os.TempDir(), "phonegate-browsertest")
	}
	dir := filepath.Join(base, strings.ReplaceAll(t.Name(), "/", "-"))
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	return dir
}

func (j journey) said(what string) string {
	for _, s := range j.Steps {
		if s.What == what {
			return s.Said
		}
	}
	return ""
}

// went counts the requests to an origin.
func (j journey) went(origin string) int {
	n := 0
	for _, r := range j.Requests {
		if r.To == origin {
			n++
		}
	}
	return n
}
