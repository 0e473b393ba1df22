package cloudflare

import (
	"encoding/json"
	"io"
	"net/http"
	"regexp"
	"strings"
)

// maxRequest is the largest body that is read: the largest Worker of a paid plan is 10 MB compressed.
const maxRequest = 20 << 20

// call is one request to the API.
type call struct {
	rw http.ResponseWriter
	r  *http.Request
}

var accountID = regexp.MustCompile(`^[0-9a-f]{32}$`)

// authorize checks the token, and that it may act for the account in the path.
func (s *Server) authorize(c *call, r row) error {
	given := c.r.Header.Get("Authorization")
	if given == "" {
		return refuse(http.StatusBadRequest, 9106, "Missing X-Auth-Key, X-Auth-Email or Authorization headers")
	}
	scheme, token, _ := strings.Cut(given, " ")
	if !strings.EqualFold(scheme, "bearer") || strings.TrimSpace(token) == "" || strings.ContainsAny(token, " \t") {
		return &apiError{Status: http.StatusBadRequest, Code: 6003, Message: "Invalid request headers",
			Chain: []apiError{{Code: 6111, Message: "Invalid format for Authorization header"}}}
	}
	account, scoped := c.r.PathValue("account"), strings.Contains(r.Path, "{account}")
	known := token == s.o.Token || s.o.Powerless != "" && token == s.o.Powerless
	switch {
	case !known && r.free:
		return refuse(http.StatusUnauthorized, 1000, "Invalid API Token")
	case !known:
		if s.o.World.Behaviour(badToken) == "403 9109" {
			return refuse(http.StatusForbidden, 9109, "Invalid access token")
		}
		return errAuth
	case scoped && !accountID.MatchString(account):
		return noRoute(c.r.URL.Path)
	case scoped && account != s.o.AccountID:
		if s.o.World.Behaviour(wrongAccount) == "404 7003" {
			return noRoute(c.r.URL.Path)
		}
		return errAuth
	case !r.free && token != s.o.Token:
		return errAuth
	}
	return nil
}

func (c *call) answer(result any) error {
	send(c.rw, http.StatusOK, envelope{Result: result, Success: true, Errors: []any{}, Messages: []any{}})
	return nil
}

func (c *call) path(name string) string { return c.r.PathValue(name) }

func (c *call) raw() ([]byte, error) {
	b, err := io.ReadAll(io.LimitReader(c.r.Body, maxRequest+1))
	if err != nil {
		return nil, refuse(http.StatusBadRequest, 10001, "The request could not be read")
	}
	if len(b) > maxRequest {
		return nil, refuse(http.StatusRequestEntityTooLarge, 10027, "workers.api.error.script_too_large")
	}
	return b, nil
}

func (c *call) decode(into any) error {
	b, err := c.raw()
	if err != nil {
		return err
	}
	if json.Unmarshal(b, into) != nil {
		return refuse(http.StatusBadRequest, 10026, "Could not parse request body, invalid JSON.")
	}
	return nil
}
