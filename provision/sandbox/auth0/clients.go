package auth0

import (
	"maps"
	"slices"
	"strings"

	"phonegate/provision/sandbox/world"
)

// FindClient is the client, nil if there is none. The caller holds the lock.
func (s *Directory) FindClient(id string) Object {
	i := slices.IndexFunc(s.clients, func(c Object) bool { return Text(c, "client_id") == id })
	if i < 0 {
		return nil
	}
	return s.clients[i]
}

func noClient() (int, any) { return Fail(404, "inexistent_client", "The client does not exist") }

// newClient fills in what the service gives every client.
func newClient(id, secret, name string) Object {
	return Object{
		"name": name, "client_id": id, "client_secret": secret, "is_first_party": true, "is_token_endpoint_ip_header_trusted": false,
		"oidc_conformant": false, "jwt_configuration": Object{"secret_encoded": false, "lifetime_in_seconds": 36000},
		"sso_disabled": false, "cross_origin_authentication": false,
		"grant_types":          []any{"authorization_code", "implicit", "refresh_token", "client_credentials"},
		"custom_login_page_on": true,
		"refresh_token": Object{
			"rotation_type": "non-rotating", "expiration_type": "non-expiring", "leeway": 0, "token_lifetime": 2592000,
			"infinite_token_lifetime": true, "infinite_idle_token_lifetime": true, "idle_token_lifetime": 1296000,
		},
	}
}

// shownClient is a client as it is read: with the tenant's name, without the secret unless the scope allows it.
func (s *Directory) shownClient(c *Call, client Object) Object {
	o := maps.Clone(client)
	o["tenant"] = s.t.Name()
	if !slices.Contains(c.Scopes(), "read:client_keys") {
		delete(o, "client_secret")
	}
	if _, set := o["global"]; !set {
		o["global"] = false
	}
	return Pick(c.Query, o)
}

func (s *Directory) listClients(c *Call) (int, any) {
	if status, body := Known(c.Query, "fields include_fields page per_page include_totals from take is_global is_first_party app_type external_client_id q"); status != 0 {
		return status, body
	}
	p, ok := ReadPaging(c.Query, 50, 100)
	if !ok {
		return BadPaging()
	}
	var out []Object
	for _, x := range s.clients {
		if (c.Query.Has("is_global") && Truth(x, "global") != (c.Query.Get("is_global") == "true")) ||
			(c.Query.Has("is_first_party") && Truth(x, "is_first_party") != (c.Query.Get("is_first_party") == "true")) ||
			(c.Query.Has("app_type") && !slices.Contains(strings.Split(c.Query.Get("app_type"), ","), Text(x, "app_type"))) {
			continue
		}
		out = append(out, s.shownClient(c, x))
	}
	return 200, ClassicPage(p, "clients", out)
}

func (s *Directory) createClient(c *Call) (int, any) {
	if bad := UnknownProperty(c.Body, clientFields+" "+clientCreateFields); bad != "" {
		return InvalidBody("Additional properties not allowed: "+bad, "")
	}
	name := Text(c.Body, "name")
	if name == "" {
		return InvalidBody("Missing required property: name", "")
	}
	if status, body := checkClient(c.Body); status != 0 {
		return status, body
	}
	x := newClient(world.Hex(32), Random(48), name)
	maps.Copy(x, c.Body)
	s.clients = append(s.clients, x)
	return 201, x
}

func checkClient(body Object) (int, any) {
	meta, _ := body["client_metadata"].(Object)
	if len(meta) > maxMetaKeys {
		return InvalidBody("Too many properties defined, maximum 10", "client_metadata")
	}
	for k, v := range meta {
		if value, ok := v.(string); v != nil && (!ok || len(value) > 255 || len(k) > 255) {
			return InvalidBody("Expected a string of at most 255 characters", "client_metadata."+k)
		}
	}
	return 0, nil
}

func (s *Directory) getClient(c *Call) (int, any) {
	x := s.FindClient(c.ID())
	if x == nil {
		return noClient()
	}
	return 200, s.shownClient(c, x)
}

func (s *Directory) patchClient(c *Call) (int, any) {
	x := s.FindClient(c.ID())
	if x == nil {
		return noClient()
	}
	if bad := UnknownProperty(c.Body, clientFields+" "+clientPatchFields); bad != "" {
		return InvalidBody("Additional properties not allowed: "+bad, "")
	}
	if status, body := checkClient(c.Body); status != 0 {
		return status, body
	}
	for k, v := range c.Body {
		switch {
		case k == "client_metadata" && v != nil:
			old, _ := x[k].(Object)
			set, _ := v.(Object)
			x[k] = Overlay(old, set)
		case v == nil:
			delete(x, k)
		default:
			x[k] = v
		}
	}
	return 200, s.shownClient(c, x)
}

func (s *Directory) deleteClient(c *Call) (int, any) {
	x := s.FindClient(c.ID())
	if x == nil {
		return 204, nil
	}
	if Truth(x, "global") {
		return Fail(400, "", "The global client can't be deleted.")
	}
	id := c.ID()
	s.clients = slices.DeleteFunc(s.clients, func(o Object) bool { return Text(o, "client_id") == id })
	s.grants = slices.DeleteFunc(s.grants, func(o Object) bool { return Text(o, "client_id") == id })
	for k, list := range s.enabled {
		s.enabled[k] = slices.DeleteFunc(slices.Clone(list), func(x string) bool { return x == id })
	}
	return 204, nil
}

func (s *Directory) listGrants(c *Call) (int, any) {
	p, ok := ReadPaging(c.Query, 50, 100)
	if !ok {
		return BadPaging()
	}
	var out []Object
	for _, g := range s.grants {
		if (c.Query.Has("client_id") && Text(g, "client_id") != c.Query.Get("client_id")) || (c.Query.Has("audience") && Text(g, "audience") != c.Query.Get("audience")) {
			continue
		}
		out = append(out, g)
	}
	return 200, ClassicPage(p, "client_grants", out)
}

func (s *Directory) createGrant(c *Call) (int, any) {
	if bad := UnknownProperty(c.Body, grantFields); bad != "" {
		return InvalidBody("Additional properties not allowed: "+bad, "")
	}
	id, aud := Text(c.Body, "client_id"), Text(c.Body, "audience")
	switch {
	case aud == "":
		return InvalidBody("Missing required property: audience", "")
	case s.FindClient(id) == nil:
		return noClient()
	case !s.KnownAudience(aud):
		return Fail(404, "inexistent_resource_server", "The resource server does not exist")
	case slices.ContainsFunc(s.grants, func(g Object) bool {
		return Text(g, "client_id") == id && s.sameAudience(Text(g, "audience"), aud)
	}):
		return Fail(409, "", "A resource server with the same client and audience already exists")
	}
	g := Object{"id": "cgr_" + world.Hex(16), "client_id": id, "audience": aud, "scope": c.Body["scope"], "subject_type": "client"}
	if c.Body["scope"] == nil {
		g["scope"] = []any{}
	}
	s.grants = append(s.grants, g)
	return 201, g
}

func (s *Directory) patchGrant(c *Call) (int, any) {
	for _, g := range s.grants {
		if g["id"] == c.ID() {
			if list, ok := c.Body["scope"].([]any); ok {
				g["scope"] = list
			}
			return 200, g
		}
	}
	return Fail(404, "inexistent_client_grant", "The client grant does not exist")
}

func (s *Directory) deleteGrant(c *Call) (int, any) {
	id := c.ID()
	s.grants = slices.DeleteFunc(s.grants, func(g Object) bool { return g["id"] == id })
	return 204, nil
}

// LoginPage is the custom login page in force for a client: its own or the global client's. The caller holds the lock.
func (s *Directory) LoginPage(clientID string) string {
	c := s.FindClient(clientID)
	if on, set := c["custom_login_page_on"].(bool); set && !on {
		return ""
	}
	if own := Text(c, "custom_login_page"); own != "" {
		return own
	}
	for _, g := range s.clients {
		if Truth(g, "global") && Truth(g, "custom_login_page_on") {
			return Text(g, "custom_login_page")
		}
	}
	return ""
}
