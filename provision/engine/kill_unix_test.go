//go:build unix

package engine_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"phonegate/provision/engine"
	"phonegate/provision/fault"
	"phonegate/provision/sandbox"
	"phonegate/provision/secret"
	"phonegate/provision/state"
	"phonegate/provision/transport"
)

// childEnv makes the test binary be a phonegate: its value is a JSON of what it has to know.
const childEnv = "PHONEGATE_TEST_CHILD"

// child is what a child process is told. Its secrets live in a file outside of the project, as in a keyring.
type child struct {
	Command, Dir, Road, Keyring, Host string
}

func TestMain(m *testing.M) {
	if told := os.Getenv(childEnv); told != "" {
		if err := work(told); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(fault.Of(err).Category.ExitCode())
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// work is the child's life.
func work(told string) error {
	var c child
	if err := json.Unmarshal([]byte(told), &c); err != nil {
		return err
	}
	road, err := url.Parse(c.Road)
	if err != nil {
		return err
	}
	st, err := state.Open(filepath.Join(c.Dir, state.Dir), "dev")
	if err != nil {
		return err
	}
	if err := st.Lock(); err != nil {
		return err
	}
	defer st.Close()
	creds, _ := secret.FromEnv("dev", func(name string) string { return sandbox.Credentials()[name] })
	wanted := spec()
	wanted.Host.Kind = c.Host
	e, err := engine.Open(engine.Options{Name: "dev", Spec: wanted, Credentials: creds, Vault: fileVault(c.Keyring), State: st,
		Endpoints: transport.Endpoints{Auth0: road, Twilio: road, Vercel: road, Cloudflare: road}, Poll: time.Millisecond, Backoff: time.Millisecond, Grace: time.Millisecond})
	if err != nil {
		return err
	}
	for _, known := range []command{applying, rotating, destroying} {
		if known.name == c.Command {
			plan, err := known.plan(e, context.Background())
			if err != nil {
				return err
			}
			_, err = plan.Apply(context.Background())
			return err
		}
	}
	return errors.New("no such command")
}

// fileVault is a directory with one file a secret: what a keyring is to several processes.
type fileVault string

func (v fileVault) Get(name string) string {
	data, _ := os.ReadFile(filepath.Join(string(v), name))
	return string(data)
}
func (v fileVault) Put(name, value string) error {
	aside := filepath.Join(string(v), name+".new")
	return errors.Join(os.WriteFile(aside, []byte(value), 0o600), os.Rename(aside, filepath.Join(string(v), name)))
}
func (v fileVault) Delete(name string) error {
	if err := os.Remove(filepath.Join(string(v), name)); !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return nil
}
func (fileVault) Durable() bool { return true }

// start runs the command in a process of its own.
func (b *bench) start(c command, road *url.URL) *exec.Cmd {
	b.t.Helper()
	told, err := json.Marshal(child{c.name, b.dir, road.String(), string(b.vault.(fileVault)), b.spec.Host.Kind})
	if err != nil {
		b.t.Fatal(err)
	}
	cmd := exec.Command(os.Args[0], "-test.run=^$")
	cmd.Env = append(os.Environ(), childEnv+"="+string(told))
	return cmd
}

func TestKilledAnywhereTheNextRunConverges(t *testing.T) { killed(t, newBench, "") }

func TestKilledAtCloudflareTheNextRunConverges(t *testing.T) {
	killed(t, newWorker, "api.cloudflare.com")
}

// killed lets each command die after each of its requests to a host, or to any.
func killed(t *testing.T, fresh func(*testing.T) *bench, host string) {
	for _, c := range []command{applying, rotating, destroying} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			// One sandbox and one project for all cases: each ends with a sandbox that was checked.
			b := fresh(t)
			b.vault = fileVault(t.TempDir())
			step := int32(1)
			if testing.Short() {
				step = 8
			}
			for n := int32(1); ; n += step {
				if c.before(b); !b.killedAfter(c, host, n) {
					t.Logf("killed %d times", (n-1)/step)
					return
				}
				known := b.secrets()
				b.lockIsLeft()
				if out, err := b.start(c, b.door(func(int32) bool { return true })).CombinedOutput(); err != nil {
					t.Fatalf("killed at request %d, the next run fails: %v\n%s", n, err, out)
				}
				c.settled(b)
				if b.keptSecret(append(known, b.secrets()...)); t.Failed() {
					t.Fatalf("killed at request %d", n)
				}
				if c.name != "destroy" {
					b.destroy()
				}
			}
		})
	}
}

// killedAfter lets a process die by SIGKILL as soon as the sandbox has acted on its n-th request to the host. It is false if
// the process ended before.
func (b *bench) killedAfter(c command, host string, n int32) bool {
	b.t.Helper()
	var cmd *exec.Cmd
	var started sync.Mutex
	started.Lock()
	road := b.doorTo(host, func(i int32) bool {
		if i >= n {
			started.Lock()
			defer started.Unlock()
			_ = cmd.Process.Kill()
			return false
		}
		return true
	})
	cmd = b.start(c, road)
	var said strings.Builder
	cmd.Stderr = &said
	if err := cmd.Start(); err != nil {
		b.t.Fatal(err)
	}
	started.Unlock()
	err := cmd.Wait()
	if err == nil {
		return false
	}
	if status, ok := cmd.ProcessState.Sys().(syscall.WaitStatus); !ok || !status.Signaled() {
		b.t.Fatalf("%s ended by itself: %v %s", c.name, err, said.String())
	}
	return true
}

// lockIsLeft wants a lock of the dead process, which must not keep the next one out.
func (b *bench) lockIsLeft() {
	b.t.Helper()
	if _, err := os.Stat(filepath.Join(b.dir, state.Dir, "dev.lock")); err != nil {
		b.t.Errorf("the process died without a lock: %v", err)
	}
}

func TestASecondPhonegateIsKeptOut(t *testing.T) {
	b := newBench(t)
	b.vault = fileVault(t.TempDir())
	waiting, goOn := make(chan struct{}), make(chan struct{})
	var once sync.Once
	road := b.door(func(int32) bool {
		once.Do(func() { close(waiting) })
		<-goOn
		return true
	})
	first := b.start(applying, road)
	if err := first.Start(); err != nil {
		t.Fatal(err)
	}
	<-waiting
	out, err := b.start(applying, b.door(func(int32) bool { return true })).CombinedOutput()
	if err == nil || !strings.Contains(string(out), fmt.Sprintf("nother phonegate (pid %d on ", first.Process.Pid)) || !strings.Contains(string(out), "is working on tenant dev") {
		t.Errorf("the second one ended with %v: %s", err, out)
	}
	close(goOn)
	if err := first.Wait(); err != nil {
		t.Fatal(err)
	}
	b.inOrder()
}
