package vercel

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"

	"phonegate/provision/sandbox/world"
)

// variable is one environment variable of a project.
type variable struct {
	ID        string   `json:"id"`
	Key       string   `json:"key"`
	Value     string   `json:"value"`
	Type      string   `json:"type"`
	Target    []string `json:"target"`
	GitBranch string   `json:"gitBranch,omitempty"`
	Comment   string   `json:"comment,omitempty"`
	CreatedAt int64    `json:"createdAt"`
	UpdatedAt int64    `json:"updatedAt"`
}

// targets is a list of environments; the API also takes a single one.
type targets []string

// UnmarshalJSON implements json.Unmarshaler.
func (t *targets) UnmarshalJSON(b []byte) error {
	var one string
	if json.Unmarshal(b, &one) == nil {
		*t = targets{one}
		return nil
	}
	return json.Unmarshal(b, (*[]string)(t))
}

type envInput struct {
	Key       *string `json:"key"`
	Value     *string `json:"value"`
	Type      *string `json:"type"`
	Target    targets `json:"target"`
	GitBranch *string `json:"gitBranch"`
	Comment   *string `json:"comment"`
}

var keyRule = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)

// maxEnvValue is the documented limit of 64 kB for all variables of a deployment.
const maxEnvValue = 64 << 10

func envError(code, key, format string, args ...any) error {
	return &apiError{Status: http.StatusBadRequest, Code: code, Message: fmt.Sprintf(format, args...), Extra: map[string]any{"key": key}}
}

// check refuses what the API's schema and rules refuse.
func (in envInput) check() error {
	for name, v := range map[string]*string{"key": in.Key, "type": in.Type, "value": in.Value} {
		if v == nil {
			return badRequest("Invalid request: missing required property `%s`.", name)
		}
	}
	if len(in.Target) == 0 {
		return badRequest("Invalid request: missing required property `target`.")
	}
	return checkVariable(*in.Key, *in.Type, *in.Value, in.Target)
}

func checkVariable(key, kind, value string, target []string) error {
	if !keyRule.MatchString(key) {
		return envError("INVALID_KEY", key, "The name contains invalid characters. Only letters, digits, and underscores are allowed. Furthermore, the name should not start with a digit.")
	}
	if !slices.Contains([]string{"system", "encrypted", "plain", "sensitive"}, kind) {
		return badRequest("Invalid request: `type` should be equal to one of the allowed values \"system, encrypted, plain, sensitive\".")
	}
	for _, t := range target {
		if !slices.Contains([]string{"production", "preview", "development"}, t) {
			return badRequest("Invalid request: `target` should be equal to one of the allowed values \"production, preview, development\".")
		}
	}
	if kind == "sensitive" && slices.Contains(target, "development") {
		return envError("INVALID_TARGET", key, "You cannot set a Sensitive Environment Variable's target to development.")
	}
	if len(value) > maxEnvValue {
		return envError("MAX_ENVS_SIZE_EXCEEDED", key, "The environment variables exceed the limit of 64 kB.")
	}
	return nil
}

// putEnv adds a variable, or replaces those that it overlaps with. The lock must be held.
func (s *Server) putEnv(p *project, in envInput, upsert bool) (*variable, error) {
	now := s.now()
	v := &variable{ID: newID("", 16), Key: *in.Key, Value: *in.Value, Type: *in.Type, Target: in.Target, CreatedAt: now, UpdatedAt: now}
	if in.Comment != nil {
		v.Comment = *in.Comment
	}
	if in.GitBranch != nil {
		v.GitBranch = *in.GitBranch
	}
	at := slices.IndexFunc(p.Env, func(e *variable) bool { return e.overlaps(v.Key, v.GitBranch, v.Target) })
	if at < 0 {
		p.Env = append(p.Env, v)
		return v, nil
	}
	if !upsert {
		return nil, s.conflict(p.Env[at])
	}
	v.ID, v.CreatedAt = p.Env[at].ID, p.Env[at].CreatedAt
	p.Env = slices.DeleteFunc(p.Env, func(e *variable) bool { return e.overlaps(v.Key, v.GitBranch, v.Target) })
	p.Env = append(p.Env, v)
	return v, nil
}

func (v *variable) overlaps(key, branch string, target []string) bool {
	return v.Key == key && v.GitBranch == branch && slices.ContainsFunc(v.Target, func(t string) bool { return slices.Contains(target, t) })
}

func (s *Server) conflict(v *variable) error {
	e := &apiError{Status: http.StatusBadRequest, Code: "ENV_CONFLICT", Extra: map[string]any{"key": v.Key, "envVarKey": v.Key, "target": v.Target},
		Message: fmt.Sprintf("Another Environment Variable with the Name and Environment \"%s\" already exists: %s", strings.Join(v.Target, ", "), v.Key)}
	if s.o.World.Behaviour(envConflict) != envConflict.Values[0] {
		e.Status, e.Code = http.StatusForbidden, "ENV_ALREADY_EXISTS"
	}
	return e
}

func (s *Server) createEnv(c *call) error {
	b, err := c.raw()
	if err != nil {
		return err
	}
	var list []envInput
	single := !strings.HasPrefix(strings.TrimSpace(string(b)), "[")
	if single {
		var one envInput
		if err := decode(b, &one); err != nil {
			return err
		}
		list = []envInput{one}
	} else if err := decode(b, &list); err != nil {
		return err
	}
	for _, in := range list {
		if err := in.check(); err != nil {
			return err
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	p, err := s.find(c.team, c.path("project"))
	if err != nil {
		return err
	}
	created, failed := []*variable{}, []any{}
	for _, in := range list {
		v, err := s.putEnv(p, in, c.flag("upsert"))
		switch {
		case err == nil:
			created = append(created, v)
		case single:
			return err
		default:
			failed = append(failed, map[string]any{"error": err})
		}
	}
	p.UpdatedAt = s.now()
	if single {
		return c.answer(http.StatusCreated, map[string]any{"created": created[0].body(false), "failed": failed})
	}
	return c.answer(http.StatusCreated, map[string]any{"created": envBodies(created, false), "failed": failed})
}

func (s *Server) listEnv(c *call) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	p, err := s.find(c.team, c.path("project"))
	if err != nil {
		return err
	}
	return c.answer(http.StatusOK, map[string]any{"envs": envBodies(p.Env, c.flag("decrypt"))})
}

// oneEnv finds the project and the variable that the path names. The lock must be held.
func (s *Server) oneEnv(c *call) (*project, int, error) {
	p, err := s.find(c.team, c.path("project"))
	if err != nil {
		return nil, 0, err
	}
	i := slices.IndexFunc(p.Env, func(v *variable) bool { return v.ID == c.path("env") })
	if i < 0 {
		return nil, 0, &apiError{Status: http.StatusNotFound, Code: "not_found", Message: "Environment Variable was not found."}
	}
	return p, i, nil
}

func (s *Server) getEnv(c *call) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	p, i, err := s.oneEnv(c)
	if err != nil {
		return err
	}
	return c.answer(http.StatusOK, p.Env[i].body(true))
}

func (s *Server) editEnv(c *call) error {
	var in envInput
	if err := c.decode(&in, "key", "target", "gitBranch", "type", "value", "customEnvironmentIds", "comment"); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	p, i, err := s.oneEnv(c)
	if err != nil {
		return err
	}
	v := *p.Env[i]
	for _, f := range []struct{ from, to *string }{{in.Key, &v.Key}, {in.Value, &v.Value}, {in.Type, &v.Type}, {in.Comment, &v.Comment}, {in.GitBranch, &v.GitBranch}} {
		if f.from != nil {
			*f.to = *f.from
		}
	}
	if len(in.Target) > 0 {
		v.Target = in.Target
	}
	if p.Env[i].Type == "sensitive" && v.Type != "sensitive" && in.Value == nil {
		return envError("INVALID_TYPE", v.Key, "The type of a Sensitive Environment Variable cannot be changed without a new value.")
	}
	if err := checkVariable(v.Key, v.Type, v.Value, v.Target); err != nil {
		return err
	}
	for j, other := range p.Env {
		if j != i && other.overlaps(v.Key, v.GitBranch, v.Target) {
			return s.conflict(other)
		}
	}
	v.UpdatedAt = s.now()
	p.Env[i] = &v
	return c.answer(http.StatusOK, v.body(false))
}

func (s *Server) deleteEnv(c *call) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	p, i, err := s.oneEnv(c)
	if err != nil {
		return err
	}
	body := p.Env[i].body(false)
	p.Env = slices.Delete(slices.Clone(p.Env), i, i+1)
	return c.answer(http.StatusOK, body)
}

// pullEnv is what `vercel dev` and `vercel env pull` ask: the development environment, without sensitive values.
func (s *Server) pullEnv(c *call) error {
	target := c.path("target")
	if target == "" {
		target = "development"
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	p, err := s.find(c.team, c.path("project"))
	if err != nil {
		return err
	}
	env := map[string]string{}
	for _, v := range p.Env {
		if !slices.Contains(v.Target, target) {
			continue
		}
		if env[v.Key] = v.Value; v.Type == "sensitive" {
			env[v.Key] = ""
		}
	}
	return c.answer(http.StatusOK, map[string]any{"env": env, "buildEnv": map[string]string{}})
}

func envBodies(env []*variable, decrypt bool) []map[string]any {
	bodies := []map[string]any{}
	for _, v := range env {
		bodies = append(bodies, v.body(decrypt))
	}
	return bodies
}

// body is the variable as the API shows it: a sensitive value never, an encrypted one only if asked.
func (v *variable) body(decrypt bool) map[string]any {
	value := v.Value
	switch {
	case v.Type == "sensitive":
		value, decrypt = "", false
	case v.Type == "encrypted" && !decrypt:
		value = base64.StdEncoding.EncodeToString([]byte(`{"v":"v2","c":"` + world.Hex(32) + `"}`))
	}
	body := map[string]any{"id": v.ID, "key": v.Key, "value": value, "type": v.Type, "target": v.Target, "configurationId": nil,
		"createdAt": v.CreatedAt, "updatedAt": v.UpdatedAt, "createdBy": userID, "updatedBy": nil, "decrypted": decrypt || v.Type == "plain"}
	if v.Comment != "" {
		body["comment"] = v.Comment
	}
	if v.GitBranch != "" {
		body["gitBranch"] = v.GitBranch
	}
	return body
}
