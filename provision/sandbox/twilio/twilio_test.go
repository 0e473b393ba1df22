package twilio

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/twilio/twilio-go/client"
	api "github.com/twilio/twilio-go/rest/api/v2010"
	verify "github.com/twilio/twilio-go/rest/verify/v2"

	"phonegate/provision/sandbox/phone"
	"phonegate/provision/sandbox/world"
)

const (
	account = "AC0123456789abcdef0123456789abcdef"
	token   = "0123456789abcdef0123456789abcdef"
	mobile  = "+61491570156"
)

// bench is a served account with a phone and a clock.
type bench struct {
	t      *testing.T
	w      *world.World
	phone  *phone.Phone
	server *Server
	url    *url.URL
}

func newBench(t *testing.T, change ...func(*Options)) *bench {
	t.Helper()
	w := world.New(world.Options{})
	o := Options{World: w, Phone: phone.New(w), AccountSID: account, AuthToken: token}
	for _, f := range change {
		f(&o)
	}
	b := &bench{t: t, w: w, phone: o.Phone, server: New(o)}
	ts := httptest.NewServer(w.Handler("twilio", WriteError, b.server))
	t.Cleanup(ts.Close)
	b.url, _ = url.Parse(ts.URL)
	return b
}

func (b *bench) behave(name, value string) {
	b.t.Helper()
	if err := b.w.SetBehaviour(name, value); err != nil {
		b.t.Fatal(err)
	}
}

// reroute sends twilio-go's requests to the bench and leaves their Host alone.
type reroute struct{ to *url.URL }

func (r reroute) RoundTrip(q *http.Request) (*http.Response, error) {
	q = q.Clone(q.Context())
	q.URL.Scheme, q.URL.Host = r.to.Scheme, r.to.Host
	return http.DefaultTransport.RoundTrip(q)
}

func (b *bench) client(user, password string) *client.RequestHandler {
	c := &client.Client{Credentials: client.NewCredentials(user, password),
		HTTPClient: &http.Client{Transport: reroute{b.url}, Timeout: 10 * time.Second}}
	c.SetAccountSid(account)
	return client.NewRequestHandler(c)
}

func (b *bench) verify() *verify.ApiService {
	return verify.NewApiService(b.client(account, token))
}

func (b *bench) api() *api.ApiService { return api.NewApiService(b.client(account, token)) }

// service makes a service without going over the wire.
func (b *bench) service(change ...func(*service)) string {
	s := newService(account, b.w.Now())
	s.FriendlyName = "Acme dev"
	for _, f := range change {
		f(s)
	}
	b.server.mu.Lock()
	defer b.server.mu.Unlock()
	b.server.services = append(b.server.services, s)
	return s.SID
}

// answer is a response as it was on the wire.
type answer struct {
	status int
	header http.Header
	text   string
	body   map[string]any
}

func (b *bench) do(method, host, path string, form url.Values, auth ...string) answer {
	b.t.Helper()
	req, err := http.NewRequestWithContext(b.t.Context(), method, b.url.String()+path, strings.NewReader(form.Encode()))
	if err != nil {
		b.t.Fatal(err)
	}
	if form != nil {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	if host != "" {
		req.Host = host
	}
	if len(auth) == 0 {
		auth = []string{account, token}
	}
	if auth[0] != "" {
		req.SetBasicAuth(auth[0], auth[1])
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		b.t.Fatal(err)
	}
	defer res.Body.Close()
	a := answer{status: res.StatusCode, header: res.Header}
	var raw json.RawMessage
	if res.StatusCode != http.StatusNoContent {
		if err := json.NewDecoder(res.Body).Decode(&raw); err != nil {
			b.t.Fatalf("%s %s: %v", method, path, err)
		}
		a.text = string(raw)
		if err := json.Unmarshal(raw, &a.body); err != nil {
			b.t.Fatal(err)
		}
	}
	return a
}

func (b *bench) post(path string, pairs ...string) answer {
	b.t.Helper()
	return b.do(http.MethodPost, "verify.twilio.com", path, form(pairs...))
}

func (b *bench) get(path string) answer {
	b.t.Helper()
	return b.do(http.MethodGet, "verify.twilio.com", path, nil)
}

func form(pairs ...string) url.Values {
	v := url.Values{}
	for i := 0; i < len(pairs); i += 2 {
		v.Set(pairs[i], pairs[i+1])
	}
	return v
}

// send starts a verification and returns its sid.
func (b *bench) send(service string) string {
	b.t.Helper()
	a := b.post("/v2/Services/"+service+"/Verifications", "To", mobile, "Channel", "sms")
	a.want(b.t, http.StatusCreated, 0)
	return a.body["sid"].(string)
}

func (b *bench) check(service, code string) answer {
	b.t.Helper()
	return b.post("/v2/Services/"+service+"/VerificationCheck", "To", mobile, "Code", code)
}

func (b *bench) code() string {
	b.t.Helper()
	all := b.phone.Messages(mobile)
	if len(all) == 0 {
		b.t.Fatal("no message arrived")
	}
	return all[0].Code
}

// wrong is a code of the right length that is not the one on the phone.
func (b *bench) wrong() string {
	if b.code() == "000000" {
		return "111111"
	}
	return "000000"
}

// want checks the status and, for errors, Twilio's code and the rest of its error shape.
func (a answer) want(t *testing.T, status, code int) {
	t.Helper()
	if a.status != status {
		t.Fatalf("status %d, want %d: %s", a.status, status, a.text)
	}
	if code == 0 {
		return
	}
	if a.body["code"] != float64(code) || a.body["status"] != float64(status) || a.body["message"] == "" {
		t.Fatalf("error %s, want code %d and status %d", a.text, code, status)
	}
	if got := a.body["more_info"].(string); !strings.HasPrefix(got, "https://www.twilio.com/docs/errors/") {
		t.Errorf("more_info %q", got)
	}
}

func restError(t *testing.T, err error) *client.TwilioRestError {
	t.Helper()
	var e *client.TwilioRestError
	if !errors.As(err, &e) {
		t.Fatalf("%v is no TwilioRestError", err)
	}
	return e
}
