package tenant

// Rows are the operations on settings, log and keys.
func (s *Tenant) Rows() []Row {
	return []Row{
		API("GET", "/logs", "read:logs", s.listLogs, Recording+": TestLogManager*", "which type a denied silent login has"),
		API("GET", "/logs/{id}", "read:logs", s.getLog, Recording+": TestLogManager", ""),
		API("GET", "/prompts", "read:prompts", s.getPrompts, Recording+": TestPrompt", ""),
		API("PATCH", "/prompts", "update:prompts", s.patchPrompts, Recording+": TestPrompt", ""),
		API("GET", "/tenants/settings", "read:tenant_settings", s.getTenant, Recording+": TestTenantManager", ""),
		API("PATCH", "/tenants/settings", "update:tenant_settings", s.patchTenant, Recording+": TestTenantManager", ""),
		API("GET", "/branding", "read:branding", s.getBranding, Described, ""),
		API("PATCH", "/branding", "update:branding", s.patchBranding, Described, ""),
		Page("GET", "/.well-known/jwks.json", s.jwks, Documents, ""),
		Page("GET", "/.well-known/openid-configuration", s.discovery, Documents, ""),
	}
}
