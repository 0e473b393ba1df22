package twilio

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
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
	accountSID  = "AC00000000000000000000000000000001"
	authToken   = "0123456789abcdef0123456789abcdef"
	domain      = "acme-dev.us.auth0.test"
	otherDomain = "acme-prod.us.auth0.test"
	ringKey     = "0123456789abcdef"
	servicesURL = "https://verify.twilio.com/v2/Services"
	keysURL     = "https://api.twilio.com/2010-04-01/Accounts/" + accountSID + "/Keys.json"
)

// account is an emulated Twilio account for one test.
type account struct {
	t     *testing.T
	world *world.World
	phone *phone.Phone
	road  *transport.Transport
	srv   *sandbox.Server
	// register is what the Action says of the service in use; want and live are ids of the ring, as the engine knows them.
	register, want, live string
	// kept is the key that was put away last.
	kept Options
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
	road := transport.New(transport.Options{Endpoints: transport.Endpoints{Twilio: u}})
	return &account{t: t, world: w, phone: p, srv: srv, road: road, want: ringKey}
}

func (x *account) behave(name, value string) {
	x.t.Helper()
	if err := x.world.SetBehaviour(name, value); err != nil {
		x.t.Fatal(err)
	}
}

func (x *account) client(rt http.RoundTripper) *Client {
	return New(Options{AccountSID: accountSID, AuthToken: authToken, HTTP: rt})
}

func (x *account) keySpec() KeySpec {
	return KeySpec{
		Domain: domain,
		Want:   func() string { return x.want },
		Live:   func() string { return x.live },
		Put: func(sid, secret string) error {
			x.kept = Options{AccountSID: accountSID, APIKey: sid, APISecret: secret, HTTP: x.road}
			x.want, x.live = "", x.want
			return nil
		},
	}
}

func (x *account) key(rt http.RoundTripper) *Key { return NewKey(x.client(rt), x.keySpec()) }

func (x *account) serviceSpec() ServiceSpec {
	return ServiceSpec{Name: "Acme", CodeLength: 6, Domain: domain, SID: func() string { return x.register }, Now: x.world.Now}
}

func (x *account) service(rt http.RoundTripper) *Service {
	return NewService(x.client(rt), x.serviceSpec())
}

// read is the service as a new process finds it.
func (x *account) read(change ...func(*ServiceSpec)) *Service {
	x.t.Helper()
	spec := x.serviceSpec()
	for _, f := range change {
		f(&spec)
	}
	s := NewService(x.client(x.road), spec)
	if err := s.Read(x.t.Context()); err != nil {
		x.t.Fatal(err)
	}
	return s
}

// applied is read, and Apply.
func (x *account) applied(change ...func(*ServiceSpec)) *Service {
	x.t.Helper()
	s := x.read(change...)
	if err := s.Apply(x.t.Context(), nil); err != nil {
		x.t.Fatal(err)
	}
	return s
}

// of makes a spec that of another tenant.
func of(domain string) func(*ServiceSpec) { return func(s *ServiceSpec) { s.Domain = domain } }

// somebodys makes a service as somebody at the console would.
func (x *account) somebodys(name, digits string) (sid string) {
	x.t.Helper()
	return x.call("POST", servicesURL, url.Values{"FriendlyName": {name}, "CodeLength": {digits}})["sid"].(string)
}

// family makes all resources of the family.
func (x *account) family(rt http.RoundTripper, _ *transporttest.Notes) []resource.Resource {
	return []resource.Resource{x.service(rt), x.key(rt)}
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

// keys are the names of all keys of the account, in order.
func (x *account) keys() []string {
	names := []string{}
	for _, k := range x.srv.State().Keys {
		names = append(names, k.FriendlyName)
	}
	slices.Sort(names)
	return names
}

// named makes a key as somebody else would.
func (x *account) named(name string) (sid string) {
	x.t.Helper()
	return x.call("POST", keysURL, url.Values{"FriendlyName": {name}})["sid"].(string)
}

func (x *account) services() []sandbox.ServiceState { return x.srv.State().Services }

// sids are those of the account's services, in order.
func (x *account) sids() []string {
	all := []string{}
	for _, s := range x.services() {
		all = append(all, s.SID)
	}
	return all
}

// at is one service as the API shows it.
func (x *account) at(sid string) map[string]any {
	x.t.Helper()
	return x.call("GET", servicesURL+"/"+sid, nil)
}

// marks are the descriptions of a service's rate limits, by name.
func (x *account) marks(sid string) map[string]string {
	x.t.Helper()
	all := map[string]string{}
	for _, l := range x.call("GET", servicesURL+"/"+sid+"/RateLimits", nil)["rate_limits"].([]any) {
		one := l.(map[string]any)
		description, _ := one["description"].(string)
		all[one["unique_name"].(string)] = description
	}
	return all
}

// limits are the rate limits of the account's one service, with their buckets.
func (x *account) limits() []string {
	x.t.Helper()
	services := x.services()
	if len(services) != 1 {
		return nil
	}
	return services[0].RateLimits
}

// works says whether a key's credentials are accepted.
func (x *account) works(o Options) bool {
	_, err := New(o).Services(context.Background())
	return err == nil
}
