package auth0

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"

	"phonegate/provision/sandbox/auth0/reply"
	"phonegate/provision/sandbox/auth0/tenant"
	"phonegate/provision/sandbox/world"
)

func (s *Server) mount() {
	for _, e := range s.rows() {
		if e.Op != nil {
			s.mux.Handle(e.Method+" "+e.Path, s.managed(e))
			continue
		}
		s.mux.Handle(e.Method+" "+e.Path, e.Page)
	}
	s.mux.HandleFunc("/", func(rw http.ResponseWriter, r *http.Request) {
		world.MarkNotEmulated(rw)
		if strings.HasPrefix(r.URL.Path, "/api/") {
			reply.WriteError(rw, 404)
			return
		}
		rw.Header().Set("Content-Type", "text/plain; charset=utf-8")
		rw.WriteHeader(404)
		_, _ = io.WriteString(rw, "Not found.")
	})
}

const maxBody = 2 << 20

// managed authenticates, checks the scope and the body's form, and runs the operation.
func (s *Server) managed(e tenant.Row) http.Handler {
	return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		c := &tenant.Call{Request: r, Query: r.URL.Query()}
		if status, body := s.authenticate(c, e.Scopes); status != 0 {
			reply.WriteJSON(rw, status, body)
			return
		}
		if r.Method == http.MethodPost || r.Method == http.MethodPatch || r.Method == http.MethodPut {
			if status, body := readBody(c); status != 0 {
				reply.WriteJSON(rw, status, body)
				return
			}
		}
		if e.Unlocked {
			status, body := e.Op(c)
			reply.WriteJSON(rw, status, body)
			return
		}
		status, body := s.locked(e, c)
		reply.WriteJSON(rw, status, body)
	})
}

// locked runs an operation under the lock and writes its answer out before letting go: answers alias live state.
func (s *Server) locked(e tenant.Row, c *tenant.Call) (int, any) {
	s.t.Lock()
	defer s.t.Unlock()
	status, body := e.Op(c)
	if c.Request.Method != http.MethodGet && status < 300 {
		s.logAPI(c, e, status)
	}
	if body == nil {
		return status, nil
	}
	data, err := json.Marshal(body)
	if err != nil {
		return reply.Fail(500, "", "An internal server error occurred")
	}
	return status, json.RawMessage(data)
}

// logAPI notes a successful write of the Management API.
func (s *Server) logAPI(c *tenant.Call, e tenant.Row, status int) {
	id, _ := c.Claims["azp"].(string)
	s.t.Log("sapi", s.directory.Who(id, "", ""), reply.Object{
		"description": strings.ToLower(e.Method) + " " + strings.TrimPrefix(e.Path, tenant.APIPath+"/"), "details": reply.Object{
			"request":  reply.Object{"method": strings.ToLower(c.Request.Method), "path": c.Request.URL.Path, "channel": "api", "userAgent": c.Request.UserAgent()},
			"response": reply.Object{"statusCode": status},
		},
	})
}

func (s *Server) authenticate(c *tenant.Call, scopes []string) (int, any) {
	h := c.Request.Header.Get("Authorization")
	if h == "" {
		return reply.Fail(401, "", "Missing authentication")
	}
	kind, token, ok := strings.Cut(h, " ")
	if !ok || !strings.EqualFold(kind, "Bearer") {
		return reply.Fail(400, "", "Bad HTTP authentication header format")
	}
	claims, err := s.t.Verify(strings.TrimSpace(token))
	switch {
	case errors.Is(err, tenant.ErrAudience):
		return reply.Fail(401, "", "Bad audience: the token is not for this tenant's Management API")
	case err != nil && strings.Contains(err.Error(), "expired"):
		return reply.Fail(401, "", "Expired token received for JSON Web Token validation")
	case err != nil && strings.Contains(err.Error(), "signature"):
		return reply.Fail(401, "", "Invalid signature received for JSON Web Token validation")
	case err != nil:
		return reply.Fail(401, "", "Invalid token")
	}
	c.Claims = claims
	held := c.Scopes()
	if len(scopes) > 0 && !slices.ContainsFunc(scopes, func(x string) bool { return slices.Contains(held, x) }) {
		return reply.Fail(403, "insufficient_scope", "Insufficient scope, expected any of: "+strings.Join(scopes, ","))
	}
	return 0, nil
}

func readBody(c *tenant.Call) (int, any) {
	data, err := io.ReadAll(io.LimitReader(c.Request.Body, maxBody+1))
	if err != nil || len(data) > maxBody {
		return reply.Fail(413, "", "Payload content length greater than maximum allowed: 2097152")
	}
	c.Body = reply.Object{}
	data = bytes.TrimSpace(data)
	if len(data) == 0 || string(data) == "null" {
		return 0, nil
	}
	if data[0] == '[' {
		if json.Unmarshal(data, &c.List) != nil {
			return reply.Fail(400, "invalid_body", "Invalid request payload JSON format")
		}
		return 0, nil
	}
	if json.Unmarshal(data, &c.Body) != nil || c.Body == nil {
		return reply.Fail(400, "invalid_body", "Invalid request payload JSON format")
	}
	return 0, nil
}
