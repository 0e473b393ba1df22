package wizard

import (
	"maps"

	"phonegate/provision/config"
)

// take opens a tenant of the file as it is there. A new one begins without the answers of one that was opened before it.
func (s *Session) take(known *Known) {
	switch {
	case known != nil:
		s.Spec, s.Sources = known.Spec, maps.Clone(known.Sources)
	case s.Opened:
		s.Spec, s.Sources = config.Tenant{}, map[string]string{}
	}
	s.Opened = known != nil
}

// opened says that a name is that of a tenant of the file.
func opened(tenant, file string) string {
	return tenant + " is in " + file + " already: it is opened with its answers."
}

// guardedBy asks for the name of the tenant that is protected.
func guardedBy(guard string, s Session) string {
	if guard == s.Tenant {
		return "This tenant is protected: type its name to go on."
	}
	return s.Spec.Auth0.Domain + " is the domain of " + guard + ", which is protected: type that name to go on."
}
