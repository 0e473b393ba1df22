package auth0

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"testing"

	"phonegate/provision/sandbox/jsvm"
)

// browser follows redirects within the tenant and stops at any other host.
type browser struct {
	te *bench
	c  *http.Client
}

func (te *bench) browser() *browser {
	jar, err := cookiejar.New(nil)
	if err != nil {
		te.t.Fatal(err)
	}
	return &browser{te, &http.Client{Transport: inProcess{te.h}, Jar: jar, CheckRedirect: func(r *http.Request, _ []*http.Request) error {
		if r.URL.Host != tenantHost {
			return http.ErrUseLastResponse
		}
		return nil
	}}}
}

func authorizeURL(more url.Values) string {
	sum := sha256.Sum256([]byte(verifier))
	q := url.Values{
		"client_id": {"sandbox-app"}, "response_type": {"code"}, "redirect_uri": {"http://127.0.0.1:5000/callback"},
		"scope": {"openid profile email"}, "state": {"app-state"}, "nonce": {"n1"},
		"code_challenge": {base64.RawURLEncoding.EncodeToString(sum[:])}, "code_challenge_method": {"S256"},
	}
	for k, v := range more {
		if len(v) == 0 {
			q.Del(k)
			continue
		}
		q[k] = v
	}
	return base + "/authorize?" + q.Encode()
}

// stop is where a chain of redirects ended: a page, or an address outside the tenant.
type stop struct {
	status int
	body   string
	at     *url.URL // the address outside, nil for a page
	page   *url.URL
	header http.Header
}

func (b *browser) do(r *http.Response, err error) stop {
	b.te.t.Helper()
	if err != nil {
		b.te.t.Fatal(err)
	}
	defer r.Body.Close()
	data, err := io.ReadAll(r.Body)
	if err != nil {
		b.te.t.Fatal(err)
	}
	st := stop{status: r.StatusCode, body: string(data), header: r.Header}
	if r.Request != nil {
		st.page = r.Request.URL
	}
	if l := r.Header.Get("Location"); l != "" {
		if st.at, err = url.Parse(l); err != nil {
			b.te.t.Fatal(err)
		}
	}
	return st
}

func (b *browser) get(u string) stop { return b.do(b.c.Get(u)) }

func (b *browser) post(u string, f url.Values) stop { return b.do(b.c.PostForm(u, f)) }

// login opens /authorize and sends the stand-in page's form.
func (b *browser) login(intent, email string, more url.Values, fields ...string) stop {
	b.te.t.Helper()
	p := b.get(authorizeURL(more))
	if p.at != nil || p.status != 200 {
		b.te.t.Fatalf("no login page: %d %v %s", p.status, p.at, p.body)
	}
	f := url.Values{"state": {p.page.Query().Get("state")}, "intent": {intent}, "email": {email}, "password": {password}}
	for i := 0; i < len(fields); i += 2 {
		f.Set(fields[i], fields[i+1])
	}
	return b.post(base+p.page.Path, f)
}

func (te *bench) redeem(code string) (int, map[string]any) {
	te.t.Helper()
	return te.post("/oauth/token", url.Values{
		"grant_type": {"authorization_code"}, "client_id": {"sandbox-app"}, "code": {code}, "code_verifier": {verifier},
		"redirect_uri": {"http://127.0.0.1:5000/callback"},
	})
}

// scripted answers by the Action's code, which tests use as a name.
func scripted(legs map[string]func(jsvm.ActionCall) jsvm.ActionResult) Runner {
	return func(_ context.Context, _ jsvm.Surroundings, c jsvm.ActionCall) (jsvm.ActionResult, error) {
		if f := legs[c.Code]; f != nil {
			return f(c), nil
		}
		return jsvm.ActionResult{}, nil
	}
}

func reason(text string) *string { return &text }

// canonical is a value as JSON, for comparing.
func canonical(t *testing.T, v any) string {
	t.Helper()
	data, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}
