package templates_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"phonegate/templates"
	"phonegate/templates/scenario"
)

// packages is where the runtimes from npm are installed.
const packages = "../.ci/clients/node_modules"

// remote is where a form answers over HTTP.
type remote struct {
	Port    int    `json:"port"`
	Control int    `json:"control,omitempty"` // where clock and environment are set before a request, if not once for all
	Proto   string `json:"proto"`             // the header in which the place is told the scheme
	Host    string `json:"host,omitempty"`    // the header in which it is told the host, if not in Host
}

// needed is the absolute path of the one thing in the installed packages that a pattern means.
func needed(t *testing.T, pattern string) string {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(packages, pattern))
	if err != nil || len(found) != 1 {
		if os.Getenv("CI") == "true" {
			t.Fatalf("missing: npm package %s: %v %v", pattern, found, err)
		}
		t.Skipf("missing: npm package %s (npm ci --prefix .ci/clients)", pattern)
	}
	path, err := filepath.Abs(found[0])
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// variant is a form that some scenarios need: the module, and what surrounds it.
type variant struct {
	code string // the path of the module
	env  map[string]string
	now  string
}

// variants are what each form scenario needs, in their order.
func variants(t *testing.T, suite scenario.Suite) []variant {
	t.Helper()
	dir := t.TempDir()
	var all []variant
	for _, s := range suite.Forms {
		v := variant{code: formFile(t, dir, settings(t, suite, s.Settings)), env: map[string]string{}, now: s.Now}
		if v.now == "" {
			v.now = suite.Base.Now
		}
		for name, value := range suite.Base.Env {
			v.env[name] = value
		}
		for name, value := range s.Env {
			if value == nil {
				delete(v.env, name)
			} else {
				v.env[name] = value.(string)
			}
		}
		all = append(all, v)
	}
	return all
}

func formFile(t *testing.T, dir string, s templates.Settings) string {
	t.Helper()
	files, err := templates.Form(s)
	if err != nil {
		t.Fatal(err)
	}
	return write(t, dir, files[0].Data, ".mjs")
}

// listen opens a port for a stand-in.
func listen(t *testing.T) *net.TCPListener {
	t.Helper()
	l, err := net.ListenTCP("tcp", &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	return l
}

// replay has Node's test runner put every form scenario to the form in its place. Twilio's stand-in is Node's, too, on the
// port that was opened for it.
func replay(t *testing.T, suite scenario.Suite, twilio *net.TCPListener, places []remote) {
	t.Helper()
	type form struct {
		scenario.Form
		At remote `json:"at"`
	}
	var out struct {
		Base  scenario.Base `json:"base"`
		Forms []form        `json:"forms"`
	}
	out.Base = suite.Base
	for i, s := range suite.Forms {
		out.Forms = append(out.Forms, form{s, places[i]})
	}
	data, err := json.Marshal(out)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "suite.json")
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	door, err := twilio.File()
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = door.Close() }()
	cmd := exec.CommandContext(t.Context(), needNode(t), "--test-reporter=tap", "nodetest/form.test.mjs")
	cmd.Env = append(os.Environ(), "PHONEGATE_SUITE="+path)
	cmd.ExtraFiles = []*os.File{door}
	report, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, failures(report))
	}
	passed := count(report, `(?m)^# pass (\d+)$`)
	if passed < len(suite.Forms) {
		t.Fatalf("%d tests passed, but there are %d scenarios", passed, len(suite.Forms))
	}
	t.Logf("%d passed", passed)
}

// ServeHTTP is Twilio for a form in another process, where a header, or Host, says whom the form means.
func (s *standIn) ServeHTTP(rw http.ResponseWriter, r *http.Request) {
	r.URL.Scheme, r.URL.Host = "https", r.Host
	if meant := r.Header.Get("X-Standin-For"); meant != "" {
		r.URL, _ = url.Parse(meant)
	}
	answer, err := s.RoundTrip(r)
	if err != nil {
		http.Error(rw, err.Error(), http.StatusInternalServerError)
		return
	}
	rw.Header().Set("Content-Type", answer.Header.Get("Content-Type"))
	_, _ = io.Copy(rw, answer.Body)
}

// neverThere marks attacks that a place has an answer of its own to.
const neverThere = 0

// attackAt puts the corpus to a form and wants what the embedded runtime answered. Unseen names attacks of which the place
// shows the form nothing, and the status of the ordinary answer.
func attackAt(t *testing.T, suite scenario.Suite, at remote, twilio *standIn, unseen map[string]int) {
	t.Helper()
	attacks, expected := embeddedOutcomes(t, suite)
	client := &http.Client{
		Transport:     &http.Transport{DisableCompression: true},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	defer client.CloseIdleConnections()
	for i, a := range attacks {
		if status, is := unseen[a.Name]; is && status == neverThere {
			continue
		}
		got, err := a.put(t, client, at)
		if err != nil {
			t.Fatalf("%s: %v", a.Name, err)
		}
		got.Calls = twilio.taken()
		got.normalise()
		if status, is := unseen[a.Name]; is {
			if got.Status != status {
				t.Errorf("%s: status %d, not %d", a.Name, got.Status, status)
			}
			continue
		}
		if diff := cmp.Diff(expected[i], got); diff != "" {
			t.Errorf("%s: here (+) and in the embedded runtime (-) it differs:\n%.2000s", a.Name, diff)
		}
	}
	t.Logf("%d attacks on the form", len(attacks))
}

// put sends the attack over HTTP.
func (a attack) put(t *testing.T, client *http.Client, at remote) (outcome, error) {
	t.Helper()
	r := a.request()
	r, host := r.Clone(t.Context()), r.Host
	r.RequestURI, r.Host = "", host
	r.URL.Scheme, r.URL.Host = "http", fmt.Sprintf("127.0.0.1:%d", at.Port)
	if r.Body = http.NoBody; len(a.Body) > 0 {
		r.Body = io.NopCloser(bytes.NewReader(a.Body))
	}
	r.ContentLength = int64(len(a.Body))
	r.Header.Set(at.Proto, "https")
	if at.Host != "" {
		r.Header.Set(at.Host, host)
	}
	answer, err := client.Do(r)
	if err != nil {
		return outcome{}, err
	}
	defer func() { _ = answer.Body.Close() }()
	body, err := io.ReadAll(answer.Body)
	o := outcome{Status: answer.StatusCode, Headers: map[string]string{}, Body: string(body)}
	for name, values := range answer.Header {
		switch name {
		case "Date", "Connection", "Keep-Alive", "Content-Length": // the server's own
		default:
			o.Headers[strings.ToLower(name)] = strings.Join(values, ", ")
		}
	}
	return o, err
}

// set tells the place the environment and the time.
func (r remote) set(t *testing.T, env map[string]string, now string) {
	t.Helper()
	world, err := json.Marshal(map[string]any{"env": env, "now": now})
	if err != nil {
		t.Fatal(err)
	}
	answer, err := http.Post(fmt.Sprintf("http://127.0.0.1:%d", r.Control), "application/json", bytes.NewReader(world))
	if err != nil {
		t.Fatal(err)
	}
	_ = answer.Body.Close()
	if answer.StatusCode != http.StatusNoContent {
		t.Fatalf("the world could not be set: %s", answer.Status)
	}
}
