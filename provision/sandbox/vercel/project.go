package vercel

import (
	"encoding/json"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strings"
)

// project is one project of a team.
type project struct {
	ID          string          `json:"id"`
	TeamID      string          `json:"teamId"`
	Name        string          `json:"name"`
	CreatedAt   int64           `json:"createdAt"`
	UpdatedAt   int64           `json:"updatedAt"`
	NodeVersion string          `json:"nodeVersion"`
	Settings    map[string]any  `json:"settings"` // framework, buildCommand and the like, as given
	SSO         json.RawMessage `json:"sso"`      // ssoProtection; "null" is off
	Env         []*variable     `json:"env"`
	Host        string          `json:"host"`              // production host, "" before the first production deployment
	Domains     []string        `json:"domains,omitempty"` // further production domains, added by people
}

const standard = "all_except_custom_domains"

var (
	nameRule   = regexp.MustCompile(`^[a-z0-9._-]+$`)
	settings   = []string{"framework", "buildCommand", "devCommand", "installCommand", "outputDirectory", "rootDirectory", "publicSource", "commandForIgnoringBuildStep", "serverlessFunctionRegion"}
	nodes      = []string{"24.x", "22.x", "20.x", "18.x", "16.x", "14.x", "12.x", "10.x"}
	projectNew = append([]string{"enablePreviewFeedback", "enableProductionFeedback", "previewDeploymentsDisabled", "environmentVariables",
		"gitRepository", "name", "skipGitConnectDuringLink", "ssoProtection", "serverlessFunctionZeroConfigFailover", "oidcTokenConfig",
		"enableAffectedProjectsDeployments", "resourceConfig"}, settings...)
	projectEdit = append([]string{"autoExposeSystemEnvs", "autoAssignCustomDomains", "autoAssignCustomDomainsUpdatedBy", "customerSupportCodeVisibility",
		"directoryListing", "gitForkProtection", "gitLFS", "name", "nodeVersion", "previewDeploymentsDisabled", "resourceConfig",
		"serverlessFunctionZeroConfigFailover", "skewProtectionBoundaryAt", "skewProtectionMaxAge", "skipGitConnectDuringLink",
		"sourceFilesOutsideRootDirectory", "enablePreviewFeedback", "enableProductionFeedback", "enableAffectedProjectsDeployments", "staticIps",
		"oidcTokenConfig", "passwordProtection", "ssoProtection", "trustedIps", "optionsAllowlist", "connectConfigurations"}, settings...)
)

func checkName(name string) error {
	switch {
	case name == "":
		return badRequest("Invalid request: missing required property `name`.")
	case len(name) > 100:
		return badRequest("Invalid request: `name` should NOT be longer than 100 characters.")
	case !nameRule.MatchString(name) || strings.Contains(name, "---"):
		return &apiError{Status: http.StatusBadRequest, Code: "invalid_name",
			Message: "Project names can be up to 100 characters long and must be lowercase. They can include letters, digits, and the following characters: '.', '_', '-'. However, they cannot contain the sequence '---'."}
	}
	return nil
}

// protectionOf reads ssoProtection; absent gives the default.
func protectionOf(given json.RawMessage) (json.RawMessage, error) {
	if given == nil {
		return json.RawMessage(`{"deploymentType":"` + standard + `"}`), nil
	}
	var v *struct {
		DeploymentType string `json:"deploymentType"`
	}
	if json.Unmarshal(given, &v) != nil {
		return nil, badRequest("Invalid request: `ssoProtection` should be object,null.")
	}
	if v == nil {
		return json.RawMessage("null"), nil
	}
	switch v.DeploymentType {
	case "all", "preview", "prod_deployment_urls_and_all_previews", standard:
		return given, nil
	}
	return nil, badRequest("Invalid request: `ssoProtection.deploymentType` should be equal to one of the allowed values.")
}

// protection is the deployment type that is protected, "" for none.
func (p *project) protection() string {
	var v *struct {
		DeploymentType string `json:"deploymentType"`
	}
	if json.Unmarshal(p.SSO, &v) != nil || v == nil {
		return ""
	}
	return v.DeploymentType
}

// find looks a project up by id or name. The lock must be held.
func (s *Server) find(team Team, key string) (*project, error) {
	for _, p := range s.state.Projects {
		if p.TeamID == team.ID && (p.ID == key || p.Name == key) {
			return p, nil
		}
	}
	return nil, &apiError{Status: http.StatusNotFound, Code: "not_found", Message: "Project not found."}
}

type projectBody struct {
	Name string          `json:"name"`
	SSO  json.RawMessage `json:"ssoProtection"`
	Env  []envInput      `json:"environmentVariables"`
	Node string          `json:"nodeVersion"`
}

func (s *Server) createProject(c *call) error {
	b, err := c.raw()
	if err != nil {
		return err
	}
	allowed := projectNew
	if strings.HasPrefix(c.r.URL.Path, "/v1/") {
		allowed = nil // the CLI's own version is not described anywhere
	}
	var in projectBody
	given := map[string]json.RawMessage{}
	if err := decode(b, &in, allowed...); err != nil {
		return err
	}
	if err := decode(b, &given); err != nil {
		return err
	}
	in.SSO = given["ssoProtection"]
	s.mu.Lock()
	defer s.mu.Unlock()
	p, err := s.addProject(c.team, in, given)
	if err != nil {
		return err
	}
	return c.answer(http.StatusOK, s.projectBody(p))
}

// addProject makes a project. The lock must be held.
func (s *Server) addProject(team Team, in projectBody, given map[string]json.RawMessage) (*project, error) {
	if err := checkName(in.Name); err != nil {
		return nil, err
	}
	sso, err := protectionOf(in.SSO)
	if err != nil {
		return nil, err
	}
	if _, err := s.find(team, in.Name); err == nil {
		return nil, &apiError{Status: http.StatusConflict, Code: "conflict", Message: `Project "` + in.Name + `" already exists, please use a new name.`}
	}
	now := s.now()
	p := &project{ID: newID("prj_", 28), TeamID: team.ID, Name: in.Name, CreatedAt: now, UpdatedAt: now, NodeVersion: "24.x",
		Settings: map[string]any{}, SSO: sso}
	p.set(given)
	for _, v := range in.Env {
		if err := v.check(); err != nil {
			return nil, err
		}
		if _, err := s.putEnv(p, v, false); err != nil {
			return nil, err
		}
	}
	s.state.Projects[p.ID] = p
	return p, nil
}

func (p *project) set(given map[string]json.RawMessage) {
	for _, name := range settings {
		if raw, ok := given[name]; ok {
			var v any
			_ = json.Unmarshal(raw, &v)
			p.Settings[name] = v
		}
	}
}

func (s *Server) getProject(c *call) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	p, err := s.find(c.team, c.path("project"))
	if err != nil {
		return err
	}
	return c.answer(http.StatusOK, s.projectBody(p))
}

func (s *Server) listProjects(c *call) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	var mine []*project
	for _, p := range s.sortedProjects() {
		if p.TeamID == c.team.ID && strings.Contains(p.Name, c.query("search")) {
			mine = append(mine, p)
		}
	}
	shown, about, err := page(c, mine, func(p *project) int64 { return p.CreatedAt })
	if err != nil {
		return err
	}
	bodies := []any{}
	for _, p := range shown {
		bodies = append(bodies, s.projectBody(p))
	}
	return c.answer(http.StatusOK, map[string]any{"projects": bodies, "pagination": about})
}

func (s *Server) editProject(c *call) error {
	b, err := c.raw()
	if err != nil {
		return err
	}
	var in projectBody
	given := map[string]json.RawMessage{}
	if err := decode(b, &in, projectEdit...); err != nil {
		return err
	}
	if err := decode(b, &given); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	p, err := s.find(c.team, c.path("project"))
	if err != nil {
		return err
	}
	edited := *p
	edited.Settings = maps.Clone(p.Settings)
	if raw, ok := given["ssoProtection"]; ok {
		if edited.SSO, err = protectionOf(raw); err != nil {
			return err
		}
	}
	if _, ok := given["nodeVersion"]; ok {
		if !slices.Contains(nodes, in.Node) {
			return badRequest("Invalid request: `nodeVersion` should be equal to one of the allowed values.")
		}
		edited.NodeVersion = in.Node
	}
	if _, ok := given["name"]; ok && in.Name != p.Name {
		if err := checkName(in.Name); err != nil {
			return err
		}
		if _, err := s.find(c.team, in.Name); err == nil {
			return &apiError{Status: http.StatusConflict, Code: "conflict", Message: `Project "` + in.Name + `" already exists, please use a new name.`}
		}
		edited.Name = in.Name
	}
	edited.set(given)
	edited.UpdatedAt = s.now()
	*p = edited
	return c.answer(http.StatusOK, s.projectBody(p))
}

func (s *Server) deleteProject(c *call) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	p, err := s.find(c.team, c.path("project"))
	if err != nil {
		return err
	}
	for id, d := range s.state.Deployments {
		if d.ProjectID == p.ID {
			s.removeDeployment(id)
		}
	}
	delete(s.state.Projects, p.ID)
	c.rw.WriteHeader(http.StatusNoContent)
	return nil
}

// projectBody is the project as the API shows it. The lock must be held.
func (s *Server) projectBody(p *project) map[string]any {
	body := map[string]any{"accountId": p.TeamID, "id": p.ID, "name": p.Name, "createdAt": p.CreatedAt, "updatedAt": p.UpdatedAt,
		"nodeVersion": p.NodeVersion, "directoryListing": false, "ssoProtection": p.SSO, "live": false, "autoExposeSystemEnvs": true,
		"autoAssignCustomDomains": true, "gitForkProtection": true, "gitLFS": false, "sourceFilesOutsideRootDirectory": true,
		"resourceConfig": map[string]any{"fluid": true}, "defaultResourceConfig": map[string]any{"fluid": true}, "env": envBodies(p.Env, false)}
	for _, name := range settings {
		body[name] = p.Settings[name]
	}
	var latest []*deployment
	for _, d := range s.sortedDeployments() {
		if d.ProjectID == p.ID {
			latest = append(latest, d)
		}
	}
	summaries := []any{}
	targets := map[string]any{}
	for _, d := range latest {
		if len(summaries) < 2 {
			summaries = append(summaries, s.summary(d))
		}
		if d.Target != "" && d.Phase == ready && targets[d.Target] == nil {
			targets[d.Target] = s.summary(d)
		}
	}
	if d := s.current(p); d != nil {
		targets["production"] = s.summary(d)
	}
	body["latestDeployments"], body["targets"] = summaries, targets
	aliases := []any{}
	for _, host := range append([]string{p.Host}, p.Domains...) {
		if s.state.Aliases[host] != nil {
			aliases = append(aliases, map[string]any{"configuredBy": "A", "createdAt": p.CreatedAt, "domain": host,
				"environment": "production", "target": "PRODUCTION"})
		}
	}
	if len(aliases) > 0 {
		body["alias"] = aliases
	}
	return body
}

// listCustomEnvironments has none to show: the account's plan allows none.
func (s *Server) listCustomEnvironments(c *call) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, err := s.find(c.team, c.path("project")); err != nil {
		return err
	}
	return c.answer(http.StatusOK, map[string]any{"accountLimit": map[string]any{"total": 0}, "environments": []any{}})
}
