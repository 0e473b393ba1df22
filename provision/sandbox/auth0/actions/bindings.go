package actions

import (
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"

	"phonegate/provision/sandbox/auth0/reply"
	"phonegate/provision/sandbox/auth0/tenant"
)

// binding puts an Action into a trigger; the order of the slice is the order of execution.
type binding struct {
	id, trigger, display string
	action               *action
	created              time.Time
}

// runtimes are those that some trigger accepts.
var runtimes = []string{"node18", "node18-actions", "node22"}

type trigger struct {
	id, version, status, policy string
	runtimes                    []string
}

// triggers is what GET /actions/triggers lists; post-login as recorded in 2026.
var triggers = []trigger{
	{"post-login", "v3", "CURRENT", "trigger-bound", []string{"node18-actions", "node22"}},
	{"post-login", "v2", "DEPRECATED", "trigger-bound", []string{"node18", "node22"}},
	{"post-login", "v1", "DEPRECATED", "trigger-bound", []string{"node22"}},
	{"credentials-exchange", "v2", "CURRENT", "trigger-bound", []string{"node18-actions", "node22"}},
	{"pre-user-registration", "v2", "CURRENT", "trigger-bound", []string{"node18-actions", "node22"}},
	{"post-user-registration", "v2", "CURRENT", "trigger-bound", []string{"node18-actions", "node22"}},
	{"post-change-password", "v2", "CURRENT", "trigger-bound", []string{"node18-actions", "node22"}},
	{"send-phone-message", "v2", "CURRENT", "trigger-bound", []string{"node18-actions", "node22"}},
	{"password-reset-post-challenge", "v1", "CURRENT", "trigger-bound", []string{"node18-actions", "node22"}},
	{"custom-email-provider", "v1", "CURRENT", "entity-bound", []string{"node18-actions", "node22"}},
	{"custom-phone-provider", "v1", "CURRENT", "entity-bound", []string{"node18-actions", "node22"}},
	{"custom-token-exchange", "v1", "CURRENT", "entity-bound", []string{"node18-actions", "node22"}},
	{"event-stream", "v1", "CURRENT", "entity-bound", []string{"node18-actions", "node22"}},
}

// currentTrigger is the current version of a trigger, "" for one that does not exist.
func currentTrigger(id string) string {
	for _, t := range triggers {
		if t.id == id && t.status == "CURRENT" {
			return t.version
		}
	}
	return ""
}

func (s *Actions) listTriggers(*tenant.Call) (int, any) {
	out := []reply.Object{}
	for _, t := range triggers {
		compatible := []reply.Object{}
		if t.id == "post-login" && t.version == "v3" {
			compatible = append(compatible, reply.Object{"id": "post-login", "version": "v2"})
		}
		out = append(out, reply.Object{
			"id": t.id, "version": t.version, "status": t.status, "runtimes": t.runtimes, "default_runtime": "node22",
			"compatible_triggers": compatible, "binding_policy": t.policy,
		})
	}
	return 200, reply.Object{"triggers": out}
}

func (s *Actions) checkTrigger(c *tenant.Call) (int, any) {
	if currentTrigger(c.ID()) == "" {
		return reply.Fail(400, "invalid_uri", "Path validation error: 'No enum match for: "+c.ID()+"' on property triggerId (An actions extensibility point).")
	}
	return 0, nil
}

func (s *Actions) boundTo(trigger string) []*binding {
	var out []*binding
	for _, b := range s.bindings {
		if b.trigger == trigger {
			out = append(out, b)
		}
	}
	return out
}

func (s *Actions) listBindings(c *tenant.Call) (int, any) {
	if status, body := s.checkTrigger(c); status != 0 {
		return status, body
	}
	if status, body := reply.Known(c.Query, "page per_page"); status != 0 {
		return status, body
	}
	p, ok := reply.ReadPaging(c.Query, 50, 100)
	if !ok {
		return reply.BadPaging()
	}
	return 200, reply.ActionsPage(p, "bindings", s.bindingsJSON(c.ID()))
}

func (s *Actions) bindingsJSON(trigger string) []reply.Object {
	out := []reply.Object{}
	for _, b := range s.boundTo(trigger) {
		s.settle(b.action, false)
		out = append(out, reply.Object{
			"id": b.id, "trigger_id": b.trigger, "action": b.action.brief(), "display_name": b.display,
			"created_at": reply.Nanos(b.created), "updated_at": reply.Nanos(b.created),
		})
	}
	return out
}

// patchBindings replaces all bindings of the trigger; every binding gets a new id.
func (s *Actions) patchBindings(c *tenant.Call) (int, any) {
	if status, body := s.checkTrigger(c); status != 0 {
		return status, body
	}
	if bad := reply.UnknownProperty(c.Body, "bindings"); bad != "" {
		return reply.InvalidBody("Additional properties not allowed: "+bad, "")
	}
	list, ok := c.Body["bindings"].([]any)
	if !ok {
		if _, given := c.Body["bindings"]; !given { // not required by the schema: nothing to change
			return 200, reply.Object{"bindings": s.bindingsJSON(c.ID())}
		}
		return reply.InvalidBody("Expected type array but found another type", "bindings")
	}
	if len(list) > maxBound {
		return reply.InvalidBody(fmt.Sprintf("Array is too long (%d), maximum %d", len(list), maxBound), "bindings")
	}
	var made []*binding
	for i, e := range list {
		b, status, body := s.newBinding(c.ID(), i, e)
		if b == nil {
			return status, body
		}
		made = append(made, b)
	}
	trigger := c.ID()
	s.bindings = append(slices.DeleteFunc(s.bindings, func(b *binding) bool { return b.trigger == trigger }), made...)
	return 200, reply.Object{"bindings": s.bindingsJSON(trigger)}
}

func (s *Actions) newBinding(trigger string, i int, e any) (*binding, int, any) {
	o, _ := e.(reply.Object)
	ref, _ := o["ref"].(reply.Object)
	kind, value := reply.Text(ref, "type"), reply.Text(ref, "value")
	if reply.UnknownProperty(o, "ref display_name secrets") != "" || reply.UnknownProperty(ref, "type value") != "" || value == "" ||
		!slices.Contains([]string{"binding_id", "action_id", "action_name"}, kind) {
		status, body := reply.InvalidBody("Data does not match any schemas from 'oneOf'", fmt.Sprintf("bindings[%d]", i))
		return nil, status, body
	}
	a, display := s.resolve(kind, value)
	if a == nil {
		status, body := reply.Fail(400, "", "Trying to create a binding for an action that does not exist.")
		return nil, status, body
	}
	if a.trigger != trigger {
		status, body := reply.Fail(400, "", "Trying to create a binding between an incompatible action and trigger.")
		return nil, status, body
	}
	s.settle(a, false)
	if a.deployed == nil {
		status, body := reply.Fail(400, "", "Trying to create a binding for an action that has not been deployed.")
		return nil, status, body
	}
	if d := reply.Text(o, "display_name"); d != "" {
		display = d
	}
	if display == "" {
		display = a.name
	}
	return &binding{id: uuid.NewString(), trigger: trigger, display: display, action: a, created: s.t.Now()}, 0, nil
}

func (s *Actions) resolve(kind, value string) (*action, string) {
	switch kind {
	case "action_id":
		return s.findAction(value), ""
	case "binding_id":
		for _, b := range s.bindings {
			if b.id == value {
				return b.action, b.display
			}
		}
	case "action_name":
		for _, a := range s.actions {
			if a.name == value {
				return a, ""
			}
		}
	}
	return nil, ""
}

// listModules is empty: nobody has made an Actions module in this tenant.
func (s *Actions) listModules(c *tenant.Call) (int, any) {
	p, ok := reply.ReadPaging(c.Query, 50, 100)
	if !ok {
		return reply.BadPaging()
	}
	o := reply.ActionsPage(p, "modules", nil)
	return 200, o
}
