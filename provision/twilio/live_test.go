package twilio

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"

	"phonegate/provision/fault"
	"phonegate/provision/sandbox/world"
)

func TestCheckReportsTheAccount(t *testing.T) {
	x := newAccount(t, "+61491570156")
	if err := x.world.SetBehaviour("twilio.account_type", "Trial"); err != nil {
		t.Fatal(err)
	}
	a, err := x.client(x.road).Check(t.Context())
	if err != nil || !a.Trial() || a.Status != "active" || a.FriendlyName == "" || a.Balance == "" || len(a.CallerIDs) != 1 || a.CallerIDs[0] != "+61491570156" {
		t.Errorf("%+v, %v", a, err)
	}
	if err := x.world.SetBehaviour("twilio.account_status", "suspended"); err != nil {
		t.Fatal(err)
	}
	if _, err := x.client(x.road).Check(t.Context()); fault.Of(err).Category != fault.Refused {
		t.Errorf("a suspended account: %v", err)
	}
}

func TestCheckWithBadCredentials(t *testing.T) {
	x := newAccount(t)
	for name, c := range map[string]struct {
		o        Options
		code     string
		category fault.Category
	}{
		"a wrong token":            {Options{AccountSID: accountSID, AuthToken: "ffffffffffffffffffffffffffffffff"}, "twilio.20003", fault.Refused},
		"a wrong API key":          {Options{AccountSID: accountSID, APIKey: "SK00000000000000000000000000000000", APISecret: "x"}, "twilio.20003", fault.Refused},
		"characters that can't be": {Options{AccountSID: accountSID, AuthToken: "not a token"}, "twilio.21224", fault.Refused},
		"no token":                 {Options{AccountSID: accountSID}, "twilio.no_credentials", fault.Usage},
		"no account":               {Options{AuthToken: authToken}, "twilio.account_sid", fault.Usage},
	} {
		t.Setenv("TWILIO_ACCOUNT_SID", accountSID) // must not be taken from here
		t.Setenv("TWILIO_AUTH_TOKEN", authToken)
		t.Setenv("TWILIO_REGION", "au1")
		c.o.HTTP = x.road
		_, err := New(c.o).Check(t.Context())
		if f := fault.Of(err); f == nil || f.Code != c.code || f.Category != c.category || f.Hint == "" {
			t.Errorf("%s: %+v", name, f)
		} else if strings.Contains(f.Message+f.Hint, "ffffffff") || strings.Contains(f.Message, "not a token") {
			t.Errorf("%s: the credentials are in %q", name, f.Message)
		}
	}
}

func TestAVerificationFromSendToApproval(t *testing.T) {
	const to = "+61491570156"
	x := newAccount(t)
	s := x.applied()
	c := x.client(x.road)
	v, err := c.StartVerification(t.Context(), s.SID(), to)
	if err != nil || v.Status != "pending" || v.To != to || v.Sent != 1 || v.Channel != "sms" {
		t.Fatalf("%+v, %v", v, err)
	}
	code := x.phone.Messages(to)[0].Code
	wrong := "000000"
	if wrong == code {
		wrong = "000001"
	}
	if got, err := c.CheckVerification(t.Context(), s.SID(), v.SID, wrong); err != nil || got.Status != "pending" || got.Valid {
		t.Errorf("a wrong code: %+v, %v", got, err)
	}
	if got, err := c.CheckVerification(t.Context(), s.SID(), v.SID, code); err != nil || got.Status != "approved" || !got.Valid {
		t.Errorf("the code: %+v, %v", got, err)
	}
	if _, err := c.CheckVerification(t.Context(), s.SID(), v.SID, code); fault.Of(err).Code != "twilio.20404" {
		t.Errorf("the code again: %v", err)
	}
	if err := c.CancelVerification(t.Context(), s.SID(), v.SID); err != nil {
		t.Errorf("cancelling what has ended: %v", err)
	}
	for name, c := range map[string]struct{ to, code string }{
		"not a number":      {"notaphone", "twilio.60200"},
		"a blocked country": {"+221701234567", "twilio.60605"},
	} {
		_, err := x.client(x.road).StartVerification(t.Context(), s.SID(), c.to)
		if f := fault.Of(err); f == nil || f.Code != c.code || f.Hint == "" || f.RequestID == "" {
			t.Errorf("%s: %+v", name, f)
		}
	}
}

func TestASendIsNeverRepeatedByItself(t *testing.T) {
	x := newAccount(t)
	s := x.applied()
	x.world.Arm(world.Fault{Provider: "twilio", Path: "/Verifications", Status: 503, After: true})
	if _, err := x.client(x.road).StartVerification(t.Context(), s.SID(), "+61491570156"); fault.Of(err).Code == "failed" || err == nil {
		t.Errorf("got %v", err)
	}
	if n := len(x.phone.Messages("+61491570156")); n != 1 {
		t.Errorf("%d messages", n)
	}
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

type closing struct {
	io.Reader
	closed *int
}

func (c closing) Close() error { *c.closed++; return nil }

func TestErrorsOfEveryShapeAreTyped(t *testing.T) {
	for name, c := range map[string]struct {
		status     int
		body, code string
		category   fault.Category
	}{
		"Twilio's own":         {400, `{"code":60200,"message":"Invalid parameter ` + "`To`" + `","status":400}`, "twilio.60200", fault.Failed},
		"a trial account":      {403, `{"code":21608,"message":"unverified","status":403}`, "twilio.21608", fault.Failed},
		"HTML of a proxy":      {502, "<html>bad gateway</html>", "twilio.http_502", fault.Failed},
		"an empty body":        {404, "", "twilio.http_404", fault.Failed},
		"a code in quotes":     {400, `{"code":"60200","message":"x"}`, "twilio.60200", fault.Failed},
		"a redirect":           {302, "", "twilio.http_302", fault.Failed},
		"a success as HTML":    {200, "<html>log in to the hotel's network</html>", "twilio.unexpected_answer", fault.Failed},
		"credentials":          {401, `{"code":20003,"message":"Authenticate","status":401}`, "twilio.20003", fault.Refused},
		"access denied":        {403, `{"code":20006,"message":"Access Denied","status":403}`, "twilio.20006", fault.Refused},
		"test credentials":     {403, `{"code":20008,"message":"Resource not accessible with Test Account Credentials","status":403}`, "twilio.20008", fault.Refused},
		"a closed account":     {401, `{"code":20005,"message":"Account not active","status":401}`, "twilio.20005", fault.Refused},
		"a proxy that says no": {403, "<html>forbidden</html>", "twilio.http_403", fault.Refused},
		"a blocked country":    {403, `{"code":60605,"message":"blocked","status":403}`, "twilio.60605", fault.Failed},
		"too many requests":    {429, `{"code":20429,"message":"Too many requests","status":429}`, "twilio.20429", fault.Failed},
		"an unknown code":      {400, `{"code":99999,"message":"x"}`, "twilio.99999", fault.Failed},
		"nothing understood":   {418, `[1]`, "twilio.http_418", fault.Failed},
	} {
		closed := 0
		c1 := New(Options{AccountSID: accountSID, AuthToken: authToken, HTTP: roundTripper(func(r *http.Request) (*http.Response, error) {
			return &http.Response{StatusCode: c.status, Header: http.Header{}, Body: closing{strings.NewReader(c.body), &closed}, Request: r}, nil
		})})
		_, err := c1.StartVerification(t.Context(), "VA00000000000000000000000000000000", "+15005550006")
		f := fault.Of(err)
		if f == nil || f.Code != c.code || f.Category != c.category || f.Hint == "" {
			t.Errorf("%s: %+v", name, f)
		}
		if closed != 1 {
			t.Errorf("%s: the body was closed %d times", name, closed)
		}
	}
}

func TestARefusalSaysWhichCredentialsCanDoIt(t *testing.T) {
	token := Options{AccountSID: accountSID, AuthToken: authToken}
	key := Options{AccountSID: accountSID, APIKey: "SK00000000000000000000000000000001", APISecret: "x"}
	keys := func(c *Client) error { return c.api(t.Context()).DeleteKey("SK00000000000000000000000000000002", nil) }
	service := func(c *Client) error {
		return c.verify(t.Context()).DeleteService("VA00000000000000000000000000000001")
	}
	for name, c := range map[string]struct {
		with        Options
		do          func(*Client) error
		status      int
		body        string
		hint, never string
	}{
		"keys, with a token":            {token, keys, 403, `{"code":20006,"message":"Access Denied"}`, "Only the account's auth token", "TWILIO_API_KEY"},
		"keys, with a key":              {key, keys, 403, `{"code":20006,"message":"Access Denied"}`, "Set TWILIO_AUTH_TOKEN", "TWILIO_API_SECRET"},
		"keys, with a key, said as 401": {key, keys, 401, `{"code":20003,"message":"Authentication Error - invalid username"}`, "Set TWILIO_AUTH_TOKEN", "TWILIO_API_SECRET"},
		"Verify, with a key":            {key, service, 403, `{"code":20006,"message":"Access Denied"}`, "permission for Verify", "TWILIO_AUTH_TOKEN"},
		"Verify, with a token":          {token, service, 401, `{"code":20003,"message":"Authenticate"}`, "Compare the account SID and auth token", "API key"},
		"test credentials":              {token, service, 403, `{"code":20008,"message":"x"}`, "live credentials", "API key"},
	} {
		c.with.HTTP = roundTripper(func(r *http.Request) (*http.Response, error) {
			return &http.Response{StatusCode: c.status, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(c.body)), Request: r}, nil
		})
		f := fault.Of(typed(c.do(New(c.with))))
		if f.Category != fault.Refused || !strings.Contains(f.Hint, c.hint) || strings.Contains(f.Hint, c.never) {
			t.Errorf("%s: %v: %s", name, f, f.Hint)
		}
	}
}

func TestCredentialsGoNowhereElse(t *testing.T) {
	c := New(Options{AccountSID: accountSID, AuthToken: authToken, HTTP: roundTripper(func(r *http.Request) (*http.Response, error) {
		if r.URL.Hostname() != "verify.twilio.com" {
			t.Errorf("a request with credentials went to %s", r.URL.Host)
		}
		body := `{"meta":{"key":"services","next_page_url":"https://evil.test/v2/Services?Page=1"},"services":[{"sid":"VA1","friendly_name":"a"}]}`
		return &http.Response{StatusCode: 200, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(body)), Request: r}, nil
	})})
	if _, err := c.Services(t.Context()); fault.Of(err) == nil || fault.Of(err).Code != "twilio.foreign_host" {
		t.Errorf("got %v", err)
	}
}

func TestACallEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	c := New(Options{AccountSID: accountSID, AuthToken: authToken, HTTP: roundTripper(func(r *http.Request) (*http.Response, error) {
		cancel()
		<-r.Context().Done()
		return nil, r.Context().Err()
	})})
	if _, err := c.Services(ctx); !errors.Is(err, context.Canceled) || fault.Of(err).Category != fault.Interrupted {
		t.Errorf("got %v", err)
	}
}
