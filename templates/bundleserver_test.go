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
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"phonegate/templates"
	"phonegate/templates/scenario"
)

// server is the bundle's server under Node.
type server struct {
	t *testing.T
	remote
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

// serve starts the server in the base's world, with a stand-in for Twilio at an address, after other modules of nodetest.
func serve(t *testing.T, base scenario.Base, s templates.Settings, twilio string, modules ...string) *server {
	t.Helper()
	var flags []string
	for _, name := range append([]string{"launched.mjs"}, modules...) {
		path, err := filepath.Abs(filepath.Join("nodetest", name))
		if err != nil {
			t.Fatal(err)
		}
		flags = append(flags, "--import", path)
	}
	v := &server{t: t, cmd: serverCommand(t, s, base.Env, flags...), road: &http.Transport{DisableCompression: true}}
	v.cmd.Env = append(v.cmd.Env, "STAND_IN=http://"+twilio)
	out, err := v.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	v.cmd.Stderr = &v.errs
	if err := v.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = v.cmd.Process.Kill() })
	v.Proto = "x-forwarded-proto"
	v.out = bufio.NewScanner(out)
	said := regexp.MustCompile(`^(?:door:|The form, version [0-9a-f]{12}, listens on 127\.0\.0\.1, port) (\d+)\.?$`)
	for v.Port == 0 || v.Control == 0 {
		if !v.out.Scan() {
			_ = v.cmd.Wait()
			t.Fatalf("the server did not start:\n%s", v.errs.String())
		}
		m := said.FindStringSubmatch(v.out.Text())
		if m == nil {
			t.Fatalf("the server says %q", v.out.Text())
		}
		n, _ := strconv.Atoi(m[1])
		if strings.HasPrefix(m[0], "door") {
			v.Control = n
		} else {
			v.Port = n
		}
	}
	v.origin = fmt.Sprintf("http://127.0.0.1:%d", v.Port)
	v.set(t, base.Env, base.Now)
	return v
}

// twilioThat always gives the same answer.
func twilioThat(t *testing.T, answer string) (*standIn, string) {
	t.Helper()
	twilio := &standIn{answer: answer}
	server := httptest.NewServer(twilio)
	t.Cleanup(server.Close)
	return twilio, server.Listener.Addr().String()
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

// end stops the server as a supervisor does.
func (v *server) end() {
	v.t.Helper()
	if err := v.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		v.t.Fatal(err)
	}
	v.ended()
}

// ended wants the server to end by itself, without a word.
func (v *server) ended() {
	v.t.Helper()
	for v.out.Scan() {
		v.t.Errorf("the server wrote %q", v.out.Text())
	}
	if err := v.cmd.Wait(); err != nil || v.errs.Len() > 0 {
		v.t.Errorf("the server ended with %v\n%s", err, v.errs.String())
	}
}

func TestTheBundlesServerServesTheForm(t *testing.T) {
	suite := load(t)
	base := suite.Base
	twilio, at := twilioThat(t, strings.NewReplacer("pending", "approved", "false", "true").Replace(pendingCheck))
	v := serve(t, base, base.Settings, at)
	version, err := templates.FormVersion(base.Settings)
	if err != nil {
		t.Fatal(err)
	}
	get := func(path string) (*http.Response, string) {
		r, _ := http.NewRequest(http.MethodGet, v.origin+path, nil)
		return v.ask(r)
	}
	res, body := get("/?health=1")
	id := base.Session["key"]
	if want := fmt.Sprintf(`{"phonegate":"form","layout":2,"version":%q,"ready":true,"keys":[%q],"senders":[%[2]q]}`, version, id); res.StatusCode != 200 || body != want {
		t.Errorf("health: %d %s", res.StatusCode, body)
	}
	session := func(secret string) url.Values {
		return url.Values{"session_token": {signed(t, base.Session, secret, nil)}, "state": {"the-state"}}
	}
	if res, body = get("/?" + session("some-other-secret-00000000000000000000000").Encode()); res.StatusCode != 400 || strings.Contains(body, "<form") {
		t.Errorf("a forged session: %d %s", res.StatusCode, withoutCode(body))
	}
	// Whatever path a web server in front has put before it.
	res, body = get("/verify/?" + session(sessionSecret(base)).Encode())
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
	if res, _ = post("https://evil.example"); res.StatusCode != 403 {
		t.Errorf("another site's form: %d", res.StatusCode)
	}
	if res, body = post("https://verify.acme.example"); res.StatusCode != 200 || !strings.Contains(body, `action="https://acme-dev.us.auth0.test/continue?state=the-state"`) {
		t.Errorf("the right code: %d %s", res.StatusCode, withoutCode(body))
	}
	v.end()
	if calls := twilio.taken(); len(calls) != 1 || !strings.HasSuffix(calls[0], "/VerificationCheck") {
		t.Errorf("it called %v", calls)
	}
}

func TestTheBundlesServerDoesNotStartWithoutItsSecrets(t *testing.T) {
	base := load(t).Base
	for what, c := range map[string]struct {
		change func(map[string]string)
		want   string
	}{
		"no key":                {func(e map[string]string) { delete(e, base.Key) }, "The environment has no key"},
		"a key that is cut off": {func(e map[string]string) { e[base.Key] = e[base.Key][:30] }, base.Key + " is ignored: its value does not fit its name."},
		"another key's value":   {func(e map[string]string) { e[base.Key] = "x" + e[base.Key] }, base.Key + " is ignored"},
		"no Twilio part":        {func(e map[string]string) { e[base.Key] = sessionSecret(base) }, base.Key + " has no Twilio API key"},
		"another kind of a SID": {func(e map[string]string) { e[base.Key] = strings.Replace(e[base.Key], ".VA", ".AC", 1) }, base.Key + " has no Twilio API key"},
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
			for _, part := range strings.Split(base.Env[base.Key], ".") {
				if strings.Contains(string(out), part) {
					t.Errorf("it shows a part of the key:\n%s", out)
				}
			}
		})
	}
}

// TestTheBundlesServerWorksBesideAKeyThatItIgnores: a slip while a key is added must not stop the logins that go on.
func TestTheBundlesServerWorksBesideAKeyThatItIgnores(t *testing.T) {
	base := load(t).Base
	ignored := "PHONEGATE_KEY_202611230930_add063281135b897"
	env := maps.Clone(base.Env)
	env[ignored] = base.Env[base.Key]
	cmd := serverCommand(t, base.Settings, env)
	var errs bytes.Buffer
	cmd.Stderr = &errs
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil || !strings.Contains(line, " listens on ") {
		t.Errorf("it says %q: %v", line, err)
	}
	_ = cmd.Process.Signal(syscall.SIGTERM)
	if err := cmd.Wait(); err != nil || errs.String() != ignored+" is ignored: its value does not fit its name.\n" {
		t.Errorf("it ended with %v and complained:\n%s", err, errs.String())
	}
}

func TestTheBundlesServerHasLimits(t *testing.T) {
	base := load(t).Base
	twilio, at := twilioThat(t, pendingCheck)
	v := serve(t, base, base.Settings, at)
	body := io.LimitReader(zeroes{}, 1<<20)
	r, _ := http.NewRequest(http.MethodPost, "https://form.test/", body)
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	if res, page := v.ask(r); res.StatusCode != 400 || strings.Count(page, "<h1>") != 1 {
		t.Errorf("a large body: %d %s", res.StatusCode, page)
	}
	r, _ = http.NewRequest(http.MethodGet, "https://form.test/?session_token="+strings.Repeat("a", 20_000), nil)
	r.Host, r.URL.Scheme, r.URL.Host = "form.test", "http", strings.TrimPrefix(v.origin, "http://")
	// It does not read to the end of it, so the answer may be lost with the connection.
	if res, err := v.road.RoundTrip(r); err == nil && res.StatusCode != 431 {
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
	v.end()
	if calls := twilio.taken(); len(calls) > 0 {
		t.Errorf("it called %v", calls)
	}
}

func TestTheBundlesServerDoesNotWaitForever(t *testing.T) {
	base := load(t).Base
	twilio, at := twilioThat(t, pendingCheck)
	v := serve(t, base, base.Settings, at, "hurried.mjs")
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
	if calls := twilio.taken(); len(calls) > 0 {
		t.Errorf("it called %v", calls)
	}
}

func TestTheBundlesServerGivesTheAnswersUnderWayBeforeItEnds(t *testing.T) {
	base := load(t).Base
	twilio, at := twilioThat(t, pendingCheck)
	v := serve(t, base, base.Settings, at)
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
	v.ended()
	if calls := twilio.taken(); len(calls) > 0 {
		t.Errorf("it called %v", calls)
	}
}

// zeroes is a body without an end.
type zeroes struct{}

func (zeroes) Read(b []byte) (int, error) {
	clear(b)
	return len(b), nil
}

// TestTheFormInTheBundlesServer puts scenarios and attacks to the form in its own server.
func TestTheFormInTheBundlesServer(t *testing.T) {
	t.Parallel() // it waits for calls that nobody answers
	suite := load(t)
	t.Run("scenarios", func(t *testing.T) {
		twilio := listen(t)
		started := map[string]*server{}
		var at []remote
		for i, v := range variants(t, suite) {
			name := filepath.Base(v.code)
			if started[name] == nil {
				started[name] = serve(t, suite.Base, settings(t, suite, suite.Forms[i].Settings), twilio.Addr().String())
			}
			at = append(at, started[name].remote)
		}
		replay(t, suite, twilio, at)
		for _, v := range started {
			v.end()
		}
	})
	t.Run("attacks", func(t *testing.T) {
		twilio, at := twilioThat(t, pendingCheck)
		v := serve(t, suite.Base, attacked(suite.Base), at)
		attackAt(t, suite, v.remote, twilio, nil)
		v.end()
	})
}
