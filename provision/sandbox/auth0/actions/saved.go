package actions

import (
	"errors"
	"time"
)

// Saved is the part of Actions in a snapshot.
type Saved struct {
	Actions  []savedAction  `json:"actions"`
	Bindings []savedBinding `json:"bindings"`
}

// The saved forms are the records, with names that JSON can show.
type (
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
)

// Save is the Actions' part of a snapshot, secrets included. The caller holds the lock.
func (s *Actions) Save() Saved {
	var out Saved
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
	return out
}

// Restore replaces Actions and bindings, or changes nothing if the saved part contradicts itself. The caller holds the lock.
func (s *Actions) Restore(in Saved) error {
	actions, bindings, err := in.code()
	if err != nil {
		return err
	}
	s.actions, s.bindings = actions, bindings
	return nil
}

// code makes the Actions and what they are bound to.
func (in Saved) code() ([]*action, []*binding, error) {
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
