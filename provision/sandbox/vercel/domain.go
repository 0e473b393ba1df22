package vercel

import (
	"net/http"
	"slices"
	"strings"
)

// domainBody is a domain of a project as the API shows it.
func domainBody(p *project, name string) map[string]any {
	apex := name
	if labels := strings.Split(name, "."); len(labels) > 2 {
		apex = strings.Join(labels[len(labels)-2:], ".")
	}
	return map[string]any{"name": name, "apexName": apex, "projectId": p.ID, "redirect": nil, "redirectStatusCode": nil,
		"gitBranch":           nil,
		"customEnvironmentId": nil, "createdAt": p.CreatedAt, "updatedAt": p.UpdatedAt, "verified": true}
}

func (s *Server) listDomains(c *call) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	p, err := s.find(c.team, c.path("project"))
	if err != nil {
		return err
	}
	names := append([]string{s.productionHost(p)}, p.Domains...)
	shown, about, err := page(c, names, func(name string) int64 { return p.CreatedAt - int64(slices.Index(names, name)) })
	if err != nil {
		return err
	}
	list := []any{}
	for _, name := range shown {
		list = append(list, domainBody(p, name))
	}
	return c.answer(http.StatusOK, map[string]any{"domains": list, "pagination": about})
}

// addDomain gives a project a further production domain, which leads where its own host leads.
func (s *Server) addDomain(c *call) error {
	var in struct {
		Name string `json:"name"`
	}
	if err := c.decode(&in, "name", "gitBranch", "customEnvironmentId", "redirect", "redirectStatusCode"); err != nil {
		return err
	}
	name := strings.ToLower(in.Name)
	if !strings.Contains(name, ".") || strings.ContainsAny(name, "/: ") {
		return &apiError{Status: http.StatusBadRequest, Code: "invalid_domain", Message: "The domain name is invalid."}
	}
	s.mu.Lock()
	p, err := s.find(c.team, c.path("project"))
	var hosts []string
	var answer map[string]any
	switch {
	case err != nil:
	case p.Host == name || slices.Contains(p.Domains, name):
		err = &apiError{Status: http.StatusBadRequest, Code: "domain_already_in_use",
			Message: "The domain is already assigned to this project."}
	case s.taken(name):
		err = &apiError{Status: http.StatusConflict, Code: "domain_already_in_use",
			Message: "The domain is already assigned to another project."}
	default:
		p.Domains = append(p.Domains, name)
		if d := s.current(p); d != nil {
			s.point(name, d, true)
			hosts = []string{name}
		}
		answer = domainBody(p, name)
	}
	s.mu.Unlock()
	if err != nil {
		return err
	}
	s.announce(hosts)
	return c.answer(http.StatusOK, answer)
}
