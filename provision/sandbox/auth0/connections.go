package auth0

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

func (s *Directory) connection(id string) object {
	i := slices.IndexFunc(s.connections, func(c object) bool { return text(c, "id") == id })
	if i < 0 {
		return nil
	}
	return s.connections[i]
}

func noConnection() (int, any) {
	return fail(404, "inexistent_connection", "The connection does not exist")
}

// shownConnection hides the options from tokens that may not read them: since July 2025 they have a scope of
// their own.
func (s *Directory) shownConnection(c *call, conn object) object {
	o := maps.Clone(conn)
	o["enabled_clients"] = append([]string{}, s.enabled[text(conn, "id")]...)
	if !slices.Contains(c.scopes(), "read:connections_options") {
		delete(o, "options")
	}
	return pick(c.q, o)
}

func (s *Directory) listConnections(c *call) (int, any) {
	p, ok := readPaging(c.q, 50, 100)
	if !ok {
		return badPaging()
	}
	var out []object
	for _, x := range s.connections {
		if (c.q.Has("strategy") && !slices.Contains(c.q["strategy"], text(x, "strategy"))) || (c.q.Has("name") && text(x, "name") != c.q.Get("name")) {
			continue
		}
		out = append(out, s.shownConnection(c, x))
	}
	if c.q.Has("take") || c.q.Has("from") { // checkpoint paging: all fit on one page, so there is no "next"
		return 200, object{"connections": append([]object{}, out...)}
	}
	return 200, classicPage(p, "connections", out)
}

func (s *Directory) getConnection(c *call) (int, any) {
	x := s.connection(c.id())
	if x == nil {
		return noConnection()
	}
	return 200, s.shownConnection(c, x)
}

// patchConnection replaces the whole options object: what is not sent is gone.
func (s *Directory) patchConnection(c *call) (int, any) {
	x := s.connection(c.id())
	if x == nil {
		return noConnection()
	}
	if bad := unknownProperty(c.body, connectionFields); bad != "" {
		return invalidBody("Additional properties not allowed: "+bad, "")
	}
	if _, ok := c.body["options"]; ok && !slices.Contains(c.scopes(), "update:connections_options") {
		return fail(403, "insufficient_scope", "Insufficient scope, expected any of: update:connections_options")
	}
	for k, v := range c.body {
		if k == "enabled_clients" {
			s.enabled[text(x, "id")] = texts(v)
			continue
		}
		x[k] = v
	}
	return 200, s.shownConnection(c, x)
}

func (s *Directory) connectionClients(c *call) (int, any) {
	if s.connection(c.id()) == nil {
		return noConnection()
	}
	out := []object{}
	for _, id := range s.enabled[c.id()] {
		out = append(out, object{"client_id": id})
	}
	return 200, object{"clients": out}
}

func (s *Directory) patchConnectionClients(c *call) (int, any) {
	if s.connection(c.id()) == nil {
		return noConnection()
	}
	if c.list == nil {
		return invalidBody("Expected type array but found type object", "")
	}
	list := slices.Clone(s.enabled[c.id()])
	for i, e := range c.list {
		o, _ := e.(object)
		id := text(o, "client_id")
		on, ok := o["status"].(bool)
		if id == "" || !ok || unknownProperty(o, "client_id status") != "" {
			return invalidBody("Missing required property: client_id and status", fmt.Sprintf("[%d]", i))
		}
		if s.FindClient(id) == nil {
			return fail(404, "inexistent_client", "The client does not exist")
		}
		list = slices.DeleteFunc(list, func(x string) bool { return x == id })
		if on {
			list = append(list, id)
		}
	}
	s.enabled[c.id()] = list
	return 204, nil
}

// KnownAudience says whether an API of that identifier exists: the Management API under any host of the
// tenant, or a resource server. The caller holds the lock.
func (s *Directory) KnownAudience(aud string) bool {
	return s.t.ManagementAudience(aud) || slices.ContainsFunc(s.resourceServers, func(o object) bool { return text(o, "identifier") == aud })
}

func (s *Directory) sameAudience(a, b string) bool {
	return a == b || (s.t.ManagementAudience(a) && s.t.ManagementAudience(b))
}

func (s *Directory) listResourceServers(c *call) (int, any) {
	p, ok := readPaging(c.q, 50, 100)
	if !ok {
		return badPaging()
	}
	var out []object
	for _, x := range s.resourceServers {
		if ids := c.q["identifiers"]; len(ids) > 0 && !slices.Contains(strings.Split(strings.Join(ids, ","), ","), text(x, "identifier")) {
			continue
		}
		out = append(out, x)
	}
	return 200, classicPage(p, "resource_servers", out)
}

func (s *Directory) getResourceServer(c *call) (int, any) {
	for _, x := range s.resourceServers {
		if x["id"] == c.id() || x["identifier"] == c.id() {
			return 200, x
		}
	}
	return fail(404, "inexistent_resource_server", "The resource server does not exist")
}
