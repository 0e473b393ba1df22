package auth0

import (
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// object is a JSON object of the Management API.
type object = map[string]any

// failure is the Management API's error body.
type failure struct {
	StatusCode int    `json:"statusCode"`
	Error      string `json:"error"`
	Message    string `json:"message"`
	ErrorCode  string `json:"errorCode,omitempty"`
}

func fail(status int, code, message string) (int, any) {
	return status, failure{status, http.StatusText(status), message, code}
}

// invalidBody and invalidQuery are the answers of the schema check; property is "" where none is named.
func invalidBody(problem, property string) (int, any) {
	return fail(400, "invalid_body", "Payload validation error: '"+problem+"'"+onProperty(property)+".")
}

func invalidQuery(problem, property string) (int, any) {
	return fail(400, "invalid_query_string", "Query validation error: '"+problem+"'"+onProperty(property)+".")
}

func onProperty(p string) string {
	if p == "" {
		return ""
	}
	return " on property " + p
}

// known refuses query parameters that an operation does not have.
func known(c *call, allowed string) (int, any) {
	var bad []string
	for k := range c.q {
		if !slices.Contains(strings.Fields(allowed), k) {
			bad = append(bad, k)
		}
	}
	if len(bad) == 0 {
		return 0, nil
	}
	slices.Sort(bad)
	return invalidQuery("Additional properties not allowed: "+strings.Join(bad, ", "), "")
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
	_, body := fail(status, m[0], m[1])
	writeJSON(rw, status, body)
}

func writeJSON(rw http.ResponseWriter, status int, body any) {
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

// paging is a request's page and whether it wants totals.
type paging struct {
	page, perPage int
	totals        bool
}

// readPaging checks page and per_page, of which max is the largest allowed.
func readPaging(q url.Values, size, max int) (paging, bool) {
	p := paging{perPage: size, totals: q.Get("include_totals") == "true"}
	ok := true
	number := func(name string, into *int, low, high int) {
		if !q.Has(name) {
			return
		}
		n, err := strconv.Atoi(q.Get(name))
		if err != nil || n < low || n > high {
			ok = false
			return
		}
		*into = n
	}
	number("page", &p.page, 0, 1<<30)
	number("per_page", &p.perPage, 0, max)
	return p, ok
}

func badPaging() (int, any) {
	return invalidQuery("Value out of range: page starts at 0, per_page is at most 100", "per_page")
}

func slice[T any](p paging, all []T) []T {
	from := min(p.page*p.perPage, len(all))
	return slices.Clone(all[from:min(from+p.perPage, len(all))])
}

// classicPage is a page as clients, connections and users have it: a bare array, or with totals an object.
func classicPage(p paging, key string, all []object) any {
	page := slice(p, all)
	if page == nil {
		page = []object{}
	}
	if !p.totals {
		return page
	}
	return object{"total": len(all), "start": p.page * p.perPage, "limit": p.perPage, key: page}
}

// actionsPage is a page as Actions have it: zero values are omitted, an empty page has no total, page 0 no page.
func actionsPage(p paging, key string, all []object) object {
	page := slice(p, all)
	if page == nil {
		page = []object{}
	}
	o := object{key: page}
	if len(page) > 0 {
		o["total"] = len(all)
	}
	if p.page > 0 {
		o["page"] = p.page
	}
	if p.perPage > 0 {
		o["per_page"] = p.perPage
	}
	return o
}

// pick keeps or leaves out the fields that a request names with fields and include_fields.
func pick(q url.Values, o object) object {
	if q.Get("fields") == "" {
		return o
	}
	names := strings.Split(q.Get("fields"), ",")
	keep := q.Get("include_fields") != "false"
	out := object{}
	for k, v := range o {
		if slices.Contains(names, k) == keep {
			out[k] = v
		}
	}
	return out
}

// unknownProperty names the first property that is not allowed, "" if all are.
func unknownProperty(body object, allowed string) string {
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

// nanos is the time as Actions write it, millis as the rest of the API does.
func nanos(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000000000Z") }

func millis(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }

// clone copies a JSON value deeply, so that what leaves the lock can't change under a reader.
func clone[T any](v T) T {
	var out T
	data, err := json.Marshal(v)
	if err == nil {
		_ = json.Unmarshal(data, &out)
	}
	return out
}

func text(o object, key string) string {
	v, _ := o[key].(string)
	return v
}

func truth(o object, key string) bool {
	v, _ := o[key].(bool)
	return v
}

// texts reads an array of strings, whether it came from JSON or from the seed.
func texts(v any) []string {
	switch list := v.(type) {
	case []string:
		return list
	case []any:
		var out []string
		for _, e := range list {
			if t, ok := e.(string); ok {
				out = append(out, t)
			}
		}
		return out
	}
	return nil
}
