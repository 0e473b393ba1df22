package cloudflare

import (
	"net/http"
	"regexp"
	"slices"
)

func (s *Server) verified(c *call) error {
	send(c.rw, http.StatusOK, envelope{Success: true, Errors: []any{},
		Messages: []any{map[string]any{"code": 10000, "message": "This API Token is valid and active", "type": nil}},
		Result:   map[string]any{"id": "5a4db0c5f1a5e00000000000000000aa", "status": "active"}})
	return nil
}

func (s *Server) verifyUserToken(c *call) error {
	if s.o.AccountOwned {
		return refuse(http.StatusUnauthorized, 1000, "Invalid API Token")
	}
	return s.verified(c)
}

func (s *Server) verifyAccountToken(c *call) error {
	if !s.o.AccountOwned {
		return refuse(http.StatusUnauthorized, 1000, "Invalid API Token")
	}
	return s.verified(c)
}

func (s *Server) account() map[string]any {
	return map[string]any{"id": s.o.AccountID, "name": s.o.AccountName, "type": "standard", "created_on": "2023-11-14T22:13:20.000000Z",
		"settings": map[string]any{"enforce_twofactor": false}}
}

func (s *Server) listAccounts(c *call) error { return c.answer([]any{s.account()}) }

func (s *Server) getAccount(c *call) error { return c.answer(s.account()) }

func (s *Server) getSubdomain(c *call) error {
	subdomain := s.subdomain()
	if subdomain == "" {
		return errNoSubdomain
	}
	return c.answer(map[string]string{"subdomain": subdomain})
}

var label = regexp.MustCompile(`^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$`)

// takenAnyway are labels that somebody else is sure to have.
var takenAnyway = []string{"www", "api", "dash", "workers", "cloudflare", "test", "example", "acme-dev"}

func (s *Server) taken(subdomain string) bool {
	return slices.Contains(takenAnyway, subdomain) || slices.Contains(s.o.Taken, subdomain)
}

// checkSubdomain says by its error whether a label is free: that is how dashboard and wrangler ask.
func (s *Server) checkSubdomain(c *call) error {
	switch name := c.path("subdomain"); {
	case s.taken(name):
		return errTaken
	case name == s.subdomain():
		return c.answer(map[string]string{"subdomain": name})
	}
	return refuse(http.StatusNotFound, 10032, "workers.api.error.subdomain_unavailable")
}

func (s *Server) putSubdomain(c *call) error {
	var in struct {
		Subdomain string `json:"subdomain"`
	}
	if err := c.decode(&in); err != nil {
		return err
	}
	switch {
	case !label.MatchString(in.Subdomain):
		return refuse(http.StatusBadRequest, 10033, "workers.api.error.invalid_subdomain")
	case s.taken(in.Subdomain):
		return errTaken
	}
	s.mu.Lock()
	if was := s.state.Subdomain; was != "" && s.o.World.Behaviour(subdomainChange) == "409 10036" {
		s.mu.Unlock()
		return refuse(http.StatusConflict, 10036, "workers.api.error.account_has_subdomain")
	}
	s.state.Subdomain = in.Subdomain
	answering := s.answering()
	s.mu.Unlock()
	s.announce(in.Subdomain, answering...)
	return c.answer(map[string]string{"subdomain": in.Subdomain})
}
