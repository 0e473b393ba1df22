package sandbox

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"net"
	"net/http"
	"net/url"
	"os"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"phonegate/provision/fault"
)

func start(t *testing.T, o Options) *Sandbox {
	t.Helper()
	s, err := Start(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// fetch makes one request without following redirects.
func fetch(t *testing.T, rt http.RoundTripper, method, address string, change ...func(*http.Request)) (*http.Response, string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, address, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range change {
		f(req)
	}
	res, err := rt.RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res, string(body)
}

func direct(t *testing.T) *http.Transport {
	t.Helper()
	tr := &http.Transport{}
	t.Cleanup(tr.CloseIdleConnections)
	return tr
}

func account(r *http.Request) { r.SetBasicAuth(TwilioAccountSID, TwilioAuthToken) }

func body(text string) func(*http.Request) {
	return func(r *http.Request) {
		r.Body, r.ContentLength = io.NopCloser(strings.NewReader(text)), int64(len(text))
		r.Header.Set("Content-Type", "application/json")
	}
}

func TestInfoHasTheDocumentedKeys(t *testing.T) {
	s := start(t, Options{})
	text, err := json.Marshal(s.Info())
	if err != nil {
		t.Fatal(err)
	}
	var keys map[string]json.RawMessage
	if err := json.Unmarshal(text, &keys); err != nil {
		t.Fatal(err)
	}
	if want := "app auth0_tls_domain auth0_url ca_file cloudflare_url credentials phone_url proxy_url tenants twilio_url type vercel_url"; strings.Join(slices.Sorted(maps.Keys(keys)), " ") != want {
		t.Errorf("keys of %s", text)
	}
	for _, key := range []string{`"type":"sandbox"`, `"auth0_url":"http://127.0.0.1:`, `"twilio_url":"http://127.0.0.1:`, `"vercel_url":"http://127.0.0.1:`, `"cloudflare_url":"http://127.0.0.1:`,
		`"phone_url":"http://127.0.0.1:`, `"auth0_tls_domain":"localhost:`, `"ca_file":"`, `"proxy_url":"http://127.0.0.1:`,
		`"credentials":{"AUTH0_CLIENT_ID":`, `"AUTH0_CLIENT_SECRET":`, `"AUTH0_DOMAIN":"acme-dev.us.auth0.test"`, `"TWILIO_ACCOUNT_SID":"AC`,
		`"TWILIO_AUTH_TOKEN":`, `"VERCEL_TOKEN":`, `"app":{"client_id":"sandbox-app","redirect_uri":"http://127.0.0.1/callback"}`} {
		if !strings.Contains(string(text), key) {
			t.Errorf("%s lacks %s", text, key)
		}
	}
}

func TestServersAnswerUnderRealNamesAndByPath(t *testing.T) {
	s := start(t, Options{})
	tr := direct(t)
	for _, host := range []string{"", "verify.twilio.com"} {
		res, text := fetch(t, tr, "GET", s.Info().TwilioURL+"/v2/Services", account, func(r *http.Request) { r.Host = host })
		if res.StatusCode != 200 || !strings.Contains(text, `"services":[]`) {
			t.Errorf("host %q: %d %s", host, res.StatusCode, text)
		}
	}
	res, text := fetch(t, tr, "GET", s.Info().Auth0URL+"/.well-known/openid-configuration", func(r *http.Request) { r.Host = Auth0Domain })
	if res.StatusCode != 200 || !strings.Contains(text, `"https://acme-dev.us.auth0.test/"`) {
		t.Errorf("tenant: %d %s", res.StatusCode, text)
	}
	res, _ = fetch(t, tr, "GET", s.Info().Auth0URL+"/", func(r *http.Request) { r.Host = "rebound.example" })
	if res.StatusCode != http.StatusMisdirectedRequest {
		t.Errorf("a foreign name was answered with %d", res.StatusCode)
	}
}

func TestNetworkHoldsOnlyTheEmulatedHosts(t *testing.T) {
	s := start(t, Options{})
	res, text := fetch(t, s.Network(), "GET", "https://verify.twilio.com/v2/Services", account)
	if res.StatusCode != 200 || !strings.Contains(text, `"services"`) {
		t.Fatalf("%d %s", res.StatusCode, text)
	}
	for _, address := range []string{"https://example.com/", "https://twilio.com/", "https://verify.twilio.com.example.com/", "https://127.0.0.1:1/", "https://acme-dev.us.auth0.test:8443/"} {
		req, _ := http.NewRequestWithContext(t.Context(), "GET", address, nil)
		_, err := s.Network().RoundTrip(req)
		var dns *net.DNSError
		if !errors.As(err, &dns) || !dns.IsNotFound {
			t.Errorf("%s: %v", address, err)
		}
	}
}

func TestNetworkFailsLikeANetwork(t *testing.T) {
	s := start(t, Options{})
	s.Mount("breaks.test", http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }))
	s.Mount("slow.test", http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }))
	req, _ := http.NewRequestWithContext(t.Context(), "GET", "https://breaks.test/", nil)
	if _, err := s.Network().RoundTrip(req); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("a broken connection: %v", err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
	defer cancel()
	req, _ = http.NewRequestWithContext(ctx, "GET", "https://slow.test/", nil)
	if _, err := s.Network().RoundTrip(req); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("a timeout: %v", err)
	}
}

func TestTheTenantIsServedOverTLSAsLocalhost(t *testing.T) {
	s := start(t, Options{})
	res, text := fetch(t, trusting(t, s, nil), "GET", "https://"+s.Info().Auth0TLSDomain+"/.well-known/openid-configuration")
	if res.StatusCode != 200 || !strings.Contains(text, `"issuer":"https://`+s.Info().Auth0TLSDomain+`/"`) {
		t.Fatalf("%d %s", res.StatusCode, text)
	}
}

// trusting is a transport that trusts the CA file and nothing else.
func trusting(t *testing.T, s *Sandbox, proxy *url.URL) *http.Transport {
	t.Helper()
	pem, err := os.ReadFile(s.Info().CAFile)
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Contains(pem, []byte("PRIVATE")) {
		t.Fatal("the CA file holds a key")
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(pem) {
		t.Fatal("the CA file holds no certificate")
	}
	tr := direct(t)
	tr.TLSClientConfig = &tls.Config{RootCAs: pool}
	if proxy != nil {
		tr.Proxy = http.ProxyURL(proxy)
	}
	return tr
}

func TestProxyLeadsRealAddressesToTheSandbox(t *testing.T) {
	s := start(t, Options{})
	s.Mount("cdn.auth0.com", http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) { _, _ = io.WriteString(rw, "from disk "+r.URL.Path) }))
	proxy, _ := url.Parse(s.Info().ProxyURL)
	tr := trusting(t, s, proxy)
	tests := map[string]struct{ address, want string }{
		"verify":  {"https://verify.twilio.com/v2/Services", `"services":[]`},
		"lookups": {"https://lookups.twilio.com/v2/PhoneNumbers/+61491570156", `"country_code":"AU"`},
		"tenant":  {"https://" + Auth0Domain + "/.well-known/openid-configuration", Auth0Domain},
		"mounted": {"https://cdn.auth0.com/lock.js", "from disk /lock.js"},
		"TLS":     {"https://" + s.Info().Auth0TLSDomain + "/.well-known/openid-configuration", "localhost:"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			res, text := fetch(t, tr, "GET", tt.address, account)
			if res.StatusCode != 200 || !strings.Contains(text, tt.want) {
				t.Fatalf("%d %s", res.StatusCode, text)
			}
		})
	}
}

func TestProxyRefusesTheRestOfTheWorld(t *testing.T) {
	s := start(t, Options{})
	proxy, _ := url.Parse(s.Info().ProxyURL)
	tr := trusting(t, s, proxy)
	for _, address := range []string{"https://example.com/", "https://verify.twilio.com:8443/", "https://127.0.0.1:1/", "https://www.twilio.com/"} {
		req, _ := http.NewRequestWithContext(t.Context(), "GET", address, nil)
		if _, err := tr.RoundTrip(req); err == nil || !strings.Contains(err.Error(), "Forbidden") {
			t.Errorf("%s: %v", address, err)
		}
	}
	res, _ := fetch(t, tr, "GET", "http://example.com/")
	if res.StatusCode != http.StatusForbidden {
		t.Errorf("plain http: %d", res.StatusCode)
	}
}

func TestProxyIsNotTrustedWithoutTheCA(t *testing.T) {
	s := start(t, Options{})
	proxy, _ := url.Parse(s.Info().ProxyURL)
	tr := direct(t)
	tr.Proxy = http.ProxyURL(proxy)
	req, _ := http.NewRequestWithContext(t.Context(), "GET", "https://verify.twilio.com/v2/Services", nil)
	_, err := tr.RoundTrip(req)
	var unknown x509.UnknownAuthorityError
	if !errors.As(err, &unknown) {
		t.Fatalf("%v", err)
	}
}

// hello is a deployable function that says where it runs, what it may not reach, and sends the browser on.
var hello = `export default { async fetch(request) {
  let outside = "reached";
  try { await fetch("https://example.com/"); } catch { outside = "refused"; }
  const lookup = await fetch("https://lookups.twilio.com/v2/PhoneNumbers/+61491570156", { headers: { authorization: "Basic ` + basic + `" } });
  return new Response(JSON.stringify({ url: request.url, outside, lookup: lookup.status }),
    { status: 302, headers: { "content-type": "application/json", location: "https://` + Auth0Domain + `/continue?state=x" } });
} }`

var basic = base64.StdEncoding.EncodeToString([]byte(TwilioAccountSID + ":" + TwilioAuthToken))

func TestDeployedCodeRunsBehindADoorOfItsOwn(t *testing.T) {
	s := start(t, Options{})
	call := func(method, path string, in any) map[string]any {
		t.Helper()
		text, err := json.Marshal(in)
		if err != nil {
			t.Fatal(err)
		}
		res, answer := fetch(t, s.Network(), method, "https://api.vercel.com"+path, body(string(text)), func(r *http.Request) { r.Header.Set("Authorization", "Bearer "+VercelToken) })
		var out map[string]any
		if err := json.Unmarshal([]byte(answer), &out); err != nil || res.StatusCode > 201 {
			t.Fatalf("%s %s: %d %s", method, path, res.StatusCode, answer)
		}
		return out
	}
	before := s.State()
	project := call("POST", "/v11/projects", map[string]any{"name": "acme-dev-verify", "ssoProtection": nil})
	deployed := call("POST", "/v13/deployments", map[string]any{"name": "acme-dev-verify", "project": project["id"], "target": "production", "projectSettings": map[string]any{"framework": nil},
		"files": []map[string]string{{"file": "api/verify.mjs", "data": hello}, {"file": "vercel.json", "data": `{"rewrites":[{"source":"/","destination":"/api/verify"}]}`}}})
	if reflect.DeepEqual(before, s.State()) {
		t.Error("the state did not change")
	}
	for range 50 {
		if deployed["readyState"] == "READY" {
			break
		}
		s.World().Advance(time.Second)
		deployed = call("GET", "/v13/deployments/"+deployed["id"].(string), nil)
	}
	door := s.Door(formHost)
	if door == "" {
		t.Fatalf("no door for %s: %v", formHost, deployed)
	}
	for name, at := range map[string]struct {
		rt      http.RoundTripper
		address string
		next    string
	}{
		"door":    {direct(t), door + "/", s.Door(Auth0Domain)},
		"network": {s.Network(), "https://" + formHost + "/", "https://" + Auth0Domain},
	} {
		res, text := fetch(t, at.rt, "GET", at.address)
		if !strings.Contains(text, `"url":"https://`+formHost+`/"`) || !strings.Contains(text, `"outside":"refused"`) || !strings.Contains(text, `"lookup":200`) ||
			res.Header.Get("Location") != at.next+"/continue?state=x" {
			t.Errorf("%s: %d %s %v", name, res.StatusCode, text, res.Header)
		}
	}
	var byCode bool
	for _, r := range s.World().Requests() {
		byCode = byCode || r.By == "code" && r.Host == "lookups.twilio.com"
	}
	if !byCode {
		t.Error("the code's own request is not in the log as such")
	}
}

func TestTwoSandboxesKeepApart(t *testing.T) {
	a, b := start(t, Options{}), start(t, Options{})
	if a.Info().TwilioURL == b.Info().TwilioURL || bytes.Equal(a.CertificatePEM(), b.CertificatePEM()) {
		t.Fatal("they share something")
	}
	post := func(r *http.Request) {
		account(r)
		body("FriendlyName=Acme")(r)
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	if res, text := fetch(t, a.Network(), "POST", "https://verify.twilio.com/v2/Services", post); res.StatusCode != 201 {
		t.Fatalf("%d %s", res.StatusCode, text)
	}
	if len(a.Twilio().State().Services) != 1 || len(b.Twilio().State().Services) != 0 {
		t.Fatal("one's service is the other's")
	}
}

func TestOptionsAreChecked(t *testing.T) {
	for name, o := range map[string]Options{
		"behaviour": {Behaviours: map[string]string{"twilio.no_such": "x"}},
		"value":     {Behaviours: map[string]string{"twilio.china": "x"}},
		"address":   {Listen: "0.0.0.0:0"},
		"name":      {Listen: "localhost:0"},
		"port":      {Listen: "127.0.0.1:x"},
	} {
		_, err := Start(t.Context(), o)
		var f *fault.Error
		if !errors.As(err, &f) || f.Category != fault.Usage {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestCloseEndsEverything(t *testing.T) {
	before := runtime.NumGoroutine()
	ctx, cancel := context.WithCancel(t.Context())
	s, err := Start(ctx, Options{})
	if err != nil {
		t.Fatal(err)
	}
	tr := &http.Transport{}
	fetch(t, tr, "GET", s.Info().PhoneURL+"/messages")
	proxy, _ := url.Parse(s.Info().ProxyURL)
	through := trusting(t, s, proxy)
	fetch(t, through, "GET", "https://verify.twilio.com/v2/Services", account)
	file := s.Info().CAFile
	cancel()
	<-s.Done()
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(file); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the CA file is still there: %v", err)
	}
	if conn, err := net.Dial("tcp", strings.TrimPrefix(s.Info().PhoneURL, "http://")); err == nil {
		conn.Close()
		t.Error("a door is still open")
	}
	req, _ := http.NewRequestWithContext(t.Context(), "GET", "https://verify.twilio.com/v2/Services", nil)
	if _, err := s.Network().RoundTrip(req); err == nil {
		t.Error("the network still answers")
	}
	tr.CloseIdleConnections()
	through.CloseIdleConnections()
	deadline := time.Now().Add(5 * time.Second)
	for runtime.NumGoroutine() > before && time.Now().Before(deadline) {
		runtime.Gosched()
	}
	if n := runtime.NumGoroutine(); n > before {
		stacks := make([]byte, 1<<20)
		t.Errorf("%d goroutines before, %d after\n%s", before, n, stacks[:runtime.Stack(stacks, true)])
	}
}

func TestFixedPortsFollowOneAnother(t *testing.T) {
	l, err := newListening("127.0.0.1:7000")
	if err != nil {
		t.Fatal(err)
	}
	if got := []string{l.next(), l.next()}; !slices.Equal(got, []string{"127.0.0.1:7000", "127.0.0.1:7001"}) {
		t.Fatalf("%v", got)
	}
}
