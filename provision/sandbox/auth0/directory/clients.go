package directory

import (
	"maps"
	"slices"
	"strings"

	"phonegate/provision/sandbox/auth0/reply"
	"phonegate/provision/sandbox/auth0/tenant"
	"phonegate/provision/sandbox/world"
)

// FindClient is the client, nil if there is none. The caller holds the lock.
func (s *Directory) FindClient(id string) reply.Object {
	i := slices.IndexFunc(s.clients, func(c reply.Object) bool { return reply.Text(c, "client_id") == id })
	if i < 0 {
		return nil
	}
	return s.clients[i]
}

func noClient() (int, any) { return reply.Fail(404, "inexistent_client", "The client does not exist") }

// newClient fills in what the service gives every client.
func newClient(id, secret, name string) reply.Object {
	return reply.Object{
		"name": name, "client_id": id, "client_secret": secret, "is_first_party": true, "is_token_endpoint_ip_header_trusted": false,
		"oidc_conformant": false, "jwt_configuration": reply.Object{"secret_encoded": false, "lifetime_in_seconds": 36000},
		"sso_disabled": false, "cross_origin_authentication": false,
		"grant_types":          []any{"authorization_code", "implicit", "refresh_token", "client_credentials"},
		"custom_login_page_on": true,
		"refresh_token": reply.Object{
			"rotation_type": "non-rotating", "expiration_type": "non-expiring", "leeway": 0, "token_lifetime": 2592000,
			"infinite_token_lifetime": true, "infinite_idle_token_lifetime": true, "idle_token_lifetime": 1296000,
		},
	}
}

// shownClient is a client as it is read: with the tenant's name, without the secret unless the scope allows it.
func (s *Directory) shownClient(c *tenant.Call, client reply.Object) reply.Object {
	o := maps.Clone(client)
	o["tenant"] = s.t.Name()
	if !slices.Contains(c.Scopes(), "read:client_keys") {
		delete(o, "client_secret")
	}
	if _, set := o["global"]; !set {
		o["global"] = false
	}
	return reply.Pick(c.Query, o)
}

func (s *Directory) listClients(c *tenant.Call) (int, any) {
	if status, body := reply.Known(c.Query, "fields include_fields page per_page include_totals from take is_global is_first_party app_type external_client_id q"); status != 0 {
		return status, body
	}
	p, ok := reply.ReadPaging(c.Query, 50, 100)
	if !ok {
		return reply.BadPaging()
	}
	var out []reply.Object
	for _, x := range s.clients {
		if (c.Query.Has("is_global") && reply.Truth(x, "global") != (c.Query.Get("is_global") == "true")) ||
			(c.Query.Has("is_first_party") && reply.Truth(x, "is_first_party") != (c.Query.Get("is_first_party") == "true")) ||
			(c.Query.Has("app_type") && !slices.Contains(strings.Split(c.Query.Get("app_type"), ","), reply.Text(x, "app_type"))) {
			continue
		}
		out = append(out, s.shownClient(c, x))
	}
	return 200, reply.ClassicPage(p, "clients", out)
}

func (s *Directory) createClient(c *tenant.Call) (int, any) {
	if bad := reply.UnknownProperty(c.Body, clientFields+" "+clientCreateFields); bad != "" {
		return reply.InvalidBody("Additional properties not allowed: "+bad, "")
	}
	name := reply.Text(c.Body, "name")
	if name == "" {
		return reply.InvalidBody("Missing required property: name", "")
	}
	if status, body := checkClient(c.Body); status != 0 {
		return status, body
	}
	x := newClient(world.Hex(32), reply.Random(48), name)
	maps.Copy(x, c.Body)
	s.clients = append(s.clients, x)
	return 201, x
}

func checkClient(body reply.Object) (int, any) {
	meta, _ := body["client_metadata"].(reply.Object)
	if len(meta) > maxMetaKeys {
		return reply.InvalidBody("Too many properties defined, maximum 10", "client_metadata")
	}
	for k, v := range meta {
		if value, ok := v.(string); v != nil && (!ok || len(value) > 255 || len(k) > 255) {
			return reply.InvalidBody("Expected a string of at most 255 characters", "client_metadata."+k)
		}
	}
	return 0, nil
}

func (s *Directory) getClient(c *tenant.Call) (int, any) {
	x := s.FindClient(c.ID())
	if x == nil {
		return noClient()
	}
	return 200, s.shownClient(c, x)
}

func (s *Directory) patchClient(c *tenant.Call) (int, any) {
	x := s.FindClient(c.ID())
	if x == nil {
		return noClient()
	}
	if bad := reply.UnknownProperty(c.Body, clientFields+" "+clientPatchFields); bad != "" {
		return reply.InvalidBody("Additional properties not allowed: "+bad, "")
	}
	if status, body := checkClient(c.Body); status != 0 {
		return status, body
	}
	for k, v := range c.Body {
		switch {
		case k == "client_metadata" && v != nil:
			old, _ := x[k].(reply.Object)
			set, _ := v.(reply.Object)
			x[k] = reply.Overlay(old, set)
		case v == nil:
			delete(x, k)
		default:
			x[k] = v
		}
	}
	return 200, s.shownClient(c, x)
}

func (s *Directory) deleteClient(c *tenant.Call) (int, any) {
	x := s.FindClient(c.ID())
	if x == nil {
		return 204, nil
	}
	if reply.Truth(x, "global") {
		return reply.Fail(400, "", "The global client can't be deleted.")
	}
	id := c.ID()
	s.clients = slices.DeleteFunc(s.clients, func(o reply.Object) bool { return reply.Text(o, "client_id") == id })
	s.grants = slices.DeleteFunc(s.grants, func(o reply.Object) bool { return reply.Text(o, "client_id") == id })
	for k, list := range s.enabled {
		s.enabled[k] = slices.DeleteFunc(slices.Clone(list), func(x string) bool { return x == id })
	}
	return 204, nil
}

func (s *Directory) listGrants(c *tenant.Call) (int, any) {
	p, ok := reply.ReadPaging(c.Query, 50, 100)
	if !ok {
		return reply.BadPaging()
	}
	var out []reply.Object
	for _, g := range s.grants {
		if (c.Query.Has("client_id") && reply.Text(g, "client_id") != c.Query.Get("client_id")) || (c.Query.Has("audience") && reply.Text(g, "audience") != c.Query.Get("audience")) {
			continue
		}
		out = append(out, g)
	}
	return 200, reply.ClassicPage(p, "client_grants", out)
}

func (s *Directory) createGrant(c *tenant.Call) (int, any) {
	if bad := reply.UnknownProperty(c.Body, grantFields); bad != "" {
		return reply.InvalidBody("Additional properties not allowed: "+bad, "")
	}
	id, aud := reply.Text(c.Body, "client_id"), reply.Text(c.Body, "audience")
	switch {
	case aud == "":
		return reply.InvalidBody("Missing required property: audience", "")
	case s.FindClient(id) == nil:
		return noClient()
	case !s.KnownAudience(aud):
		return reply.Fail(404, "inexistent_resource_server", "The resource server does not exist")
	case slices.ContainsFunc(s.grants, func(g reply.Object) bool {
		return reply.Text(g, "client_id") == id && s.sameAudience(reply.Text(g, "audience"), aud)
	}):
		return reply.Fail(409, "", "A resource server with the same client and audience already exists")
	}
	g := reply.Object{"id": "cgr_" + world.Hex(16), "client_id": id, "audience": aud, "scope": c.Body["scope"], "subject_type": "client"}
	if c.Body["scope"] == nil {
		g["scope"] = []any{}
	}
	s.grants = append(s.grants, g)
	return 201, g
}

func (s *Directory) patchGrant(c *tenant.Call) (int, any) {
	for _, g := range s.grants {
		if g["id"] == c.ID() {
			if list, ok := c.Body["scope"].([]any); ok {
				g["scope"] = list
			}
			return 200, g
		}
	}
	return reply.Fail(404, "inexistent_client_grant", "The client grant does not exist")
}

func (s *Directory) deleteGrant(c *tenant.Call) (int, any) {
	id := c.ID()
	s.grants = slices.DeleteFunc(s.grants, func(g reply.Object) bool { return g["id"] == id })
	return 204, nil
}

// LoginPage is the custom login page in force for a client: its own or the global client's. The caller holds the lock.
func (s *Directory) LoginPage(clientID string) string {
	c := s.FindClient(clientID)
	if on, set := c["custom_login_page_on"].(bool); set && !on {
		return ""
	}
	if own := reply.Text(c, "custom_login_page"); own != "" {
		return own
	}
	for _, g := range s.clients {
		if reply.Truth(g, "global") && reply.Truth(g, "custom_login_page_on") {
			return reply.Text(g, "custom_login_page")
		}
	}
	return ""
}
