package actions

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"

	"github.com/google/uuid"

	"phonegate/provision/sandbox/auth0/reply"
)

// addRoles is somebody else's Action, deployed and bound before phonegate comes.
const addRoles = `/** Adds the user's roles to the ID token. */
exports.onExecutePostLogin = async (event, api) => {
  const roles = event.user.app_metadata.roles || [];
  api.idToken.setCustomClaim('https://acme.example/roles', roles);
};
`

// SeedAction is the id of the Action that somebody else has bound.
const SeedAction = "5eed0000-0000-4000-8000-00000000a001"

// Seed makes the Action that somebody else has bound.
func (s *Actions) Seed() {
	now := s.t.Now()
	a := &action{
		id: SeedAction, name: "Add roles", trigger: "post-login", triggerVersion: "v3", created: now, updated: now, code: addRoles,
		runtime: "node22", deps: []any{}, secrets: []secret{}, status: "built", changed: now,
	}
	v := &version{id: uuid.NewString(), code: a.code, runtime: a.runtime, deps: []any{}, secrets: []secret{}, number: 1, created: now, updated: now, built: now}
	a.versions, a.deployed = []*version{v}, v
	s.actions = []*action{a}
	s.bindings = []*binding{{id: uuid.NewString(), trigger: "post-login", display: a.name, action: a, created: now}}
}

// State is what lasts of Actions and bindings, without binding ids, which change with every write. Secrets appear as digests. The
// caller holds the lock.
func (s *Actions) State() reply.Object {
	actions := []reply.Object{}
	for _, a := range s.actions {
		s.settle(a, false)
		o := reply.Object{
			"id": a.id, "name": a.name, "trigger": a.trigger, "version": a.triggerVersion, "code": a.code, "runtime": a.runtime,
			"dependencies": a.deps, "secrets": digests(a.secrets), "all_changes_deployed": a.allDeployed(),
		}
		if v := a.deployed; v != nil {
			o["deployed"] = reply.Object{"code": v.code, "runtime": v.runtime, "dependencies": v.deps, "secrets": digests(v.secrets)}
		}
		actions = append(actions, o)
	}
	slices.SortFunc(actions, func(a, b reply.Object) int { return strings.Compare(reply.Text(a, "id"), reply.Text(b, "id")) })
	bindings := reply.Object{}
	for _, b := range s.bindings {
		list, _ := bindings[b.trigger].([]reply.Object)
		bindings[b.trigger] = append(list, reply.Object{"action": b.action.id, "display_name": b.display})
	}
	return reply.Object{"actions": actions, "bindings": bindings}
}

func digests(list []secret) reply.Object {
	o := reply.Object{}
	for _, x := range list {
		sum := sha256.Sum256([]byte(x.name + "\n" + x.value))
		o[x.name] = hex.EncodeToString(sum[:8])
	}
	return o
}
