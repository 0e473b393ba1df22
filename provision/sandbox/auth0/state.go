package auth0

import (
	"encoding/hex"
	"maps"
	"slices"
	"strings"
)

// State is everything that lasts in the tenant, without times and without binding ids (which change with every
// write): equal before and after means that nothing was left behind. Secrets appear as digests.
func (s *Server) State() map[string]any {
	s.mu.Lock()
	defer s.mu.Unlock()
	actions := []object{}
	for _, a := range s.actions {
		s.settle(a, false)
		o := object{
			"id": a.id, "name": a.name, "trigger": a.trigger, "version": a.triggerVersion, "code": a.code, "runtime": a.runtime,
			"dependencies": a.deps, "secrets": digests(a.secrets), "all_changes_deployed": a.allDeployed(),
		}
		if v := a.deployed; v != nil {
			o["deployed"] = object{"code": v.code, "runtime": v.runtime, "dependencies": v.deps, "secrets": digests(v.secrets)}
		}
		actions = append(actions, o)
	}
	slices.SortFunc(actions, func(a, b object) int { return strings.Compare(text(a, "id"), text(b, "id")) })
	bindings := object{}
	for _, b := range s.bindings {
		list, _ := bindings[b.trigger].([]object)
		bindings[b.trigger] = append(list, object{"action": b.action.id, "display_name": b.display})
	}
	users := []object{}
	for _, id := range s.userOrder {
		o := s.users[id].json(s)
		for _, k := range []string{"created_at", "updated_at", "last_login", "last_password_reset", "last_ip"} {
			delete(o, k)
		}
		users = append(users, o)
	}
	enabled := object{}
	for k, list := range s.enabled {
		list = slices.Clone(list)
		slices.Sort(list)
		enabled[k] = list
	}
	return clone(object{
		"actions": actions, "bindings": bindings, "clients": hidden(s.clients), "client_grants": s.grants, "connections": s.connections,
		"enabled_clients": enabled, "resource_servers": s.resourceServers, "users": users, "tenant": s.tenant, "prompts": s.prompts, "branding": s.branding,
	})
}

func digests(list []secret) object {
	o := object{}
	for _, x := range list {
		sum := hash(x.name, x.value)
		o[x.name] = hex.EncodeToString(sum[:8])
	}
	return o
}

func hidden(clients []object) []object {
	var out []object
	for _, c := range clients {
		c = maps.Clone(c)
		delete(c, "client_secret")
		out = append(out, c)
	}
	return out
}
