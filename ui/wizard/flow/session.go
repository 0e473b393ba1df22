package flow

import (
	"maps"
	"slices"

	"phonegate/provision/config"
	"phonegate/provision/secret"
)

// Session is what has been answered so far.
type Session struct {
	Tenant      string
	Spec        config.Tenant
	Credentials secret.Credentials
	Sandbox     bool
	// ServiceSID is the existing Verify service that was chosen, "" for one to be found or made by name.
	ServiceSID string
	// Sources says where a value came from, by environment name (credentials) or by key (answers).
	Sources map[string]string
	// Opened says that the tenant is in the file already: the answers began as those there.
	Opened bool
	// Persisted is what the Backend says of the tenant.
	Persisted bool
	// Temporary are the environment names of credentials that end by themselves, so that Save does not keep them. Those
	// that were typed over since then count no more.
	Temporary []string
}

// SavedCredentials are the credentials that Save may keep.
func (s Session) SavedCredentials() secret.Credentials {
	c := s.Credentials
	for _, env := range s.Temporary {
		if s.Sources[env] != "typed" {
			c.Set(env, "")
		}
	}
	return c
}

// Copy is the session with maps and lists of its own, safe to hand to a command.
func (s Session) Copy() Session {
	s.Sources = maps.Clone(s.Sources)
	s.Temporary = slices.Clone(s.Temporary)
	s.Spec.Countries = slices.Clone(s.Spec.Countries)
	s.Spec.Auth0.CustomDomains = slices.Clone(s.Spec.Auth0.CustomDomains)
	return s
}

// Take opens a tenant of the file as it is there. A new one begins without the answers of one that was opened before it.
func (s *Session) Take(known *Known) {
	switch {
	case known != nil:
		s.Spec, s.Sources = known.Spec, maps.Clone(known.Sources)
	case s.Opened:
		s.Spec, s.Sources = config.Tenant{}, map[string]string{}
	}
	s.Opened = known != nil
}

// OpenedSentence says that a name is that of a tenant of the file.
func OpenedSentence(tenant, file string) string {
	return tenant + " is in " + file + " already: it is opened with its answers."
}

// GuardedBy asks for the name of the tenant that is protected.
func GuardedBy(guard string, s Session) string {
	if guard == s.Tenant {
		return "This tenant is protected: type its name to go on."
	}
	return s.Spec.Auth0.Domain + " is the domain of " + guard + ", which is protected: type that name to go on."
}
