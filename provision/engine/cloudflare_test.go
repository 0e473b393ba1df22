package engine_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"phonegate/provision/config"
	"phonegate/provision/engine"
	"phonegate/provision/fault"
	"phonegate/provision/sandbox"
	"phonegate/provision/sandbox/world"
	"phonegate/templates"
)

// newWorker is a bench whose form runs on Cloudflare.
func newWorker(t *testing.T) *bench {
	b := newBench(t)
	b.spec.Host = config.Host{Kind: "cloudflare", Project: "acme-dev-verify"}
	return b
}

const (
	workersAPI = "/client/v4/accounts/" + sandbox.CloudflareAccountID + "/workers"
	workerPath = workersAPI + "/scripts/acme-dev-verify"
	workerURL  = "https://acme-dev-verify.acme.workers.dev"
)

// workers makes an API call as somebody at Cloudflare's dashboard would.
func (b *bench) workers(method, path, kind string, body []byte) {
	b.t.Helper()
	r, err := http.NewRequestWithContext(b.t.Context(), method, "https://api.cloudflare.com"+path, bytes.NewReader(body))
	if err != nil {
		b.t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+sandbox.CloudflareToken)
	r.Header.Set("Content-Type", kind)
	res, err := b.box.Network().RoundTrip(r)
	if err != nil {
		b.t.Fatal(err)
	}
	defer res.Body.Close()
	if answer, _ := io.ReadAll(res.Body); res.StatusCode != http.StatusOK {
		b.t.Fatalf("%s %s: %d %s", method, path, res.StatusCode, answer)
	}
}

func (b *bench) workersJSON(method, path string, body any) {
	b.t.Helper()
	data, err := json.Marshal(body)
	if err != nil {
		b.t.Fatal(err)
	}
	b.workers(method, path, "application/json", data)
}

// edited uploads other code, with everything else as it is.
func (b *bench) edited(code string, metadata at) {
	b.t.Helper()
	metadata["main_module"] = "m.mjs"
	about, err := json.Marshal(metadata)
	if err != nil {
		b.t.Fatal(err)
	}
	var body bytes.Buffer
	parts := multipart.NewWriter(&body)
	for _, p := range [][3]string{{"metadata", "application/json", string(about)}, {"m.mjs", "application/javascript+module", code}} {
		part, err := parts.CreatePart(map[string][]string{"Content-Disposition": {fmt.Sprintf("form-data; name=%q; filename=%q", p[0], p[0])}, "Content-Type": {p[1]}})
		if err != nil {
			b.t.Fatal(err)
		}
		_, _ = io.WriteString(part, p[2])
	}
	_ = parts.Close()
	b.workers("PUT", workerPath, parts.FormDataContentType(), body.Bytes())
}

func TestAFormOnCloudflareFromTheFirstRunToTheLast(t *testing.T) {
	for _, check := range []string{"form", "action"} {
		t.Run("code_check "+check, func(t *testing.T) {
			b := newWorker(t)
			if b.spec.CodeCheck = check; check == "action" {
				b.spec.NoPhone = "deny"
			}
			if o := b.apply(); o.Created != 6 || o.Updated != 1 || o.FormURL != workerURL {
				t.Errorf("the first run ended as %+v", o)
			}
			b.inOrder()
			b.nothingToDo()
			b.wholeLogin()
			n := len(b.box.World().Requests())
			if o := b.apply(); o.Created+o.Updated+o.Deleted != 0 || o.Unchanged != 8 || len(b.writes(n)) > 0 {
				t.Errorf("the second run ended as %+v, and wrote %+v", o, b.writes(n))
			}
			former := b.liveKey()
			n = len(b.box.World().Requests())
			if err := rotating.run(t.Context(), b, b.hear); err != nil {
				t.Fatal(err)
			}
			var writes []string
			for _, r := range b.writes(n) {
				if r.Provider == "cloudflare" {
					writes = append(writes, r.Method+" "+r.Path)
				}
			}
			if want := []string{"PUT " + workerPath, "DELETE " + workerPath + "/secrets/" + former}; !slices.Equal(writes, want) {
				t.Errorf("a rotation wrote %q at Cloudflare, not %q", writes, want)
			}
			b.inOrder()
			b.wholeLogin()
			b.keptSecret(append(b.secrets(), sandbox.CloudflareToken))
			b.destroy()
			b.asBefore()
		})
	}
}

func TestWhateverFailsAtCloudflareTheNextRunConverges(t *testing.T) {
	converges(t, newWorker, func(c call) bool { return c.provider == "cloudflare" })
}

func TestAWorkerThatSomebodyChangedIsRepaired(t *testing.T) {
	keep := func() at {
		return at{"compatibility_date": "2025-09-01", "keep_bindings": []string{"secret_text", "plain_text"}}
	}
	b := newWorker(t)
	b.apply()
	for _, c := range []struct {
		name, code string
		drift      func()
	}{
		{"workers.dev is switched off", "cloudflare.workers_dev_off", func() { b.workersJSON("POST", workerPath+"/subdomain", at{"enabled": false}) }},
		{"a key is gone", "cloudflare.key_missing", func() { b.workersJSON("DELETE", workerPath+"/secrets/"+b.liveKey(), nil) }},
		{"somebody changed a key", "cloudflare.key_ignored", func() {
			b.workersJSON("PUT", workerPath+"/secrets", at{"name": b.liveKey(), "text": strings.Repeat("somebody's", 4), "type": "secret_text"})
		}},
		{"the mark is gone", "cloudflare.mark_missing", func() {
			code := b.generated()
			b.edited(code, at{"compatibility_date": "2025-09-01", "keep_bindings": []string{"secret_text"}})
		}},
		{"other code runs", "cloudflare.form_edited", func() { b.edited(`export default { fetch: () => new Response("mine") }`, keep()) }},
		{"another compatibility date", "cloudflare.compatibility", func() {
			metadata := keep()
			metadata["compatibility_date"] = "2024-01-01"
			b.edited(`export default { fetch: () => new Response("mine") }`, metadata)
		}},
		{"the Worker is gone", "cloudflare.worker_missing", func() { b.workersJSON("DELETE", workerPath+"?force=true", nil) }},
		{"the answers have changed", "cloudflare.form_outdated", func() { b.spec.Brand.Color = "#aa3300" }},
	} {
		c.drift()
		findings, err := b.open(nil).Doctor(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		said := ""
		for _, f := range findings {
			if !f.OK {
				said += f.Code + " "
			}
		}
		if !strings.Contains(said, c.code) {
			t.Errorf("%s: the doctor says %s", c.name, said)
		}
		want := 1
		if c.code == "cloudflare.form_outdated" {
			want = 2 // the login page has the colour, too
		}
		if o := b.apply(); o.Created+o.Updated != want {
			t.Errorf("%s: the repair ended as %+v", c.name, o)
		}
		b.inOrder()
		b.nothingToDo()
	}
	b.wholeLogin()
}

// generated is the form's module as it should be.
func (b *bench) generated() string {
	b.t.Helper()
	files, err := templates.Form(engine.Settings(b.spec))
	if err != nil {
		b.t.Fatal(err)
	}
	return string(files[0].Data)
}

func TestACloudflareFormWithoutStateOrSecrets(t *testing.T) {
	b := newWorker(t)
	b.apply()
	key := b.liveKey()
	b.forgetSecrets()
	b.spec.Brand.Color = "#aa3300"
	if o := b.apply(); o.Updated != 2 || len(b.vaulted()) > 0 { // form and login page
		t.Errorf("a new form whose key is not known here ended as %+v, with %d new ones", o, len(b.vaulted()))
	}
	b.wholeLogin()
	b.forgetState()
	held, n := b.world(), len(b.box.World().Requests())
	if o := b.apply(); o.Created+o.Updated+o.Deleted != 0 || len(b.writes(n)) > 0 || b.world() != held {
		t.Errorf("without state it ended as %+v, and wrote %+v", o, b.writes(n))
	}
	if b.liveKey() != key {
		t.Error("the key was replaced")
	}
	b.inOrder()
	b.wholeLogin()
}

func TestCloudflareRefusesTheToken(t *testing.T) {
	b := newWorker(t)
	b.box.World().Arm(world.Fault{Provider: "cloudflare", Status: http.StatusForbidden, Times: 99})
	_, err := b.open(nil).Plan(t.Context())
	if f := fault.Of(err); f == nil || f.Category != fault.Refused || !strings.Contains(f.Hint, "CLOUDFLARE_API_TOKEN") {
		t.Errorf("%+v", f)
	}
	findings, err := b.open(nil).Doctor(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range findings {
		if f.Resource == "host.account" && (f.OK || f.Code != "cloudflare.10000") {
			t.Errorf("the doctor says %+v", f)
		}
	}
}

func TestLoginsOnCloudflareCompleteAcrossARotation(t *testing.T) {
	b := newWorker(t)
	b.behave("cloudflare.propagation", "later")
	b.grace, b.noWait = time.Hour, true
	b.apply()
	logins := b.begin(4)
	former := b.liveKey()
	if err := rotating.run(t.Context(), b, nil); err != nil {
		t.Fatal(err)
	}
	if b.liveKey() == former {
		t.Fatal("nothing was rotated")
	}
	b.begin(1).finish("the time after it")
	logins.finish("the rotation")
}
