package sandbox

import (
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
)

func TestEveryNameGetsADomainOfItsOwn(t *testing.T) {
	got := domains([]string{"prod", "Acme_EU", "acme dev", "prod", "***", "", strings.Repeat("x", 80)})
	want := []string{"acme-dev", "prod", "acme-eu", "acme-dev-2", "prod-2", "tenant", "tenant-2", strings.Repeat("x", 48)}
	for i := range want {
		want[i] += ".us.auth0.test"
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %q\nwant %q", got, want)
	}
}

// as is a request for a tenant over the one address that all have.
func as(s *Sandbox, domain, token string) func(*http.Request) {
	return func(r *http.Request) {
		r.Host = domain
		if token != "" {
			r.Header.Set("Authorization", "Bearer "+token)
		}
	}
}

func tokenOf(t *testing.T, s *Sandbox, domain string) string {
	t.Helper()
	res, text := fetch(t, direct(t), "POST", s.Info().Auth0URL+"/oauth/token", as(s, domain, ""), body(
		`{"grant_type":"client_credentials","client_id":"`+Auth0ClientID+`","client_secret":"`+Auth0ClientSecret+`","audience":"https://`+domain+`/api/v2/"}`))
	var got struct {
		Token string `json:"access_token"`
	}
	if err := json.Unmarshal([]byte(text), &got); err != nil || res.StatusCode != 200 || got.Token == "" {
		t.Fatalf("%s: %d %s", domain, res.StatusCode, text)
	}
	return got.Token
}

func TestTenantsAreStrangersToOneAnother(t *testing.T) {
	s := start(t, Options{Tenants: []string{"prod"}, RateLimits: map[string]float64{"auth0": 3}})
	const prod = "prod.us.auth0.test"
	if got := s.Info().Tenants; !slices.Equal(got, []string{Auth0Domain, prod}) {
		t.Fatalf("tenants: %q", got)
	}
	mine, theirs := tokenOf(t, s, Auth0Domain), tokenOf(t, s, prod)
	list := s.Info().Auth0URL + "/api/v2/actions/actions"
	for _, c := range []struct {
		domain, token string
		want          int
	}{{prod, theirs, 200}, {prod, mine, 401}, {prod, theirs, 429}, {Auth0Domain, mine, 200}} {
		if res, text := fetch(t, direct(t), "GET", list, as(s, c.domain, c.token)); res.StatusCode != c.want {
			t.Errorf("%s: %d, want %d: %s", c.domain, res.StatusCode, c.want, text)
		}
	}
	if res, _ := fetch(t, direct(t), "GET", list, as(s, "nobody.us.auth0.test", mine)); res.StatusCode != http.StatusMisdirectedRequest {
		t.Errorf("a tenant that there is not answers %d", res.StatusCode)
	}
}

func TestATenantHasADoorOnceSomebodyAsksForIt(t *testing.T) {
	s := start(t, Options{Tenants: []string{"prod"}})
	if n := len(s.doors.all()); n != 1 {
		t.Fatalf("%d doors are open at the start", n)
	}
	res, text := fetch(t, direct(t), "POST", s.Info().PhoneURL+"/doors", body(`{"host":"prod.us.auth0.test"}`))
	at := s.Door("prod.us.auth0.test")
	if res.StatusCode != 200 || at == "" || !strings.Contains(text, at) {
		t.Fatalf("%d %s, the door is at %q", res.StatusCode, text, at)
	}
	if res, text := fetch(t, direct(t), "GET", at+"/.well-known/openid-configuration"); res.StatusCode != 200 || !strings.Contains(text, "prod.us.auth0.test") {
		t.Errorf("behind the door: %d %s", res.StatusCode, text)
	}
	if u, err := url.Parse(at); err != nil || u.Hostname() != "127.0.0.1" {
		t.Errorf("the door is at %s", at)
	}
	if res, _ := fetch(t, direct(t), "POST", s.Info().PhoneURL+"/doors", body(`{"host":"example.com"}`)); res.StatusCode != 400 {
		t.Errorf("a stranger's door: %d", res.StatusCode)
	}
	if _, text := fetch(t, direct(t), "GET", s.Info().PhoneURL+"/tenants"); !strings.Contains(text, `["acme-dev.us.auth0.test","prod.us.auth0.test"]`) {
		t.Errorf("tenants: %s", text)
	}
}

func TestAllTenantsAreKeptAndReset(t *testing.T) {
	dir := t.TempDir()
	const prod, test = "prod.us.auth0.test", "test.us.auth0.test"
	s := start(t, Options{DataDir: dir, Tenants: []string{"prod", "test"}})
	rename := func(s *Sandbox, domain string) {
		t.Helper()
		res, text := fetch(t, direct(t), "PATCH", s.Info().Auth0URL+"/api/v2/tenants/settings", as(s, domain, tokenOf(t, s, domain)), body(`{"friendly_name":"Renamed"}`))
		if res.StatusCode != 200 {
			t.Fatalf("%d %s", res.StatusCode, text)
		}
	}
	renamed := func(s *Sandbox, domain string) bool {
		text, err := json.Marshal(s.Tenant(domain).State())
		if err != nil {
			t.Fatal(err)
		}
		return strings.Contains(string(text), "Renamed")
	}
	rename(s, prod)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	// What was kept is there, even where nobody asks for it by name.
	again := start(t, Options{DataDir: dir})
	if !slices.Contains(again.Domains(), prod) || !slices.Contains(again.Domains(), test) || !renamed(again, prod) || renamed(again, test) {
		t.Fatalf("tenants: %q", again.Domains())
	}
	rename(again, test)
	if err := again.Reset(); err != nil {
		t.Fatal(err)
	}
	if renamed(again, prod) || renamed(again, test) {
		t.Error("the reset left a tenant as it was")
	}
}
