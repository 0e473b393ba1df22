package templates_test

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"

	"phonegate/templates"
	"phonegate/templates/scenario"
)

// server is the bundle's server under Node.
type server struct {
	t      *testing.T
	cmd    *exec.Cmd
	origin string
	road   *http.Transport
	out    *bufio.Scanner
	errs   bytes.Buffer
}

// serverCommand is the server of a bundle, ready to be started in an environment of nothing but env.
func serverCommand(t *testing.T, s templates.Settings, env map[string]string, flags ...string) *exec.Cmd {
	t.Helper()
	node := needNode(t)
	dir := t.TempDir()
	for name, data := range bundleOf(t, s) {
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	cmd := exec.CommandContext(t.Context(), node, append(flags, filepath.Join(dir, "server.mjs"))...)
	cmd.Env = []string{"PORT=0", "PATH=" + os.Getenv("PATH")}
	for name, value := range env {
		cmd.Env = append(cmd.Env, name+"="+value)
	}
	return cmd
}

// serve starts the server in the base's world, in which Twilio always gives the same answer.
func serve(t *testing.T, base scenario.Base, s templates.Settings, answer string, more ...string) *server {
	t.Helper()
	preload, err := filepath.Abs("nodetest/surroundings.mjs")
	if err != nil {
		t.Fatal(err)
	}
	env := maps.Clone(base.Env)
	env["PHONEGATE_NOW"], env["PHONEGATE_TWILIO"] = base.Now, answer
	v := &server{t: t, cmd: serverCommand(t, s, env, "--import", preload), road: &http.Transport{DisableCompression: true}}
	v.cmd.Env = append(v.cmd.Env, more...)
	out, err := v.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	v.cmd.Stderr = &v.errs
	if err := v.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = v.cmd.Process.Kill() })
	v.out = bufio.NewScanner(out)
	if !v.out.Scan() {
		_ = v.cmd.Wait()
		t.Fatalf("the server did not start:\n%s", v.errs.String())
	}
	port := regexp.MustCompile(`^The form, version [0-9a-f]{12}, listens on 127\.0\.0\.1, port (\d+)\.$`).FindStringSubmatch(v.out.Text())
	if port == nil {
		t.Fatalf("the server says %q", v.out.Text())
	}
	v.origin = "http://127.0.0.1:" + port[1]
	return v
}

// ask sends a request as it stands, to the server instead of its own host.
func (v *server) ask(r *http.Request) (*http.Response, string) {
	v.t.Helper()
	to, err := url.Parse(v.origin)
	if err != nil {
		v.t.Fatal(err)
	}
	r.Host = r.URL.Host
	r.URL.Scheme, r.URL.Host, r.RequestURI = to.Scheme, to.Host, ""
	res, err := v.road.RoundTrip(r)
	if err != nil {
		v.t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		v.t.Fatal(err)
	}
	return res, string(body)
}

// end stops the server as a supervisor does, and returns which calls it made.
func (v *server) end() (calls []string) {
	v.t.Helper()
	if err := v.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		v.t.Fatal(err)
	}
	for v.out.Scan() {
		call, ok := strings.CutPrefix(v.out.Text(), "call ")
		if !ok {
			v.t.Errorf("the server wrote %q", v.out.Text())
		}
		calls = append(calls, call)
	}
	if err := v.cmd.Wait(); err != nil || v.errs.Len() > 0 {
		v.t.Errorf("the server ended with %v\n%s", err, v.errs.String())
	}
	return calls
}

func TestTheBundlesServerServesTheForm(t *testing.T) {
	suite := load(t)
	base := suite.Base
	v := serve(t, base, base.Settings, strings.NewReplacer("pending", "approved", "false", "true").Replace(pendingCheck))
	version, err := templates.FormVersion(base.Settings)
	if err != nil {
		t.Fatal(err)
	}
	get := func(path string) (*http.Response, string) {
		r, _ := http.NewRequest(http.MethodGet, v.origin+path, nil)
		return v.ask(r)
	}
	res, body := get("/?health=1")
	if want := fmt.Sprintf(`{"phonegate":"form","version":%q,"ready":true}`, version); res.StatusCode != 200 || body != want {
		t.Errorf("health: %d %s", res.StatusCode, body)
	}
	session := func(secret string) url.Values {
		return url.Values{"session_token": {signed(t, base.Session, secret, nil)}, "state": {"the-state"}}
	}
	if res, body = get("/?" + session("some-other-secret-00000000000000000000000").Encode()); res.StatusCode != 400 || strings.Contains(body, "<form") {
		t.Errorf("a forged session: %d %s", res.StatusCode, withoutCode(body))
	}
	// Whatever path a web server in front has put before it.
	res, body = get("/verify/?" + session(base.Env["SESSION_SECRET"]).Encode())
	if res.StatusCode != 200 || !strings.Contains(body, "Check your phone") || res.Header.Get("Content-Security-Policy") == "" || res.Header.Get("X-Powered-By") != "" {
		t.Fatalf("a session: %d %v %s", res.StatusCode, res.Header, withoutCode(body))
	}
	token := regexp.MustCompile(`name="session_token" value="([^"]+)"`).FindStringSubmatch(body)
	fields := url.Values{"session_token": {token[1]}, "state": {"the-state"}, "intent": {"check"}, "code": {"123 456"}}
	post := func(origin string) (*http.Response, string) {
		r, _ := http.NewRequest(http.MethodPost, "https://verify.acme.example/", strings.NewReader(fields.Encode()))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Origin", origin)
		return v.ask(r)
	}
	if res, body = post("https://evil.example"); res.StatusCode != 403 {
		t.Errorf("another site's form: %d", res.StatusCode)
	}
	if res, body = post("https://verify.acme.example"); res.StatusCode != 200 || !strings.Contains(body, `action="https://acme-dev.us.auth0.test/continue?state=the-state"`) {
		t.Errorf("the right code: %d %s", res.StatusCode, withoutCode(body))
	}
	if calls := v.end(); len(calls) != 1 || !strings.HasSuffix(calls[0], "/VerificationCheck") {
		t.Errorf("it called %v", calls)
	}
}

func TestTheBundlesServerDoesNotStartWithoutItsSecrets(t *testing.T) {
	base := load(t).Base
	for what, c := range map[string]struct {
		change func(map[string]string)
		want   string
	}{
		"no secret":             {func(e map[string]string) { clear(e) }, "SESSION_SECRET is missing.\nVERDICT_SECRET is missing.\n"},
		"a short secret":        {func(e map[string]string) { e["VERDICT_SECRET"] = strings.Repeat("a", 31) }, "VERDICT_SECRET has 31 bytes; it needs 32 or more."},
		"a short previous one":  {func(e map[string]string) { e["SESSION_SECRET_PREVIOUS"] = "a" }, "SESSION_SECRET_PREVIOUS has 1 bytes"},
		"half a previous pair":  {func(e map[string]string) { e["VERDICT_SECRET_PREVIOUS"] = strings.Repeat("a", 32) }, "belong together"},
		"no Twilio secret":      {func(e map[string]string) { delete(e, "TWILIO_API_SECRET") }, "TWILIO_API_SECRET: missing."},
		"another kind of a SID": {func(e map[string]string) { e["TWILIO_VERIFY_SERVICE"] = "AC00000000000000000000000000000001" }, "not the SID of a Verify service"},
		"no port":               {func(e map[string]string) { e["PORT"] = "http" }, "PORT is not the number of a port."},
		"a port that is taken":  {func(e map[string]string) { e["HOST"] = "203.0.113.1" }, "Can't listen on 203.0.113.1"},
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			env := maps.Clone(base.Env)
			c.change(env)
			cmd := serverCommand(t, base.Settings, env)
			out, err := cmd.CombinedOutput()
			if exit, ok := errors.AsType[*exec.ExitError](err); !ok || exit.ExitCode() != 1 || !strings.Contains(string(out), c.want) {
				t.Errorf("it ended with %v and said %s", err, out)
			}
			for name, value := range env {
				if strings.Contains(name, "SECRET") && strings.Contains(string(out), value) && len(value) > 1 {
					t.Errorf("it shows %s:\n%s", name, out)
				}
			}
		})
	}
}

func TestTheBundlesServerHasLimits(t *testing.T) {
	base := load(t).Base
	v := serve(t, base, base.Settings, pendingCheck)
	body := io.LimitReader(zeroes{}, 1<<20)
	r, _ := http.NewRequest(http.MethodPost, "https://form.test/", body)
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	if res, page := v.ask(r); res.StatusCode != 400 || strings.Count(page, "<h1>") != 1 {
		t.Errorf("a large body: %d %s", res.StatusCode, page)
	}
	r, _ = http.NewRequest(http.MethodGet, "https://form.test/?session_token="+strings.Repeat("a", 20_000), nil)
	if res, _ := v.ask(r); res.StatusCode != 431 {
		t.Errorf("a large head: %d", res.StatusCode)
	}
	r, _ = http.NewRequest("TRACE", "https://form.test/", nil)
	if res, _ := v.ask(r); res.StatusCode != 405 {
		t.Errorf("TRACE: %d", res.StatusCode)
	}
	r, _ = http.NewRequest(http.MethodGet, "https://form.test/?health=1", nil)
	if res, _ := v.ask(r); res.StatusCode != 200 {
		t.Errorf("after all that it answers with %d", res.StatusCode)
	}
	if calls := v.end(); len(calls) > 0 {
		t.Errorf("it called %v", calls)
	}
}

func TestTheBundlesServerDoesNotWaitForever(t *testing.T) {
	base := load(t).Base
	v := serve(t, base, base.Settings, pendingCheck, "PHONEGATE_HURRY=1")
	for what, text := range map[string]string{
		"a head that does not end": "GET / HTTP/1.1\r\nHost: form.test\r\nX: ",
		"a body that does not end": "POST / HTTP/1.1\r\nHost: form.test\r\nContent-Length: 10\r\n\r\na",
		"no HTTP":                  "\x16\x03\x01\x02\x00\x01\r\n\r\n",
		"two lengths":              "POST / HTTP/1.1\r\nHost: form.test\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\na",
		"a length and chunks":      "POST / HTTP/1.1\r\nHost: form.test\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
	} {
		conn, err := net.Dial("tcp", strings.TrimPrefix(v.origin, "http://"))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(conn, text); err != nil {
			t.Fatal(err)
		}
		answer, _ := io.ReadAll(conn) // until the server has had enough
		_ = conn.Close()
		if !regexp.MustCompile(`^HTTP/1\.1 4\d\d `).Match(answer) {
			t.Errorf("%s: %q", what, answer)
		}
	}
	v.end()
}

func TestTheBundlesServerGivesTheAnswersUnderWayBeforeItEnds(t *testing.T) {
	base := load(t).Base
	v := serve(t, base, base.Settings, pendingCheck)
	address := strings.TrimPrefix(v.origin, "http://")
	conn, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	body := "intent=check"
	if _, err := fmt.Fprintf(conn, "POST / HTTP/1.1\r\nHost: form.test\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: %d\r\nExpect: 100-continue\r\n\r\n", len(body)); err != nil {
		t.Fatal(err)
	}
	in := bufio.NewReader(conn)
	if line, err := in.ReadString('\n'); !strings.HasPrefix(line, "HTTP/1.1 100 ") {
		t.Fatalf("it has not begun: %q, %v", line, err)
	}
	if err := v.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	for { // until it takes nobody any more
		other, err := net.Dial("tcp", address)
		if err != nil {
			break
		}
		_ = other.Close()
	}
	if _, err := io.WriteString(conn, body); err != nil {
		t.Fatal(err)
	}
	rest, err := io.ReadAll(in)
	if err != nil || !strings.Contains(string(rest), "HTTP/1.1 400 ") || !strings.Contains(strings.ToLower(string(rest)), "\r\nconnection: close\r\n") || strings.Count(string(rest), "<h1>") != 1 {
		t.Errorf("the answer under way: %v\n%.500s", err, rest)
	}
	for v.out.Scan() {
		t.Errorf("the server wrote %q", v.out.Text())
	}
	if err := v.cmd.Wait(); err != nil || v.errs.Len() > 0 {
		t.Errorf("the server ended with %v\n%s", err, v.errs.String())
	}
}

// zeroes is a body without an end.
type zeroes struct{}

func (zeroes) Read(b []byte) (int, error) {
	clear(b)
	return len(b), nil
}

// TestAttacksThroughTheBundlesServer sends the corpus over HTTP: the answers are those that the form itself gives.
func TestAttacksThroughTheBundlesServer(t *testing.T) {
	suite := load(t)
	attacks := formAttacks(t, suite.Base)
	twilio := &standIn{answer: pendingCheck}
	settings := suite.Base.Settings
	settings.Countries = []string{"AU", "NZ", "GB"}
	form := newForm(t, suite.Base, settings, twilio)
	v := serve(t, suite.Base, settings, pendingCheck)
	var expected []string
	refused := 0
	for _, a := range attacks {
		if slices.ContainsFunc(a.Headers, func(h [2]string) bool { return !isHeaderValue(h[1]) }) {
			continue // no client sends this
		}
		embedded := ask(form, a.request())
		calls := twilio.taken()
		res, body := v.ask(a.request())
		if res.StatusCode == http.StatusRequestHeaderFieldsTooLarge {
			refused++
			continue
		}
		expected = append(expected, calls...)
		o := outcome{Status: res.StatusCode, Headers: map[string]string{}, Body: body, Calls: calls}
		for name, values := range res.Header {
			o.Headers[strings.ToLower(name)] = strings.Join(values, ", ")
		}
		o.normalise()
		a.check(t, o)
		if diff := cmp.Diff(nonce.ReplaceAllString(embedded.Body.String(), "nonce$1"), o.Body); diff != "" || embedded.Code != res.StatusCode {
			t.Errorf("%s: the server (+, %d) answers otherwise than the form (-, %d):\n%.2000s", a.Name, res.StatusCode, embedded.Code, diff)
		}
	}
	if calls := v.end(); !slices.Equal(calls, expected) {
		t.Errorf("it called %v\ninstead of %v", calls, expected)
	}
	if refused > len(attacks)/10 {
		t.Errorf("%d of %d attacks were refused for their size", refused, len(attacks))
	}
	t.Logf("%d attacks through the server, %d of them too large for it", len(attacks), refused)
}
