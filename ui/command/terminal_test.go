//go:build unix

package command

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/charmbracelet/x/ansi"
	"github.com/charmbracelet/x/term"
	"github.com/creack/pty"

	"phonegate/provision/sandbox"
	"phonegate/provision/sandbox/world"
)

// screen is a terminal with phonegate in it.
type screen struct {
	t      *testing.T
	cmd    *exec.Cmd
	master *os.File
	tty    *os.File
	before *term.State

	mu   sync.Mutex
	seen bytes.Buffer
	more chan struct{}
	done chan struct{}
	err  error
}

// child is phonegate as a process of its own, in a directory of its own.
func child(t *testing.T, env []string, args ...string) *exec.Cmd {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(self, args...)
	cmd.Dir = t.TempDir()
	cmd.Env = append([]string{asProgram + "=1", "PHONEGATE_KEYRING=off", "TERM=xterm-256color", "HOME=" + cmd.Dir, "TMPDIR=" + t.TempDir(), "PATH=" + os.Getenv("PATH")}, env...)
	return cmd
}

func openScreen(t *testing.T, cmd *exec.Cmd) *screen {
	t.Helper()
	master, tty, err := pty.Open()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = master.Close(); _ = tty.Close() })
	if err := pty.Setsize(tty, &pty.Winsize{Rows: 40, Cols: 100}); err != nil {
		t.Fatal(err)
	}
	s := &screen{t: t, cmd: cmd, master: master, tty: tty, more: make(chan struct{}, 1), done: make(chan struct{})}
	if s.before, err = term.GetState(tty.Fd()); err != nil {
		t.Fatal(err)
	}
	cmd.Stdin, cmd.Stdout, cmd.Stderr = tty, tty, tty
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go s.watch()
	go func() {
		s.err = cmd.Wait()
		close(s.done)
	}()
	t.Cleanup(func() { _ = cmd.Process.Kill(); <-s.done })
	return s
}

// watch collects what is shown.
func (s *screen) watch() {
	buf := make([]byte, 4096)
	for {
		n, err := s.master.Read(buf)
		if n > 0 {
			s.mu.Lock()
			s.seen.Write(buf[:n])
			s.mu.Unlock()
			select {
			case s.more <- struct{}{}:
			default:
			}
		}
		if err != nil {
			return
		}
	}
}

func (s *screen) text() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.seen.String()
}

// await waits until the screen has shown a text.
func (s *screen) await(what string) {
	s.t.Helper()
	limit := time.After(20 * time.Second)
	for !strings.Contains(ansi.Strip(s.text()), what) {
		select {
		case <-s.more:
		case <-limit:
			s.t.Fatalf("%q did not appear in:\n%s", what, ansi.Strip(s.text()))
		}
	}
}

func (s *screen) press(keys string) {
	s.t.Helper()
	if _, err := s.master.WriteString(keys); err != nil {
		s.t.Fatal(err)
	}
}

// end waits for the process and gives its exit code.
func (s *screen) end() int {
	s.t.Helper()
	select {
	case <-s.done:
	case <-time.After(20 * time.Second):
		s.t.Fatalf("phonegate did not end; the screen:\n%s", ansi.Strip(s.text()))
	}
	const mark = "(phonegate has ended)"
	if _, err := s.tty.WriteString(mark); err != nil {
		s.t.Fatal(err)
	}
	s.await(mark) // all that came before it has been seen
	return s.cmd.ProcessState.ExitCode()
}

// restored checks that the terminal is as it was: its settings, and a cursor that is shown.
func (s *screen) restored() {
	s.t.Helper()
	after, err := term.GetState(s.master.Fd())
	if err != nil {
		s.t.Fatal(err)
	}
	if *after != *s.before {
		s.t.Errorf("the terminal's settings were\n%+v\nand are\n%+v", *s.before, *after)
	}
	if text := s.text(); strings.LastIndex(text, ansi.ResetModeTextCursorEnable) > strings.LastIndex(text, ansi.SetModeTextCursorEnable) {
		s.t.Error("the cursor stays hidden")
	}
}

func TestLeavingTheWizardRestoresTheTerminal(t *testing.T) {
	for name, args := range map[string][]string{"wizard": nil, "sandbox": {"sandbox"}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := openScreen(t, child(t, nil, args...))
			s.await("phonegate")
			s.await("ctrl+c")
			s.press("\x03")
			// Where leaving would lose something, it asks to be told twice.
			for range 20 {
				select {
				case <-s.done:
				case <-s.more:
					continue
				case <-time.After(500 * time.Millisecond):
					s.press("\x03")
					continue
				}
				break
			}
			if code := s.end(); code != 130 {
				t.Errorf("the exit code is %d\n%s", code, ansi.Strip(s.text()))
			}
			s.restored()
		})
	}
}

func TestASignalRestoresTheTerminalToo(t *testing.T) {
	s := openScreen(t, child(t, nil, "sandbox"))
	s.await("ctrl+c")
	if err := s.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if code := s.end(); code != 130 {
		t.Errorf("the exit code is %d\n%s", code, ansi.Strip(s.text()))
	}
	s.restored()
}

// served is a sandbox for a child process, and the environment that leads there.
func served(t *testing.T) (*sandbox.Sandbox, []string) {
	t.Helper()
	return servedOf(t, sandbox.Options{})
}

func servedOf(t *testing.T, o sandbox.Options) (*sandbox.Sandbox, []string) {
	t.Helper()
	box, err := sandbox.Start(context.Background(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = box.Close() })
	info := box.Info()
	env := []string{"PHONEGATE_AUTH0_URL=" + info.Auth0URL, "PHONEGATE_TWILIO_URL=" + info.TwilioURL, "PHONEGATE_VERCEL_URL=" + info.VercelURL, "PHONEGATE_PHONE_URL=" + info.PhoneURL}
	for name, value := range info.Credentials {
		env = append(env, name+"="+value)
	}
	return box, env
}

func without(env []string, names ...string) []string {
	var left []string
	for _, e := range env {
		keep := true
		for _, n := range names {
			keep = keep && !strings.HasPrefix(e, n+"=")
		}
		if keep {
			left = append(left, e)
		}
	}
	return left
}

func TestMissingCredentialsAreAskedForBehindAMask(t *testing.T) {
	_, env := served(t)
	s := openScreen(t, child(t, without(env, "TWILIO_AUTH_TOKEN", "TWILIO_ACCOUNT_SID"), "apply"))
	s.await("Twilio account SID for dev:")
	s.press(sandbox.TwilioAccountSID + "\r")
	s.await("Twilio auth token for dev:")
	s.press("  " + sandbox.TwilioAuthToken + " \r")
	s.await("Apply this to " + sandbox.Auth0Domain + "? [y/N]")
	s.press("n\r")
	if code := s.end(); code != 130 {
		t.Errorf("the exit code of a no is %d", code)
	}
	s.await("Nothing was changed")
	if strings.Contains(s.text(), sandbox.TwilioAuthToken) {
		t.Error("the token was shown")
	}
	s.restored()
}

func TestCtrlCAtAPromptLeavesAndRestoresTheEcho(t *testing.T) {
	_, env := served(t)
	s := openScreen(t, child(t, without(env, "VERCEL_TOKEN"), "plan"))
	s.await("Vercel token for dev:")
	s.press("half\x03")
	if code := s.end(); code != 130 {
		t.Errorf("the exit code is %d\n%s", code, s.text())
	}
	s.restored()
}

func TestAProtectedTenantWantsItsNameTyped(t *testing.T) {
	box, env := served(t)
	s := openScreen(t, child(t, append(env, "PHONEGATE_PROTECTED=true"), "apply", "--yes"))
	s.await("dev is protected. Type its name to continue:")
	s.press("prod\r")
	if code := s.end(); code != 130 {
		t.Errorf("the exit code of another name is %d", code)
	}
	for _, r := range box.World().Requests() {
		if r.Write() && r.Path != "/oauth/token" {
			t.Errorf("a change was made: %s %s", r.Method, r.Path)
		}
	}
}

func TestTheFirstInterruptFinishesTheCallUnderWay(t *testing.T) {
	box, env := served(t)
	// The service is made late enough for the interrupt to come first.
	box.World().Arm(world.Fault{Provider: "twilio", Method: "POST", Path: "/v2/Services", DelayMS: 2500, Times: 1})
	cmd := child(t, env, "apply", "--yes")
	file := "version: 1\ntenants:\n  dev: {auth0: {domain: " + sandbox.Auth0Domain + "}}\n"
	if err := os.WriteFile(cmd.Dir+"/phonegate.yaml", []byte(file), 0o600); err != nil {
		t.Fatal(err)
	}
	s := openScreen(t, cmd)
	s.await("✓ done") // of what does not wait for the service
	if err := cmd.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	s.await("Stopping after the current request")
	if code := s.end(); code != 130 {
		t.Errorf("the exit code is %d\n%s", code, s.text())
	}
	s.await("phonegate apply --tenant dev")
	if n := len(box.State().Twilio.Services); n != 1 {
		t.Errorf("the service under way was not finished: there are %d", n)
	}
	if err := os.RemoveAll(cmd.Dir + "/.phonegate"); err != nil { // another computer may carry on
		t.Fatal(err)
	}
	again := child(t, env, "apply", "--yes", "--json")
	again.Dir = cmd.Dir
	out, err := again.Output()
	if err != nil {
		t.Fatalf("the next run: %v\n%s", err, out)
	}
	if n := len(box.State().Twilio.Services); n != 1 {
		t.Errorf("the next run did not carry on: there are %d services", n)
	}
}

func TestServeEndsWellWhenInterrupted(t *testing.T) {
	cmd := child(t, nil, "sandbox", "serve", "--json")
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	line := make([]byte, 4096)
	n, err := out.Read(line)
	if err != nil || !strings.HasPrefix(string(line[:n]), `{"type":"sandbox","auth0_url":"http://127.0.0.1:`) {
		t.Errorf("it prints %s, %v", line[:n], err)
	}
	if err := cmd.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Wait(); err != nil {
		t.Errorf("an interrupted server ends with %v", err)
	}
}

func TestColourIsLeftOutWhereItIsNotWanted(t *testing.T) {
	colour, sequence := regexp.MustCompile(`\x1b\[([0-9]+;)*(3[0-8]|9[0-7])[;m]`), "\x1b["
	for name, c := range map[string]struct {
		env  []string
		args []string
		want bool
	}{
		"by default": {nil, nil, true},
		"NO_COLOR":   {[]string{"NO_COLOR=1"}, nil, false},
		"--no-color": {nil, []string{"--no-color"}, false},
		"dumb":       {[]string{"TERM=dumb"}, nil, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := openScreen(t, child(t, c.env, append([]string{"plan", "--sandbox"}, c.args...)...))
			if code := s.end(); code != 3 {
				t.Errorf("the exit code is %d", code)
			}
			s.await("differs from its configuration")
			if got := colour.MatchString(s.text()); got != c.want {
				t.Errorf("colour: %v instead of %v", got, c.want)
			}
			if name == "dumb" && strings.Contains(s.text(), sequence) {
				t.Error("a terminal that knows no sequences got one")
			}
		})
	}
}
