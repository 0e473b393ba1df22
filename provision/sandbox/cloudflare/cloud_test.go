package cloudflare

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"phonegate/provision/sandbox/world"
)

const (
	token   = "cloudflare-token"
	account = "5a4db0c5000000000000000000000c1f"
	scripts = "/accounts/" + account + "/workers/scripts"
)

// cloud is a server over HTTP and the world it lives in.
type cloud struct {
	t   *testing.T
	w   *world.World
	s   *Server
	url string
}

func newCloud(t *testing.T, o Options) *cloud {
	t.Helper()
	if o.World == nil {
		o.World = world.New(world.Options{})
	}
	o.Token, o.AccountID, o.AccountName = token, account, "Acme"
	s := New(o)
	server := httptest.NewServer(o.World.Handler("cloudflare", WriteError, s))
	t.Cleanup(server.Close)
	return &cloud{t, o.World, s, server.URL}
}

// behaving is a cloud in which behaviours are set ("cloudflare.download=raw").
func behaving(t *testing.T, o Options, set ...string) *cloud {
	t.Helper()
	c := newCloud(t, o)
	for _, one := range set {
		name, value, _ := strings.Cut(one, "=")
		if err := c.w.SetBehaviour(name, value); err != nil {
			t.Fatal(err)
		}
	}
	return c
}

// send makes a request to the API; the header's names and values follow one another.
func (c *cloud) send(method, path, kind string, body []byte, header ...string) (*http.Response, []byte) {
	c.t.Helper()
	r, err := http.NewRequestWithContext(c.t.Context(), method, c.url+base+path, bytes.NewReader(body))
	if err != nil {
		c.t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+token)
	r.Header.Set("Content-Type", kind)
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	res, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		c.t.Fatal(err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		c.t.Fatal(err)
	}
	return res, b
}

// answer is the envelope.
type answer struct {
	Success bool
	Result  json.RawMessage
	Errors  []struct {
		Code    int
		Message string
	}
}

// do makes a request with a JSON body, and gives status and code of the answer ("200", "404 10007").
func (c *cloud) do(method, path string, body any, header ...string) (string, answer) {
	c.t.Helper()
	var content []byte
	if text, ok := body.(string); ok {
		content = []byte(text)
	} else if body != nil {
		var err error
		if content, err = json.Marshal(body); err != nil {
			c.t.Fatal(err)
		}
	}
	res, b := c.send(method, path, "application/json", content, header...)
	return c.read(res, b)
}

func (c *cloud) read(res *http.Response, b []byte) (string, answer) {
	c.t.Helper()
	var a answer
	if err := json.Unmarshal(b, &a); err != nil {
		c.t.Fatalf("not an envelope: %s", b)
	}
	if a.Success != (res.StatusCode == http.StatusOK) || a.Success != (len(a.Errors) == 0) {
		c.t.Errorf("%d with %s", res.StatusCode, b)
	}
	if a.Success {
		return "200", a
	}
	return fmt.Sprint(res.StatusCode, " ", a.Errors[0].Code), a
}

// must is do that expects success, and decodes the result.
func (c *cloud) must(method, path string, body, into any) {
	c.t.Helper()
	got, a := c.do(method, path, body)
	if got != "200" {
		c.t.Fatalf("%s %s: %s %v", method, path, got, a.Errors)
	}
	if into != nil {
		if err := json.Unmarshal(a.Result, into); err != nil {
			c.t.Fatal(err)
		}
	}
}

// form is the body of an upload: a metadata part and modules by name.
func form(t testing.TB, metadata any, modules ...string) (kind string, body []byte) {
	t.Helper()
	var out bytes.Buffer
	w := multipart.NewWriter(&out)
	add := func(name, kind string, content []byte) {
		part, err := w.CreatePart(map[string][]string{
			"Content-Disposition": {fmt.Sprintf(`form-data; name=%q; filename=%q`, name, name)}, "Content-Type": {kind}})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := part.Write(content); err != nil {
			t.Fatal(err)
		}
	}
	if text, ok := metadata.(string); ok {
		add("metadata", "application/json", []byte(text))
	} else if metadata != nil {
		text, err := json.Marshal(metadata)
		if err != nil {
			t.Fatal(err)
		}
		add("metadata", "application/json", text)
	}
	for i := 0; i < len(modules); i += 2 {
		add(modules[i], "application/javascript+module", []byte(modules[i+1]))
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return w.FormDataContentType(), out.Bytes()
}

type object = map[string]any

// upload uploads a Worker.
func (c *cloud) upload(name string, metadata any, modules ...string) (string, answer) {
	c.t.Helper()
	kind, body := form(c.t, metadata, modules...)
	return c.read(c.send("PUT", scripts+"/"+name, kind, body))
}

// deploy uploads a Worker with text bound to it, and switches it on.
func (c *cloud) deploy(name, code string, bindings ...object) {
	c.t.Helper()
	if got, a := c.upload(name, object{"main_module": "main.mjs", "bindings": bindings, "compatibility_date": "2025-09-01"}, "main.mjs", code); got != "200" {
		c.t.Fatal(got, a.Errors)
	}
	c.must("POST", scripts+"/"+name+"/subdomain", object{"enabled": true}, nil)
}

// visit asks a host below workers.dev.
func (c *cloud) visit(method, host, path string, header ...string) (*http.Response, string) {
	c.t.Helper()
	r, err := http.NewRequestWithContext(c.t.Context(), method, c.url+path, nil)
	if err != nil {
		c.t.Fatal(err)
	}
	r.Host = host
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	res, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		c.t.Fatal(err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		c.t.Fatal(err)
	}
	return res, string(b)
}

func secretText(name, text string) object {
	return object{"type": "secret_text", "name": name, "text": text}
}

func plainText(name, text string) object {
	return object{"type": "plain_text", "name": name, "text": text}
}
