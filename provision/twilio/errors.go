package twilio

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"

	twilio "github.com/twilio/twilio-go/client"

	"phonegate/provision/fault"
)

// answerError is the cause inside the faults that come from an answer of Twilio.
type answerError struct{ status, code int }

func (e *answerError) Error() string { return fmt.Sprintf("HTTP status %d, code %d", e.status, e.code) }

func answer(err error) answerError {
	var a *answerError
	if errors.As(err, &a) {
		return *a
	}
	return answerError{}
}

func notFound(err error) bool {
	a := answer(err)
	return a.status == http.StatusNotFound || a.code == 20404
}

// unsure says that Twilio may have done what was asked although the call failed.
func unsure(err error) bool {
	s := answer(err).status
	return s == 0 || s == http.StatusRequestTimeout || s >= 500
}

// typed takes the fault out of what the SDK and http.Client have wrapped around it.
func typed(err error) error {
	if err == nil {
		return nil
	}
	var f *fault.Error
	if errors.As(err, &f) {
		return f
	}
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	var local *twilio.TwilioRestError // the SDK checks the credentials' characters before it sends them
	if errors.As(err, &local) {
		return fault.New(fault.Refused, fmt.Sprintf("twilio.%d", local.Code), hints[20003], "The Twilio credentials contain invalid characters.")
	}
	return fault.Wrap(err, fault.Failed, "twilio.unexpected_answer",
		"Run the same command again. If the error persists, please report it.", "Twilio sent an unreadable response: %s.", err)
}

// hints say what to do about the codes that people meet, most of all on their first day.
var hints = map[int]string{
	20003: "Compare the account SID and auth token with https://console.twilio.com > Account Info, and check that the account is active.",
	20005: "The account is suspended or closed: https://console.twilio.com says why.",
	20008: "This is the auth token of the test credentials. Verify needs the live credentials: https://console.twilio.com > Account Info.",
	20404: "It may have been deleted in the Twilio console. Run phonegate plan to see what is missing.",
	20429: "Twilio is busy, or the account or the Verify service has reached a limit. Try again in a minute.",
	25109: "Too many requests to Twilio. Try again in a minute.",
	21608: "A trial account can only text verified numbers. Verify yours under https://console.twilio.com > Phone Numbers > Verified Caller IDs, or upgrade the account.",
	60200: "Check the value: phone numbers are +, country code and number; service names have at most 30 letters, digits, spaces, - and _, and at most 4 digits.",
	60202: "Too many wrong codes. Wait until the verification has expired (10 minutes), then start again.",
	60203: "Five messages were sent to this number. The code in the last one still works; otherwise wait 10 minutes.",
	60205: "The number is a landline and the service does not text landlines. Use a mobile number.",
	60207: "Delete rate limits that nobody uses: https://console.twilio.com > Verify > Services > Rate limits. phonegate needs two.",
	60209: "Twilio rejected the name of a rate limit. Please report it.",
	60210: "Delete buckets of the limit that nobody uses: https://console.twilio.com > Verify > Services > Rate limits.",
	60212: "Other requests for this number are under way. Try again in a minute.",
	60220: "Numbers in China need Twilio's approval: https://www.twilio.com/docs/errors/60220.",
	60223: "Switch SMS on for the service: https://console.twilio.com > Verify > Services.",
	60238: "Twilio is reviewing the account, which can take three days. Check https://console.twilio.com.",
	60410: "Twilio's Fraud Guard blocks this prefix for now. Wait up to 12 hours or change Fraud Guard: https://console.twilio.com > Verify > Services.",
	30003: "The phone is off or out of reach. Try again when it is back.",
	30004: "The carrier or the owner of the number blocks the message. Try another number.",
	30005: "The number is unknown or not in service. Check it.",
	30006: "The number is a landline, or its carrier does not accept texts. Use a mobile number.",
	30007: "The carrier treated the message as spam: https://www.twilio.com/docs/errors/30007.",
	30008: "The carrier gave no reason. Try again, or use another number.",
	60605: "Allow the country: https://console.twilio.com > Verify > Settings > Geo permissions.",
}

// refusal is the error of an answer that is not a success, whatever its body holds.
func refusal(r *http.Request, res *http.Response) error {
	data, _ := io.ReadAll(io.LimitReader(res.Body, 64<<10))
	_ = res.Body.Close()
	var body struct {
		Code    json.Number `json:"code"`
		Message string      `json:"message"`
	}
	_ = json.Unmarshal(data, &body)
	number, _ := body.Code.Int64()
	a := &answerError{res.StatusCode, int(number)}
	code := fmt.Sprintf("twilio.%d", a.code)
	if a.code == 0 {
		code = fmt.Sprintf("twilio.http_%d", res.StatusCode)
	}
	message := strings.TrimSuffix(body.Message, ".")
	if message == "" {
		message = http.StatusText(res.StatusCode)
	}
	category, hint := fault.Failed, hints[a.code]
	said := fmt.Sprintf("Twilio rejected the request: %s.", message)
	switch {
	case res.StatusCode == http.StatusUnauthorized || res.StatusCode == http.StatusForbidden && aboutCredentials(a.code):
		category, said = fault.Refused, notAccepted(r, a.code)
		if a.code != 20005 && a.code != 20008 {
			hint = credentialHint(r)
		}
	case res.StatusCode >= 500:
		said = fmt.Sprintf("Twilio has a problem (status %d).", res.StatusCode)
		hint = "Check https://status.twilio.com, then run the same command again: it continues where it stopped."
	case hint == "" && a.code != 0:
		hint = fmt.Sprintf("See https://www.twilio.com/docs/errors/%d.", a.code)
	}
	if hint == "" {
		hint = "If you use a proxy, check it; otherwise run the same command again."
	}
	e := fault.Wrap(a, category, code, hint, "%s", said)
	e.Detail = fmt.Sprintf("Twilio answered %d to %s %s: %s.", res.StatusCode, r.Method, path(r), message)
	e.RequestID = res.Header.Get("Twilio-Request-Id")
	return e
}

// notAccepted says which credential Twilio refuses, without naming its secret.
func notAccepted(r *http.Request, code int) string {
	user, _, _ := r.BasicAuth()
	switch {
	case code == 20005:
		return "The Twilio account is not active."
	case strings.HasPrefix(user, "SK"):
		return "Twilio does not accept this API key."
	}
	return "Twilio does not accept this auth token for " + shortSID(user) + "."
}

// shortSID is an account SID's two ends, enough to tell accounts apart.
func shortSID(sid string) string {
	if len(sid) <= 12 {
		return "this account"
	}
	return sid[:6] + "…" + sid[len(sid)-4:]
}

// aboutCredentials says whether a 403 is about who asks. Those of Verify are about the number or the service that it is asked for.
func aboutCredentials(code int) bool { return code == 0 || code/1000 == 20 }

// credentialHint says which credentials can do what was refused. Twilio answers 20003 as well as 20006 to a key of the wrong kind
// (https://www.twilio.com/docs/iam/api-keys/keys-in-console).
func credentialHint(r *http.Request) string {
	user, _, _ := r.BasicAuth()
	ofAccount := strings.Contains(r.URL.Path, "/Accounts/")
	switch {
	case !strings.HasPrefix(user, "SK") && ofAccount:
		return hints[20003] + " Only the account's auth token can do this, not an API key."
	case !strings.HasPrefix(user, "SK"):
		return hints[20003]
	case ofAccount:
		return "Only the account's auth token can do this, not an API key. Set TWILIO_AUTH_TOKEN (https://console.twilio.com > Account Info)."
	}
	return "Check TWILIO_API_KEY and TWILIO_API_SECRET. A restricted key needs permission for Verify; a standard key has it (https://console.twilio.com > Admin > API keys & tokens)."
}

// path is the request's path without a phone number: a verification can be addressed by it.
func path(r *http.Request) string {
	parts := strings.Split(r.URL.Path, "/")
	for i, p := range parts {
		if strings.HasPrefix(p, "+") {
			parts[i] = "(number)"
		}
	}
	return strings.Join(parts, "/")
}
