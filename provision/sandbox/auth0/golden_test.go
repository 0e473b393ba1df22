package auth0

import (
	"bytes"
	"encoding/json"
	"flag"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"phonegate/provision/sandbox/auth0/directory"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// furnished is a tenant with at least one of everything that a snapshot holds.
func furnished(t *testing.T) *bench {
	t.Helper()
	te := newTenant(t, nil)
	id := te.deploy("Verify phone", "verify", map[string]string{"KEY": "hush"})
	steps := []struct {
		method, path string
		body         any
	}{
		{"POST", "/actions/actions/" + id + "/deploy", nil},
		{"PATCH", "/actions/actions/" + id, map[string]any{"code": "later", "dependencies": []any{map[string]any{"name": "qs", "version": "6.0.0"}}, "modules": []any{}}},
		{"POST", "/actions/actions", with(draft("Draft"), "deploy", true)},
		{"POST", "/users", map[string]any{
			"connection": "Username-Password-Authentication", "email": "bob@example.com", "password": password, "user_id": "bob", "blocked": true,
			"username": "bob", "app_metadata": map[string]any{"plan": "free"}, "phone_number": "+61412345678",
		}},
		{"PATCH", "/users/" + url.PathEscape("auth0|bob"), map[string]any{"password": password + "x"}},
		{"POST", "/clients", map[string]any{"name": "Third", "client_metadata": map[string]any{"a": "b"}}},
		{"POST", "/client-grants", map[string]any{"client_id": "sandbox-app", "audience": "https://api.acme.example", "scope": []any{"read:all"}}},
		{"PATCH", "/clients/" + directory.SeedGlobalClient, map[string]any{"custom_login_page_on": true, "custom_login_page": "<p>"}},
		{"PATCH", "/connections/" + directory.SeedConnection, map[string]any{"metadata": map[string]any{"a": "b"}}},
		{"PATCH", "/prompts", map[string]any{"identifier_first": true}},
		{"PATCH", "/tenants/settings", map[string]any{"friendly_name": "Acme", "flags": map[string]any{"enable_sso": false}}},
		{"PATCH", "/branding", map[string]any{"logo_url": "https://acme.example/logo.png"}},
	}
	for _, x := range steps {
		if status, body := te.api(x.method, x.path, x.body); status >= 300 {
			t.Fatalf("%s %s: %d %v", x.method, x.path, status, body)
		}
	}
	te.browser().login("signup", "ada@example.com", nil)
	return te
}

// changing is what differs between two tenants that were furnished alike.
var changing = []struct{ pattern, instead string }{
	{`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)`, "TIME"},
	{`5eed0000-0000-4000-8000-00000000a001`, "SEEDACTION"},
	{`[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}`, "UUID"},
	{`"client_secret": "[A-Za-z0-9_-]{64}"`, `"client_secret": "SECRET"`},
	{`"client_id": "[0-9a-f]{32}"`, `"client_id": "CLIENT"`},
	{`auth0\|[0-9a-f]{24}`, "auth0|USER"},
	{`"user_id": "[0-9a-f]{24}"`, `"user_id": "USER"`},
	{`cgr_[0-9a-f]{16}`, "cgr_GRANT"},
	{`"password_hash": "[^"]*"`, `"password_hash": "HASH"`},
	{`900\d{40}`, "LOG"},
	{`/actions/[0-9a-f-]{36}`, "/actions/ID"},
	{`"[A-Za-z0-9_-]{28}\d{8}"`, `"EXECUTION"`},
}

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	at := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(at, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(at)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		a, b := bytes.Split(got, []byte("\n")), bytes.Split(want, []byte("\n"))
		for i := range min(len(a), len(b)) {
			if !bytes.Equal(a[i], b[i]) {
				t.Errorf("%s:%d: got %s, want %s", at, i+1, a[i], b[i])
				return
			}
		}
		t.Errorf("%s: got %d lines, want %d", at, len(a), len(b))
	}
}

func indented(t *testing.T, data []byte) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := json.Indent(&out, data, "", " "); err != nil {
		t.Fatal(err)
	}
	return append(out.Bytes(), '\n')
}

func TestSnapshotAndStateKeepTheirForm(t *testing.T) {
	te := furnished(t)
	snapshot, err := te.s.Snapshot()
	if err != nil {
		t.Fatal(err)
	}
	state := te.s.State()
	slices.SortFunc(state["actions"].([]any), func(a, b any) int { // they are in the order of their random ids
		return strings.Compare(a.(map[string]any)["name"].(string), b.(map[string]any)["name"].(string))
	})
	for name, data := range map[string][]byte{"snapshot.json": snapshot, "state.json": []byte(canonical(t, state))} {
		data = indented(t, data)
		for _, c := range changing {
			data = regexp.MustCompile(c.pattern).ReplaceAll(data, []byte(c.instead))
		}
		golden(t, name, data)
	}
	golden(t, "seed.json", indented(t, []byte(canonical(t, newTenant(t, nil).s.State()))))
}

// TestSnapshotsOfBeforeAreRestored reads a snapshot that was written before the packages were split.
func TestSnapshotsOfBeforeAreRestored(t *testing.T) {
	at := filepath.Join("testdata", "before.json")
	if *update {
		if _, err := os.Stat(at); err != nil {
			snapshot, err := furnished(t).s.Snapshot()
			if err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(at, snapshot, 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
	before, err := os.ReadFile(at)
	if err != nil {
		t.Fatal(err)
	}
	te := newTenant(t, nil)
	if err := te.s.Restore(before); err != nil {
		t.Fatal(err)
	}
	after, err := te.s.Snapshot()
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(after, before) {
		t.Errorf("written again it is\n%s", after)
	}
	golden(t, "before_state.json", indented(t, []byte(canonical(t, te.s.State()))))
}
