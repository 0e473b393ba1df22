package auth0

import (
	"slices"

	"phonegate/provision/sandbox/auth0/tenant"
	"phonegate/provision/sandbox/world"
)

// Endpoints lists the emulated operations.
func Endpoints() []world.Endpoint {
	var out []world.Endpoint
	for _, e := range furnish(Options{}).rows() {
		out = append(out, e.Endpoint)
	}
	return out
}

// rows are all emulated operations.
func (s *Server) rows() []tenant.Row {
	return slices.Concat(s.actions.Rows(), s.pipeline.Rows(), s.directory.Rows(), s.t.Rows(), s.login.Rows())
}

// scopes are those that the emulated operations ask for.
func (s *Server) scopes() []string {
	out := []string{"read:users_app_metadata", "update:users_app_metadata", "create:users_app_metadata", "delete:users_app_metadata",
		"read:client_keys", "read:connections_options", "update:connections_options"}
	for _, e := range s.rows() {
		out = append(out, e.Scopes...)
	}
	slices.Sort(out)
	return slices.Compact(out)
}
