package engine_test

import (
	"bufio"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"regexp"
	"syscall"
	"testing"
)

// toTheSandbox leads the calls of a program under Node to the emulated Twilio.
const toTheSandbox = `data:text/javascript,const real = globalThis.fetch;
globalThis.fetch = (address, options) => real(process.env.TWILIO_AT + new URL(address).pathname, options);`

// underNode runs the folder's own server, behind a web server that has its address. stop ends it as a supervisor would.
func (b *bench) underNode() (stop func()) {
	t := b.t
	t.Helper()
	node, err := exec.LookPath("node")
	if err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal("Node is needed")
		}
		t.Skip("needs Node")
	}
	env, err := b.open(nil).Environment()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), node, "--import", toTheSandbox, b.file("server.mjs"))
	cmd.Env = []string{"PORT=0", "TWILIO_AT=" + b.box.Info().TwilioURL}
	for name, value := range env {
		cmd.Env = append(cmd.Env, name+"="+value)
	}
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill() })
	line, err := bufio.NewReader(out).ReadString('\n')
	port := regexp.MustCompile(`listens on 127\.0\.0\.1, port (\d+)\.`).FindStringSubmatch(line)
	if port == nil {
		t.Fatalf("the server says %q, %v", line, err)
	}
	target, err := url.Parse("http://127.0.0.1:" + port[1])
	if err != nil {
		t.Fatal(err)
	}
	b.box.Mount(b.formHost(), &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) {
		r.SetURL(target)
		r.Out.Host = r.In.Host
	}})
	return func() {
		if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
			t.Error(err)
		}
		if err := cmd.Wait(); err != nil {
			t.Errorf("the server ended with %v", err)
		}
	}
}

// TestTheFoldersServerTakesUsersThroughAWholeLogin is the path of somebody who runs the folder as it is written, with a rotation.
func TestTheFoldersServerTakesUsersThroughAWholeLogin(t *testing.T) {
	b := newBundle(t)
	b.stopped(applying)
	stop := b.underNode()
	b.apply()
	b.nothingToDo()
	b.wholeLogin()
	b.stopped(rotating)
	stop()
	stop = b.underNode()
	b.apply()
	b.wholeLogin()
	stop()
}
