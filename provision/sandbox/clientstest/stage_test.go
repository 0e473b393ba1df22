package clientstest

import (
	"bytes"
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"phonegate/provision/sandbox"
	"phonegate/provision/sandbox/world"
)

// packages is where the programs from npm are installed.
const packages = "../../../.ci/clients/node_modules"

// patience bounds one run of a program: the slowest takes 20 seconds of a processor, which it may have to share.
const patience = 4 * time.Minute

// start opens a sandbox for one test.
func start(t *testing.T, o sandbox.Options) *sandbox.Sandbox {
	t.Helper()
	box, err := sandbox.Start(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := box.Close(); err != nil {
			t.Error(err)
		}
	})
	return box
}

// missing skips the test, by name of what it lacks. In CI nothing may be lacking.
func missing(t *testing.T, what string) {
	t.Helper()
	if os.Getenv("CI") == "true" {
		t.Fatalf("missing: %s", what)
	}
	t.Skipf("missing: %s", what)
}

// npm is the absolute path of something in an installed package.
func npm(t *testing.T, path string) string {
	t.Helper()
	full, err := filepath.Abs(filepath.Join(packages, path))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(full); err != nil {
		missing(t, "npm package "+path+" (npm ci --prefix .ci/clients)")
	}
	return full
}

// node is the path of Node itself.
func node(t *testing.T) string {
	t.Helper()
	path, err := exec.LookPath("node")
	if err != nil {
		missing(t, "node")
	}
	return path
}

// result is what a program left behind.
type result struct {
	stdout, stderr string
	code           int
}

// text is everything that was printed.
func (r result) text() string { return r.stdout + r.stderr }

// invocation is one run of a program of Node's: nothing of the developer's environment gets into it.
type invocation struct {
	script string
	args   []string
	dir    string
	env    []string
	stdin  string
}

// run waits for a program. Only a program that does not end is an error here; its exit code is the caller's to judge.
func run(t *testing.T, i invocation) result {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	cmd := exec.CommandContext(ctx, node(t), append([]string{i.script}, i.args...)...)
	home := t.TempDir()
	cmd.Dir = i.dir
	if cmd.Dir == "" {
		cmd.Dir = home
	}
	cmd.Env = append([]string{"PATH=" + os.Getenv("PATH"), "HOME=" + home, "TMPDIR=" + home, "NO_COLOR=1", "CI=1", "NO_UPDATE_NOTIFIER=1"}, i.env...)
	cmd.Stdin = strings.NewReader(i.stdin)
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	cmd.WaitDelay = time.Second
	err := cmd.Run()
	if ctx.Err() != nil {
		t.Fatalf("%s did not end within %s:\n%s%s", filepath.Base(i.script), patience, &out, &errs)
	}
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return result{out.String(), errs.String(), cmd.ProcessState.ExitCode()}
}

// succeed runs a program that must end with 0.
func succeed(t *testing.T, i invocation) result {
	t.Helper()
	r := run(t, i)
	if r.code != 0 {
		t.Fatalf("%s %s exits with %d:\n%s", filepath.Base(i.script), strings.Join(i.args, " "), r.code, r.text())
	}
	return r
}

// want asserts on what was printed.
func want(t *testing.T, text string, parts ...string) {
	t.Helper()
	for _, part := range parts {
		if !strings.Contains(text, part) {
			t.Errorf("%q is not in:\n%s", part, text)
		}
	}
}

// never asserts on what must not be printed.
func never(t *testing.T, text string, parts ...string) {
	t.Helper()
	for _, part := range parts {
		if strings.Contains(text, part) {
			t.Errorf("%q is in:\n%s", part, text)
		}
	}
}

// calls lists the requests since a mark.
func calls(box *sandbox.Sandbox, since int) []world.Request { return box.World().Requests()[since:] }

// mark is the present length of the log.
func mark(box *sandbox.Sandbox) int { return len(box.World().Requests()) }

// emulated fails for each request that the sandbox had no operation for.
func emulated(t *testing.T, box *sandbox.Sandbox) {
	t.Helper()
	var unknown []string
	for _, r := range box.World().Requests() {
		if r.NotEmulated {
			unknown = append(unknown, r.Method+" "+r.Host+r.Path)
		}
	}
	slices.Sort(unknown)
	if unknown = slices.Compact(unknown); len(unknown) > 0 {
		t.Errorf("not emulated:\n%s", strings.Join(unknown, "\n"))
	}
}

// writes lists the changes among requests as "METHOD path".
func writes(requests []world.Request) []string {
	var out []string
	for _, r := range requests {
		if r.Write() && r.Path != "/oauth/token" {
			out = append(out, r.Method+" "+r.Path)
		}
	}
	return out
}
