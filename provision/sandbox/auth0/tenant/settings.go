package tenant

import (
	"slices"

	"phonegate/provision/sandbox/auth0/reply"
)

func (s *Tenant) getPrompts(*Call) (int, any) { return 200, s.prompts }

func (s *Tenant) patchPrompts(c *Call) (int, any) {
	if bad := reply.UnknownProperty(c.Body, "universal_login_experience identifier_first webauthn_platform_first_factor"); bad != "" {
		return reply.InvalidBody("Additional properties not allowed: "+bad, "")
	}
	if v, ok := c.Body["universal_login_experience"]; ok && !slices.Contains([]any{"new", "classic"}, v) {
		return reply.InvalidBody("No enum match for: "+reply.Text(c.Body, "universal_login_experience"), "universal_login_experience")
	}
	for k, v := range c.Body {
		s.prompts[k] = v
	}
	return 200, s.prompts
}

func (s *Tenant) getTenant(c *Call) (int, any) { return 200, reply.Pick(c.Query, s.settings) }

func (s *Tenant) patchTenant(c *Call) (int, any) {
	if bad := reply.UnknownProperty(c.Body, tenantFields); bad != "" {
		return reply.InvalidBody("Additional properties not allowed: "+bad, "")
	}
	for k, v := range c.Body {
		set, isObject := v.(reply.Object)
		old, wasObject := s.settings[k].(reply.Object)
		if isObject && wasObject {
			s.settings[k] = reply.Overlay(old, set)
			continue
		}
		s.settings[k] = v
	}
	return 200, s.settings
}

func (s *Tenant) getBranding(*Call) (int, any) { return 200, s.branding }

func (s *Tenant) patchBranding(c *Call) (int, any) {
	if bad := reply.UnknownProperty(c.Body, "colors favicon_url logo_url font"); bad != "" {
		return reply.InvalidBody("Additional properties not allowed: "+bad, "")
	}
	for k, v := range c.Body {
		if v == nil {
			delete(s.branding, k)
			continue
		}
		s.branding[k] = v
	}
	return 200, s.branding
}

// Settings are the tenant's settings. The caller holds the lock.
func (s *Tenant) Settings() reply.Object { return s.settings }

// Prompts are the settings of Universal Login. The caller holds the lock.
func (s *Tenant) Prompts() reply.Object { return s.prompts }

// Saved is the tenant's part of a snapshot.
type Saved struct {
	Tenant   reply.Object   `json:"tenant"`
	Prompts  reply.Object   `json:"prompts"`
	Branding reply.Object   `json:"branding"`
	Logs     []reply.Object `json:"logs"`
	Logged   int            `json:"logged"`
}

// Save is the tenant's part of a snapshot; it aliases the records. The caller holds the lock.
func (s *Tenant) Save() Saved {
	return Saved{Tenant: s.settings, Prompts: s.prompts, Branding: s.branding, Logs: s.logs, Logged: s.logged}
}

// Restore replaces settings and log. The caller holds the lock.
func (s *Tenant) Restore(in Saved) {
	s.settings, s.prompts, s.branding, s.logs, s.logged = in.Tenant, in.Prompts, in.Branding, in.Logs, in.Logged
}

// State is what lasts of the settings. The caller holds the lock.
func (s *Tenant) State() reply.Object {
	return reply.Object{"tenant": s.settings, "prompts": s.prompts, "branding": s.branding}
}

// Seed gives a new tenant its settings.
func (s *Tenant) Seed() {
	s.settings = reply.Object{
		"friendly_name": "Acme (sandbox)", "allowed_logout_urls": []any{}, "enabled_locales": []any{"en"}, "default_directory": "",
		"sandbox_version": "22", "session_lifetime": 168, "idle_session_lifetime": 72, "picture_url": "", "support_email": "", "support_url": "",
		"flags": reply.Object{"allow_changing_enable_sso": false, "disable_impersonation": true, "enable_sso": true, "universal_login": true,
			"revoke_refresh_token_grant": false, "disable_clickjack_protection_headers": false},
	}
	s.prompts = reply.Object{"universal_login_experience": "classic", "identifier_first": false, "webauthn_platform_first_factor": false}
	s.branding = reply.Object{"colors": reply.Object{"primary": "#0059d6", "page_background": "#000000"}}
}

// tenantFields are the properties of tenant settings.
const tenantFields = `change_password device_flow guardian_mfa_page default_audience default_directory error_page
default_token_quota flags friendly_name picture_url support_email support_url allowed_logout_urls
session_lifetime session_lifetime_in_minutes idle_session_lifetime idle_session_lifetime_in_minutes
ephemeral_session_lifetime idle_ephemeral_session_lifetime ephemeral_session_lifetime_in_minutes
idle_ephemeral_session_lifetime_in_minutes sandbox_version legacy_sandbox_version default_redirection_uri
enabled_locales security_headers session_cookie sessions oidc_logout customize_mfa_in_postlogin_action
allow_organization_name_in_authentication_api acr_values_supported mtls
pushed_authorization_requests_supported authorization_response_iss_parameter_supported
skip_non_verifiable_callback_uri_confirmation_prompt resource_parameter_profile
client_id_metadata_document_supported enable_ai_guide phone_consolidated_experience
include_session_metadata_in_tenant_logs dynamic_client_registration_security_mode country_codes`
