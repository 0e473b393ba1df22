package auth0

import (
	"encoding/json"
	"errors"
	"time"
)

// The saved forms are the tenant's own, with names that JSON can show.
type (
	savedTenant struct {
		Actions         []savedAction       `json:"actions"`
		Bindings        []savedBinding      `json:"bindings"`
		Clients         []object            `json:"clients"`
		Grants          []object            `json:"client_grants"`
		Connections     []object            `json:"connections"`
		Enabled         map[string][]string `json:"enabled_clients"`
		ResourceServers []object            `json:"resource_servers"`
		Users           []savedUser         `json:"users"`
		Tenant          object              `json:"tenant"`
		Prompts         object              `json:"prompts"`
		Branding        object              `json:"branding"`
		Logs            []object            `json:"logs"`
		Logged          int                 `json:"logged"`
	}
	savedAction struct {
		ID             string         `json:"id"`
		Name           string         `json:"name"`
		Trigger        string         `json:"trigger"`
		TriggerVersion string         `json:"trigger_version"`
		Created        time.Time      `json:"created"`
		Updated        time.Time      `json:"updated"`
		Code           string         `json:"code"`
		Runtime        string         `json:"runtime"`
		Deps           []any          `json:"dependencies"`
		Modules        []any          `json:"modules"`
		Secrets        []savedSecret  `json:"secrets"`
		Status         string         `json:"status"`
		Changed        time.Time      `json:"changed"`
		Polls          int            `json:"polls"`
		Dirty          bool           `json:"dirty"`
		Versions       []savedVersion `json:"versions"`
		Deployed       string         `json:"deployed"`  // a version's id
		Deploying      string         `json:"deploying"` // a version's id
		DeployedAt     time.Time      `json:"deployed_at"`
		DeployPolls    int            `json:"deploy_polls"`
	}
	savedVersion struct {
		ID      string        `json:"id"`
		Code    string        `json:"code"`
		Runtime string        `json:"runtime"`
		Deps    []any         `json:"dependencies"`
		Secrets []savedSecret `json:"secrets"`
		Number  int           `json:"number"`
		Created time.Time     `json:"created"`
		Updated time.Time     `json:"updated"`
		Built   time.Time     `json:"built"`
	}
	savedSecret struct {
		Name    string    `json:"name"`
		Value   string    `json:"value"`
		Updated time.Time `json:"updated"`
	}
	savedBinding struct {
		ID      string    `json:"id"`
		Trigger string    `json:"trigger"`
		Display string    `json:"display"`
		Action  string    `json:"action"`
		Created time.Time `json:"created"`
	}
	savedUser struct {
		ID            string    `json:"id"`
		Connection    string    `json:"connection"`
		Email         string    `json:"email"`
		Username      string    `json:"username"`
		Password      []byte    `json:"password_hash"`
		EmailVerified bool      `json:"email_verified"`
		Blocked       *bool     `json:"blocked"`
		Profile       object    `json:"profile"`
		UserMeta      object    `json:"user_metadata"`
		AppMeta       object    `json:"app_metadata"`
		Created       time.Time `json:"created"`
		Updated       time.Time `json:"updated"`
		LastLogin     time.Time `json:"last_login"`
		PasswordReset time.Time `json:"password_reset"`
		LastIP        string    `json:"last_ip"`
		Logins        int       `json:"logins"`
	}
)

// Snapshot is what the tenant holds as JSON, secrets of Actions included. Logins under way, sessions and tokens are
// not in it: they end with the run.
func (s *Server) Snapshot() ([]byte, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := savedTenant{
		Clients: s.clients, Grants: s.grants, Connections: s.connections, Enabled: s.enabled, ResourceServers: s.resourceServers,
		Tenant: s.tenant, Prompts: s.prompts, Branding: s.branding, Logs: s.logs, Logged: s.logged,
	}
	for _, a := range s.actions {
		one := savedAction{
			ID: a.id, Name: a.name, Trigger: a.trigger, TriggerVersion: a.triggerVersion, Created: a.created, Updated: a.updated,
			Code: a.code, Runtime: a.runtime, Deps: a.deps, Modules: a.modules, Secrets: saveSecrets(a.secrets), Status: a.status,
			Changed: a.changed, Polls: a.polls, Dirty: a.dirty, DeployedAt: a.deployedAt, DeployPolls: a.deployPolls,
		}
		for _, v := range a.versions {
			one.Versions = append(one.Versions, savedVersion{v.id, v.code, v.runtime, v.deps, saveSecrets(v.secrets), v.number, v.created, v.updated, v.built})
		}
		if a.deployed != nil {
			one.Deployed = a.deployed.id
		}
		if a.deploying != nil {
			one.Deploying = a.deploying.id
		}
		out.Actions = append(out.Actions, one)
	}
	for _, b := range s.bindings {
		out.Bindings = append(out.Bindings, savedBinding{b.id, b.trigger, b.display, b.action.id, b.created})
	}
	for _, id := range s.userOrder {
		u := s.users[id]
		out.Users = append(out.Users, savedUser{u.id, u.connection, u.email, u.username, u.password[:], u.emailVerified, u.blocked, u.profile,
			u.userMeta, u.appMeta, u.created, u.updated, u.lastLogin, u.passwordReset, u.lastIP, u.logins})
	}
	return json.Marshal(out)
}

// Restore replaces what the tenant holds by a Snapshot. Whoever was logged in is so no more.
func (s *Server) Restore(snapshot []byte) error {
	var in savedTenant
	if err := json.Unmarshal(snapshot, &in); err != nil {
		return err
	}
	actions, bindings, err := in.code()
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.actions, s.bindings = actions, bindings
	s.clients, s.grants, s.connections, s.resourceServers = in.Clients, in.Grants, in.Connections, in.ResourceServers
	s.tenant, s.prompts, s.branding, s.logs, s.logged = in.Tenant, in.Prompts, in.Branding, in.Logs, in.Logged
	if s.enabled = in.Enabled; s.enabled == nil {
		s.enabled = map[string][]string{}
	}
	s.users, s.userOrder, s.byEmail = map[string]*user{}, nil, map[string]string{}
	for _, x := range in.Users {
		u := &user{id: x.ID, connection: x.Connection, email: x.Email, username: x.Username, emailVerified: x.EmailVerified, blocked: x.Blocked,
			profile: x.Profile, userMeta: x.UserMeta, appMeta: x.AppMeta, created: x.Created, updated: x.Updated, lastLogin: x.LastLogin,
			passwordReset: x.PasswordReset, lastIP: x.LastIP, logins: x.Logins}
		copy(u.password[:], x.Password)
		s.addUser(u)
	}
	s.executions, s.executionOrder = map[string]object{}, nil
	s.logins, s.suspended, s.tickets = map[string]*login{}, map[string]*login{}, map[string]ticket{}
	s.codes, s.refresh, s.opaque = map[string]*grant{}, map[string]*grant{}, map[string]*grant{}
	s.sessions = map[string]*session{}
	return nil
}

// code makes the Actions and what they are bound to.
func (in savedTenant) code() ([]*action, []*binding, error) {
	var actions []*action
	byID := map[string]*action{}
	for _, x := range in.Actions {
		a := &action{
			id: x.ID, name: x.Name, trigger: x.Trigger, triggerVersion: x.TriggerVersion, created: x.Created, updated: x.Updated, code: x.Code,
			runtime: x.Runtime, deps: x.Deps, modules: x.Modules, secrets: restoreSecrets(x.Secrets), status: x.Status, changed: x.Changed,
			polls: x.Polls, dirty: x.Dirty, deployedAt: x.DeployedAt, deployPolls: x.DeployPolls,
		}
		for _, y := range x.Versions {
			v := &version{y.ID, y.Code, y.Runtime, y.Deps, restoreSecrets(y.Secrets), y.Number, y.Created, y.Updated, y.Built}
			a.versions = append(a.versions, v)
			if v.id == x.Deployed {
				a.deployed = v
			}
			if v.id == x.Deploying {
				a.deploying = v
			}
		}
		actions, byID[a.id] = append(actions, a), a
	}
	var bindings []*binding
	for _, x := range in.Bindings {
		if byID[x.Action] == nil {
			return nil, nil, errors.New("an Action is bound that is not there: " + x.Action)
		}
		bindings = append(bindings, &binding{x.ID, x.Trigger, x.Display, byID[x.Action], x.Created})
	}
	return actions, bindings, nil
}

func saveSecrets(list []secret) []savedSecret {
	var out []savedSecret
	for _, x := range list {
		out = append(out, savedSecret{x.name, x.value, x.updated})
	}
	return out
}

func restoreSecrets(list []savedSecret) []secret {
	out := []secret{}
	for _, x := range list {
		out = append(out, secret{x.Name, x.Value, x.Updated})
	}
	return out
}
