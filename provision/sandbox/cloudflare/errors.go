package cloudflare

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"

	"phonegate/provision/sandbox/world"
)

// apiError is one of the errors in the API's envelope.
type apiError struct {
	Status  int        `json:"-"`
	Code    int        `json:"code"`
	Message string     `json:"message"`
	Chain   []apiError `json:"error_chain,omitempty"`
}

// Error implements error.
func (e *apiError) Error() string { return fmt.Sprintf("%s (%d)", e.Message, e.Code) }

func refuse(status, code int, format string, args ...any) error {
	return &apiError{Status: status, Code: code, Message: fmt.Sprintf(format, args...)}
}

func noRoute(path string) error {
	return refuse(http.StatusNotFound, 7003, "Could not route to %s, perhaps your object identifier is invalid?", path)
}

var (
	errNoScript    = &apiError{Status: http.StatusNotFound, Code: 10007, Message: "This Worker does not exist on your account."}
	errNoSubdomain = &apiError{Status: http.StatusNotFound, Code: 10007, Message: "workers.api.error.subdomain_not_found"}
	errTaken       = &apiError{Status: http.StatusConflict, Code: 10031, Message: "workers.api.error.subdomain_reserved"}
	errAuth        = &apiError{Status: http.StatusForbidden, Code: 10000, Message: "Authentication error"}
)

// envelope is around every JSON answer of the API.
type envelope struct {
	Result   any   `json:"result"`
	Success  bool  `json:"success"`
	Errors   []any `json:"errors"`
	Messages []any `json:"messages"`
}

func write(rw http.ResponseWriter, err error) {
	var e *apiError
	if !errors.As(err, &e) {
		e = &apiError{Status: http.StatusInternalServerError, Code: 10013, Message: "workers.api.error.unknown"}
	}
	send(rw, e.Status, envelope{Errors: []any{e}, Messages: []any{}})
}

func send(rw http.ResponseWriter, status int, v any) {
	b, err := json.Marshal(v)
	if err != nil {
		status, b = http.StatusInternalServerError, []byte(`{"result":null,"success":false,"errors":[{"code":10013,"message":"workers.api.error.unknown"}],"messages":[]}`)
	}
	head(rw)
	rw.Header().Set("Content-Type", "application/json")
	rw.WriteHeader(status)
	_, _ = rw.Write(b)
}

// head sets what stands above every answer of Cloudflare's network.
func head(rw http.ResponseWriter) {
	rw.Header().Set("Server", "cloudflare")
	rw.Header().Set("CF-Ray", world.Hex(16)+"-SYD")
}

// WriteError writes the API's own body for a bare status.
func WriteError(rw http.ResponseWriter, status int) {
	e := &apiError{Status: status, Code: 10013, Message: "workers.api.error.unknown"}
	switch status {
	case http.StatusBadRequest:
		e.Code, e.Message = 10001, "workers.api.error.bad_request"
	case http.StatusUnauthorized, http.StatusForbidden:
		e.Code, e.Message = errAuth.Code, errAuth.Message
	case http.StatusNotFound:
		e.Code, e.Message = 7000, "No route for that URI"
	case http.StatusTooManyRequests:
		e.Code, e.Message = 971, "Please wait and consider throttling your request speed"
	case http.StatusServiceUnavailable:
		e.Code, e.Message = 7010, "Service unavailable"
	}
	write(rw, e)
}

// nothingHere is what answers under a name below workers.dev that leads to no Worker.
func nothingHere(rw http.ResponseWriter) {
	page(rw, http.StatusNotFound, "There is nothing here yet", "error code: 1042")
}

// threw is what a visitor sees of a Worker that failed.
func threw(rw http.ResponseWriter, status int) {
	if status == http.StatusGatewayTimeout {
		page(rw, http.StatusServiceUnavailable, "Worker exceeded resource limits", "error code: 1102")
		return
	}
	page(rw, http.StatusInternalServerError, "Worker threw exception", "error code: 1101")
}

func page(rw http.ResponseWriter, status int, title, detail string) {
	head(rw)
	rw.Header().Set("Content-Type", "text/html; charset=UTF-8")
	rw.Header().Set("Cache-Control", "private, max-age=0, no-store")
	rw.WriteHeader(status)
	_, _ = fmt.Fprintf(rw, "<!DOCTYPE html>\n<html lang=\"en-US\"><head><title>%s</title></head><body><h1>%s</h1><p>%s</p></body></html>\n", title, title, detail)
}
