package auth0

import "slices"

func (s *Tenant) getPrompts(*call) (int, any) { return 200, s.prompts }

func (s *Tenant) patchPrompts(c *call) (int, any) {
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

func (s *Tenant) getTenant(c *call) (int, any) { return 200, pick(c.q, s.settings) }

func (s *Tenant) patchTenant(c *call) (int, any) {
	if bad := unknownProperty(c.body, tenantFields); bad != "" {
		return invalidBody("Additional properties not allowed: "+bad, "")
	}
	for k, v := range c.body {
		set, isObject := v.(object)
		old, wasObject := s.settings[k].(object)
		if isObject && wasObject {
			s.settings[k] = overlay(old, set)
			continue
		}
		s.settings[k] = v
	}
	return 200, s.settings
}

func (s *Tenant) getBranding(*call) (int, any) { return 200, s.branding }

func (s *Tenant) patchBranding(c *call) (int, any) {
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

// Settings are the tenant's settings. The caller holds the lock.
func (s *Tenant) Settings() object { return s.settings }

// Prompts are the settings of Universal Login. The caller holds the lock.
func (s *Tenant) Prompts() object { return s.prompts }

// SavedSettings is the tenant's part of a snapshot.
type SavedSettings struct {
	Tenant   object   `json:"tenant"`
	Prompts  object   `json:"prompts"`
	Branding object   `json:"branding"`
	Logs     []object `json:"logs"`
	Logged   int      `json:"logged"`
}

// Save is the tenant's part of a snapshot; it aliases the records. The caller holds the lock.
func (s *Tenant) Save() SavedSettings {
	return SavedSettings{Tenant: s.settings, Prompts: s.prompts, Branding: s.branding, Logs: s.logs, Logged: s.logged}
}

// Restore replaces settings and log. The caller holds the lock.
func (s *Tenant) Restore(in SavedSettings) {
	s.settings, s.prompts, s.branding, s.logs, s.logged = in.Tenant, in.Prompts, in.Branding, in.Logs, in.Logged
}

// State is what lasts of the settings. The caller holds the lock.
func (s *Tenant) State() object {
	return object{"tenant": s.settings, "prompts": s.prompts, "branding": s.branding}
}

// Seed gives a new tenant its settings.
func (s *Tenant) Seed() {
	s.settings = object{
		"friendly_name": "Acme (sandbox)", "allowed_logout_urls": []any{}, "enabled_locales": []any{"en"}, "default_directory": "",
		"sandbox_version": "22", "session_lifetime": 168, "idle_session_lifetime": 72, "picture_url": "", "support_email": "", "support_url": "",
		"flags": object{"allow_changing_enable_sso": false, "disable_impersonation": true, "enable_sso": true, "universal_login": true,
			"revoke_refresh_token_grant": false, "disable_clickjack_protection_headers": false},
	}
	s.prompts = object{"universal_login_experience": "classic", "identifier_first": false, "webauthn_platform_first_factor": false}
	s.branding = object{"colors": object{"primary": "#0059d6", "page_background": "#000000"}}
}
