package cloudflare

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"phonegate/provision/fault"
)

// The codes that phonegate acts on. Cloudflare keeps no complete list of them.
const (
	codeInvalidToken   = 1000
	codeBadHeaders     = 6003
	codeNoRoute        = 7003
	codeUnauthorized   = 9109
	codeAuthentication = 10000
	codeForbidden      = 10023
	codeSubdomainTaken = 10031
	codeNoBinding      = 10056
)

// statusError is the cause inside the faults that come from an answer of Cloudflare.
type statusError struct {
	status int
	code   int // 0 if the answer was not Cloudflare's API's
}

func (e *statusError) Error() string { return fmt.Sprintf("HTTP status %d, code %d", e.status, e.code) }

func answer(err error) statusError {
	var s *statusError
	if errors.As(err, &s) {
		return *s
	}
	return statusError{}
}

func notFound(err error) bool {
	a := answer(err)
	return a.status == http.StatusNotFound && a.code != codeNoRoute
}

// unsure says that Cloudflare may have done what was asked although the call failed.
func unsure(err error) bool {
	s := answer(err).status
	return s == 0 || s == http.StatusRequestTimeout || s >= 500
}

const (
	hintToken = "Check CLOUDFLARE_API_TOKEN (" + tokensPage + "): " +
		"it must be valid and have the permission Workers Scripts: Edit for the account in CLOUDFLARE_ACCOUNT_ID."
	onboard = "Open Workers & Pages at https://dash.cloudflare.com once to create a workers.dev subdomain, " +
		"then run the same command again."
)

// hints say what to do about the codes that people meet.
var hints = map[int]string{
	codeNoRoute:        "Check CLOUDFLARE_ACCOUNT_ID: it is on the Workers & Pages overview, on the right.",
	10034:              "Confirm the e-mail address of the Cloudflare account, then run the same command again.",
	10037:              "The account has reached its plan's number of Workers. Delete one at https://dash.cloudflare.com, or upgrade.",
	10063:              onboard,
	10027:              "The form is too large for the account's plan. Set brand.logo_url to an https address.",
	codeSubdomainTaken: onboard,
}

// refused are the codes that say that the credentials are not enough.
var refused = map[int]bool{codeInvalidToken: true, codeBadHeaders: true, 9103: true, 9106: true, codeNoRoute: true,
	codeUnauthorized: true, codeAuthentication: true, codeForbidden: true}

// refusal is the error of an answer that is not a success, whatever its body holds.
func refusal(r *http.Request, res *http.Response, data []byte) error {
	var body struct {
		Errors []struct {
			Code    int    `json:"code"`
			Message string `json:"message"`
		} `json:"errors"`
	}
	_ = json.Unmarshal(data, &body)
	cause := &statusError{status: res.StatusCode}
	name, message := fmt.Sprintf("http_%d", res.StatusCode), http.StatusText(res.StatusCode)
	if len(body.Errors) > 0 {
		cause.code = body.Errors[0].Code
		name = fmt.Sprint(cause.code)
		if m := body.Errors[0].Message; m != "" {
			message = strings.TrimSuffix(m, ".")
		}
	}
	category, hint := fault.Failed, hints[cause.code]
	said := fmt.Sprintf("Cloudflare rejected the request: %s.", message)
	switch {
	case refused[cause.code], res.StatusCode == http.StatusUnauthorized, res.StatusCode == http.StatusForbidden && hint == "":
		category = fault.Refused
		if hint == "" {
			said, hint = "Cloudflare does not accept this API token for the account.", hintToken
		}
	case hint != "":
	case res.StatusCode == http.StatusTooManyRequests:
		said, hint = "Cloudflare's rate limit is used up.", "Try again in five minutes."
	case res.StatusCode >= 500:
		said = fmt.Sprintf("Cloudflare has a problem (status %d).", res.StatusCode)
		hint = "Check https://www.cloudflarestatus.com, then run the same command again." +
			" It continues where it stopped."
	default:
		hint = "Check the Worker at https://dash.cloudflare.com, then run the same command again. " +
			"if the error persists, please report it."
	}
	e := fault.Wrap(cause, category, "cloudflare."+name, hint,
		"%s", said)
	e.Detail = fmt.Sprintf("Cloudflare answered %d to %s %s: %s.", res.StatusCode, r.Method, r.URL.Path, message)
	e.RequestID = res.Header.Get("Cf-Ray")
	return e
}
