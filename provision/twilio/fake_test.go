package twilio

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"phonegate/provision/resource"
	"phonegate/provision/sandbox/phone"
	sandbox "phonegate/provision/sandbox/twilio"
	"phonegate/provision/sandbox/world"
	"phonegate/provision/transport"
	"phonegate/provision/transport/transporttest"
)

const (
	accountSID = "AC00000000000000000000000000000001"
	authToken  = "0123456789abcdef0123456789abcdef"
	keyName    = "phonegate acme-dev.us.auth0.test"
)

// account is an emulated Twilio account for one test.
type account struct {
	t     *testing.T
	world *world.World
	phone *phone.Phone
	road  *transport.Transport
	srv   *sandbox.Server
	vault string
}

func newAccount(t *testing.T, callerIDs ...string) *account {
	t.Helper()
	w := world.New(world.Options{Speed: 1000})
	p := phone.New(w)
	srv := sandbox.New(sandbox.Options{World: w, Phone: p, AccountSID: accountSID, AuthToken: authToken, CallerIDs: callerIDs,
		BlockedCountries: []string{"SN"}})
	s := httptest.NewServer(w.Handler("twilio", sandbox.WriteError, srv))
	t.Cleanup(s.Close)
	u, err := url.Parse(s.URL)
	if err != nil {
		t.Fatal(err)
	}
	return &account{t: t, world: w, phone: p, srv: srv, road: transport.New(transport.Options{Endpoints: transport.Endpoints{Twilio: u}})}
}

func (x *account) client(rt http.RoundTripper) *Client {
	return New(Options{AccountSID: accountSID, AuthToken: authToken, HTTP: rt})
}

func (x *account) key(rt http.RoundTripper, notes *transporttest.Notes) *Key {
	return NewKey(x.client(rt), keyName, func() string { return x.vault }, func(v string) error { x.vault = v; return nil }, notes.Of("key"))
}

func (x *account) service(rt http.RoundTripper, notes *transporttest.Notes) *Service {
	return NewService(x.client(rt), ServiceSpec{Name: "Acme", CodeLength: 6}, notes.Of("service"))
}

// family makes all resources of the family.
func (x *account) family(rt http.RoundTripper, notes *transporttest.Notes) []resource.Resource {
	return []resource.Resource{x.service(rt, notes), retiring{x.key(rt, notes)}}
}

// retiring is a key of which nobody is using the former ones: they go at once.
type retiring struct{ *Key }

func (r retiring) Apply(ctx context.Context, p resource.Progress) error {
	if err := r.Key.Apply(ctx, p); err != nil {
		return err
	}
	return r.Retire(ctx)
}

// call makes a call that phonegate does not make, as somebody at the console would.
func (x *account) call(method, address string, form url.Values) map[string]any {
	x.t.Helper()
	r, err := http.NewRequestWithContext(context.Background(), method, address, strings.NewReader(form.Encode()))
	if err != nil {
		x.t.Fatal(err)
	}
	r.SetBasicAuth(accountSID, authToken)
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	res, err := x.road.RoundTrip(r)
	if err != nil {
		x.t.Fatal(err)
	}
	var out map[string]any
	if res.StatusCode >= 300 {
		x.t.Fatalf("%s %s: %d", method, address, res.StatusCode)
	}
	if res.StatusCode != http.StatusNoContent {
		if err := json.NewDecoder(res.Body).Decode(&out); err != nil {
			x.t.Fatal(err)
		}
	}
	return out
}

// keys are the sids of all keys of the account.
func (x *account) keys() []string {
	x.t.Helper()
	list, _ := x.call("GET", "https://api.twilio.com/2010-04-01/Accounts/"+accountSID+"/Keys.json", nil)["keys"].([]any)
	var sids []string
	for _, k := range list {
		sids = append(sids, k.(map[string]any)["sid"].(string))
	}
	return sids
}

func (x *account) services() []any {
	x.t.Helper()
	list, _ := x.call("GET", "https://verify.twilio.com/v2/Services", nil)["services"].([]any)
	return list
}

// limits are the rate limits of the account's one service, with their buckets.
func (x *account) limits() []string {
	x.t.Helper()
	services := x.srv.State().Services
	if len(services) != 1 {
		return nil
	}
	return services[0].RateLimits
}

// works says whether a key's credentials are accepted.
func (x *account) works(sid, secret string) bool {
	_, err := New(Options{AccountSID: accountSID, APIKey: sid, APISecret: secret, HTTP: x.road}).Services(context.Background())
	return err == nil
}
