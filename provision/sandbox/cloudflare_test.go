package sandbox

import (
	"bytes"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"reflect"
	"strings"
	"testing"
)

const workerHost = "acme-dev-verify.acme.workers.dev"

// deployWorker uploads a Worker at Cloudflare's own address and switches it on.
func deployWorker(t *testing.T, s *Sandbox, code string) {
	t.Helper()
	var form bytes.Buffer
	parts := multipart.NewWriter(&form)
	for _, p := range [][3]string{{"metadata", "application/json", `{"main_module":"m.mjs","bindings":[{"type":"secret_text","name":"A","text":"b"}]}`},
		{"m.mjs", "application/javascript+module", code}} {
		part, err := parts.CreatePart(map[string][]string{"Content-Disposition": {fmt.Sprintf("form-data; name=%q; filename=%q", p[0], p[0])}, "Content-Type": {p[1]}})
		if err != nil {
			t.Fatal(err)
		}
		_, _ = io.WriteString(part, p[2])
	}
	_ = parts.Close()
	for _, step := range []struct{ method, below, kind, text string }{
		{"PUT", "", parts.FormDataContentType(), form.String()},
		{"POST", "/subdomain", "application/json", `{"enabled":true}`},
	} {
		address := s.Info().CloudflareURL + "/client/v4/accounts/" + CloudflareAccountID + "/workers/scripts/acme-dev-verify" + step.below
		res, text := fetch(t, direct(t), step.method, address, body(step.text), func(r *http.Request) {
			r.Header.Set("Authorization", "Bearer "+CloudflareToken)
			r.Header.Set("Content-Type", step.kind)
		})
		if res.StatusCode != http.StatusOK {
			t.Fatalf("%s %s: %d %s", step.method, address, res.StatusCode, text)
		}
	}
}

func TestAWorkerIsReachedEveryWay(t *testing.T) {
	const code = `export default { fetch: (request, env) => new Response(JSON.stringify([env.A, request.url]), { headers: {
		Location: "https://` + Auth0Domain + `/continue?state=x", "Strict-Transport-Security": "max-age=1" } }) };`
	dir := t.TempDir()
	s := start(t, Options{DataDir: dir})
	empty := s.State()
	proxy, _ := url.Parse(s.Info().ProxyURL)
	through := trusting(t, s, proxy)
	defer through.CloseIdleConnections()
	if res, _ := fetch(t, through, "GET", "https://"+workerHost+"/"); res.StatusCode != http.StatusNotFound {
		t.Errorf("before there is a Worker its name answers %d", res.StatusCode)
	}
	deployWorker(t, s, code)
	answers := func(s *Sandbox, name string, rt http.RoundTripper, address, next string) {
		t.Helper()
		res, text := fetch(t, rt, "GET", address)
		if !strings.Contains(text, `["b","https://`+workerHost+`/x"]`) || res.Header.Get("Location") != next+"/continue?state=x" {
			t.Errorf("%s: %d %s %v", name, res.StatusCode, text, res.Header)
		}
	}
	if s.Door(workerHost) == "" {
		t.Fatal("there is no door")
	}
	answers(s, "by its door", direct(t), s.Door(workerHost)+"/x", s.Door(Auth0Domain))
	answers(s, "inside", s.Network(), "https://"+workerHost+"/x", "https://"+Auth0Domain)
	answers(s, "behind the proxy", through, "https://"+workerHost+"/x", "https://"+Auth0Domain)
	if res, _ := fetch(t, through, "GET", "https://api.cloudflare.com/client/v4/user/tokens/verify"); res.StatusCode != http.StatusBadRequest {
		t.Errorf("the API behind the proxy answers %d", res.StatusCode)
	}
	held := s.State()
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}

	again := start(t, Options{DataDir: dir})
	if !reflect.DeepEqual(held, again.State()) {
		t.Error("the next run has another world")
	}
	answers(again, "in the next run", direct(t), again.Door(workerHost)+"/x", again.Door(Auth0Domain))
	if err := again.Reset(); err != nil {
		t.Fatal(err)
	}
	if res, _ := fetch(t, again.Network(), "GET", "https://"+workerHost+"/x"); res.StatusCode != http.StatusNotFound || !reflect.DeepEqual(empty.Cloudflare, again.State().Cloudflare) {
		t.Errorf("after a reset it answers %d", res.StatusCode)
	}
}
