package templates_test

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"phonegate/templates"
)

// TestFieldOfAnEmbeddedLock bundles what the guide says for React, Vue and a plain page, runs it with stand-ins for the
// libraries and looks at what Lock is given.
func TestFieldOfAnEmbeddedLock(t *testing.T) {
	node := needNode(t)
	bundler, err := filepath.Abs("../.ci/node_modules/esbuild/bin/esbuild")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(bundler); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal("esbuild is needed: npm ci --prefix .ci")
		}
		t.Skip("needs esbuild: npm ci --prefix .ci")
	}
	fields, err := templates.SignUpFields(templates.Settings{Domain: "acme.us.auth0.com", CodeCheck: "form", Capture: "lock", NoPhone: "form",
		CodeLength: 6, DefaultCountry: "AU", Brand: templates.Brand{Name: "Acme", Color: "#2457d6"}})
	if err != nil {
		t.Fatal(err)
	}
	const lock = `globalThis.Lock = class { constructor(...given) { globalThis.given = given } show() { globalThis.shown = true } destroy() {} };`
	const report = `
{
const [id, domain, options] = globalThis.given;
const [field] = options.additionalSignUpFields;
console.log(JSON.stringify({ id, domain, shown: globalThis.shown, name: field.name, good: field.validator('0412 345 678').valid, bad: field.validator('12').valid }));
}`
	guide := string(templates.LockGuide())
	for name, c := range map[string]struct{ kind, source, run string }{
		"React": {"jsx", fenced(t, guide, "jsx"), "Login({ clientId: 'an-id', domain: 'acme.us.auth0.com', redirectUrl: 'https://app.example' });"},
		"Vue":   {"vue", between(t, fenced(t, guide, "vue"), "<script setup>", "</script>"), ""},
		"plain": {"html", "import './additional-sign-up-fields.js';\nconst [clientId, domain, Auth0Lock, phonegateSignUpFields] = ['an-id', 'acme.us.auth0.com', globalThis.Lock, globalThis.phonegateSignUpFields];\n" +
			between(t, fenced(t, guide, "html"), "<script>", "</script>"), ""},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			for file, text := range map[string]string{
				"additional-sign-up-fields.js":            string(fields),
				"first.js":                                lock + " globalThis.defineProps = () => ({ clientId: 'an-id', domain: 'acme.us.auth0.com', redirectUrl: 'https://app.example' });",
				"main.jsx":                                "import './first.js';\n" + c.source + "\n" + c.run + report,
				"node_modules/react/index.js":             "exports.useEffect = (effect) => effect();",
				"node_modules/react/jsx-runtime/index.js": "exports.jsx = () => null;",
				"node_modules/vue/index.js":               "exports.onMounted = (run) => run(); exports.onBeforeUnmount = () => {};",
				"node_modules/auth0-lock/index.js":        "exports.Auth0Lock = globalThis.Lock;",
			} {
				path := filepath.Join(dir, filepath.FromSlash(file))
				if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			build := exec.Command(node, bundler, "main.jsx", "--bundle", "--jsx=automatic", "--format=esm", "--outfile=out.mjs", "--log-level=warning")
			build.Dir = dir
			if out, err := build.CombinedOutput(); err != nil || len(bytes.TrimSpace(out)) > 0 {
				t.Fatalf("esbuild: %v\n%s", err, out)
			}
			run := exec.Command(node, "out.mjs")
			run.Dir = dir
			out, err := run.CombinedOutput()
			if err != nil {
				t.Fatalf("%v\n%s", err, out)
			}
			var got struct {
				ID, Domain, Name string
				Shown, Good, Bad bool
			}
			if err := json.Unmarshal(out, &got); err != nil {
				t.Fatalf("%v\n%s", err, out)
			}
			if got.ID != "an-id" || got.Domain != "acme.us.auth0.com" || got.Name != "phone_number" || !got.Shown || !got.Good || got.Bad {
				t.Errorf("Lock was given %s", out)
			}
		})
	}
}

func TestReadmeShowsTheFieldOnlyWhereLockAsksForTheNumber(t *testing.T) {
	for capture, want := range map[string]bool{"lock": true, "form": false} {
		files, err := templates.Artefacts(templates.Settings{Domain: "acme.us.auth0.com", CodeCheck: "form", Capture: capture, NoPhone: "form",
			CodeLength: 6, Brand: templates.Brand{Name: "Acme", Color: "#2457d6"}})
		if err != nil {
			t.Fatal(err)
		}
		if got := strings.Contains(string(files[0].Data), string(templates.LockGuide())); files[0].Path != "README.md" || got != want {
			t.Errorf("capture %s: %s shows it: %v", capture, files[0].Path, got)
		}
	}
}

// fenced is the code block of a language in a Markdown text.
func fenced(t *testing.T, text, language string) string {
	t.Helper()
	return between(t, text, "```"+language+"\n", "```\n")
}

func between(t *testing.T, text, from, to string) string {
	t.Helper()
	_, text, ok := strings.Cut(text, from)
	text, _, ended := strings.Cut(text, to)
	if !ok || !ended {
		t.Fatalf("there is nothing between %q and %q", from, to)
	}
	return text
}
