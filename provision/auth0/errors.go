package auth0

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"strings"

	"phonegate/provision/fault"
)

// statusError is the cause inside the faults that come from an answer of Auth0.
type statusError struct{ status int }

func (e *statusError) Error() string { return fmt.Sprintf("HTTP status %d", e.status) }

// status is the HTTP status behind an error, 0 if there was no answer.
func status(err error) int {
	var s *statusError
	if errors.As(err, &s) {
		return s.status
	}
	return 0
}

func notFound(err error) bool { return status(err) == http.StatusNotFound }

// unsure says that Auth0 may have done what was asked although the call failed.
func unsure(err error) bool {
	s := status(err)
	return s == 0 || s == http.StatusRequestTimeout || s >= 500
}

// typed takes the fault out of what the SDK and http.Client have wrapped around it.
func typed(err error) error {
	if err == nil {
		return nil
	}
	var f *fault.Error
	switch {
	case errors.As(err, &f):
		return f
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return err
	}
	return fault.Wrap(err, fault.Failed, "auth0.unexpected_answer",
		"Run the same command again. If the error persists, please report it.", "Auth0 sent an unreadable response: %s.", err)
}

var expectedScopes = regexp.MustCompile(`expected any of: ([a-z0-9_:, ]+)`)

// refusal is the error of an answer of the Management API that is not a success.
func refusal(r *http.Request, res *http.Response) error {
	var body struct {
		Error       string `json:"error"`
		Message     string `json:"message"`
		ErrorCode   string `json:"errorCode"`
		Description string `json:"error_description"`
	}
	decodeBody(res, &body)
	code := cmp.Or(body.ErrorCode, snake(body.Error), fmt.Sprintf("http_%d", res.StatusCode))
	message := strings.TrimSuffix(cmp.Or(body.Message, body.Description, http.StatusText(res.StatusCode)), ".")
	category, hint := fault.Failed, ""
	said := fmt.Sprintf("Auth0 rejected the request: %s.", message)
	switch {
	case code == "insufficient_scope":
		category, said = fault.Refused, "The Auth0 application lacks a permission."
		hint = "Grant the application the permission under Auth0 dashboard > Applications > APIs > Auth0 Management API > Machine to Machine Applications."
		if m := expectedScopes.FindStringSubmatch(body.Message); m != nil {
			hint = strings.Replace(hint, "the permission", "the permission "+strings.TrimSpace(m[1]), 1)
		}
	case code == "insufficient_entitlement", code == "feature_not_enabled":
		category, hint = fault.Refused, "The tenant's Auth0 plan does not include this: https://auth0.com/pricing."
	case res.StatusCode == http.StatusUnauthorized:
		category, hint = fault.Refused, "Check that the Auth0 credentials are right and belong to this tenant."
		said = "Auth0 does not accept these credentials."
	case res.StatusCode == http.StatusForbidden:
		category, hint = fault.Refused, "Check the application's permissions for the Auth0 Management API."
	case res.StatusCode == http.StatusTooManyRequests:
		said = "Auth0's rate limit is used up."
		hint = "Something else may be using up the tenant's rate limit. Try again in a minute."
	case res.StatusCode >= 500:
		said = fmt.Sprintf("Auth0 has a problem (status %d).", res.StatusCode)
		hint = "Check https://status.auth0.com, then run the same command again: it continues where it stopped."
	}
	e := fault.Wrap(&statusError{res.StatusCode}, category, "auth0."+code, hint, "%s", said)
	e.Detail = fmt.Sprintf("Auth0 answered %d to %s %s: %s.", res.StatusCode, r.Method, r.URL.Path, message)
	e.RequestID = requestID(res)
	return e
}

// tokenRefusal is the error of a failed token request, in Auth0's own words.
func tokenRefusal(domain string, res *http.Response) error {
	var body struct {
		Error       string `json:"error"`
		Description string `json:"error_description"`
		Message     string `json:"message"`
	}
	decodeBody(res, &body)
	code := cmp.Or(snake(body.Error), fmt.Sprintf("http_%d", res.StatusCode))
	text := cmp.Or(body.Description, body.Message, http.StatusText(res.StatusCode))
	category, hint := fault.Refused, "Compare the client ID and secret with those under Auth0 dashboard > Applications > your Machine to Machine application."
	said := "%s does not accept this client ID and secret."
	switch {
	case res.StatusCode >= 500 || res.StatusCode == http.StatusTooManyRequests:
		category, hint = fault.Failed, "Try again in a minute, or check https://status.auth0.com."
		said = "%s can't check the credentials at the moment."
	case res.StatusCode == http.StatusNotFound:
		said = "%s is not an Auth0 tenant."
		hint = "Check the tenant's domain under Auth0 dashboard > Applications > your application; it looks like acme.us.auth0.com."
	case code == "unauthorized_client":
		said = "%s does not allow this application to log in without a user."
		hint = "Allow the grant type Client Credentials under Auth0 dashboard > Applications > your application > Advanced Settings > Grant Types."
	case strings.Contains(text, "not enabled within domain"), strings.Contains(text, "not authorized to access resource server"):
		said = "%s does not allow this application to use the Management API."
		hint = "Authorise the application for the Auth0 Management API under Auth0 dashboard > Applications > APIs > Auth0 Management API > Machine to Machine Applications."
	}
	e := fault.Wrap(&statusError{res.StatusCode}, category, "auth0."+code, hint,
		said, domain)
	e.Detail = fmt.Sprintf("%s answered %d to the token request: %s (%s).", domain, res.StatusCode, code, strings.TrimSuffix(text, "."))
	e.RequestID = requestID(res)
	return e
}

// decodeBody reads what can be read: an error's body may be HTML of a proxy, or empty.
func decodeBody(res *http.Response, into any) {
	data, err := io.ReadAll(io.LimitReader(res.Body, 64<<10))
	_ = res.Body.Close()
	if err == nil {
		_ = json.Unmarshal(data, into)
	}
}

func requestID(res *http.Response) string {
	return cmp.Or(res.Header.Get("X-Auth0-Requestid"), res.Header.Get("X-Request-Id"), res.Header.Get("Cf-Ray"))
}

func snake(s string) string {
	return strings.ReplaceAll(strings.ToLower(strings.TrimSpace(s)), " ", "_")
}
