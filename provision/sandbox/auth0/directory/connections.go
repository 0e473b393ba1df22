package directory

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"phonegate/provision/sandbox/auth0/reply"
	"phonegate/provision/sandbox/auth0/tenant"
)

func (s *Directory) connection(id string) reply.Object {
	i := slices.IndexFunc(s.connections, func(c reply.Object) bool { return reply.Text(c, "id") == id })
	if i < 0 {
		return nil
	}
	return s.connections[i]
}

func noConnection() (int, any) {
	return reply.Fail(404, "inexistent_connection", "The connection does not exist")
}

// shownConnection hides the options from tokens that may not read them: since July 2025 they have a scope of
// their own.
func (s *Directory) shownConnection(c *tenant.Call, conn reply.Object) reply.Object {
	o := maps.Clone(conn)
	o["enabled_clients"] = append([]string{}, s.enabled[reply.Text(conn, "id")]...)
	if !slices.Contains(c.Scopes(), "read:connections_options") {
		delete(o, "options")
	}
	return reply.Pick(c.Query, o)
}

func (s *Directory) listConnections(c *tenant.Call) (int, any) {
	p, ok := reply.ReadPaging(c.Query, 50, 100)
	if !ok {
		return reply.BadPaging()
	}
	var out []reply.Object
	for _, x := range s.connections {
		if (c.Query.Has("strategy") && !slices.Contains(c.Query["strategy"], reply.Text(x, "strategy"))) || (c.Query.Has("name") && reply.Text(x, "name") != c.Query.Get("name")) {
			continue
		}
		out = append(out, s.shownConnection(c, x))
	}
	if c.Query.Has("take") || c.Query.Has("from") { // checkpoint paging: all fit on one page, so there is no "next"
		return 200, reply.Object{"connections": append([]reply.Object{}, out...)}
	}
	return 200, reply.ClassicPage(p, "connections", out)
}

func (s *Directory) getConnection(c *tenant.Call) (int, any) {
	x := s.connection(c.ID())
	if x == nil {
		return noConnection()
	}
	return 200, s.shownConnection(c, x)
}

// patchConnection replaces the whole options object: what is not sent is gone.
func (s *Directory) patchConnection(c *tenant.Call) (int, any) {
	x := s.connection(c.ID())
	if x == nil {
		return noConnection()
	}
	if bad := reply.UnknownProperty(c.Body, connectionFields); bad != "" {
		return reply.InvalidBody("Additional properties not allowed: "+bad, "")
	}
	if _, ok := c.Body["options"]; ok && !slices.Contains(c.Scopes(), "update:connections_options") {
		return reply.Fail(403, "insufficient_scope", "Insufficient scope, expected any of: update:connections_options")
	}
	for k, v := range c.Body {
		if k == "enabled_clients" {
			s.enabled[reply.Text(x, "id")] = reply.Texts(v)
			continue
		}
		x[k] = v
	}
	return 200, s.shownConnection(c, x)
}

func (s *Directory) connectionClients(c *tenant.Call) (int, any) {
	if s.connection(c.ID()) == nil {
		return noConnection()
	}
	out := []reply.Object{}
	for _, id := range s.enabled[c.ID()] {
		out = append(out, reply.Object{"client_id": id})
	}
	return 200, reply.Object{"clients": out}
}

func (s *Directory) patchConnectionClients(c *tenant.Call) (int, any) {
	if s.connection(c.ID()) == nil {
		return noConnection()
	}
	if c.List == nil {
		return reply.InvalidBody("Expected type array but found type object", "")
	}
	list := slices.Clone(s.enabled[c.ID()])
	for i, e := range c.List {
		o, _ := e.(reply.Object)
		id := reply.Text(o, "client_id")
		on, ok := o["status"].(bool)
		if id == "" || !ok || reply.UnknownProperty(o, "client_id status") != "" {
			return reply.InvalidBody("Missing required property: client_id and status", fmt.Sprintf("[%d]", i))
		}
		if s.FindClient(id) == nil {
			return reply.Fail(404, "inexistent_client", "The client does not exist")
		}
		list = slices.DeleteFunc(list, func(x string) bool { return x == id })
		if on {
			list = append(list, id)
		}
	}
	s.enabled[c.ID()] = list
	return 204, nil
}

// KnownAudience says whether an API of that identifier exists: the Management API under any host of the
// tenant, or a resource server. The caller holds the lock.
func (s *Directory) KnownAudience(aud string) bool {
	return s.t.ManagementAudience(aud) || slices.ContainsFunc(s.resourceServers, func(o reply.Object) bool { return reply.Text(o, "identifier") == aud })
}

func (s *Directory) sameAudience(a, b string) bool {
	return a == b || (s.t.ManagementAudience(a) && s.t.ManagementAudience(b))
}

func (s *Directory) listResourceServers(c *tenant.Call) (int, any) {
	p, ok := reply.ReadPaging(c.Query, 50, 100)
	if !ok {
		return reply.BadPaging()
	}
	var out []reply.Object
	for _, x := range s.resourceServers {
		if ids := c.Query["identifiers"]; len(ids) > 0 && !slices.Contains(strings.Split(strings.Join(ids, ","), ","), reply.Text(x, "identifier")) {
			continue
		}
		out = append(out, x)
	}
	return 200, reply.ClassicPage(p, "resource_servers", out)
}

func (s *Directory) getResourceServer(c *tenant.Call) (int, any) {
	for _, x := range s.resourceServers {
		if x["id"] == c.ID() || x["identifier"] == c.ID() {
			return 200, x
		}
	}
	return reply.Fail(404, "inexistent_resource_server", "The resource server does not exist")
}
