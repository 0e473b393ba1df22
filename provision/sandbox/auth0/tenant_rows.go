package auth0

// Rows are the operations on settings, log and keys.
func (s *Tenant) Rows() []row {
	return []row{
		api("GET", "/logs", "read:logs", s.listLogs, recording+": TestLogManager*", "which type a denied silent login has"),
		api("GET", "/logs/{id}", "read:logs", s.getLog, recording+": TestLogManager", ""),
		api("GET", "/prompts", "read:prompts", s.getPrompts, recording+": TestPrompt", ""),
		api("PATCH", "/prompts", "update:prompts", s.patchPrompts, recording+": TestPrompt", ""),
		api("GET", "/tenants/settings", "read:tenant_settings", s.getTenant, recording+": TestTenantManager", ""),
		api("PATCH", "/tenants/settings", "update:tenant_settings", s.patchTenant, recording+": TestTenantManager", ""),
		api("GET", "/branding", "read:branding", s.getBranding, described, ""),
		api("PATCH", "/branding", "update:branding", s.patchBranding, described, ""),
		page("GET", "/.well-known/jwks.json", s.jwks, docs, ""),
		page("GET", "/.well-known/openid-configuration", s.discovery, docs, ""),
	}
}
