package cloudflare

import (
	"bytes"
	"encoding/json"
	"io"
	"mime"
	"mime/multipart"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const hello = `export default { fetch: () => new Response("hello") }`

func TestTokensAndAccounts(t *testing.T) {
	const other = "00000000000000000000000000000001"
	for _, tt := range []struct {
		name, header, path, want string
		set                      []string
	}{
		{"a token that is valid", "Bearer " + token, "/user/tokens/verify", "200", nil},
		{"an unknown one", "Bearer other", "/user/tokens/verify", "401 1000", nil},
		{"one that is not the account's", "Bearer " + token, "/accounts/" + account + "/tokens/verify", "401 1000", nil},
		{"no token", "", "/user/tokens/verify", "400 9106", nil},
		{"not a bearer", "Basic abc", "/user/tokens/verify", "400 6003", nil},
		{"white space in it", "Bearer a b", "/user/tokens/verify", "400 6003", nil},
		{"an unknown one for Workers", "Bearer other", "/accounts/" + account + "/workers/scripts", "403 10000", nil},
		{"the same, said otherwise", "Bearer other", "/accounts/" + account + "/workers/scripts", "403 9109", []string{"cloudflare.bad_token=403 9109"}},
		{"without permission", "Bearer powerless", "/accounts/" + account + "/workers/scripts", "403 10000", nil},
		{"without permission, but valid", "Bearer powerless", "/user/tokens/verify", "200", nil},
		{"the account", "Bearer " + token, "/accounts/" + account, "200", nil},
		{"all accounts", "Bearer " + token, "/accounts", "200", nil},
		{"another account", "Bearer " + token, "/accounts/" + other + "/workers/scripts", "403 10000", nil},
		{"the same, said otherwise", "Bearer " + token, "/accounts/" + other + "/workers/scripts", "404 7003", []string{"cloudflare.wrong_account=404 7003"}},
		{"not an account", "Bearer " + token, "/accounts/acme/workers/scripts", "404 7003", nil},
		{"no such endpoint", "Bearer " + token, "/nothing", "404 7003", nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := behaving(t, Options{Subdomain: "acme", Powerless: "powerless"}, tt.set...)
			if got, _ := c.do("GET", tt.path, nil, "Authorization", tt.header); got != tt.want {
				t.Errorf("%s, want %s", got, tt.want)
			}
			log := c.w.Requests()
			if marked := log[len(log)-1].NotEmulated; marked != (tt.path == "/nothing") {
				t.Errorf("marked as not emulated: %v", marked)
			}
		})
	}
	owned := newCloud(t, Options{AccountOwned: true})
	if got, _ := owned.do("GET", "/accounts/"+account+"/tokens/verify", nil); got != "200" {
		t.Error("the account's own token is not verified:", got)
	}
	if got, _ := owned.do("GET", "/user/tokens/verify", nil); got != "401 1000" {
		t.Error("the account's own token passes for a user's:", got)
	}
}

func TestTheAccountsSubdomain(t *testing.T) {
	var told []string
	c := newCloud(t, Options{Taken: []string{"globex"}, OnSubdomain: func(d string) { told = append(told, d) }})
	path := "/accounts/" + account + "/workers/subdomain"
	put := func(name string) string {
		got, _ := c.do("PUT", path, object{"subdomain": name})
		return got
	}
	for _, tt := range []struct{ name, got, want string }{
		{"none yet", first(c.do("GET", path, nil)), "404 10007"},
		{"a free name", first(c.do("GET", path+"s/acme", nil)), "404 10032"},
		{"a taken name", first(c.do("GET", path+"s/globex", nil)), "409 10031"},
		{"taking it", put("globex"), "409 10031"},
		{"upper case", put("Acme"), "400 10033"},
		{"a dot", put("a.b"), "400 10033"},
		{"not JSON", first(c.do("PUT", path, "{")), "400 10026"},
		{"registering", put("acme"), "200"},
		{"again", put("acme"), "409 10036"},
		{"another one", put("acme2"), "409 10036"},
		{"its own name", first(c.do("GET", path+"s/acme", nil)), "200"},
	} {
		if tt.got != tt.want {
			t.Errorf("%s: %s, want %s", tt.name, tt.got, tt.want)
		}
	}
	var got struct{ Subdomain string }
	c.must("GET", path, nil, &got)
	if got.Subdomain != "acme" || !slices.Equal(told, []string{"acme.workers.dev"}) {
		t.Error(got, told)
	}
	if err := c.w.SetBehaviour("cloudflare.subdomain_change", "changed"); err != nil {
		t.Fatal(err)
	}
	c.deploy("w", hello)
	if got := put("acme2"); got != "200" {
		t.Error("changing it:", got)
	}
	if _, body := c.visit("GET", "w.acme2.workers.dev", "/"); body != "hello" {
		t.Error("the Worker did not move along:", body)
	}
	if res, _ := c.visit("GET", "w.acme.workers.dev", "/"); res.StatusCode != 404 {
		t.Error("the Worker is still under the old name")
	}
}

func first(s string, _ answer) string { return s }

func TestUploadsThatCannotRunAreRefused(t *testing.T) {
	c := newCloud(t, Options{Subdomain: "acme"})
	good := object{"main_module": "main.mjs"}
	with := func(bindings ...any) object { return object{"main_module": "main.mjs", "bindings": bindings} }
	for _, tt := range []struct {
		name, want string
		metadata   any
		modules    []string
	}{
		{"no metadata", "400 10021", nil, []string{"main.mjs", hello}},
		{"metadata that is not JSON", "400 10021", "{", []string{"main.mjs", hello}},
		{"no main module", "400 10021", object{}, []string{"main.mjs", hello}},
		{"a main module that is not there", "400 10021", good, []string{"other.mjs", hello}},
		{"a service worker", "400 10021", object{"body_part": "script"}, []string{"script", "addEventListener('fetch', () => {})"}},
		{"a syntax error", "400 10021", good, []string{"main.mjs", "export default {"}},
		{"a date in the future", "400 10021", object{"main_module": "main.mjs", "compatibility_date": "2999-01-01"}, []string{"main.mjs", hello}},
		{"not a date", "400 10021", object{"main_module": "main.mjs", "compatibility_date": "soon"}, []string{"main.mjs", hello}},
		{"a binding without name", "400 10021", with(object{"type": "plain_text", "text": "x"}), []string{"main.mjs", hello}},
		{"a binding without type", "400 10021", with(object{"name": "A"}), []string{"main.mjs", hello}},
		{"a secret without text", "400 10021", with(object{"name": "A", "type": "secret_text"}), []string{"main.mjs", hello}},
		{"a binding that is null", "400 10021", with(nil), []string{"main.mjs", hello}},
		{"two of a name", "400 10021", with(plainText("A", "1"), secretText("A", "2")), []string{"main.mjs", hello}},
		{"inheriting from nothing", "400 10057", with(object{"name": "A", "type": "inherit"}), []string{"main.mjs", hello}},
		{"a Worker", "200", good, []string{"main.mjs", hello}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c.t = t
			if got, a := c.upload("w", tt.metadata, tt.modules...); got != tt.want {
				t.Errorf("%s %v, want %s", got, a.Errors, tt.want)
			}
		})
	}
	c.t = t
	if got, _ := c.upload("Upper", good, "main.mjs", hello); got != "400 10016" {
		t.Error("a name in upper case:", got)
	}
	if got, _ := c.do("PUT", scripts+"/w", good); got != "400 10002" {
		t.Error("a body that is not multipart:", got)
	}
	if got, _ := c.read(c.send("PUT", scripts+"/w", "multipart/form-data; boundary=x", []byte("--x\r\nbroken"))); got != "400 10001" {
		t.Error("a body that breaks off:", got)
	}
	fresh := newCloud(t, Options{})
	if got, _ := fresh.upload("w", good, "main.mjs", hello); got != "403 10063" {
		t.Error("an account without a subdomain:", got)
	}
}

// settings is what GET .../settings says.
type settings struct {
	Bindings []object
	Date     string `json:"compatibility_date"`
}

func TestSecretsAreNeverGivenBack(t *testing.T) {
	c := newCloud(t, Options{Subdomain: "acme"})
	c.deploy("w", hello, secretText("SECRET", "hidden-hidden"), plainText("PHONEGATE", "build"))
	for _, path := range []string{"/w/settings", "", "/w/secrets", "/w"} {
		if _, b := c.send("GET", scripts+path, "", nil); bytes.Contains(b, []byte("hidden-hidden")) {
			t.Errorf("GET %s shows it: %s", path, b)
		}
	}
	var got settings
	c.must("GET", scripts+"/w/settings", nil, &got)
	want := settings{[]object{{"name": "SECRET", "type": "secret_text"}, plainText("PHONEGATE", "build")}, "2025-09-01"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if text := shown(t, c.s.State()); strings.Contains(text, "hidden-hidden") {
		t.Error("the state shows it:", text)
	}
}

func TestBindingsAreReplacedInheritedAndKept(t *testing.T) {
	c := newCloud(t, Options{Subdomain: "acme"})
	const show = `export default { fetch: (r, env) => Response.json(env) }`
	c.deploy("w", show, secretText("A", "a"), secretText("B", "b"), plainText("C", "c"))
	see := func() (env map[string]string) {
		_, body := c.visit("GET", "w.acme.workers.dev", "/")
		if err := json.Unmarshal([]byte(body), &env); err != nil {
			t.Fatal(body)
		}
		return env
	}
	for _, step := range []struct {
		name     string
		metadata object
		want     map[string]string
	}{
		{"one inherited, one new", object{"bindings": []object{{"name": "A", "type": "inherit"}, plainText("D", "d")}, "keep_bindings": []string{}}, map[string]string{"A": "a", "D": "d"}},
		{"one under another name", object{"bindings": []object{{"name": "E", "type": "inherit", "old_name": "A"}}, "keep_bindings": []string{}}, map[string]string{"E": "a"}},
		{"secrets kept", object{"bindings": []object{plainText("C", "c2")}, "keep_bindings": []string{"secret_text"}}, map[string]string{"C": "c2", "E": "a"}},
		{"secrets kept unasked", object{}, map[string]string{"E": "a"}},
		{"none", object{"keep_bindings": []string{}}, map[string]string{}},
	} {
		step.metadata["main_module"] = "main.mjs"
		if got, a := c.upload("w", step.metadata, "main.mjs", show); got != "200" {
			t.Fatal(step.name, got, a.Errors)
		}
		if diff := cmp.Diff(step.want, see()); diff != "" {
			t.Errorf("%s: %s", step.name, diff)
		}
	}
	for _, tt := range []struct{ name, got, want string }{
		{"a secret", first(c.do("PUT", scripts+"/w/secrets", secretText("A", "again"))), "200"},
		{"over a plain text", first(c.do("PUT", scripts+"/w/secrets", object{"name": "A"})), "400 10026"},
		{"of no Worker", first(c.do("PUT", scripts+"/none/secrets", secretText("A", "again"))), "404 10007"},
		{"deleted", first(c.do("DELETE", scripts+"/w/secrets/B", nil)), "404 10056"},
	} {
		if tt.got != tt.want {
			t.Errorf("%s: %s, want %s", tt.name, tt.got, tt.want)
		}
	}
	if diff := cmp.Diff(map[string]string{"A": "again"}, see()); diff != "" {
		t.Error(diff)
	}
	if err := c.w.SetBehaviour("cloudflare.secrets_left_out", "dropped"); err != nil {
		t.Fatal(err)
	}
	c.must("DELETE", scripts+"/w/secrets/A", nil, nil)
	c.must("PUT", scripts+"/w/secrets", secretText("F", "f"), nil)
	if c.upload("w", object{"main_module": "main.mjs"}, "main.mjs", show); len(see()) != 0 {
		t.Error("a secret that was left out is still there")
	}
	if len(see()) != 0 {
		t.Error("the secret is still there")
	}
}

func TestDownload(t *testing.T) {
	c := newCloud(t, Options{Subdomain: "acme"})
	const odd = "export default { fetch: () => new Response('ä\\r') };\r\n// --boundary\n"
	c.deploy("w", odd)
	for _, path := range []string{"/w", "/w/content/v2"} {
		res, b := c.send("GET", scripts+path, "", nil)
		kind, parameters, err := mime.ParseMediaType(res.Header.Get("Content-Type"))
		if err != nil || kind != "multipart/form-data" {
			t.Fatal(kind, err)
		}
		parts := multipart.NewReader(bytes.NewReader(b), parameters["boundary"])
		part, err := parts.NextPart()
		if err != nil {
			t.Fatal(err)
		}
		content, _ := io.ReadAll(part)
		if _, err := parts.NextPart(); err != io.EOF {
			t.Errorf("GET %s does not end: %v", path, err)
		}
		if part.FormName() != "main.mjs" || string(content) != odd {
			t.Errorf("GET %s: %q %q", path, part.FormName(), content)
		}
	}
	if err := c.w.SetBehaviour("cloudflare.download", "raw"); err != nil {
		t.Fatal(err)
	}
	if _, b := c.send("GET", scripts+"/w", "", nil); string(b) != odd {
		t.Errorf("raw: %q", b)
	}
	if err := c.w.SetBehaviour("cloudflare.read_back", "reformatted"); err != nil {
		t.Fatal(err)
	}
	if _, b := c.send("GET", scripts+"/w", "", nil); !strings.HasPrefix(string(b), odd) || string(b) == odd {
		t.Errorf("reformatted: %q", b)
	}
	if got, _ := c.do("GET", scripts+"/none", nil); got != "404 10007" {
		t.Error("a Worker that is not there:", got)
	}
}

func TestSnapshotsBringEverythingBack(t *testing.T) {
	c := newCloud(t, Options{Subdomain: "acme"})
	c.deploy("w", `export default { fetch: (r, env) => new Response(env.A) }`, secretText("A", "secret"))
	kept, err := c.s.Snapshot()
	if err != nil {
		t.Fatal(err)
	}
	before := c.s.State()
	c.must("DELETE", scripts+"/w?force=true", nil, nil)
	if got, _ := c.do("DELETE", scripts+"/w?force=true", nil); got != "404 10007" {
		t.Error("deleting it again:", got)
	}
	if res, _ := c.visit("GET", "w.acme.workers.dev", "/"); res.StatusCode != 404 {
		t.Error("what was deleted still answers")
	}
	var domains, hosts []string
	other := newCloud(t, Options{OnSubdomain: func(d string) { domains = append(domains, d) }, OnDeploy: func(h string) { hosts = append(hosts, h) }})
	if err := other.s.Restore(kept); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(shown(t, before), shown(t, other.s.State())); diff != "" {
		t.Error(diff)
	}
	if _, body := other.visit("GET", "w.acme.workers.dev", "/"); body != "secret" {
		t.Error("after the restore:", body)
	}
	if !slices.Equal(domains, []string{"acme.workers.dev"}) || !slices.Equal(hosts, []string{"w.acme.workers.dev"}) {
		t.Error(domains, hosts)
	}
	if other.s.Restore([]byte("{")) == nil {
		t.Error("a broken snapshot is taken")
	}
}

func shown(t *testing.T, state any) string {
	t.Helper()
	text, err := json.MarshalIndent(state, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestVersionsAreUploadedAndThenDeployed(t *testing.T) {
	c := newCloud(t, Options{Subdomain: "acme"})
	c.deploy("w", hello, secretText("SECRET", "hidden-hidden"))
	said := func() string {
		_, body := c.visit("GET", "w.acme.workers.dev", "/")
		return body
	}
	kind, body := form(t, object{"main_module": "m.mjs"}, "m.mjs", strings.Replace(hello, "hello", "again", 1))
	got, a := c.read(c.send("POST", scripts+"/w/versions", kind, body, "User-Agent", "wrangler/4"))
	var made struct {
		ID     string
		Number int
	}
	if err := json.Unmarshal(a.Result, &made); got != "200" || err != nil || made.Number != 2 || said() != "hello" {
		t.Fatal(got, made, said())
	}
	deploy := func(id string, percentage float64) string {
		return first(c.do("POST", scripts+"/w/deployments", object{"strategy": "percentage", "versions": []object{{"version_id": id, "percentage": percentage}}}))
	}
	for _, tt := range []struct{ name, got, want string }{
		{"half of it", deploy(made.ID, 50), "400 10026"},
		{"an unknown one", deploy("00000000-0000-4000-a000-000000000000", 100), "404 10007"},
		{"all of it", deploy(made.ID, 100), "200"},
		{"not JSON", first(c.do("POST", scripts+"/w/deployments", "{")), "400 10026"},
		{"of no Worker", first(c.do("GET", scripts+"/none/deployments", nil)), "404 10007"},
		{"a version that is not there", first(c.do("GET", scripts+"/w/versions/none", nil)), "404 10007"},
		{"no service", first(c.do("GET", "/accounts/"+account+"/workers/services/none", nil)), "404 10090"},
	} {
		if tt.got != tt.want {
			t.Errorf("%s: %s, want %s", tt.name, tt.got, tt.want)
		}
	}
	if said() != "again" {
		t.Error("what was deployed does not run:", said())
	}
	var list struct{ Items []struct{ Number int } }
	c.must("GET", scripts+"/w/versions", nil, &list)
	if len(list.Items) != 2 || list.Items[0].Number != 2 {
		t.Error(list)
	}
	var service struct {
		Environment struct {
			Script struct {
				From string `json:"last_deployed_from"`
			}
		} `json:"default_environment"`
	}
	if c.must("GET", "/accounts/"+account+"/workers/services/w", nil, &service); service.Environment.Script.From != "wrangler" {
		t.Error(service)
	}
	for _, path := range []string{"/w/versions/" + made.ID, "/w/versions", "/w/deployments", "/w/script-settings"} {
		if _, b := c.send("GET", scripts+path, "", nil); bytes.Contains(b, []byte("hidden-hidden")) || !bytes.Contains(b, []byte(`"success":true`)) {
			t.Errorf("GET %s: %s", path, b)
		}
	}
	owned := newCloud(t, Options{AccountOwned: true})
	for _, path := range []string{"/user", "/memberships"} {
		if got, _ := c.do("GET", path, nil); got != "200" {
			t.Errorf("GET %s: %s", path, got)
		}
		if got, _ := owned.do("GET", path, nil); got != "403 9109" {
			t.Errorf("GET %s with an account's own token: %s", path, got)
		}
	}
}
