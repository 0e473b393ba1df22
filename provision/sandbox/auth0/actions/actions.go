// Package actions holds an emulated tenant's Actions: drafts, builds, versions and what they are bound to.
package actions

import (
	"slices"
	"time"

	"github.com/google/uuid"

	"phonegate/provision/sandbox/auth0/reply"
	"phonegate/provision/sandbox/auth0/tenant"
)

// Limits of https://auth0.com/docs/customize/actions/limitations and the entity limit policy.
const (
	maxActions     = 100
	maxBound       = 20
	maxVersions    = 50
	maxSecrets     = 30
	maxSecretName  = 128
	maxSecretValue = 4096
	maxCode        = 100_000
	maxDeps        = 10
)

type secret struct {
	name, value string
	updated     time.Time
}

// action is an Action with its draft; versions are what deploying made of the draft.
type action struct {
	id, name, trigger, triggerVersion string
	created, updated                  time.Time

	code, runtime string
	deps          []any
	modules       []any
	secrets       []secret
	// status is the draft's: pending, building, built or failed. changed and polls drive it on.
	status  string
	changed time.Time
	polls   int
	dirty   bool

	versions    []*version // oldest first
	deployed    *version   // in force
	deploying   *version   // deployed, but not in force yet
	deployedAt  time.Time
	deployPolls int
}

// version is a frozen draft.
type version struct {
	id, code, runtime       string
	deps                    []any
	secrets                 []secret
	number                  int
	created, updated, built time.Time
}

// Actions are the tenant's Actions and what they are bound to.
type Actions struct {
	t        *tenant.Tenant
	actions  []*action
	bindings []*binding
}

// New makes a tenant's Actions, of which there are none.
func New(t *tenant.Tenant) *Actions { return &Actions{t: t} }

func (s *Actions) findAction(id string) *action {
	i := slices.IndexFunc(s.actions, func(a *action) bool { return a.id == id })
	if i < 0 {
		return nil
	}
	return s.actions[i]
}

// NoAction is the answer about an Action that does not exist.
func NoAction() (int, any) { return reply.Fail(404, "", "That action does not exist.") }

func (s *Actions) listActions(c *tenant.Call) (int, any) {
	if status, body := reply.Known(c.Query, "actionName triggerId deployed installed page per_page"); status != 0 {
		return status, body
	}
	p, ok := reply.ReadPaging(c.Query, 50, 100)
	if !ok {
		return reply.BadPaging()
	}
	var out []reply.Object
	for _, a := range s.actions {
		s.settle(a, true)
		if (c.Query.Has("actionName") && a.name != c.Query.Get("actionName")) || (c.Query.Has("triggerId") && a.trigger != c.Query.Get("triggerId")) ||
			(c.Query.Get("deployed") == "true" && a.deployed == nil) || (c.Query.Get("deployed") == "false" && a.deployed != nil) ||
			c.Query.Get("installed") == "true" {
			continue
		}
		out = append(out, a.json())
	}
	return 200, reply.ActionsPage(p, "actions", out)
}

func (s *Actions) createAction(c *tenant.Call) (int, any) {
	if status, body := checkAction(c.Body, true); status != 0 {
		return status, body
	}
	if len(s.actions) >= maxActions {
		return reply.Fail(403, "", "You have reached the maximum number of actions for this tenant.")
	}
	name := reply.Text(c.Body, "name")
	if s.nameTaken(name, nil) {
		return reply.Fail(409, "", "An action with that name already exists.")
	}
	now := s.t.Now()
	a := &action{id: uuid.NewString(), name: name, created: now, runtime: "node22", deps: []any{}}
	s.change(a, c.Body)
	s.actions = append(s.actions, a)
	if reply.Truth(c.Body, "deploy") {
		s.deployDraft(a)
		// A deployment that is asked for with the creation is reported at once, before the build.
		a.deployed, a.deploying, a.dirty = a.deploying, nil, false
	}
	return 201, a.json()
}

// nameTaken says whether another Action has the name, where that matters.
func (s *Actions) nameTaken(name string, but *action) bool {
	taken := slices.ContainsFunc(s.actions, func(a *action) bool { return a != but && a.name == name })
	return taken && s.t.World.Behaviour(actionNames) == "unique"
}

func (s *Actions) getAction(c *tenant.Call) (int, any) {
	a := s.findAction(c.ID())
	if a == nil {
		return NoAction()
	}
	s.settle(a, true)
	return 200, a.json()
}

func (s *Actions) patchAction(c *tenant.Call) (int, any) {
	a := s.findAction(c.ID())
	if a == nil {
		return NoAction()
	}
	if status, body := checkAction(c.Body, false); status != 0 {
		return status, body
	}
	if name := reply.Text(c.Body, "name"); name != "" && s.nameTaken(name, a) {
		return reply.Fail(409, "", "An action with that name already exists.")
	}
	s.change(a, c.Body)
	return 200, a.json()
}

func (s *Actions) deleteAction(c *tenant.Call) (int, any) {
	a := s.findAction(c.ID())
	if a == nil {
		return NoAction()
	}
	bound := slices.ContainsFunc(s.bindings, func(b *binding) bool { return b.action == a })
	if bound && c.Query.Get("force") != "true" {
		return reply.Fail(409, "", "Unable to delete an action bound to a trigger.")
	}
	s.bindings = slices.DeleteFunc(s.bindings, func(b *binding) bool { return b.action == a })
	s.actions = slices.DeleteFunc(s.actions, func(b *action) bool { return b == a })
	return 204, nil
}
