package vercel

import (
	"maps"
	"net/http"
	"slices"
	"strings"
)

// alias is a host that leads to a deployment.
type alias struct {
	ID           string `json:"uid"`
	Host         string `json:"alias"`
	DeploymentID string `json:"deploymentId"`
	ProjectID    string `json:"projectId"`
	TeamID       string `json:"teamId"`
	Created      int64  `json:"created"`
	// Production marks the host that follows the project's production deployments.
	Production bool `json:"production"`
}

// reserved are labels under vercel.app that somebody else has.
var reserved = []string{"www", "app", "api", "admin", "auth", "blog", "demo", "docs", "login", "mail", "my-app", "sms", "status", "support", "test", "verify", "verify-phone", "phone-verification"}

// label makes a DNS label of a project's name.
func label(name string, n int) string {
	name = strings.Map(func(r rune) rune {
		if r == '.' || r == '_' {
			return '-'
		}
		return r
	}, name)
	if len(name) > n {
		name = name[:n]
	}
	return strings.Trim(name, "-")
}

// freeHost is label.vercel.app, or the label with four more characters if that is taken. The lock must be held.
func (s *Server) freeHost(label string) string {
	host := label + ".vercel.app"
	for label == "" || slices.Contains(reserved, label) || slices.Contains(s.o.Reserved, label) || s.taken(host) {
		label = strings.TrimSuffix(strings.TrimSuffix(host, ".vercel.app"), "-") + "-" + randomText("abcdefghijklmnopqrstuvwxyz0123456789", 4)
		if !s.taken(label + ".vercel.app") {
			return strings.TrimPrefix(label, "-") + ".vercel.app"
		}
	}
	return host
}

func (s *Server) taken(host string) bool {
	if _, ok := s.state.Aliases[host]; ok {
		return true
	}
	for _, p := range s.state.Projects {
		if p.Host == host || slices.Contains(p.Domains, host) {
			return true
		}
	}
	for _, d := range s.state.Deployments {
		if d.URL == host {
			return true
		}
	}
	return false
}

// productionHost is the project's own host; it is chosen once. The lock must be held.
func (s *Server) productionHost(p *project) string {
	if p.Host == "" {
		p.Host = s.freeHost(label(p.Name, 58))
	}
	return p.Host
}

// assign points the project's production hosts at a deployment that is ready. Where the newest wins, an older one that is late
// gets none of them, now or later. The lock must be held.
func (s *Server) assign(d *deployment) []string {
	p := s.state.Projects[d.ProjectID]
	if p == nil || d.Target != "production" {
		d.Aliased = true // there is nothing to wait for
		return nil
	}
	current := s.current(p)
	if current != nil && current.CreatedAt > d.CreatedAt && s.o.World.Behaviour(lateDeployment) == "newest_wins" {
		d.Superseded = true
		return nil
	}
	d.Aliased = true
	hosts := append([]string{s.productionHost(p)}, p.Domains...)
	for _, host := range hosts {
		s.point(host, d, true)
	}
	return hosts
}

// current is the deployment that the project's production host leads to, nil if there is none. The lock must be held.
func (s *Server) current(p *project) *deployment {
	if a := s.state.Aliases[p.Host]; a != nil {
		return s.state.Deployments[a.DeploymentID]
	}
	return nil
}

func (s *Server) point(host string, d *deployment, production bool) *alias {
	a := &alias{ID: newID("", 28), Host: host, DeploymentID: d.ID, ProjectID: d.ProjectID, TeamID: d.TeamID, Created: s.now(), Production: production}
	if old, ok := s.state.Aliases[host]; ok {
		a.ID, a.Production = old.ID, old.Production
	}
	s.state.Aliases[host] = a
	return a
}

func (s *Server) aliasesOf(deployment string) []string {
	hosts := []string{}
	for _, host := range slices.Sorted(maps.Keys(s.state.Aliases)) {
		if s.state.Aliases[host].DeploymentID == deployment {
			hosts = append(hosts, host)
		}
	}
	return hosts
}

// Hosts lists the hosts of production deployments and other aliases that lead to a deployment now, sorted.
func (s *Server) Hosts() []string {
	s.advanceAll()
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Sorted(maps.Keys(s.state.Aliases))
}

func (s *Server) createAlias(c *call) error {
	var in struct {
		Alias string `json:"alias"`
	}
	if err := c.decode(&in); err != nil {
		return err
	}
	host := strings.ToLower(strings.TrimPrefix(in.Alias, "https://"))
	if !strings.Contains(host, ".") {
		host += ".vercel.app"
	}
	name, ours := strings.CutSuffix(host, ".vercel.app")
	switch {
	case in.Alias == "":
		return badRequest("Invalid request: missing required property `alias`.")
	case !ours:
		return &apiError{Status: http.StatusForbidden, Code: "domain_not_found", Message: "The domain " + host + " is not known to the sandbox; use a name under vercel.app."}
	case strings.ContainsAny(name, "._/: ") || len(name) > 63 || name == "":
		return &apiError{Status: http.StatusBadRequest, Code: "invalid_alias", Message: "The supplied alias is invalid"}
	}
	s.mu.Lock()
	d, err := s.findDeployment(c.team, c.path("deployment"))
	var answer map[string]any
	if err == nil {
		answer, err = s.addAlias(d, host, name)
	}
	s.mu.Unlock()
	if err != nil {
		return err
	}
	s.announce([]string{host})
	return c.answer(http.StatusOK, answer)
}

func (s *Server) addAlias(d *deployment, host, name string) (map[string]any, error) {
	old := s.state.Aliases[host]
	switch {
	case d.Phase != ready:
		return nil, &apiError{Status: http.StatusBadRequest, Code: "deployment_not_ready", Message: "The deployment is not READY and can not be aliased"}
	case old != nil && old.DeploymentID == d.ID:
		return nil, &apiError{Status: http.StatusConflict, Code: "not_modified", Message: "The provided alias is already assigned to the given deployment"}
	case slices.Contains(reserved, name) || slices.Contains(s.o.Reserved, name) || old != nil && old.TeamID != d.TeamID ||
		old == nil && s.taken(host) && s.state.Projects[d.ProjectID].Host != host:
		return nil, &apiError{Status: http.StatusConflict, Code: "alias_in_use", Message: "The chosen alias \"" + host + "\" is already in use"}
	}
	a := s.point(host, d, false)
	answer := map[string]any{"uid": a.ID, "alias": host, "created": millis(a.Created)}
	if old != nil {
		answer["oldDeploymentId"] = old.DeploymentID
	}
	return answer, nil
}

func (s *Server) listDeploymentAliases(c *call) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	d, err := s.findDeployment(c.team, c.path("deployment"))
	if err != nil {
		return err
	}
	list := []any{}
	for _, host := range s.aliasesOf(d.ID) {
		a := s.state.Aliases[host]
		list = append(list, map[string]any{"uid": a.ID, "alias": a.Host, "created": millis(a.Created), "redirect": nil})
	}
	return c.answer(http.StatusOK, map[string]any{"aliases": list})
}

func (s *Server) aliasBody(a *alias) map[string]any {
	body := map[string]any{"uid": a.ID, "alias": a.Host, "created": millis(a.Created), "createdAt": a.Created, "updatedAt": a.Created,
		"deploymentId": a.DeploymentID, "projectId": a.ProjectID, "redirect": nil, "redirectStatusCode": nil, "creator": creator()}
	if d := s.state.Deployments[a.DeploymentID]; d != nil {
		body["deployment"] = map[string]any{"id": d.ID, "url": d.URL}
	}
	return body
}

func (s *Server) listAliases(c *call) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	newest := slices.SortedFunc(maps.Values(s.state.Aliases), func(a, b *alias) int { return int(b.Created - a.Created) })
	newest = slices.DeleteFunc(newest, func(a *alias) bool {
		return a.TeamID != c.team.ID || c.query("projectId") != "" && a.ProjectID != c.query("projectId") || c.query("domain") != "" && a.Host != c.query("domain")
	})
	shown, about, err := page(c, newest, func(a *alias) int64 { return a.Created })
	if err != nil {
		return err
	}
	list := []any{}
	for _, a := range shown {
		list = append(list, s.aliasBody(a))
	}
	return c.answer(http.StatusOK, map[string]any{"aliases": list, "pagination": about})
}

// findAlias looks an alias up by id or host. The lock must be held.
func (s *Server) findAlias(c *call) (*alias, error) {
	for _, a := range s.state.Aliases {
		if a.TeamID == c.team.ID && (a.ID == c.path("alias") || a.Host == c.path("alias")) {
			return a, nil
		}
	}
	return nil, notFound("The alias was")
}

func (s *Server) getAlias(c *call) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	a, err := s.findAlias(c)
	if err != nil {
		return err
	}
	return c.answer(http.StatusOK, s.aliasBody(a))
}

func (s *Server) deleteAlias(c *call) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	a, err := s.findAlias(c)
	if err != nil {
		return err
	}
	delete(s.state.Aliases, a.Host)
	return c.answer(http.StatusOK, map[string]any{"status": "SUCCESS"})
}
