package reply

import (
	"encoding/json"
	"net"
	"net/http"
	"strings"
)

const maxForm = 1 << 20

// ParseForm reads query and form into r.Form, of bodies up to a limit.
func ParseForm(rw http.ResponseWriter, r *http.Request) error {
	r.Body = http.MaxBytesReader(rw, r.Body, maxForm)
	return r.ParseForm()
}

// IPOf is the address that the request comes from, a loopback address if there is none.
func IPOf(r *http.Request) string {
	ip, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil || net.ParseIP(ip) == nil {
		return "127.0.0.1"
	}
	return ip
}

// ReadBody reads a body of either kind; Lock and SDKs differ.
func ReadBody(rw http.ResponseWriter, r *http.Request, into any) error {
	if strings.Contains(r.Header.Get("Content-Type"), "json") {
		return json.NewDecoder(http.MaxBytesReader(rw, r.Body, maxForm)).Decode(into)
	}
	if err := ParseForm(rw, r); err != nil {
		return err
	}
	o := Object{}
	for k, v := range r.PostForm {
		o[k] = v[0]
	}
	data, err := json.Marshal(o)
	if err != nil {
		return err
	}
	return json.Unmarshal(data, into)
}

// CORS lets pages of other origins read the answer, as embedded Lock does.
func CORS(rw http.ResponseWriter, r *http.Request) {
	if o := r.Header.Get("Origin"); o != "" {
		rw.Header().Set("Access-Control-Allow-Origin", o)
		rw.Header().Set("Access-Control-Allow-Credentials", "true")
		rw.Header().Set("Access-Control-Allow-Headers", "Content-Type, Auth0-Client, Authorization, X-Request-Language")
		rw.Header().Set("Access-Control-Allow-Methods", "GET, POST, OPTIONS")
		rw.Header().Add("Vary", "Origin")
	}
}

// Preflight answers OPTIONS.
func Preflight(rw http.ResponseWriter, r *http.Request) {
	CORS(rw, r)
	rw.WriteHeader(http.StatusNoContent)
}
