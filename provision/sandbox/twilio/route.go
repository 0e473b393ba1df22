package twilio

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"phonegate/provision/sandbox/world"
)

// call is one request being answered. The server's lock is held.
type call struct {
	*Server
	r     *http.Request
	path  map[string]string
	query url.Values
	form  url.Values
	who   string
	// after is done when the lock has been given back, before the answer is written.
	after []func()
}

// operation is a row of the table of endpoints and what answers it.
type operation struct {
	world.Endpoint
	product string // verify, api, lookups
	OK      int
	// MainOnly says that a standard API key is refused.
	MainOnly bool
	do       func(*call) (any, *problem)
}

// product is the Twilio product behind a host name, "" for a host that is not Twilio's.
func product(host string) string {
	host, _, _ = strings.Cut(strings.ToLower(host), ":")
	if name, ok := strings.CutSuffix(host, ".twilio.com"); ok {
		name, _, _ = strings.Cut(name, ".") // verify.sydney.au1.twilio.com
		return name
	}
	return ""
}

// find is the operation for a request, or the methods that its path would allow.
func find(product, method, path string) (op *operation, params map[string]string, allowed []string) {
	if method == http.MethodHead {
		method = http.MethodGet
	}
	for i := range operations {
		o := &operations[i]
		if product != "" && o.product != product {
			continue
		}
		p, ok := match(o.Path, path)
		if !ok {
			continue
		}
		if o.Method == method {
			return o, p, nil
		}
		if !slices.Contains(allowed, o.Method) {
			allowed = append(allowed, o.Method)
		}
	}
	return nil, nil, allowed
}

// match compares a path with a pattern whose segments may hold one {name}, as in "/Keys/{Sid}.json".
func match(pattern, path string) (map[string]string, bool) {
	want, got := strings.Split(pattern, "/"), strings.Split(path, "/")
	if len(want) != len(got) {
		return nil, false
	}
	params := map[string]string{}
	for i, w := range want {
		before, rest, ok := strings.Cut(w, "{")
		if !ok {
			if w != got[i] {
				return nil, false
			}
			continue
		}
		name, after, _ := strings.Cut(rest, "}")
		value, okBefore := strings.CutPrefix(got[i], before)
		value, okAfter := strings.CutSuffix(value, after)
		if !okBefore || !okAfter || value == "" {
			return nil, false
		}
		params[name] = value
	}
	return params, true
}

// Endpoints is the table of what is emulated and from which source.
func Endpoints() []world.Endpoint {
	rows := make([]world.Endpoint, len(operations))
	for i, o := range operations {
		rows[i] = o.Endpoint
	}
	return rows
}
