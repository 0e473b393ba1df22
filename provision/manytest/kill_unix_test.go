//go:build unix

package manytest

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"phonegate/provision/sandbox"
	"phonegate/provision/transport"
)

// childEnv makes the test binary be a phonegate that sets all tenants up: its value is a JSON of what it has to know.
const childEnv = "PHONEGATE_TEST_CHILD"

type child struct {
	Dir, Road string
	Domains   []string
}

func TestMain(m *testing.M) {
	if told := os.Getenv(childEnv); told != "" {
		if err := work(told); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// work is the child's life. Its generated secrets die with it, as on a machine without a keyring.
func work(told string) error {
	var c child
	if err := json.Unmarshal([]byte(told), &c); err != nil {
		return err
	}
	road, err := url.Parse(c.Road)
	if err != nil {
		return err
	}
	all := (&company{Dir: c.Dir, Domains: c.Domains, Roads: transport.Endpoints{Auth0: road, Twilio: road, Vercel: road}}).open()
	_, err = all.applyAll(context.Background())
	return err
}

// door is a road to the sandbox that calls each for every request after the sandbox has acted on it; the answer goes on only
// if that says so.
func door(t *testing.T, box *sandbox.Sandbox, each func(n int32) bool) string {
	t.Helper()
	var n atomic.Int32
	server := httptest.NewServer(&httputil.ReverseProxy{
		ErrorLog:  log.New(io.Discard, "", 0),
		Transport: box.Network(),
		Rewrite: func(r *httputil.ProxyRequest) {
			r.Out.URL.Scheme, r.Out.URL.Host, r.Out.Host = "https", r.In.Host, r.In.Host
		},
		ModifyResponse: func(r *http.Response) error {
			r.Header.Set("Date", box.World().Now().Format(http.TimeFormat)) // the servers' clock is the world's
			if !each(n.Add(1)) {
				panic(http.ErrAbortHandler)
			}
			return nil
		},
	})
	t.Cleanup(server.Close)
	return server.URL
}

func TestAHundredTenantsAreKilledInTheMiddleAndTheNextRunConverges(t *testing.T) {
	middle := int32(15 * many()) // of some 45 requests for each
	box := start(t, map[string]float64{"auth0": 20, "twilio": 400, "vercel": 400})
	dir := t.TempDir()
	phonegate := func(road string) (*exec.Cmd, *strings.Builder) {
		told, err := json.Marshal(child{dir, road, box.Domains()})
		if err != nil {
			t.Fatal(err)
		}
		cmd, said := exec.Command(os.Args[0], "-test.run=^$"), &strings.Builder{}
		cmd.Env, cmd.Stderr = append(os.Environ(), childEnv+"="+string(told)), said
		return cmd, said
	}
	var (
		killed  *exec.Cmd
		said    *strings.Builder
		started sync.Mutex
	)
	started.Lock()
	killed, said = phonegate(door(t, box, func(n int32) bool {
		if n < middle {
			return true
		}
		started.Lock()
		defer started.Unlock()
		_ = killed.Process.Kill()
		return false
	}))
	if err := killed.Start(); err != nil {
		t.Fatal(err)
	}
	started.Unlock()
	err := killed.Wait()
	if status, ok := killed.ProcessState.Sys().(syscall.WaitStatus); err == nil || !ok || !status.Signaled() {
		t.Fatalf("the first run ended by itself: %v %s", err, said.String())
	}
	half := len(box.Twilio().State().Services)
	t.Logf("killed with %d services made", half)

	begin := time.Now()
	next, said := phonegate(door(t, box, func(int32) bool { return true }))
	if err := next.Run(); err != nil {
		t.Fatalf("the next run: %v\n%s", err, said.String())
	}
	t.Logf("the next run took %s", time.Since(begin).Round(time.Millisecond))
	oneOfEverything(t, box, true)

	// Another run could still be about to use a key that nobody names. After an hour none is, and they go.
	box.World().Advance(time.Hour + time.Minute)
	later, said := phonegate(door(t, box, func(int32) bool { return true }))
	if err := later.Run(); err != nil {
		t.Fatalf("the run an hour later: %v\n%s", err, said.String())
	}
	oneOfEverything(t, box, false)

	n := len(box.World().Requests())
	last, said := phonegate(door(t, box, func(int32) bool { return true }))
	if err := last.Run(); err != nil {
		t.Fatalf("the run after it: %v\n%s", err, said.String())
	}
	if _, _, writes := traffic(box, n); writes > 0 {
		t.Errorf("the run after it wrote %d times", writes)
	}
}
