package vercel

import (
	"encoding/json"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// maxRequest is the largest body the API takes (a file of 100 MB on the real one; nothing here is near).
const maxRequest = 20 << 20

// call is one request to the API.
type call struct {
	rw   http.ResponseWriter
	r    *http.Request
	team Team
}

// authorize checks the token and finds the team that the request is for.
func (s *Server) authorize(rw http.ResponseWriter, r *http.Request) (*call, error) {
	status := http.StatusForbidden
	if s.o.World.Behaviour(invalidToken) == "401" {
		status = http.StatusUnauthorized
	}
	scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if !strings.EqualFold(scheme, "bearer") || token == "" {
		return nil, &apiError{Status: status, Code: "forbidden", Message: "The request is missing an authentication token", Extra: map[string]any{"missingToken": true}}
	}
	if token != s.o.Token {
		return nil, &apiError{Status: status, Code: "forbidden", Message: "Not authorized", Extra: map[string]any{"invalidToken": true}}
	}
	c := &call{rw, r, s.o.Teams[0]}
	id, slug := r.URL.Query().Get("teamId"), r.URL.Query().Get("slug")
	if id == "" && slug == "" {
		return c, nil
	}
	i := slices.IndexFunc(s.o.Teams, func(t Team) bool { return (id == "" || t.ID == id || t.Slug == id) && (slug == "" || t.Slug == slug) })
	if i < 0 {
		return nil, &apiError{Status: http.StatusForbidden, Code: "forbidden", Message: "Not authorized"}
	}
	c.team = s.o.Teams[i]
	return c, nil
}

func (c *call) answer(status int, v any) error {
	writeJSON(c.rw, status, v)
	return nil
}

func (c *call) path(name string) string { return c.r.PathValue(name) }

func (c *call) query(name string) string { return c.r.URL.Query().Get(name) }

func (c *call) flag(name string) bool {
	v := c.query(name)
	return v == "1" || v == "true"
}

func (c *call) raw() ([]byte, error) {
	b, err := io.ReadAll(io.LimitReader(c.r.Body, maxRequest+1))
	if err != nil {
		return nil, badRequest("The body could not be read")
	}
	if len(b) > maxRequest {
		return nil, &apiError{Status: http.StatusRequestEntityTooLarge, Code: "size_limit_exceeded", Message: "The request body is too large"}
	}
	return b, nil
}

// decode reads the JSON body; with allowed names given, any other top-level one is refused as the API's schemas do.
func (c *call) decode(into any, allowed ...string) error {
	b, err := c.raw()
	if err != nil {
		return err
	}
	return decode(b, into, allowed...)
}

func decode(b []byte, into any, allowed ...string) error {
	if len(allowed) > 0 {
		var names map[string]json.RawMessage
		if json.Unmarshal(b, &names) != nil || names == nil {
			return badRequest("Invalid request: should be object.")
		}
		for name := range names {
			if !slices.Contains(allowed, name) {
				return badRequest("Invalid request: should NOT have additional property `%s`.", name)
			}
		}
	}
	if err := json.Unmarshal(b, into); err != nil {
		return &apiError{Status: http.StatusBadRequest, Code: "invalid_json", Message: "Invalid JSON"}
	}
	return nil
}

// page cuts out what limit, since and until ask for; items are newest first. limit is 20 unless told, at most 100.
func page[T any](c *call, items []T, at func(T) int64) ([]T, map[string]any, error) {
	number := func(name string, or int64) (int64, error) {
		if c.query(name) == "" {
			return or, nil
		}
		n, err := strconv.ParseInt(c.query(name), 10, 64)
		if err != nil {
			return 0, badRequest("Invalid request: `%s` should be integer.", name)
		}
		return n, nil
	}
	limit, err := number("limit", 20)
	if err != nil {
		return nil, nil, err
	}
	since, err := number("since", 0)
	if err != nil {
		return nil, nil, err
	}
	until, err := number("until", 1<<62)
	if err == nil && until == 1<<62 {
		until, err = number("from", until) // what /projects and /deployments call it
	}
	if err != nil {
		return nil, nil, err
	}
	if limit < 1 || limit > 100 {
		return nil, nil, badRequest("Invalid request: `limit` should be between 1 and 100.")
	}
	shown := []T{}
	more := false
	for _, item := range items {
		if t := at(item); t >= until || t <= since {
			continue
		}
		if more = int64(len(shown)) == limit; more {
			break
		}
		shown = append(shown, item)
	}
	about := map[string]any{"count": len(shown), "next": nil, "prev": nil}
	if len(shown) > 0 {
		about["prev"] = at(shown[0])
		if more {
			about["next"] = at(shown[len(shown)-1])
		}
	}
	return shown, about, nil
}
