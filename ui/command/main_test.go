package command

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/testscript"

	"phonegate/provision/sandbox"
	"phonegate/provision/sandbox/world"
)

// asProgram makes the test binary be phonegate, for tests that need a process of its own.
const asProgram = "PHONEGATE_TEST_AS_PROGRAM"

func TestMain(m *testing.M) {
	if os.Getenv(asProgram) != "" {
		os.Exit(Main(os.Args[1:], System()))
	}
	testscript.Main(m, map[string]func(){"phonegate": func() { os.Exit(Main(os.Args[1:], System())) }})
}

// TestScripts runs phonegate as scripts and people do. Beside testscript's own commands there are those of commands.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		RequireUniqueNames:  true,
		RequireExplicitExec: true,
		UpdateScripts:       *update,
		Setup: func(e *testscript.Env) error {
			e.Vars = append(e.Vars, "PHONEGATE_KEYRING=off", "NO_PROXY=")
			e.Values["bench"] = &bench{}
			return nil
		},
		Cmds: map[string]func(ts *testscript.TestScript, neg bool, args []string){
			"serve": serveScript, "arm": armScript, "keep": keepScript, "same": sameScript, "mark": markScript, "wrote": wroteScript,
			"trap": trapScript, "untouched": untouchedScript, "keys": keysScript, "steps": stepsScript, "mode": modeScript, "rc": rcScript, "disarm": disarmScript, "later": laterScript,
		},
	})
}

// bench is what a script's commands share.
type bench struct {
	box     *sandbox.Sandbox
	state   string
	mark    int
	touched atomic.Int32
}

func of(ts *testscript.TestScript) *bench { return ts.Value("bench").(*bench) }

// serve [anonymous] [NAME...] starts a sandbox and leads phonegate to it, with its credentials in the environment. Each name is a
// further Auth0 tenant.
func serveScript(ts *testscript.TestScript, _ bool, args []string) {
	further := slices.DeleteFunc(slices.Clone(args), func(a string) bool { return a == "anonymous" })
	box, err := sandbox.Start(context.Background(), sandbox.Options{Tenants: further})
	ts.Check(err)
	ts.Defer(func() { _ = box.Close() })
	info := box.Info()
	ts.Setenv("PHONEGATE_AUTH0_URL", info.Auth0URL)
	ts.Setenv("PHONEGATE_TWILIO_URL", info.TwilioURL)
	ts.Setenv("PHONEGATE_VERCEL_URL", info.VercelURL)
	ts.Setenv("PHONEGATE_CLOUDFLARE_URL", info.CloudflareURL)
	ts.Setenv("PHONEGATE_PHONE_URL", info.PhoneURL)
	if !slices.Contains(args, "anonymous") {
		for name, value := range info.Credentials {
			ts.Setenv(name, value)
		}
	}
	of(ts).box = box
}

// rc WANT PROGRAM ARGS... runs a program and checks its exit code.
func rcScript(ts *testscript.TestScript, _ bool, args []string) {
	err := ts.Exec(args[1], args[2:]...)
	got := 0
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		got = exit.ExitCode()
	} else {
		ts.Check(err)
	}
	if strconv.Itoa(got) != args[0] {
		ts.Fatalf("%s ended with %d", strings.Join(args[1:], " "), got)
	}
}

// disarm takes all faults back.
func disarmScript(ts *testscript.TestScript, _ bool, _ []string) { of(ts).box.World().Disarm() }

// later DURATION moves the providers' clock forward.
func laterScript(ts *testscript.TestScript, _ bool, args []string) {
	d, err := time.ParseDuration(args[0])
	ts.Check(err)
	of(ts).box.World().Advance(d)
}

// arm PROVIDER METHOD PATH STATUS TIMES arms a fault.
func armScript(ts *testscript.TestScript, _ bool, args []string) {
	status, err := strconv.Atoi(args[3])
	ts.Check(err)
	times, err := strconv.Atoi(args[4])
	ts.Check(err)
	of(ts).box.World().Arm(world.Fault{Provider: args[0], Method: args[1], Path: args[2], Status: status, Times: times})
}

func (b *bench) text(ts *testscript.TestScript) string {
	data, err := json.MarshalIndent(b.box.State(), "", "  ")
	ts.Check(err)
	return string(data)
}

// keep remembers what the providers hold; same says that they hold it again.
func keepScript(ts *testscript.TestScript, _ bool, _ []string) { of(ts).state = of(ts).text(ts) }

func sameScript(ts *testscript.TestScript, neg bool, _ []string) {
	diff := cmp.Diff(of(ts).state, of(ts).text(ts))
	if (diff == "") == neg {
		ts.Fatalf("what the providers hold: same is %v\n%s", diff == "", diff)
	}
}

// mark begins to watch the requests; wrote says whether one of them could have changed something.
func markScript(ts *testscript.TestScript, _ bool, _ []string) {
	of(ts).mark = len(of(ts).box.World().Requests())
}

func wroteScript(ts *testscript.TestScript, neg bool, _ []string) {
	var all []string
	for _, r := range of(ts).box.World().Requests()[of(ts).mark:] {
		if r.Write() && r.By == "api" && r.Path != "/oauth/token" {
			all = append(all, r.Method+" "+r.Host+r.Path)
		}
	}
	if len(all) > 0 == neg {
		ts.Fatalf("writing requests: %v", all)
	}
}

// trap takes every connection that leaves this computer by the usual roads; untouched says that there was none.
func trapScript(ts *testscript.TestScript, _ bool, _ []string) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	ts.Check(err)
	ts.Defer(func() { _ = listener.Close() })
	b := of(ts)
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			b.touched.Add(1)
			_ = conn.Close()
		}
	}()
	for _, name := range []string{"HTTPS_PROXY", "HTTP_PROXY", "https_proxy", "http_proxy"} {
		ts.Setenv(name, "http://"+listener.Addr().String())
	}
}

func untouchedScript(ts *testscript.TestScript, neg bool, _ []string) {
	if n := of(ts).touched.Load(); (n == 0) == neg {
		ts.Fatalf("%d connections went into the trap", n)
	}
}

// keys FILE OUT reads JSON lines and writes which keys the values of each kind have, with those inside them.
func keysScript(ts *testscript.TestScript, _ bool, args []string) {
	seen := map[string]bool{}
	var walk func(path string, v any)
	walk = func(path string, v any) {
		switch v := v.(type) {
		case map[string]any:
			for k, inner := range v {
				seen[path+"."+k] = true
				walk(path+"."+k, inner)
			}
		case []any:
			for _, inner := range v {
				walk(path+"[]", inner)
			}
		}
	}
	for i, line := range strings.Split(strings.TrimSpace(ts.ReadFile(args[0])), "\n") {
		var object map[string]any
		if err := json.Unmarshal([]byte(line), &object); err != nil {
			ts.Fatalf("line %d is no JSON object: %v\n%s", i+1, err, line)
		}
		kind, _ := object["type"].(string)
		walk(kind, object)
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[1]), []byte(strings.Join(slices.Sorted(maps.Keys(seen)), "\n")+"\n"), 0o600))
}

// steps FILE OUT writes how each step of a live test in JSON lines ended, in the order in which they did.
func stepsScript(ts *testscript.TestScript, _ bool, args []string) {
	var out strings.Builder
	for _, line := range strings.Split(strings.TrimSpace(ts.ReadFile(args[0])), "\n") {
		var s struct{ Type, Tenant, Resource, Status string }
		ts.Check(json.Unmarshal([]byte(line), &s))
		if s.Type == "step" && s.Status != "running" && smokeStep.MatchString(s.Resource) {
			fmt.Fprintln(&out, s.Resource, s.Status)
		}
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[1]), []byte(out.String()), 0o600))
}

var smokeStep = regexp.MustCompile(`^(sms|action|form|login)\.|^cleanup$`)

// mode FILE WANT checks a file's permissions.
func modeScript(ts *testscript.TestScript, _ bool, args []string) {
	info, err := os.Stat(ts.MkAbs(args[0]))
	ts.Check(err)
	if got := fmt.Sprintf("%04o", info.Mode().Perm()); got != args[1] {
		ts.Fatalf("%s has the mode %s", args[0], got)
	}
}

func TestVersionIsNeverEmpty(t *testing.T) {
	if v := version(); !regexp.MustCompile(`^(dev|v\d)`).MatchString(v) {
		t.Errorf("the version is %q", v)
	}
}
