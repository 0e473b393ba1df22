package vercel

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"

	"phonegate/provision/sandbox/world"
)

// apiError is the API's error body (https://vercel.com/docs/rest-api/errors).
type apiError struct {
	Status  int
	Code    string
	Message string
	Extra   map[string]any // further fields of the error object
}

// Error implements error.
func (e *apiError) Error() string { return e.Code + ": " + e.Message }

// MarshalJSON writes the error object without the status.
func (e *apiError) MarshalJSON() ([]byte, error) {
	body := map[string]any{"code": e.Code, "message": e.Message}
	for k, v := range e.Extra {
		body[k] = v
	}
	return json.Marshal(body)
}

func badRequest(format string, args ...any) error {
	return &apiError{Status: http.StatusBadRequest, Code: "bad_request", Message: fmt.Sprintf(format, args...)}
}

func notFound(what string) error {
	return &apiError{Status: http.StatusNotFound, Code: "not_found", Message: what + " not found"}
}

func write(rw http.ResponseWriter, err error) {
	var e *apiError
	if !errors.As(err, &e) {
		e = &apiError{Status: http.StatusInternalServerError, Code: "internal_server_error", Message: "An unexpected internal error occurred"}
	}
	writeJSON(rw, e.Status, map[string]any{"error": e})
}

func writeJSON(rw http.ResponseWriter, status int, v any) {
	b, err := json.Marshal(v)
	if err != nil {
		status, b = http.StatusInternalServerError, []byte(`{"error":{"code":"internal_server_error","message":"An unexpected internal error occurred"}}`)
	}
	rw.Header().Set("Content-Type", "application/json; charset=utf-8")
	rw.Header().Set("Server", "Vercel")
	rw.Header().Set("X-Vercel-Id", "syd1::"+world.Hex(12))
	rw.WriteHeader(status)
	_, _ = rw.Write(b)
}

// WriteError writes the API's own body for a bare status.
func WriteError(rw http.ResponseWriter, status int) {
	e := &apiError{Status: status, Code: "internal_server_error", Message: "An unexpected internal error occurred"}
	switch status {
	case http.StatusBadRequest:
		e.Code, e.Message = "bad_request", "Invalid request"
	case http.StatusUnauthorized, http.StatusForbidden:
		e.Code, e.Message = "forbidden", "Not authorized"
	case http.StatusPaymentRequired:
		e.Code, e.Message = "payment_required", "Payment is required"
	case http.StatusNotFound:
		e.Code, e.Message = "not_found", "Not found"
	case http.StatusConflict:
		e.Code, e.Message = "conflict", "Conflict"
	case http.StatusTooManyRequests:
		reset := time.Now().Add(time.Minute)
		e.Code, e.Message = "rate_limited", "Too many requests"
		e.Extra = map[string]any{"limit": map[string]any{"remaining": 0, "reset": reset.Unix(), "resetMs": reset.UnixMilli(), "total": 100}}
	case http.StatusServiceUnavailable:
		e.Code, e.Message = "service_unavailable", "The service is temporarily unavailable"
	}
	write(rw, e)
}

// platformError is the page that the hosting (not the API) shows.
func platformError(rw http.ResponseWriter, status int, text, code string) {
	id := "syd1::" + world.Hex(5) + "-" + fmt.Sprint(time.Now().UnixMilli()) + "-" + world.Hex(12)
	h := rw.Header()
	h.Set("Content-Type", "text/plain; charset=utf-8")
	h.Set("Cache-Control", "public, max-age=0, must-revalidate")
	h.Set("Server", "Vercel")
	h.Set("X-Vercel-Error", code)
	h.Set("X-Vercel-Id", id)
	rw.WriteHeader(status)
	fmt.Fprintf(rw, "%s\n\n%s\n\n%s\n", text, code, id)
}
