//go:build !race

package clientstest

import (
	"encoding/json"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"phonegate/provision/sandbox"
)

// vercelCLI is the Vercel CLI set up for one sandbox and one folder with a function.
type vercelCLI struct {
	script, dir string
	flags       []string
}

func newVercelCLI(t *testing.T, box *sandbox.Sandbox) *vercelCLI {
	t.Helper()
	v := &vercelCLI{script: npm(t, "vercel/dist/vc.js"), dir: filepath.Join(t.TempDir(), "acme-hello"),
		flags: []string{"--api", box.Info().VercelURL, "--token", sandbox.VercelToken}}
	for name, text := range map[string]string{
		"api/hello.mjs": "export default { fetch() { return new Response('hello ' + (process.env.WHO ?? 'stranger')) } }\n",
		"vercel.json":   `{"framework":null,"buildCommand":"","outputDirectory":"."}`,
		"package.json":  `{"name":"acme-hello","private":true,"engines":{"node":"22.x"}}`,
	} {
		path := filepath.Join(v.dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return v
}

func (v *vercelCLI) call(t *testing.T, stdin string, args ...string) result {
	t.Helper()
	return run(t, invocation{script: v.script, args: append(args, v.flags...), dir: v.dir, stdin: stdin, env: []string{"VERCEL_TELEMETRY_DISABLED=1"}})
}

func (v *vercelCLI) succeed(t *testing.T, stdin string, args ...string) result {
	t.Helper()
	r := v.call(t, stdin, args...)
	if r.code != 0 {
		t.Fatalf("vercel %s exits with %d:\n%s", strings.Join(args, " "), r.code, r.text())
	}
	never(t, r.text(), sandbox.VercelToken)
	return r
}

// visit asks a host of the sandbox as anybody might.
func visit(t *testing.T, box *sandbox.Sandbox, host, path string) (int, string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "https://"+host+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := box.Network().RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(body)
}

func TestVercelCLIDeploysAndCleansUp(t *testing.T) {
	box := start(t, sandbox.Options{})
	cli := newVercelCLI(t, box)
	before, err := json.Marshal(box.Vercel().State())
	if err != nil {
		t.Fatal(err)
	}

	address := regexp.MustCompile(`https://(acme-hello-[a-z0-9]+-acme\.vercel\.app)`)
	deploy := func() string {
		r := cli.succeed(t, "", "deploy", "--yes", "--prod", "--scope", "acme")
		host := address.FindStringSubmatch(r.stdout)
		if host == nil {
			t.Fatalf("no address in %q", r.stdout)
		}
		want(t, r.stderr, "Aliased", "https://acme-hello.vercel.app", "Ready in")
		return host[1]
	}
	answers := func(host string, status int, body string) {
		t.Helper()
		if got, text := visit(t, box, host, "/api/hello"); got != status || (status == 200 && text != body) {
			t.Errorf("%s answers %d %q, not %d %q", host, got, text, status, body)
		}
	}

	first := deploy()
	answers("acme-hello.vercel.app", 200, "hello stranger")
	answers(first, 401, "")

	want(t, cli.succeed(t, "Jane", "env", "add", "WHO", "production").text(), "Added", "WHO", "Production")
	listed := cli.succeed(t, "", "env", "ls").text()
	want(t, listed, "WHO", "Production")
	never(t, listed, "Jane")
	answers("acme-hello.vercel.app", 200, "hello stranger") // until the next deployment
	second := cli.call(t, "June", "env", "add", "WHO", "production")
	if second.code == 0 {
		t.Errorf("a second WHO was added:\n%s", second.text())
	}
	want(t, second.text(), "already exists", "WHO")

	want(t, cli.succeed(t, "", "project", "protection", "disable", "acme-hello", "--sso").text(), "Deployment protection disabled for acme-hello")
	answers(first, 200, "hello stranger")

	if deploy() == first {
		t.Error("the second deployment has the first one's address")
	}
	answers("acme-hello.vercel.app", 200, "hello Jane")

	want(t, cli.succeed(t, "", "alias", "set", first, "acme-greets.vercel.app", "--scope", "acme").text(),
		"Success!", "https://acme-greets.vercel.app now points to "+first)
	answers("acme-greets.vercel.app", 200, "hello stranger")

	want(t, cli.succeed(t, "y\n", "project", "rm", "acme-hello", "--scope", "acme").text(), "Success! Project acme-hello removed")
	answers("acme-hello.vercel.app", 404, "")
	answers("acme-greets.vercel.app", 404, "")
	after, err := json.Marshal(box.Vercel().State())
	if err != nil || string(before) != string(after) {
		t.Errorf("left behind: %s %v", after, err)
	}
	emulated(t, box)
}

func TestVercelCLIIsRefusedWithAnotherToken(t *testing.T) {
	box := start(t, sandbox.Options{})
	cli := newVercelCLI(t, box)
	cli.flags[3] = "somebodyElsesToken000000"
	r := cli.call(t, "", "deploy", "--yes", "--prod")
	if r.code != 1 {
		t.Errorf("exits with %d", r.code)
	}
	want(t, r.text(), "The token provided via `--token` argument is not valid")
}
