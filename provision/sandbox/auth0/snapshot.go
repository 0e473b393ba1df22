package auth0

import (
	"encoding/json"
	"maps"

	"phonegate/provision/sandbox/auth0/actions"
	"phonegate/provision/sandbox/auth0/directory"
	"phonegate/provision/sandbox/auth0/reply"
	"phonegate/provision/sandbox/auth0/tenant"
)

// The parts of a snapshot.
type (
	savedActions   = actions.Saved
	savedDirectory = directory.Saved
	savedSettings  = tenant.Saved
)

// saved is a snapshot: what each part of the tenant keeps.
type saved struct {
	savedActions
	savedDirectory
	savedSettings
}

// Snapshot is what the tenant holds as JSON, secrets of Actions included. Logins under way, sessions and tokens are
// not in it: they end with the run.
func (s *Server) Snapshot() ([]byte, error) {
	s.t.Lock()
	defer s.t.Unlock()
	return json.Marshal(saved{s.actions.Save(), s.directory.Save(), s.t.Save()})
}

// Restore replaces what the tenant holds by a Snapshot. Whoever was logged in is so no more.
func (s *Server) Restore(snapshot []byte) error {
	var in saved
	if err := json.Unmarshal(snapshot, &in); err != nil {
		return err
	}
	s.t.Lock()
	defer s.t.Unlock()
	if err := s.actions.Restore(in.savedActions); err != nil {
		return err
	}
	s.directory.Restore(in.savedDirectory)
	s.t.Restore(in.savedSettings)
	s.pipeline.Reset()
	s.login.Reset()
	return nil
}

// State is everything that lasts in the tenant, without times and without binding ids (which change with every
// write): equal before and after means that nothing was left behind. Secrets appear as digests.
func (s *Server) State() map[string]any {
	s.t.Lock()
	defer s.t.Unlock()
	out := s.actions.State()
	maps.Copy(out, s.directory.State())
	maps.Copy(out, s.t.State())
	return reply.Clone(out)
}
