package templates_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"phonegate/templates"
)

// vercelProject lays out what is deployed to Vercel, as far as the CLI wants a project for a build: the form of the suite's
// own settings is the very one that is deployed, those of other settings lie beside it. It answers with their entry points.
func vercelProject(t *testing.T, dir string, own templates.Settings, others []string) []string {
	t.Helper()
	files, err := templates.Form(own)
	if err != nil {
		t.Fatal(err)
	}
	put := func(name string, data []byte) {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, f := range files {
		put(strings.TrimPrefix(f.Path, "form/"), f.Data)
	}
	put(".vercel/project.json", []byte(`{"projectId":"prj_acme","orgId":"team_acme","settings":{"framework":null,"nodeVersion":"22.x"}}`))
	entries := []string{"api/verify"}
	for i, other := range others {
		code, err := os.ReadFile(other)
		if err != nil {
			t.Fatal(err)
		}
		entries = append(entries, fmt.Sprintf("api/verify-%d", i))
		put(entries[i+1]+".mjs", code)
	}
	return entries
}

// vercelBuild runs `vercel build` and answers with the folder of each entry point's function.
func vercelBuild(t *testing.T, dir string, entries []string) []string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 4*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, needNode(t), needed(t, "vercel/dist/vc.js"), "build", "--prod", "--yes")
	cmd.Dir = dir
	cmd.Env = append(clean(t), "VERCEL_TELEMETRY_DISABLED=1", "NO_UPDATE_NOTIFIER=1")
	if printed, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("vercel build: %v\n%s", err, printed)
	}
	out := filepath.Join(dir, ".vercel", "output")
	var config struct {
		Routes []struct{ Src, Dest string }
	}
	data, err := os.ReadFile(filepath.Join(out, "config.json"))
	if err != nil || json.Unmarshal(data, &config) != nil {
		t.Fatalf("%v: %s", err, data)
	}
	led := false
	for _, r := range config.Routes {
		led = led || r.Src == "^/$" && r.Dest == "/api/verify"
	}
	if !led {
		t.Errorf("nothing leads from / to the form: %s", data)
	}
	var functions []string
	for _, e := range entries {
		functions = append(functions, filepath.Join(out, "functions", filepath.FromSlash(e)+".func"))
	}
	return functions
}

// clean is an environment with nothing of the developer's in it.
func clean(t *testing.T) []string {
	t.Helper()
	home := t.TempDir()
	return []string{"PATH=" + os.Getenv("PATH"), "HOME=" + home, "TMPDIR=" + home, "NO_COLOR=1", "CI=1"}
}

// launch starts Vercel's own launcher for Node on a built function, and waits until it listens. In the end it must have
// printed nothing else.
func launch(t *testing.T, function, twilio string) remote {
	t.Helper()
	var config struct{ Handler, LauncherType string }
	data, err := os.ReadFile(filepath.Join(function, ".vc-config.json"))
	if err != nil || json.Unmarshal(data, &config) != nil || config.LauncherType != "Nodejs" {
		t.Fatalf("%v: %s", err, data)
	}
	world, err := filepath.Abs("nodetest/launched.mjs")
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(needNode(t), "--import", world, needed(t, "@vercel/node/dist/dev-server.mjs"))
	cmd.Dir = function
	cmd.Env = append(clean(t), "VERCEL_DEV_ENTRYPOINT="+config.Handler, "STAND_IN=http://"+twilio)
	var complaints bytes.Buffer
	cmd.Stderr = &complaints
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	place := remote{Proto: "x-forwarded-proto", Host: "x-forwarded-host"}
	lines := bufio.NewScanner(out)
	port := regexp.MustCompile(`^(?:door|Dev server listening): .*?(\d+)(?: })?$`)
	var rest []string
	ended := make(chan struct{})
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		<-ended
		_ = cmd.Wait()
		if len(rest) > 0 || complaints.Len() > 0 {
			t.Errorf("the form wrote to the console or crashed:\n%.3000s\n%.3000s", strings.Join(rest, "\n"), &complaints)
		}
	})
	for place.Port == 0 || place.Control == 0 {
		if !lines.Scan() {
			close(ended)
			t.Fatal("the launcher does not start")
		}
		m := port.FindStringSubmatch(lines.Text())
		if m == nil {
			close(ended)
			t.Fatalf("the launcher says %q", lines.Text())
		}
		n, _ := strconv.Atoi(m[1])
		if strings.HasPrefix(m[0], "door") {
			place.Control = n
		} else {
			place.Port = n
		}
	}
	go func() {
		defer close(ended)
		for lines.Scan() {
			rest = append(rest, lines.Text())
		}
	}()
	return place
}

// TestTheFormAsVercelBuildsIt puts scenarios and attacks to what `vercel build` makes of the form, in the launcher of
// `vercel dev`. Secrets are variables of the process there.
func TestTheFormAsVercelBuildsIt(t *testing.T) {
	t.Parallel() // it waits for calls that nobody answers
	needed(t, "vercel/dist/vc.js")
	suite := load(t)
	scenarios := variants(t, suite)
	own, attackedForm := formFile(t, t.TempDir(), suite.Base.Settings), formFile(t, t.TempDir(), attacked(suite.Base))
	var others []string
	of := map[string]int{filepath.Base(own): 0}
	for _, code := range append([]string{attackedForm}, codes(scenarios)...) {
		if _, known := of[filepath.Base(code)]; !known {
			others = append(others, code)
			of[filepath.Base(code)] = len(others)
		}
	}
	dir := filepath.Join(t.TempDir(), "acme-dev-verify")
	functions := vercelBuild(t, dir, vercelProject(t, dir, suite.Base.Settings, others))

	t.Run("scenarios", func(t *testing.T) {
		twilio := listen(t)
		started := map[int]remote{}
		var at []remote
		for _, v := range scenarios {
			i := of[filepath.Base(v.code)]
			if _, is := started[i]; !is {
				started[i] = launch(t, functions[i], twilio.Addr().String())
			}
			at = append(at, started[i])
		}
		replay(t, suite, twilio, at)
	})
	t.Run("attacks", func(t *testing.T) {
		twilio := &standIn{answer: pendingCheck}
		server := httptest.NewServer(twilio)
		defer server.Close()
		place := launch(t, functions[of[filepath.Base(attackedForm)]], server.Listener.Addr().String())
		place.set(t, suite.Base.Env, suite.Base.Now)
		// The launcher overwrites what these headers say, and ends with an error of its own at a method that it doesn't know.
		attackAt(t, suite, place, twilio, map[string]int{"request: method PROPFIND": neverThere})
	})
}

func codes(all []variant) []string {
	var out []string
	for _, v := range all {
		out = append(out, v.code)
	}
	return out
}
