package provision_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"strings"
	"sync"
	"testing"

	"phonegate/provision/config"
	"phonegate/provision/fault"
	"phonegate/provision/sandbox"
	"phonegate/provision/sandbox/world"
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
			if o := b.apply(); o.Created != 7 || o.FormURL != workerURL {
				t.Errorf("the first run ended as %+v", o)
			}
			b.inOrder()
			b.nothingToDo()
			b.wholeLogin()
			n := len(b.box.World().Requests())
			if o := b.apply(); o.Created+o.Updated+o.Deleted != 0 || o.Unchanged != 8 || len(b.writes(n)) > 0 {
				t.Errorf("the second run ended as %+v, and wrote %+v", o, b.writes(n))
			}
			n = len(b.box.World().Requests())
			if err := rotating.run(t.Context(), b, b.hear); err != nil {
				t.Fatal(err)
			}
			uploads := 0
			for _, r := range b.writes(n) {
				if r.Provider == "cloudflare" {
					uploads++
				}
			}
			if uploads != 1 {
				t.Errorf("a rotation took %d writes at Cloudflare", uploads)
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
		{"a secret is gone", "cloudflare.secret_missing", func() { b.workersJSON("DELETE", workerPath+"/secrets/VERDICT_SECRET", nil) }},
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

func TestACloudflareFormWithoutStateOrSecrets(t *testing.T) {
	b := newWorker(t)
	b.apply()
	b.forgetSecrets()
	b.spec.Brand.Color = "#aa3300"
	if o := b.apply(); o.Updated != 2 || len(b.vaulted()) > 0 { // form and login page
		t.Errorf("a new form whose secrets are not known here ended as %+v, with %d new ones", o, len(b.vaulted()))
	}
	b.wholeLogin()
	b.forgetState()
	b.apply()
	if n := len(b.holdings().forms()); n != 1 {
		t.Errorf("without state there are %d forms", n)
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
	const logins = 12
	b := newWorker(t)
	if err := b.box.World().SetBehaviour("cloudflare.propagation", "later"); err != nil {
		t.Fatal(err)
	}
	form := b.apply().FormURL
	client := b.held("client")
	atForm, gate, ended := make(chan int, logins), make(chan struct{}), make(chan error, logins)
	var group sync.WaitGroup
	for n := range logins {
		group.Go(func() { ended <- b.login(n, client, form, atForm, gate) })
	}
	for range logins {
		select {
		case <-atForm:
		case err := <-ended:
			t.Fatal("before the rotation:", err)
		}
	}
	if err := rotating.run(t.Context(), b, nil); err != nil {
		t.Fatal(err)
	}
	close(gate)
	group.Wait()
	close(ended)
	for err := range ended {
		if err != nil {
			t.Error(err)
		}
	}
}
