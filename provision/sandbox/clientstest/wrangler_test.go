//go:build !race

package clientstest

import (
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"phonegate/provision/sandbox"
)

// wranglerCLI is wrangler set up for one sandbox and one folder with a Worker.
type wranglerCLI struct {
	script, dir string
	env         []string
}

func newWrangler(t *testing.T, box *sandbox.Sandbox) *wranglerCLI {
	t.Helper()
	w := &wranglerCLI{script: npm(t, "wrangler/bin/wrangler.js"), dir: t.TempDir(), env: []string{
		"WRANGLER_SEND_METRICS=false", "CLOUDFLARE_API_BASE_URL=" + box.Info().CloudflareURL + "/client/v4",
		"CLOUDFLARE_API_TOKEN=" + sandbox.CloudflareToken, "CLOUDFLARE_ACCOUNT_ID=" + sandbox.CloudflareAccountID,
	}}
	for name, text := range map[string]string{
		"main.mjs": "export default { fetch: (request, env) => new Response(`hello ${env.WHO ?? 'stranger'} in ${env.COLOUR}`) };\n",
		"wrangler.toml": `name = "acme-hello"
main = "main.mjs"
compatibility_date = "2025-09-01"
workers_dev = true
[vars]
COLOUR = "red"
`,
	} {
		if err := os.WriteFile(filepath.Join(w.dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return w
}

func (w *wranglerCLI) call(t *testing.T, stdin string, args ...string) result {
	t.Helper()
	return run(t, invocation{script: w.script, args: args, dir: w.dir, stdin: stdin, env: w.env})
}

func (w *wranglerCLI) succeed(t *testing.T, stdin string, args ...string) result {
	t.Helper()
	r := w.call(t, stdin, args...)
	if r.code != 0 {
		t.Fatalf("wrangler %s exits with %d:\n%s", strings.Join(args, " "), r.code, r.text())
	}
	never(t, r.text(), sandbox.CloudflareToken)
	return r
}

func TestWranglerDeploysAndCleansUp(t *testing.T) {
	box := start(t, sandbox.Options{})
	cli := newWrangler(t, box)
	before, err := json.Marshal(box.Cloudflare().State())
	if err != nil {
		t.Fatal(err)
	}
	const host = "acme-hello.acme.workers.dev"
	answers := func(status int, body string) {
		t.Helper()
		if got, text := visit(t, box, host, "/"); got != status || status == http.StatusOK && text != body {
			t.Errorf("%s answers %d %q, not %d %q", host, got, text, status, body)
		}
	}

	answers(404, "")
	want(t, cli.succeed(t, "", "deploy").text(), "https://"+host, "Uploaded acme-hello")
	answers(200, "hello stranger in red")

	want(t, cli.succeed(t, "Jane", "secret", "put", "WHO").text(), "Success! Uploaded secret WHO")
	answers(200, "hello Jane in red")
	listed := cli.succeed(t, "", "secret", "list").text()
	want(t, listed, "WHO", "secret_text")
	never(t, listed, "Jane")

	// A secret outlives a deployment, a variable is the file's.
	want(t, cli.succeed(t, "", "deploy", "--var", "COLOUR:blue").text(), "https://"+host)
	answers(200, "hello Jane in blue")
	want(t, cli.succeed(t, "", "deployments", "list").text(), "(100%)")

	cli.succeed(t, "", "secret", "delete", "WHO")
	answers(200, "hello stranger in blue")
	want(t, cli.succeed(t, "", "delete", "--force").text(), "Successfully deleted acme-hello")
	answers(404, "")
	after, err := json.Marshal(box.Cloudflare().State())
	if err != nil || string(before) != string(after) {
		t.Errorf("left behind: %s %v", after, err)
	}
	emulated(t, box)
}

func TestWranglerKnowsWhoItIs(t *testing.T) {
	box := start(t, sandbox.Options{})
	cli := newWrangler(t, box)
	want(t, cli.succeed(t, "", "whoami").text(), "Acme", sandbox.CloudflareAccountID)
	emulated(t, box)
	for i, e := range cli.env {
		if strings.HasPrefix(e, "CLOUDFLARE_API_TOKEN=") {
			cli.env[i] = "CLOUDFLARE_API_TOKEN=somebodyElsesToken000000"
		}
	}
	r := cli.call(t, "", "deploy")
	if r.code == 0 {
		t.Error("it deploys with another token")
	}
	want(t, r.text(), "Authentication error", "10000")
}
