package cloudflare

import (
	"net/http"
	"strings"

	"phonegate/provision/sandbox/world"
)

// What wrangler asks beside the documented scripts: services, versions and deployments. One version runs at a time here; a
// deployment that splits visits among several is refused.

// errNoService is how a service is missing, which is an older word for a Worker.
var errNoService = &apiError{Status: http.StatusNotFound, Code: 10090, Message: "workers.api.error.service_not_found"}

func (s *Server) getService(c *call) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	w, err := s.find(c)
	if err != nil {
		return errNoService
	}
	return c.answer(map[string]any{"id": w.Name, "created_on": w.Created, "modified_on": w.Created,
		"default_environment": map[string]any{"environment": "production", "created_on": w.Created, "modified_on": w.Created, "script": w.about()}})
}

func (s *Server) getUser(c *call) error {
	if s.o.AccountOwned {
		return refuse(http.StatusForbidden, 9109, "Valid user-level authentication not found")
	}
	return c.answer(map[string]any{"id": "5a4db0c5f1a5e00000000000000000bb", "email": "sandbox@example.com"})
}

func (s *Server) listMemberships(c *call) error {
	if s.o.AccountOwned {
		return refuse(http.StatusForbidden, 9109, "Valid user-level authentication not found")
	}
	return c.answer([]any{map[string]any{"id": "5a4db0c5f1a5e00000000000000000cc", "status": "accepted", "account": s.account(), "roles": []string{"Administrator"}}})
}

// noNamespaces says that there is nothing else in the account that a Worker could have left behind.
func (s *Server) noNamespaces(c *call) error {
	send(c.rw, http.StatusOK, map[string]any{"result": []any{}, "success": true, "errors": []any{}, "messages": []any{},
		"result_info": map[string]int{"page": 1, "per_page": 100, "count": 0, "total_count": 0, "total_pages": 0}})
	return nil
}

// about is a version as the versions API shows it.
func (v *version) about() map[string]any {
	bindings := []any{}
	for _, b := range v.Bindings {
		bindings = append(bindings, b.shown())
	}
	return map[string]any{"id": v.ID, "number": v.Number, "startup_time_ms": 1,
		"metadata": map[string]any{"author_email": "sandbox@example.com", "author_id": "5a4db0c5f1a5e00000000000000000bb", "created_on": v.Created,
			"modified_on": v.Created, "source": v.Source, "has_preview": false},
		"annotations": map[string]any{},
		"resources": map[string]any{"bindings": bindings,
			"script":         map[string]any{"etag": v.etag(), "handlers": []string{"fetch"}, "last_deployed_from": v.Source},
			"script_runtime": map[string]any{"compatibility_date": v.Date, "compatibility_flags": v.Flags, "usage_model": "standard"}}}
}

func (s *Server) listVersions(c *call) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	w, err := s.find(c)
	if err != nil {
		return err
	}
	items := []any{}
	for i := len(w.Versions) - 1; i >= 0; i-- {
		items = append(items, w.Versions[i].about())
	}
	return c.answer(map[string]any{"items": items})
}

func (s *Server) getVersion(c *call) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	w, err := s.find(c)
	if err != nil {
		return err
	}
	v := w.version(c.path("version"))
	if v == nil {
		return refuse(http.StatusNotFound, 10007, "workers.api.error.version_not_found")
	}
	return c.answer(v.about())
}

// postVersion uploads a version that nobody meets before it is deployed.
func (s *Server) postVersion(c *call) error {
	body, err := c.raw()
	if err != nil {
		return err
	}
	u, err := parseUpload(c.r.Header.Get("Content-Type"), body)
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	w, err := s.find(c)
	if err != nil {
		return err
	}
	v, err := u.version(w.live(), s.o.World.Now(), s.keeps())
	if err != nil {
		return err
	}
	v.Source = c.source()
	s.add(w, v)
	return c.answer(v.about())
}

// deployment is a version that runs.
func (w *worker) deployment() map[string]any {
	v := w.live()
	return map[string]any{"id": v.ID, "created_on": v.Created, "source": v.Source, "strategy": "percentage", "author_email": "sandbox@example.com",
		"annotations": map[string]any{}, "versions": []any{map[string]any{"version_id": v.ID, "percentage": 100}}}
}

func (s *Server) listDeployments(c *call) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	w, err := s.find(c)
	if err != nil {
		return err
	}
	return c.answer(map[string]any{"deployments": []any{w.deployment()}})
}

func (s *Server) postDeployment(c *call) error {
	var in struct {
		Versions []struct {
			ID         string  `json:"version_id"`
			Percentage float64 `json:"percentage"`
		} `json:"versions"`
	}
	if err := c.decode(&in); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	w, err := s.find(c)
	if err != nil {
		return err
	}
	if len(in.Versions) != 1 || in.Versions[0].Percentage != 100 {
		world.MarkNotEmulated(c.rw)
		return refuse(http.StatusBadRequest, 10026, "The sandbox runs one version at a time.")
	}
	v := w.version(strings.ToLower(in.Versions[0].ID))
	if v == nil {
		return refuse(http.StatusNotFound, 10007, "workers.api.error.version_not_found")
	}
	s.run(w, v)
	return c.answer(w.deployment())
}

// scriptSettings are the settings that belong to no version; none of them changes what a visitor meets.
func (s *Server) scriptSettings(c *call) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	w, err := s.find(c)
	if err != nil {
		return err
	}
	return c.answer(map[string]any{"logpush": false, "tail_consumers": nil, "tags": w.Tags, "observability": map[string]any{"enabled": false}})
}
