package twilio

import (
	"encoding/json"
	"fmt"
	"net/http"
)

// problem is an error as Twilio puts it on the wire.
type problem struct {
	Code     int    `json:"code"`
	Message  string `json:"message"`
	MoreInfo string `json:"more_info"`
	Status   int    `json:"status"`
}

func (p *problem) Error() string { return fmt.Sprintf("%d: %s", p.Code, p.Message) }

// fault makes a problem. The codes, statuses and texts come from Twilio's error catalogue
// (https://www.twilio.com/docs/api/errors) and from bodies quoted in public issues.
func fault(status, code int, message string) *problem {
	return &problem{Code: code, Message: message, MoreInfo: fmt.Sprintf("https://www.twilio.com/docs/errors/%d", code), Status: status}
}

// invalid is 60200 in the form seen on the wire, with back quotes and the value.
func invalid(parameter, value string) *problem {
	return fault(http.StatusBadRequest, 60200, fmt.Sprintf("Invalid parameter `%s`: %s", parameter, value))
}

// missing is what Twilio's front door says about an absent required parameter.
func missing(parameter string) *problem {
	return fault(http.StatusBadRequest, 20001, fmt.Sprintf("Missing required parameter %s in the post body", parameter))
}

func unauthorized() *problem { return fault(http.StatusUnauthorized, 20003, "Authenticate") }

func tooManyRequests() *problem {
	return fault(http.StatusTooManyRequests, 20429, "Too many requests")
}

// WriteError writes Twilio's own error body for a bare status.
func WriteError(rw http.ResponseWriter, status int) {
	switch status {
	case http.StatusUnauthorized:
		write(rw, unauthorized())
	case http.StatusForbidden:
		write(rw, fault(status, 20006, "Access Denied"))
	case http.StatusNotFound:
		write(rw, fault(status, 20404, "The requested resource was not found"))
	case http.StatusMethodNotAllowed:
		write(rw, fault(status, 20004, "Method not allowed"))
	case http.StatusTooManyRequests:
		write(rw, tooManyRequests())
	case http.StatusServiceUnavailable:
		write(rw, fault(status, 20503, "Service Unavailable"))
	case http.StatusInternalServerError:
		write(rw, fault(status, 20500, "An internal server error has occurred"))
	default:
		write(rw, fault(status, 20000+status, http.StatusText(status)))
	}
}

func write(rw http.ResponseWriter, p *problem) {
	var body any = p
	if p.Status == http.StatusUnauthorized {
		rw.Header().Set("WWW-Authenticate", `Basic realm="Twilio API"`)
		// Only this error has been seen with a detail, and that was empty.
		body = struct {
			*problem
			Detail string `json:"detail"`
		}{p, ""}
	}
	writeJSON(rw, p.Status, body)
}

func writeJSON(rw http.ResponseWriter, status int, body any) {
	rw.Header().Set("Content-Type", "application/json")
	rw.WriteHeader(status)
	encoder := json.NewEncoder(rw)
	encoder.SetEscapeHTML(false)
	_ = encoder.Encode(body)
}
