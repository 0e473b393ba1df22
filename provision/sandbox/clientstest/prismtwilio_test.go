//go:build !race

package clientstest

import (
	"net/http"
	"testing"

	"phonegate/provision/sandbox"
)

func TestPrismFindsTwilioVerifyAsDescribed(t *testing.T) {
	box := start(t, sandbox.Options{})
	p := newPrism(t, "twilio_verify_v2.json", box.Info().TwilioURL, func(r *http.Request) { r.SetBasicAuth(sandbox.TwilioAccountSID, sandbox.TwilioAuthToken) })
	const to = "+61491570156"
	made := p.form(201, "POST", "/v2/Services",
		"FriendlyName", "Acme dev", "CodeLength", "6", "Totp.Issuer", "phonegate acme.us.auth0.com")
	at := "/v2/Services/" + text(made, "sid")
	p.form(200, "GET", "/v2/Services?PageSize=20")
	p.form(200, "GET", at)
	p.form(200, "POST", at, "LookupEnabled", "true")
	p.form(200, "POST", at, "LookupEnabled", "false")
	sent := p.form(201, "POST", at+"/Verifications", "To", to, "Channel", "sms")
	p.form(201, "POST", at+"/Verifications", "To", to, "Channel", "call")
	p.form(200, "GET", at+"/Verifications/"+text(sent, "sid"))
	code := box.Phone().Messages(to)[0].Code
	wrong := "9" + code[1:]
	if wrong == code {
		wrong = "8" + code[1:]
	}
	p.form(200, "POST", at+"/VerificationCheck", "To", to, "Code", wrong)
	p.form(200, "POST", at+"/VerificationCheck", "To", to, "Code", code)
	p.form(404, "POST", at+"/VerificationCheck", "To", to, "Code", code)
	p.form(400, "POST", at+"/Verifications", "To", "notaphone", "Channel", "sms")
	again := p.form(201, "POST", at+"/Verifications", "To", to, "Channel", "sms")
	p.form(200, "POST", at+"/Verifications/"+text(again, "sid"), "Status", "canceled")
	attempts := p.form(200, "GET", "/v2/Attempts")
	p.form(200, "GET", "/v2/Attempts/Summary")
	if list, _ := attempts["attempts"].([]any); len(list) > 0 {
		p.form(200, "GET", "/v2/Attempts/"+text(list[0].(map[string]any), "sid"))
	} else {
		t.Error("no attempts")
	}
	limit := p.form(201, "POST", at+"/RateLimits", "UniqueName", "end_user", "Description", "by address")
	lat := at + "/RateLimits/" + text(limit, "sid")
	p.form(200, "GET", at+"/RateLimits")
	p.form(200, "GET", lat)
	p.form(200, "POST", lat, "Description", "by user")
	bucket := p.form(201, "POST", lat+"/Buckets", "Max", "3", "Interval", "60")
	bat := lat + "/Buckets/" + text(bucket, "sid")
	p.form(200, "GET", lat+"/Buckets")
	p.form(200, "GET", bat)
	p.form(200, "POST", bat, "Max", "4")
	counted := []string{"To", to, "Channel", "sms", "RateLimits", `{"end_user":"7"}`}
	for range 4 {
		p.form(201, "POST", at+"/Verifications", counted...)
	}
	p.form(429, "POST", at+"/Verifications", counted...)
	p.form(204, "DELETE", bat)
	p.form(204, "DELETE", lat)
	p.form(201, "POST", "/v2/SafeList/Numbers", "PhoneNumber", to)
	p.form(200, "GET", "/v2/SafeList/Numbers/"+to)
	p.form(204, "DELETE", "/v2/SafeList/Numbers/"+to)
	p.form(204, "DELETE", at)
	p.form(404, "GET", at)
	p.complete("twilio", "")
	p.explained(twilioExplained)
	emulated(t, box)
}

// Twilio's description lists no errors but 429: the bodies are those of the error catalogue.
const unlisted = "a status that the description does not list"

// twilioExplained says, for each thing that is not as Verify's description has it, how the real service is known to
// differ.
var twilioExplained = map[string]string{
	"GET /v2/Services/{Sid} 404: response":                           unlisted + "; 20404 is in the error catalogue",
	"POST /v2/Services/{ServiceSid}/VerificationCheck 404: response": unlisted + "; 20404 after approval is in twilio-node#461, #646 and #743",
	"POST /v2/Services/{ServiceSid}/Verifications 400: response":     unlisted + "; 60200 is in the error catalogue",
}

func TestPrismFindsTwilioAccountsAsDescribed(t *testing.T) {
	box := start(t, sandbox.Options{})
	p := newPrism(t, "twilio_api_v2010_subset.json", box.Info().TwilioURL, func(r *http.Request) { r.SetBasicAuth(sandbox.TwilioAccountSID, sandbox.TwilioAuthToken) })
	const account = "/2010-04-01/Accounts/" + sandbox.TwilioAccountSID
	p.form(200, "GET", account+".json")
	p.form(200, "GET", account+"/Balance.json")
	key := account + "/Keys/" + text(p.form(201, "POST", account+"/Keys.json", "FriendlyName", "acme dev"), "sid") + ".json"
	p.form(200, "GET", account+"/Keys.json")
	p.form(200, "GET", key)
	p.form(200, "POST", key, "FriendlyName", "acme dev, once more")
	p.form(204, "DELETE", key)
	p.form(404, "GET", key)
	p.form(200, "POST", account+"/OutgoingCallerIds.json", "PhoneNumber", "+61491570156")
	list, _ := p.form(200, "GET", account+"/OutgoingCallerIds.json")["outgoing_caller_ids"].([]any)
	if len(list) == 0 {
		t.Fatal("no caller ids")
	}
	caller := account + "/OutgoingCallerIds/" + text(list[0].(map[string]any), "sid") + ".json"
	p.form(200, "GET", caller)
	p.form(204, "DELETE", caller)
	p.form(404, "GET", caller)
	p.complete("twilio", "")
	p.explained(accountsExplained)
	emulated(t, box)
}

// accountsExplained is the same for api.twilio.com.
var accountsExplained = map[string]string{
	"GET /2010-04-01/Accounts/{AccountSid}/Keys.json 200: response.body.uri format":                         relative,
	"GET /2010-04-01/Accounts/{AccountSid}/Keys.json 200: response.body.first_page_uri format":              relative,
	"GET /2010-04-01/Accounts/{AccountSid}/Keys/{Sid}.json 404: response":                                   unlisted + "; 20404 is in the error catalogue",
	"GET /2010-04-01/Accounts/{AccountSid}/OutgoingCallerIds.json 200: response.body.uri format":            relative,
	"GET /2010-04-01/Accounts/{AccountSid}/OutgoingCallerIds.json 200: response.body.first_page_uri format": relative,
	"GET /2010-04-01/Accounts/{AccountSid}/OutgoingCallerIds/{Sid}.json 404: response":                      unlisted + "; 20404 is in the error catalogue",
}

const relative = "addresses of pages have no host, as in the description's own examples"
