package auth0

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/golang-jwt/jwt/v5"

	"phonegate/provision/sandbox/world"
)

// call is one Management API request. Operations run with the server locked unless their row says otherwise.
type call struct {
	r      *http.Request
	q      url.Values
	body   object
	list   []any // the body, if it is an array
	claims jwt.MapClaims
}

type operation func(*Server, *call) (int, any)

// row is one emulated operation: what the sandbox knows of it, and how it is answered.
type row struct {
	world.Endpoint
	// scopes are alternatives: one is enough.
	scopes []string
	op     operation
	// unlocked operations lock for themselves.
	unlocked bool
	// page answers operations outside the Management API.
	page func(*Server, http.ResponseWriter, *http.Request)
}

func (s *Server) mount() {
	for _, e := range table() {
		if e.op != nil {
			s.mux.Handle(e.Method+" "+e.Path, s.managed(e))
			continue
		}
		page := e.page
		s.mux.HandleFunc(e.Method+" "+e.Path, func(rw http.ResponseWriter, r *http.Request) { page(s, rw, r) })
	}
	s.mux.HandleFunc("/", func(rw http.ResponseWriter, r *http.Request) {
		world.MarkNotEmulated(rw)
		if strings.HasPrefix(r.URL.Path, "/api/") {
			WriteError(rw, 404)
			return
		}
		rw.Header().Set("Content-Type", "text/plain; charset=utf-8")
		rw.WriteHeader(404)
		_, _ = io.WriteString(rw, "Not found.")
	})
}

const maxBody = 2 << 20

// managed authenticates, checks the scope and the body's form, and runs the operation.
func (s *Server) managed(e row) http.Handler {
	return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		c := &call{r: r, q: r.URL.Query()}
		if status, body := s.authenticate(c, e.scopes); status != 0 {
			writeJSON(rw, status, body)
			return
		}
		if r.Method == http.MethodPost || r.Method == http.MethodPatch || r.Method == http.MethodPut {
			if status, body := readBody(c); status != 0 {
				writeJSON(rw, status, body)
				return
			}
		}
		if e.unlocked {
			status, body := e.op(s, c)
			writeJSON(rw, status, body)
			return
		}
		status, body := s.locked(e, c)
		writeJSON(rw, status, body)
	})
}

// locked runs an operation under the lock and writes its answer out before letting go: answers alias live state.
func (s *Server) locked(e row, c *call) (int, any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	status, body := e.op(s, c)
	if c.r.Method != http.MethodGet && status < 300 {
		s.logAPI(c, e, status)
	}
	if body == nil {
		return status, nil
	}
	data, err := json.Marshal(body)
	if err != nil {
		return fail(500, "", "An internal server error occurred")
	}
	return status, json.RawMessage(data)
}

func (s *Server) authenticate(c *call, scopes []string) (int, any) {
	h := c.r.Header.Get("Authorization")
	if h == "" {
		return fail(401, "", "Missing authentication")
	}
	kind, token, ok := strings.Cut(h, " ")
	if !ok || !strings.EqualFold(kind, "Bearer") {
		return fail(400, "", "Bad HTTP authentication header format")
	}
	claims, err := s.verify(strings.TrimSpace(token))
	switch {
	case err == errAudience:
		return fail(401, "", "Bad audience: the token is not for this tenant's Management API")
	case err != nil && strings.Contains(err.Error(), "expired"):
		return fail(401, "", "Expired token received for JSON Web Token validation")
	case err != nil && strings.Contains(err.Error(), "signature"):
		return fail(401, "", "Invalid signature received for JSON Web Token validation")
	case err != nil:
		return fail(401, "", "Invalid token")
	}
	c.claims = claims
	scope, _ := claims["scope"].(string)
	held := strings.Fields(scope)
	if len(scopes) > 0 && !slices.ContainsFunc(scopes, func(x string) bool { return slices.Contains(held, x) }) {
		return fail(403, "insufficient_scope", "Insufficient scope, expected any of: "+strings.Join(scopes, ","))
	}
	return 0, nil
}

func readBody(c *call) (int, any) {
	data, err := io.ReadAll(io.LimitReader(c.r.Body, maxBody+1))
	if err != nil || len(data) > maxBody {
		return fail(413, "", "Payload content length greater than maximum allowed: 2097152")
	}
	c.body = object{}
	data = bytes.TrimSpace(data)
	if len(data) == 0 || string(data) == "null" {
		return 0, nil
	}
	if data[0] == '[' {
		if json.Unmarshal(data, &c.list) != nil {
			return fail(400, "invalid_body", "Invalid request payload JSON format")
		}
		return 0, nil
	}
	if json.Unmarshal(data, &c.body) != nil || c.body == nil {
		return fail(400, "invalid_body", "Invalid request payload JSON format")
	}
	return 0, nil
}

func (c *call) id() string { return c.r.PathValue("id") }
