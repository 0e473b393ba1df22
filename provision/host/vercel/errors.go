package vercel

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"

	"phonegate/provision/fault"
)

// statusError is the cause inside the faults that come from an answer of Vercel.
type statusError struct {
	status int
	code   string
}

func (e *statusError) Error() string { return fmt.Sprintf("HTTP status %d, %s", e.status, e.code) }

func answer(err error) statusError {
	var s *statusError
	if errors.As(err, &s) {
		return *s
	}
	return statusError{}
}

func notFound(err error) bool { return answer(err).status == http.StatusNotFound }

// unsure says that Vercel may have done what was asked although the call failed.
func unsure(err error) bool {
	s := answer(err).status
	return s == 0 || s == http.StatusRequestTimeout || s >= 500
}

// hints say what to do about the codes that people meet.
var hints = map[string]string{
	"api-deployments-free-per-day": "Vercel's free plan allows 100 deployments a day. Try again tomorrow.",
	"builds_rate_limited":          "Vercel is limiting the account's builds. Try again in an hour.",
	"invalid_name": "Choose another name with --host-project. Use lower-case letters, digits, . _ and -, " +
		"at most 100 characters.",
	"payment_failed": "Pay the outstanding bill at https://vercel.com/account/billing.",
	"team_unauthorized": "The token has no access to this team. Create one that has at https://vercel.com/account/tokens, " +
		"and check VERCEL_TEAM_ID.",
	"too_many_projects": "Delete a project at https://vercel.com/dashboard, or use an existing one with --host-project.",
}

// refusal is the error of an answer that is not a success, whatever its body holds.
func refusal(r *http.Request, res *http.Response) error {
	data, _ := io.ReadAll(io.LimitReader(res.Body, 64<<10))
	var body struct {
		Error struct {
			Code    string `json:"code"`
			Message string `json:"message"`
		} `json:"error"`
	}
	_ = json.Unmarshal(data, &body)
	code := strings.ToLower(body.Error.Code)
	if code == "" {
		code = fmt.Sprintf("http_%d", res.StatusCode)
	}
	message := strings.TrimSuffix(body.Error.Message, ".")
	if message == "" {
		message = http.StatusText(res.StatusCode)
	}
	category, hint := fault.Failed, hints[code]
	said := fmt.Sprintf("Vercel rejected the request: %s.", message)
	switch {
	case hint != "":
		if code == "team_unauthorized" {
			category = fault.Refused
		}
	case res.StatusCode == http.StatusUnauthorized, res.StatusCode == http.StatusForbidden:
		category, said = fault.Refused, "Vercel does not accept this token."
		if res.StatusCode == http.StatusForbidden {
			said = "The Vercel token does not allow this: " + message + "."
		}
		hint = "Check VERCEL_TOKEN (https://vercel.com/account/tokens): it must be valid for the account, or for the team in " +
			"VERCEL_TEAM_ID. A token for a single project can't create projects."
	case res.StatusCode == http.StatusPaymentRequired:
		hint = "The account is blocked or has reached its plan's limit. See https://vercel.com/account/billing."
	case res.StatusCode == http.StatusTooManyRequests:
		said, hint = "Vercel's rate limit is used up.", "Try again in a minute."
	case res.StatusCode >= 500:
		said = fmt.Sprintf("Vercel has a problem (status %d).", res.StatusCode)
		hint = "Check https://www.vercel-status.com. " +
			"Then run the same command again: it continues where it stopped."
	}
	e := fault.Wrap(&statusError{res.StatusCode, code}, category, "vercel."+code, hint, "%s", said)
	e.Detail = fmt.Sprintf("Vercel answered %d to %s %s: %s.", res.StatusCode, r.Method, r.URL.Path, message)
	e.RequestID = res.Header.Get("X-Vercel-Id")
	return e
}
