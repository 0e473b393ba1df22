package phone

import (
	_ "embed"
	"encoding/json"
	"net/http"
)

//go:embed page.html
var page []byte

// ServeHTTP answers GET /messages?to= with the messages as JSON and GET / with a page that shows them live.
func (p *Phone) ServeHTTP(rw http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		rw.Header().Set("Allow", "GET, HEAD")
		http.Error(rw, "The phone can only be read.", http.StatusMethodNotAllowed)
		return
	}
	rw.Header().Set("Cache-Control", "no-store")
	rw.Header().Set("X-Content-Type-Options", "nosniff")
	switch r.URL.Path {
	case "/":
		rw.Header().Set("Content-Type", "text/html; charset=utf-8")
		rw.Header().Set("Content-Security-Policy",
			"default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'")
		_, _ = rw.Write(page)
	case "/messages":
		rw.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(rw).Encode(p.Messages(Number(r)))
	default:
		http.NotFound(rw, r)
	}
}

// Number is the "to" of a request's query. A plus sign that was not escaped arrives as a space and is put back.
func Number(r *http.Request) string {
	to := r.URL.Query().Get("to")
	if to != "" && to[0] == ' ' {
		return "+" + to[1:]
	}
	return to
}
