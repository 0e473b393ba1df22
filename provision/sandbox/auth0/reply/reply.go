// Package reply writes and reads what Auth0's APIs have in common: bodies, errors, pages of results, queries.
package reply

import (
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// Object is a JSON object of the Management API.
type Object = map[string]any

// failure is the Management API's error body.
type failure struct {
	StatusCode int    `json:"statusCode"`
	Error      string `json:"error"`
	Message    string `json:"message"`
	ErrorCode  string `json:"errorCode,omitempty"`
}

// Fail is an answer of the Management API that something failed.
func Fail(status int, code, message string) (int, any) {
	return status, failure{status, http.StatusText(status), message, code}
}

// InvalidBody is the schema check's answer to a body; property is "" if none is named.
func InvalidBody(problem, property string) (int, any) {
	return Fail(400, "invalid_body", "Payload validation error: '"+problem+"'"+onProperty(property)+".")
}

// InvalidQuery is the schema check's answer to a query; property is "" if none is named.
func InvalidQuery(problem, property string) (int, any) {
	return Fail(400, "invalid_query_string", "Query validation error: '"+problem+"'"+onProperty(property)+".")
}

func onProperty(p string) string {
	if p == "" {
		return ""
	}
	return " on property " + p
}

// Known refuses query parameters that an operation does not have.
func Known(q url.Values, allowed string) (int, any) {
	var bad []string
	for k := range q {
		if !slices.Contains(strings.Fields(allowed), k) {
			bad = append(bad, k)
		}
	}
	if len(bad) == 0 {
		return 0, nil
	}
	slices.Sort(bad)
	return InvalidQuery("Additional properties not allowed: "+strings.Join(bad, ", "), "")
}

// WriteError writes Auth0's own error body for a bare status.
func WriteError(rw http.ResponseWriter, status int) {
	messages := map[int][2]string{
		401: {"", "Missing authentication"},
		403: {"insufficient_scope", "Insufficient scope"},
		404: {"", "Not Found"},
		429: {"too_many_requests", "Global limit has been reached"},
		500: {"", "An internal server error occurred"},
		503: {"", "Service Unavailable"},
	}
	m, ok := messages[status]
	if !ok {
		m[1] = http.StatusText(status)
	}
	_, body := Fail(status, m[0], m[1])
	WriteJSON(rw, status, body)
}

// WriteJSON writes an answer; nil is one without a body.
func WriteJSON(rw http.ResponseWriter, status int, body any) {
	if body == nil {
		rw.WriteHeader(status)
		return
	}
	data, err := json.Marshal(body)
	if err != nil {
		status, data = 500, []byte(`{"statusCode":500,"error":"Internal Server Error","message":"An internal server error occurred"}`)
	}
	rw.Header().Set("Content-Type", "application/json; charset=utf-8")
	rw.WriteHeader(status)
	_, _ = rw.Write(data)
}

// UnknownProperty names the first property that is not allowed, "" if all are.
func UnknownProperty(body Object, allowed string) string {
	names := strings.Fields(allowed)
	var bad []string
	for k := range body {
		if !slices.Contains(names, k) {
			bad = append(bad, k)
		}
	}
	slices.Sort(bad)
	return strings.Join(bad, ", ")
}

// AuthFailure is the error body of /dbconnections and of the hosted pages' own endpoints.
type AuthFailure struct {
	Name        string `json:"name,omitempty"`
	Message     string `json:"message,omitempty"`
	Code        string `json:"code,omitempty"`
	Description any    `json:"description,omitempty"`
	Policy      string `json:"policy,omitempty"`
	StatusCode  int    `json:"statusCode,omitempty"`
}

// LoginProblem is the error body of /usernamepassword/login.
type LoginProblem struct {
	Name        string `json:"name"`
	Code        string `json:"code"`
	Description string `json:"description"`
}
