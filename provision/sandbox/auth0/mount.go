package auth0

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"slices"
	"strings"

	"phonegate/provision/sandbox/world"
)

func (s *Server) mount() {
	for _, e := range s.rows() {
		if e.op != nil {
			s.mux.Handle(e.Method+" "+e.Path, s.managed(e))
			continue
		}
		s.mux.Handle(e.Method+" "+e.Path, e.page)
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
			status, body := e.op(c)
			writeJSON(rw, status, body)
			return
		}
		status, body := s.locked(e, c)
		writeJSON(rw, status, body)
	})
}

// locked runs an operation under the lock and writes its answer out before letting go: answers alias live state.
func (s *Server) locked(e row, c *call) (int, any) {
	s.t.Lock()
	defer s.t.Unlock()
	status, body := e.op(c)
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

// logAPI notes a successful write of the Management API.
func (s *Server) logAPI(c *call, e row, status int) {
	id, _ := c.claims["azp"].(string)
	s.t.Log("sapi", s.directory.Who(id, "", ""), object{
		"description": strings.ToLower(e.Method) + " " + strings.TrimPrefix(e.Path, v2+"/"), "details": object{
			"request":  object{"method": strings.ToLower(c.r.Method), "path": c.r.URL.Path, "channel": "api", "userAgent": c.r.UserAgent()},
			"response": object{"statusCode": status},
		},
	})
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
	claims, err := s.t.Verify(strings.TrimSpace(token))
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
	held := c.scopes()
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
