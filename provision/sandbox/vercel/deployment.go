package vercel

import (
	"crypto/sha1"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"maps"
	"net/http"
	"path"
	"slices"
	"strings"
	"time"
)

// phase is where a deployment stands.
type phase string

const (
	queued   phase = "QUEUED"
	building phase = "BUILDING"
	ready    phase = "READY"
	failed   phase = "ERROR"
	canceled phase = "CANCELED"
)

// buildTime is how long a build takes when nobody looks; each look at it (GET) brings it a phase further.
const buildTime = 2 * time.Second

// deployment is one deployment with the files and the environment it was made with.
type deployment struct {
	ID          string            `json:"id"`
	ProjectID   string            `json:"projectId"`
	TeamID      string            `json:"teamId"`
	Name        string            `json:"name"`
	URL         string            `json:"url"` // host, without scheme
	Target      string            `json:"target"`
	CreatedAt   int64             `json:"createdAt"`
	ReadyAt     int64             `json:"readyAt,omitempty"`
	Phase       phase             `json:"phase"`
	Aliased     bool              `json:"aliased"`
	Superseded  bool              `json:"superseded,omitempty"` // a newer one was ready first and has the production hosts
	Looks       int               `json:"looks"`
	ErrorCode   string            `json:"errorCode,omitempty"`
	ErrorText   string            `json:"errorText,omitempty"`
	Files       map[string]string `json:"files"` // path -> SHA-1
	Env         map[string]string `json:"env"`   // the project's at the time of creation
	Meta        map[string]string `json:"meta,omitempty"`
	Settings    map[string]any    `json:"settings,omitempty"`
	NodeVersion string            `json:"nodeVersion"`
}

type fileInput struct {
	File     string  `json:"file"`
	Data     *string `json:"data"`
	Encoding string  `json:"encoding"`
	SHA      string  `json:"sha"`
	Size     int64   `json:"size"`
}

type deploymentInput struct {
	Name            string            `json:"name"`
	Project         string            `json:"project"`
	Target          string            `json:"target"`
	Files           []fileInput       `json:"files"`
	Meta            map[string]string `json:"meta"`
	ProjectSettings map[string]any    `json:"projectSettings"`
	Env             map[string]string `json:"env"`
}

func digest(b []byte) string {
	sum := sha1.Sum(b)
	return hex.EncodeToString(sum[:])
}

func (s *Server) uploadFile(c *call) error {
	want := c.r.Header.Get("x-vercel-digest")
	if want == "" {
		want = c.r.Header.Get("x-now-digest")
	}
	if want == "" {
		return badRequest("Missing `x-vercel-digest` header")
	}
	b, err := c.raw()
	if err != nil {
		return err
	}
	if got := digest(b); !strings.EqualFold(got, want) {
		return &apiError{Status: http.StatusBadRequest, Code: "invalid_sha", Message: fmt.Sprintf("The provided SHA does not match the file: expected %s, got %s", want, got)}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.state.Files[strings.ToLower(want)] = b
	return c.answer(http.StatusOK, map[string]any{"urls": []string{}})
}

// files stores inlined files and returns all by path. The lock must be held.
func (s *Server) files(list []fileInput) (map[string]string, error) {
	files := map[string]string{}
	missing := []string{}
	for _, f := range list {
		name := strings.TrimPrefix(f.File, "./")
		if name == "" || strings.HasPrefix(name, "/") || path.Clean(name) != name || strings.HasPrefix(name, "../") || name == ".." {
			return nil, badRequest("Invalid request: the file path %q is invalid.", f.File)
		}
		if f.Data == nil {
			sha := strings.ToLower(f.SHA)
			if sha == "" {
				return nil, badRequest("Invalid request: `files` should have `data` or `sha`.")
			}
			content, ok := s.state.Files[sha]
			if !ok {
				if !slices.Contains(missing, f.SHA) {
					missing = append(missing, f.SHA)
				}
				continue
			}
			if f.Size != 0 && f.Size != int64(len(content)) {
				return nil, badRequest("The size of %q does not match the uploaded file.", f.File)
			}
			files[name] = sha
			continue
		}
		content := []byte(*f.Data)
		switch f.Encoding {
		case "", "utf-8":
		case "base64":
			var err error
			if content, err = base64.StdEncoding.DecodeString(*f.Data); err != nil {
				return nil, badRequest("The file %q is not valid base64.", f.File)
			}
		default:
			return nil, badRequest("Invalid request: `files.encoding` should be equal to one of the allowed values \"base64, utf-8\".")
		}
		sha := digest(content)
		s.state.Files[sha] = content
		files[name] = sha
	}
	if len(missing) > 0 {
		return nil, &apiError{Status: http.StatusBadRequest, Code: "missing_files", Message: "Missing files", Extra: map[string]any{"missing": missing}}
	}
	return files, nil
}

func (s *Server) createDeployment(c *call) error {
	var in deploymentInput
	if err := c.decode(&in); err != nil {
		return err
	}
	switch {
	case in.Name == "" && in.Project == "":
		return badRequest("Invalid request: missing required property `name`.")
	case in.Target != "" && in.Target != "production" && in.Target != "staging" && in.Target != "preview":
		return badRequest("Invalid request: `target` should be equal to one of the allowed values \"production, staging, preview\".")
	case c.flag("prebuilt"):
		return badRequest("The sandbox does not run prebuilt output; send the source files.")
	case in.Files == nil:
		return badRequest("Invalid request: missing required property `files`.")
	}
	if in.Target == "preview" || in.Target == "staging" {
		in.Target = ""
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	key := in.Project
	if key == "" {
		key = in.Name
	}
	p, err := s.find(c.team, key)
	if err != nil && in.Project != "" {
		return err
	}
	if (p == nil || !s.deployed(p)) && in.ProjectSettings == nil && !c.flag("skipAutoDetectionConfirmation") {
		return &apiError{Status: http.StatusBadRequest, Code: "missing_project_settings",
			Message: "The `projectSettings` object is required for new projects, but is missing in the deployment payload",
			Extra: map[string]any{"framework": map[string]any{"slug": nil, "name": "Other"},
				"projectSettings": map[string]any{"framework": nil, "buildCommand": nil, "devCommand": nil, "outputDirectory": nil}}}
	}
	files, err := s.files(in.Files)
	if err != nil {
		return err
	}
	if p == nil {
		if p, err = s.addProject(c.team, projectBody{Name: in.Name}, nil); err != nil {
			return err
		}
	}
	d := s.newDeployment(p, in, files)
	s.state.Deployments[d.ID] = d
	return c.answer(http.StatusOK, s.deploymentBody(d, c.team))
}

func (s *Server) deployed(p *project) bool {
	for _, d := range s.state.Deployments {
		if d.ProjectID == p.ID {
			return true
		}
	}
	return false
}

// newDeployment takes the project's environment as it is now: later changes only reach later deployments.
func (s *Server) newDeployment(p *project, in deploymentInput, files map[string]string) *deployment {
	environment := in.Target
	if environment == "" {
		environment = "preview"
	}
	team := s.team(p.TeamID)
	url := s.freeHost(label(p.Name, 30) + "-" + randomText("0123456789abcdefghijklmnopqrstuvwxyz", 9) + "-" + label(team.Slug, 20))
	d := &deployment{ID: newID("dpl_", 28), ProjectID: p.ID, TeamID: p.TeamID, Name: p.Name, URL: url, Target: in.Target, CreatedAt: s.now(),
		Phase: queued, Files: files, Meta: in.Meta, Settings: in.ProjectSettings, NodeVersion: p.NodeVersion,
		Env: map[string]string{"VERCEL": "1", "VERCEL_ENV": environment, "VERCEL_TARGET_ENV": environment, "VERCEL_URL": url, "VERCEL_REGION": "iad1",
			"VERCEL_DEPLOYMENT_ID": "", "VERCEL_PROJECT_ID": p.ID, "VERCEL_PROJECT_PRODUCTION_URL": s.productionHost(p)}}
	d.Env["VERCEL_DEPLOYMENT_ID"] = d.ID
	for _, v := range p.Env {
		if slices.Contains(v.Target, environment) && v.GitBranch == "" {
			d.Env[v.Key] = v.Value
		}
	}
	maps.Copy(d.Env, in.Env)
	return d
}

func (s *Server) team(id string) Team {
	for _, t := range s.o.Teams {
		if t.ID == id {
			return t
		}
	}
	return s.o.Teams[0]
}

// advance moves a deployment on: one phase for a look at it, or to its end when the time is up. It returns the
// hosts that lead to it from now on. The lock must be held.
func (s *Server) advance(d *deployment, look bool) []string {
	over := s.o.World.Now().UnixMilli()-d.CreatedAt >= buildTime.Milliseconds()
	if look {
		d.Looks++
	}
	late := s.o.World.Behaviour(aliasAssigned) == "after_ready"
	switch {
	case d.Phase == queued && !over && look:
		d.Phase = building
		return nil
	case (d.Phase == queued || d.Phase == building) && (over || look):
		d.ReadyAt = s.now()
		if d.ErrorCode, d.ErrorText = check(s.contents(d)); d.ErrorCode != "" {
			d.Phase = failed
			return nil
		}
		d.Phase = ready
		if late && look {
			return nil
		}
	}
	if d.Phase != ready || d.Aliased || d.Superseded || !look && !over {
		return nil
	}
	return s.assign(d)
}

// contents is the deployment's files by path. The lock must be held.
func (s *Server) contents(d *deployment) map[string][]byte {
	files := make(map[string][]byte, len(d.Files))
	for name, sha := range d.Files {
		files[name] = s.state.Files[sha]
	}
	return files
}

// advanceAll lets time pass for every deployment.
func (s *Server) advanceAll() {
	s.mu.Lock()
	var hosts []string
	for _, d := range slices.Backward(s.sortedDeployments()) {
		hosts = append(hosts, s.advance(d, false)...)
	}
	s.mu.Unlock()
	s.announce(hosts)
}

func (s *Server) sortedDeployments() []*deployment {
	return slices.SortedFunc(maps.Values(s.state.Deployments), func(a, b *deployment) int { return int(b.CreatedAt - a.CreatedAt) })
}

// findDeployment looks a deployment up by id, URL or alias. The lock must be held.
func (s *Server) findDeployment(team Team, key string) (*deployment, error) {
	if a, ok := s.state.Aliases[key]; ok {
		key = a.DeploymentID
	}
	for _, d := range s.state.Deployments {
		if d.TeamID == team.ID && (d.ID == key || d.URL == key) {
			return d, nil
		}
	}
	return nil, &apiError{Status: http.StatusNotFound, Code: "not_found", Message: "Deployment not found"}
}

func (s *Server) getDeployment(c *call) error {
	s.mu.Lock()
	d, err := s.findDeployment(c.team, c.path("deployment"))
	if err != nil {
		s.mu.Unlock()
		return err
	}
	hosts := s.advance(d, true)
	body := s.deploymentBody(d, c.team)
	s.mu.Unlock()
	s.announce(hosts)
	return c.answer(http.StatusOK, body)
}

func (s *Server) listDeployments(c *call) error {
	s.advanceAll()
	s.mu.Lock()
	defer s.mu.Unlock()
	projectID := c.query("projectId")
	if projectID != "" {
		if p, err := s.find(c.team, projectID); err == nil {
			projectID = p.ID
		}
	}
	states := strings.Split(c.query("state"), ",")
	var mine []*deployment
	for _, d := range s.sortedDeployments() {
		if d.TeamID != c.team.ID || projectID != "" && d.ProjectID != projectID || c.query("app") != "" && d.Name != c.query("app") ||
			c.query("target") != "" && d.Target != c.query("target") || c.query("state") != "" && !slices.Contains(states, string(d.Phase)) {
			continue
		}
		mine = append(mine, d)
	}
	shown, about, err := page(c, mine, func(d *deployment) int64 { return d.CreatedAt })
	if err != nil {
		return err
	}
	bodies := []any{}
	for _, d := range shown {
		bodies = append(bodies, s.summary(d))
	}
	return c.answer(http.StatusOK, map[string]any{"deployments": bodies, "pagination": about})
}

func (s *Server) cancelDeployment(c *call) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	d, err := s.findDeployment(c.team, c.path("deployment"))
	if err != nil {
		return err
	}
	if d.Phase != queued && d.Phase != building {
		return badRequest("The deployment is not being built and cannot be canceled.")
	}
	d.Phase = canceled
	return c.answer(http.StatusOK, s.deploymentBody(d, c.team))
}

func (s *Server) deleteDeployment(c *call) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	d, err := s.findDeployment(c.team, c.path("deployment"))
	if err != nil {
		return err
	}
	s.removeDeployment(d.ID)
	return c.answer(http.StatusOK, map[string]any{"uid": d.ID, "state": "DELETED"})
}

// removeDeployment forgets a deployment and what leads to it. The lock must be held.
func (s *Server) removeDeployment(id string) {
	delete(s.state.Deployments, id)
	for host, a := range s.state.Aliases {
		if a.DeploymentID == id {
			delete(s.state.Aliases, host)
		}
	}
	if b, ok := s.built[id]; ok {
		b.close()
		delete(s.built, id)
	}
}
