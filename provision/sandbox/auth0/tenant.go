package auth0

import "slices"

func (s *Server) getPrompts(*call) (int, any) { return 200, s.prompts }

func (s *Server) patchPrompts(c *call) (int, any) {
	if bad := unknownProperty(c.body, "universal_login_experience identifier_first webauthn_platform_first_factor"); bad != "" {
		return invalidBody("Additional properties not allowed: "+bad, "")
	}
	if v, ok := c.body["universal_login_experience"]; ok && !slices.Contains([]any{"new", "classic"}, v) {
		return invalidBody("No enum match for: "+text(c.body, "universal_login_experience"), "universal_login_experience")
	}
	for k, v := range c.body {
		s.prompts[k] = v
	}
	return 200, s.prompts
}

func (s *Server) getTenant(c *call) (int, any) { return 200, pick(c.q, s.tenant) }

func (s *Server) patchTenant(c *call) (int, any) {
	if bad := unknownProperty(c.body, tenantFields); bad != "" {
		return invalidBody("Additional properties not allowed: "+bad, "")
	}
	for k, v := range c.body {
		set, isObject := v.(object)
		old, wasObject := s.tenant[k].(object)
		if isObject && wasObject {
			s.tenant[k] = overlay(old, set)
			continue
		}
		s.tenant[k] = v
	}
	return 200, s.tenant
}

func (s *Server) getBranding(*call) (int, any) { return 200, s.branding }

func (s *Server) patchBranding(c *call) (int, any) {
	if bad := unknownProperty(c.body, "colors favicon_url logo_url font"); bad != "" {
		return invalidBody("Additional properties not allowed: "+bad, "")
	}
	for k, v := range c.body {
		if v == nil {
			delete(s.branding, k)
			continue
		}
		s.branding[k] = v
	}
	return 200, s.branding
}

// listModules is empty: nobody has made an Actions module in this tenant.
func (s *Server) listModules(c *call) (int, any) {
	p, ok := readPaging(c.q, 50, 100)
	if !ok {
		return badPaging()
	}
	o := actionsPage(p, "modules", nil)
	return 200, o
}
