//go:build !race

package clientstest

import (
	"encoding/json"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"phonegate/provision/sandbox"
)

// restException is an error of Twilio's library for Node.
type restException struct {
	Name     string `json:"name"`
	Status   int    `json:"status"`
	Code     int    `json:"code"`
	Message  string `json:"message"`
	MoreInfo string `json:"moreInfo"`
}

func (e *restException) is(t *testing.T, what string, status, code int, message string) {
	t.Helper()
	if e == nil {
		t.Errorf("%s was no error", what)
		return
	}
	if e.Name != "RestException" || e.Status != status || e.Code != code || !strings.Contains(e.Message, message) {
		t.Errorf("%s: %+v, not %d %d %q", what, *e, status, code, message)
	}
}

func TestTwilioForNodeThroughTheProxy(t *testing.T) {
	box := start(t, sandbox.Options{})
	info := box.Info()
	npm(t, "twilio/package.json")
	script, err := filepath.Abs("testdata/twilio.mjs")
	if err != nil {
		t.Fatal(err)
	}
	r := succeed(t, invocation{script: script, env: []string{
		"PACKAGES=" + npm(t, ""), "PHONE_URL=" + info.PhoneURL, "HTTP_PROXY=" + info.ProxyURL, "NODE_EXTRA_CA_CERTS=" + info.CAFile,
		"TWILIO_ACCOUNT_SID=" + sandbox.TwilioAccountSID, "TWILIO_AUTH_TOKEN=" + sandbox.TwilioAuthToken,
	}})
	type verification struct {
		SID, Status string
		Valid       bool
		Attempts    int
	}
	var got struct {
		Service struct {
			SID, FriendlyName string
			CodeLength        int
			Dated             bool
		}
		Listed, Checks                               []string
		Sent, Missed, Right                          verification
		Message, ByKey                               string
		Again, TooManyChecks, TooManySends, NoNumber *restException
		KeysByKey, Gone, Refused                     *restException
		Sends                                        int
		Key                                          struct {
			SID, FriendlyName string
			Secret            int
		}
		Removed []bool
	}
	if err := json.Unmarshal([]byte(r.stdout), &got); err != nil {
		t.Fatalf("%v in %s", err, r.text())
	}
	if s := got.Service; len(s.SID) != 34 || !strings.HasPrefix(s.SID, "VA") || s.FriendlyName != "Acme dev" || s.CodeLength != 6 || !s.Dated {
		t.Errorf("service %+v", s)
	}
	if !slices.Equal(got.Listed, []string{got.Service.SID}) || got.ByKey != got.Service.SID {
		t.Errorf("listed %v, fetched by key %q", got.Listed, got.ByKey)
	}
	if got.Sent != (verification{got.Sent.SID, "pending", false, 1}) || !strings.HasPrefix(got.Sent.SID, "VE") {
		t.Errorf("sent %+v", got.Sent)
	}
	want(t, got.Message, "Your Acme dev verification code is: ")
	if got.Missed != (verification{got.Sent.SID, "pending", false, 0}) || got.Right != (verification{got.Sent.SID, "approved", true, 0}) {
		t.Errorf("wrong code %+v, right code %+v", got.Missed, got.Right)
	}
	if strings.Join(got.Checks, " ") != "pending pending pending pending pending" || got.Sends != 1 {
		t.Errorf("checks %v; %d verifications of five sends", got.Checks, got.Sends)
	}
	if len(got.Key.SID) != 34 || got.Key.FriendlyName != "phonegate dev" || got.Key.Secret != 32 || !slices.Equal(got.Removed, []bool{true, true}) {
		t.Errorf("key %+v, removed %v", got.Key, got.Removed)
	}
	got.Again.is(t, "a check after approval", 404, 20404, "was not found")
	got.TooManyChecks.is(t, "the sixth check", 429, 60202, "Max check attempts reached")
	got.TooManySends.is(t, "the sixth send", 429, 60203, "Max send attempts reached")
	got.NoNumber.is(t, "a send to no number", 400, 60200, "Invalid parameter")
	got.KeysByKey.is(t, "a standard key at the keys", 401, 20003, "Authenticate")
	got.Gone.is(t, "a deleted service", 404, 20404, "was not found")
	got.Refused.is(t, "a wrong token", 401, 20003, "Authenticate")
	if got.Gone != nil && !strings.HasSuffix(got.Gone.MoreInfo, "/docs/errors/20404") {
		t.Errorf("more information at %q", got.Gone.MoreInfo)
	}
	never(t, r.text(), sandbox.TwilioAuthToken)
	emulated(t, box)
}
