package auth0

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"phonegate/provision/fault"
	"phonegate/provision/resource"
	"phonegate/provision/sandbox/world"
	"phonegate/provision/transport/transporttest"
)

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func reply(r *http.Request, status int, body string) *http.Response {
	return &http.Response{StatusCode: status, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(body)), Request: r}
}

func signed(t *testing.T, claims jwt.MapClaims) string {
	t.Helper()
	s, err := jwt.NewWithClaims(jwt.SigningMethodHS256, claims).SignedString([]byte("key"))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestCheckReportsScopesAndTenant(t *testing.T) {
	x := newTenant(t, "read:actions", "create:actions", "update:actions", "read:tenant_settings", "read:prompts")
	a, err := x.client(x.road).Check(t.Context())
	if err != nil || strings.Join(a.Missing, " ") != "delete:actions" || len(a.Scopes) != 5 || a.TenantName == "" ||
		a.Experience == "" || time.Until(a.TokenExpires) <= 0 {
		t.Errorf("%+v, %v", a, err)
	}
	a, err = x.client(x.road).Check(t.Context(), NeededScopes(true)...)
	if err != nil || strings.Join(a.Missing, " ") != "delete:actions read:clients update:clients" {
		t.Errorf("with a login page: %+v, %v", a, err)
	}
}

func TestBadCredentialsAreToldInAuth0sWords(t *testing.T) {
	x := newTenant(t)
	hour := time.Now().Add(time.Hour).Unix()
	for name, c := range map[string]struct {
		o        Options
		code     string
		category fault.Category
	}{
		"a wrong secret":             {Options{ClientID: "sandbox-m2m", ClientSecret: "hunter22hunter22"}, "auth0.access_denied", fault.Refused},
		"no credentials":             {Options{}, "auth0.no_credentials", fault.Usage},
		"a token that has expired":   {Options{Token: signed(t, jwt.MapClaims{"exp": 1, "aud": "https://" + domain + "/api/v2/"})}, "auth0.token_expired", fault.Refused},
		"a token of another tenant":  {Options{Token: signed(t, jwt.MapClaims{"exp": hour, "aud": "https://other.auth0.com/api/v2/"})}, "auth0.token_audience", fault.Refused},
		"a token that Auth0 refuses": {Options{Token: "hunter22hunter22"}, "auth0.unauthorized", fault.Refused},
	} {
		c.o.Domain, c.o.HTTP = domain, x.road
		_, err := New(c.o).Check(t.Context())
		f := fault.Of(err)
		if f == nil || !strings.HasPrefix(f.Code, c.code) || f.Category != c.category || f.Hint == "" ||
			strings.Contains(f.Message+f.Hint, "hunter22") {
			t.Errorf("%s: %+v", name, f)
		}
	}
}

func TestAMissingScopeIsNamed(t *testing.T) {
	x := newTenant(t, "read:actions", "update:actions", "delete:actions")
	err := transporttest.Apply([]resource.Resource{x.newAction(x.road, x.unit(), fixed(actionCode))})
	if f := fault.Of(err); f == nil || f.Code != "auth0.insufficient_scope" || f.Category != fault.Refused ||
		!strings.Contains(f.Hint, "create:actions") {
		t.Errorf("got %+v", f)
	}
}

func TestAFailureIsReportedAtOnce(t *testing.T) {
	// The SDK's own retrier would sleep for a second or more on each of these.
	for _, status := range []int{408, 429, 500, 503} {
		calls := 0
		c := New(Options{Domain: domain, Token: "opaque", HTTP: roundTripper(func(r *http.Request) (*http.Response, error) {
			calls++
			return reply(r, status, "<html>"), nil
		})})
		start := time.Now()
		_, err := c.GetUser(t.Context(), "auth0|1")
		if f := fault.Of(err); f == nil || f.Code == "failed" || calls != 1 || time.Since(start) > 500*time.Millisecond {
			t.Errorf("%d: %d calls in %s, %v", status, calls, time.Since(start), err)
		}
	}
}

func TestACallEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	c := New(Options{Domain: domain, ClientID: "a", ClientSecret: "b", HTTP: roundTripper(func(r *http.Request) (*http.Response, error) {
		cancel()
		<-r.Context().Done()
		return nil, r.Context().Err()
	})})
	if _, err := c.GetUser(ctx, "auth0|1"); !errors.Is(err, context.Canceled) || fault.Of(err).Category != fault.Interrupted {
		t.Errorf("got %v", err)
	}
}

func TestATokenIsFetchedOnceAndAgainWhenItIsNoLongerAccepted(t *testing.T) {
	tokens, refused := 0, false
	c := New(Options{Domain: domain, ClientID: "a", ClientSecret: "b", HTTP: roundTripper(func(r *http.Request) (*http.Response, error) {
		if r.URL.Path == "/oauth/token" {
			tokens++
			return reply(r, 200, `{"access_token":"t`+string(rune('0'+tokens))+`","expires_in":86400,"scope":"read:users"}`), nil
		}
		if refused && r.Header.Get("Authorization") == "Bearer t1" {
			return reply(r, 401, `{"statusCode":401,"error":"Unauthorized","message":"Expired token received for JSON Web Token validation"}`), nil
		}
		if body, _ := io.ReadAll(r.Body); r.Method == http.MethodPost && !strings.Contains(string(body), "payload") {
			t.Errorf("the body of the second try is %q", body)
		}
		return reply(r, 200, `{"payload":{"logs":"x"}}`), nil
	})})
	for range 3 {
		if _, err := c.TestAction(t.Context(), "a1", map[string]any{}); err != nil {
			t.Fatal(err)
		}
	}
	if tokens != 1 {
		t.Errorf("%d tokens for three calls", tokens)
	}
	refused = true
	c.token.fetched = c.token.fetched.Add(-time.Hour)
	if _, err := c.TestAction(t.Context(), "a1", map[string]any{}); err != nil || tokens != 2 {
		t.Errorf("%d tokens, %v", tokens, err)
	}
}

func TestErrorsOfEveryShapeAreTyped(t *testing.T) {
	for name, c := range map[string]struct {
		status     int
		body, code string
		category   fault.Category
	}{
		"Auth0's own":       {404, `{"statusCode":404,"error":"Not Found","message":"That action does not exist."}`, "auth0.not_found", fault.Failed},
		"with a code":       {400, `{"statusCode":400,"error":"Bad Request","message":"x","errorCode":"invalid_body"}`, "auth0.invalid_body", fault.Failed},
		"a plan's limit":    {403, `{"statusCode":403,"error":"Forbidden","message":"x","errorCode":"feature_not_enabled"}`, "auth0.feature_not_enabled", fault.Refused},
		"HTML of a proxy":   {502, "<html>", "auth0.http_502", fault.Failed},
		"a redirect":        {302, "", "auth0.http_302", fault.Failed},
		"a page as success": {200, "<html>", "auth0.unexpected_answer", fault.Failed},
	} {
		client := New(Options{Domain: domain, Token: "opaque", HTTP: roundTripper(func(r *http.Request) (*http.Response, error) {
			return reply(r, c.status, c.body), nil
		})})
		_, err := client.TestAction(t.Context(), "a1", nil)
		if f := fault.Of(err); f == nil || f.Code != c.code || f.Category != c.category {
			t.Errorf("%s: %+v", name, f)
		}
	}
}

func TestTheLiveTestsCalls(t *testing.T) {
	x := newTenant(t)
	c := x.client(x.road)
	made := x.call("POST", "/users", map[string]any{"email": "jo@example.test", "password": "Correct-horse-1", "connection": "Username-Password-Authentication",
		"app_metadata": map[string]any{"phone_number_verified": true}, "user_metadata": map[string]any{"phone_number": "+61491570156"}})
	u, err := c.FindUser(t.Context(), "jo@example.test")
	if err != nil || u == nil || u.ID != made["user_id"] || u.UserMetadata["phone_number"] != "+61491570156" {
		t.Fatalf("%+v, %v", u, err)
	}
	if u, err = c.GetUser(t.Context(), u.ID); err != nil || u.AppMetadata["phone_number_verified"] != true {
		t.Errorf("%+v, %v", u, err)
	}
	if err := errors.Join(c.DeleteUser(t.Context(), u.ID), c.DeleteUser(t.Context(), u.ID)); err != nil {
		t.Error(err)
	}
	if u, err := c.FindUser(t.Context(), "jo@example.test"); u != nil || err != nil {
		t.Errorf("after deletion: %+v, %v", u, err)
	}
	if u, err := c.GetUser(t.Context(), "auth0|nobody"); u != nil || err != nil {
		t.Errorf("nobody: %+v, %v", u, err)
	}
	a := x.newAction(x.road, x.unit(), fixed(actionCode))
	if err := transporttest.Apply([]resource.Resource{a}); err != nil {
		t.Fatal(err)
	}
	if _, err := c.TestAction(t.Context(), a.ID(), map[string]any{"user": map[string]any{"user_id": "auth0|1"}}); err != nil {
		t.Error(err)
	}
	if _, err := c.Logs(t.Context(), "type:s"); err != nil {
		t.Error(err)
	}
}

func TestRateLimitsOfAFreeTenantAreLivedWith(t *testing.T) {
	x := newTenant(t)
	x.world.Arm(world.Fault{Provider: "auth0", Path: "/actions/", Status: 429, Times: 3})
	if err := transporttest.Apply([]resource.Resource{x.newAction(x.road, x.unit(), fixed(actionCode))}); err != nil {
		t.Fatal(err)
	}
	if _, n := x.action(actionName); n != 1 {
		t.Errorf("%d actions", n)
	}
}
