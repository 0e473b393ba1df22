package twilio

import (
	"encoding/json"
	"net/http/httptest"
	"strings"
	"testing"

	"phonegate/provision/sandbox/phone"
	"phonegate/provision/sandbox/world"
)

// fuzzSend posts a body as it is; whatever it holds, the answer is JSON and no server error.
func fuzzSend(t *testing.T, body string) {
	w := world.New(world.Options{})
	s := New(Options{World: w, Phone: phone.New(w), AccountSID: account, AuthToken: token})
	v := newService(account, w.Now())
	v.FriendlyName = "Acme"
	s.services = append(s.services, v)
	for _, path := range []string{"/Verifications", "/VerificationCheck", "/RateLimits", ""} {
		req := httptest.NewRequest("POST", "/v2/Services/"+v.SID+path, strings.NewReader(body))
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		req.SetBasicAuth(account, token)
		rec := httptest.NewRecorder()
		s.ServeHTTP(rec, req)
		if rec.Code >= 500 || !json.Valid(rec.Body.Bytes()) {
			t.Fatalf("%s: %d %s", path, rec.Code, rec.Body)
		}
	}
}

func FuzzSend(f *testing.F) {
	f.Add("To=%2B61491570156&Channel=sms&RateLimits=%7B%22a%22%3A1%7D")
	f.Add("To=+1&Channel=call&Locale=xx&CustomCode=%00")
	f.Fuzz(func(t *testing.T, body string) {
		fuzzSend(t, body)
	})
}
