//go:build !race

package clientstest

import (
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"

	"phonegate/provision/sandbox"
)

// tenantFile is a small tenant as a user of auth0-deploy-cli keeps it: an Action with a secret in post-login, an
// application, and the classic login page.
const tenantFile = `clients:
  - name: Acme web
    app_type: spa
    callbacks:
      - https://acme.example/callback
    token_endpoint_auth_method: none
    jwt_configuration:
      alg: RS256
      lifetime_in_seconds: 3600
actions:
  - name: Check phone
    code: ./check-phone.js
    runtime: node22
    dependencies: []
    secrets:
      - name: API_KEY
        value: hush-hush
    supported_triggers:
      - id: post-login
        version: v3
    deployed: true
triggers:
  post-login:
    - action_name: Check phone
      display_name: Check phone
pages:
  - name: login
    html: ./login.html
    enabled: true
`

const (
	checkPhone = "exports.onExecutePostLogin = async (event, api) => {\n  if (!event.secrets.API_KEY) api.access.deny('no key');\n};\n"
	loginHTML  = "<!doctype html>\n<title>Acme</title>\n<p>Log in</p>\n"
)

// deployCLI is auth0-deploy-cli set up for one sandbox and one folder.
type deployCLI struct {
	script, dir string
	env         []string
}

func newDeployCLI(t *testing.T, box *sandbox.Sandbox) *deployCLI {
	t.Helper()
	info := box.Info()
	d := &deployCLI{script: npm(t, "auth0-deploy-cli/lib/index.js"), dir: t.TempDir(), env: []string{"NODE_EXTRA_CA_CERTS=" + info.CAFile}}
	d.write(t, "config.json", `{"AUTH0_DOMAIN":"`+info.Auth0TLSDomain+`","AUTH0_CLIENT_ID":"`+sandbox.Auth0ClientID+`","AUTH0_CLIENT_SECRET":"`+
		sandbox.Auth0ClientSecret+`","AUTH0_ALLOW_DELETE":false,"AUTH0_INCLUDED_ONLY":["clients","actions","triggers","pages"]}`)
	d.write(t, "tenant.yaml", tenantFile)
	d.write(t, "check-phone.js", checkPhone)
	d.write(t, "login.html", loginHTML)
	return d
}

func (d *deployCLI) write(t *testing.T, name, text string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(d.dir, name), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func (d *deployCLI) run(t *testing.T, args ...string) result {
	t.Helper()
	return succeed(t, invocation{script: d.script, args: args, dir: d.dir, env: d.env})
}

func TestDeployCLIImportsUpdatesAndExports(t *testing.T) {
	box := start(t, sandbox.Options{})
	cli := newDeployCLI(t, box)
	importing := []string{"import", "-c", "config.json", "-i", "tenant.yaml"}
	ids := regexp.MustCompile(`/(actions/actions|clients)/[^/]+`)
	written := func(since int) []string {
		var out []string
		for _, w := range writes(calls(box, since)) {
			out = append(out, ids.ReplaceAllString(w, "/$1/ID"))
		}
		return out
	}
	same := func(t *testing.T, got []string, expected ...string) {
		t.Helper()
		if !slices.Equal(got, expected) {
			t.Errorf("it changed:\n%s\ninstead of:\n%s", strings.Join(got, "\n"), strings.Join(expected, "\n"))
		}
	}

	ok := t.Run("import", func(t *testing.T) {
		since := mark(box)
		printed := cli.run(t, importing...).text()
		want(t, printed, `Updated [pages]: {"name":"login","enabled":true}`, `Created [clients]: {"name":"Acme web"`, `Created [actions]:`,
			`"name":"Check phone"`, `Deployed [actions]:`, `Updated [triggers]: {"trigger_id":"post-login"}`, "Import Successful")
		never(t, printed, "Deleted [", "rror", "hush-hush")
		same(t, written(since), "PATCH /api/v2/clients/ID", "POST /api/v2/clients", "POST /api/v2/actions/actions",
			"POST /api/v2/actions/actions/ID/deploy", "PATCH /api/v2/actions/triggers/post-login/bindings")
	})
	if !ok {
		return
	}
	t.Run("a second import only updates", func(t *testing.T) {
		since := mark(box)
		printed := cli.run(t, importing...).text()
		want(t, printed, `Updated [pages]`, `Updated [clients]: {"name":"Acme web"`, `Updated [actions]`, `Deployed [actions]`, "Import Successful")
		never(t, printed, "Created [", "Deleted [", "rror")
		same(t, written(since), "PATCH /api/v2/clients/ID", "PATCH /api/v2/clients/ID", "PATCH /api/v2/actions/actions/ID",
			"POST /api/v2/actions/actions/ID/deploy", "PATCH /api/v2/actions/triggers/post-login/bindings")
	})
	t.Run("the export is what was imported", func(t *testing.T) {
		since := mark(box)
		printed := cli.run(t, "export", "-c", "config.json", "-f", "yaml", "-o", "out").text()
		want(t, printed, "Export Successful")
		never(t, printed, "rror")
		same(t, written(since))
		cli.compare(t)
	})
	emulated(t, box)
}

// compare asserts that everything in the imported file is in the exported one, with the same value, down to the
// files that they name. What the tenant had before and what Auth0 fills in by itself may be there too.
func (d *deployCLI) compare(t *testing.T) {
	t.Helper()
	imported, exported := d.tenant(t, "."), d.tenant(t, "out")
	if len(imported) != 4 {
		t.Fatalf("the imported file holds %v", imported)
	}
	for kind, value := range imported {
		contained(t, kind, value, exported[kind])
	}
}

// tenant reads a tenant file with the files it names in their places.
func (d *deployCLI) tenant(t *testing.T, dir string) map[string]any {
	t.Helper()
	dir = filepath.Join(d.dir, dir)
	text, err := os.ReadFile(filepath.Join(dir, "tenant.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	var tenant map[string]any
	if err := yaml.Unmarshal(text, &tenant); err != nil {
		t.Fatal(err)
	}
	inline := func(kind, field string) {
		list, _ := tenant[kind].([]any)
		for _, x := range list {
			o := x.(map[string]any)
			content, err := os.ReadFile(filepath.Join(dir, o[field].(string)))
			if err != nil {
				t.Fatal(err)
			}
			o[field] = string(content)
		}
	}
	inline("actions", "code")
	inline("pages", "html")
	for _, a := range tenant["actions"].([]any) {
		// Nobody gets a secret's value back; the program writes a placeholder.
		for _, s := range a.(map[string]any)["secrets"].([]any) {
			delete(s.(map[string]any), "value")
		}
	}
	return tenant
}

// contained asserts that all of a is in b: keys of objects, and elements of lists by their name.
func contained(t *testing.T, at string, a, b any) {
	t.Helper()
	switch a := a.(type) {
	case map[string]any:
		o, _ := b.(map[string]any)
		for k, v := range a {
			contained(t, at+"."+k, v, o[k])
		}
	case []any:
		list, _ := b.([]any)
		for i, v := range a {
			name := identity(v)
			j := slices.IndexFunc(list, func(x any) bool { return identity(x) == name })
			if j < 0 {
				t.Errorf("%s[%d] (%s) is not in the export: %v", at, i, name, list)
				continue
			}
			contained(t, at+"["+name+"]", v, list[j])
		}
	default:
		if !reflect.DeepEqual(a, b) {
			t.Errorf("%s was imported as %v and exported as %v", at, a, b)
		}
	}
}

// identity is what tells an element of a list from the others.
func identity(v any) string {
	o, isObject := v.(map[string]any)
	if !isObject {
		return fmt.Sprint(v)
	}
	for _, k := range []string{"name", "action_name", "id"} {
		if s, ok := o[k].(string); ok {
			return s
		}
	}
	return fmt.Sprint(o)
}
