package auth0

import (
	"maps"
	"slices"
	"strings"

	"phonegate/provision/sandbox/world"
)

// FindClient is the client, nil if there is none. The caller holds the lock.
func (s *Directory) FindClient(id string) object {
	i := slices.IndexFunc(s.clients, func(c object) bool { return text(c, "client_id") == id })
	if i < 0 {
		return nil
	}
	return s.clients[i]
}

func noClient() (int, any) { return fail(404, "inexistent_client", "The client does not exist") }

// newClient fills in what the service gives every client.
func newClient(id, secret, name string) object {
	return object{
		"name": name, "client_id": id, "client_secret": secret, "is_first_party": true, "is_token_endpoint_ip_header_trusted": false,
		"oidc_conformant": false, "jwt_configuration": object{"secret_encoded": false, "lifetime_in_seconds": 36000},
		"sso_disabled": false, "cross_origin_authentication": false,
		"grant_types":          []any{"authorization_code", "implicit", "refresh_token", "client_credentials"},
		"custom_login_page_on": true,
		"refresh_token": object{
			"rotation_type": "non-rotating", "expiration_type": "non-expiring", "leeway": 0, "token_lifetime": 2592000,
			"infinite_token_lifetime": true, "infinite_idle_token_lifetime": true, "idle_token_lifetime": 1296000,
		},
	}
}

// shownClient is a client as it is read: with the tenant's name, without the secret unless the scope allows it.
func (s *Directory) shownClient(c *call, client object) object {
	o := maps.Clone(client)
	o["tenant"] = s.t.Name()
	if !slices.Contains(c.scopes(), "read:client_keys") {
		delete(o, "client_secret")
	}
	if _, set := o["global"]; !set {
		o["global"] = false
	}
	return pick(c.q, o)
}

func (s *Directory) listClients(c *call) (int, any) {
	if status, body := known(c.q, "fields include_fields page per_page include_totals from take is_global is_first_party app_type external_client_id q"); status != 0 {
		return status, body
	}
	p, ok := readPaging(c.q, 50, 100)
	if !ok {
		return badPaging()
	}
	var out []object
	for _, x := range s.clients {
		if (c.q.Has("is_global") && truth(x, "global") != (c.q.Get("is_global") == "true")) ||
			(c.q.Has("is_first_party") && truth(x, "is_first_party") != (c.q.Get("is_first_party") == "true")) ||
			(c.q.Has("app_type") && !slices.Contains(strings.Split(c.q.Get("app_type"), ","), text(x, "app_type"))) {
			continue
		}
		out = append(out, s.shownClient(c, x))
	}
	return 200, classicPage(p, "clients", out)
}

func (s *Directory) createClient(c *call) (int, any) {
	if bad := unknownProperty(c.body, clientFields+" "+clientCreateFields); bad != "" {
		return invalidBody("Additional properties not allowed: "+bad, "")
	}
	name := text(c.body, "name")
	if name == "" {
		return invalidBody("Missing required property: name", "")
	}
	if status, body := checkClient(c.body); status != 0 {
		return status, body
	}
	x := newClient(world.Hex(32), random(48), name)
	maps.Copy(x, c.body)
	s.clients = append(s.clients, x)
	return 201, x
}

func checkClient(body object) (int, any) {
	meta, _ := body["client_metadata"].(object)
	if len(meta) > maxMetaKeys {
		return invalidBody("Too many properties defined, maximum 10", "client_metadata")
	}
	for k, v := range meta {
		if value, ok := v.(string); v != nil && (!ok || len(value) > 255 || len(k) > 255) {
			return invalidBody("Expected a string of at most 255 characters", "client_metadata."+k)
		}
	}
	return 0, nil
}

func (s *Directory) getClient(c *call) (int, any) {
	x := s.FindClient(c.id())
	if x == nil {
		return noClient()
	}
	return 200, s.shownClient(c, x)
}

func (s *Directory) patchClient(c *call) (int, any) {
	x := s.FindClient(c.id())
	if x == nil {
		return noClient()
	}
	if bad := unknownProperty(c.body, clientFields+" "+clientPatchFields); bad != "" {
		return invalidBody("Additional properties not allowed: "+bad, "")
	}
	if status, body := checkClient(c.body); status != 0 {
		return status, body
	}
	for k, v := range c.body {
		switch {
		case k == "client_metadata" && v != nil:
			old, _ := x[k].(object)
			set, _ := v.(object)
			x[k] = overlay(old, set)
		case v == nil:
			delete(x, k)
		default:
			x[k] = v
		}
	}
	return 200, s.shownClient(c, x)
}

func (s *Directory) deleteClient(c *call) (int, any) {
	x := s.FindClient(c.id())
	if x == nil {
		return 204, nil
	}
	if truth(x, "global") {
		return fail(400, "", "The global client can't be deleted.")
	}
	id := c.id()
	s.clients = slices.DeleteFunc(s.clients, func(o object) bool { return text(o, "client_id") == id })
	s.grants = slices.DeleteFunc(s.grants, func(o object) bool { return text(o, "client_id") == id })
	for k, list := range s.enabled {
		s.enabled[k] = slices.DeleteFunc(slices.Clone(list), func(x string) bool { return x == id })
	}
	return 204, nil
}

func (s *Directory) listGrants(c *call) (int, any) {
	p, ok := readPaging(c.q, 50, 100)
	if !ok {
		return badPaging()
	}
	var out []object
	for _, g := range s.grants {
		if (c.q.Has("client_id") && text(g, "client_id") != c.q.Get("client_id")) || (c.q.Has("audience") && text(g, "audience") != c.q.Get("audience")) {
			continue
		}
		out = append(out, g)
	}
	return 200, classicPage(p, "client_grants", out)
}

func (s *Directory) createGrant(c *call) (int, any) {
	if bad := unknownProperty(c.body, grantFields); bad != "" {
		return invalidBody("Additional properties not allowed: "+bad, "")
	}
	id, aud := text(c.body, "client_id"), text(c.body, "audience")
	switch {
	case aud == "":
		return invalidBody("Missing required property: audience", "")
	case s.FindClient(id) == nil:
		return noClient()
	case !s.KnownAudience(aud):
		return fail(404, "inexistent_resource_server", "The resource server does not exist")
	case slices.ContainsFunc(s.grants, func(g object) bool {
		return text(g, "client_id") == id && s.sameAudience(text(g, "audience"), aud)
	}):
		return fail(409, "", "A resource server with the same client and audience already exists")
	}
	g := object{"id": "cgr_" + world.Hex(16), "client_id": id, "audience": aud, "scope": c.body["scope"], "subject_type": "client"}
	if c.body["scope"] == nil {
		g["scope"] = []any{}
	}
	s.grants = append(s.grants, g)
	return 201, g
}

func (s *Directory) patchGrant(c *call) (int, any) {
	for _, g := range s.grants {
		if g["id"] == c.id() {
			if list, ok := c.body["scope"].([]any); ok {
				g["scope"] = list
			}
			return 200, g
		}
	}
	return fail(404, "inexistent_client_grant", "The client grant does not exist")
}

func (s *Directory) deleteGrant(c *call) (int, any) {
	id := c.id()
	s.grants = slices.DeleteFunc(s.grants, func(g object) bool { return g["id"] == id })
	return 204, nil
}

// LoginPage is the custom login page in force for a client: its own or the global client's. The caller holds the lock.
func (s *Directory) LoginPage(clientID string) string {
	c := s.FindClient(clientID)
	if on, set := c["custom_login_page_on"].(bool); set && !on {
		return ""
	}
	if own := text(c, "custom_login_page"); own != "" {
		return own
	}
	for _, g := range s.clients {
		if truth(g, "global") && truth(g, "custom_login_page_on") {
			return text(g, "custom_login_page")
		}
	}
	return ""
}
