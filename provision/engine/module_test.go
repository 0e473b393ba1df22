package engine_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"path"
	"strings"
	"testing"

	"phonegate/provision/engine"
	"phonegate/templates"
)

// TestEveryHostRunsTheVeryModule compares byte for byte what reaches Vercel, Cloudflare and the folder.
func TestEveryHostRunsTheVeryModule(t *testing.T) {
	module := func(b *bench) []byte {
		files, err := templates.Form(engine.Settings(b.spec))
		if err != nil {
			t.Fatal(err)
		}
		return files[0].Data
	}

	b := newBench(t)
	uploaded := b.uploads()
	b.apply()
	if got := uploaded[templates.FormModule]; !bytes.Equal(got, module(b)) {
		t.Errorf("Vercel has another module, of %d bytes", len(got))
	}

	b = newWorker(t)
	b.apply()
	content := sha256.Sum256(module(b))
	sum := sha256.Sum256([]byte(path.Base(templates.FormModule) + "\n" + string(content[:]))) // of its one module, as the sandbox shows it
	if !strings.Contains(b.world(), `"Content": "`+hex.EncodeToString(sum[:])+`"`) {
		t.Error("Cloudflare has another module")
	}

	b = newBundle(t)
	b.stopped(applying)
	if got, err := os.ReadFile(b.file("verify.mjs")); err != nil || !bytes.Equal(got, module(b)) {
		t.Errorf("the folder has another module, of %d bytes: %v", len(got), err)
	}
}

// uploads are the files that will be deployed to Vercel, by path.
func (b *bench) uploads() map[string][]byte {
	b.t.Helper()
	files := map[string][]byte{}
	endpoints := b.box.Endpoints()
	real := endpoints.Vercel
	server := httptest.NewServer(&httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) {
		r.SetURL(real)
		r.Out.Host = r.In.Host
		if r.In.Method != http.MethodPost || r.In.URL.Path != "/v13/deployments" {
			return
		}
		body, err := io.ReadAll(r.In.Body)
		if err != nil {
			b.t.Error(err)
		}
		r.Out.Body = io.NopCloser(bytes.NewReader(body))
		var sent struct {
			Files []struct {
				File string
				Data []byte // base64, as encoding/json has it
			}
		}
		if err := json.Unmarshal(body, &sent); err != nil {
			b.t.Error(err)
		}
		for _, f := range sent.Files {
			files[f.File] = f.Data
		}
	}})
	b.t.Cleanup(server.Close)
	at, err := url.Parse(server.URL)
	if err != nil {
		b.t.Fatal(err)
	}
	endpoints.Vercel = at
	b.road = &endpoints
	return files
}
