// Package tenant is what all parts of an emulated Auth0 tenant stand on: one lock for all records, the clock, the hosts, keys, settings
// and the log.
package tenant

import (
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"phonegate/provision/sandbox/auth0/reply"
	"phonegate/provision/sandbox/world"
)

// Tenant is what all parts of an emulated tenant share: the lock, the clock, the hosts, the settings and the log.
type Tenant struct {
	// World is the emulated world that the tenant is in.
	World *world.World

	// mu guards the records of all parts. It is never held while an Action runs.
	mu                          sync.Mutex
	domain                      string
	aliases                     []string
	settings, prompts, branding reply.Object
	logs                        []reply.Object
	logged                      int // lines ever, for their ids
}

// New makes a tenant without settings. Aliases are further hosts that lead to it.
func New(w *world.World, domain string, aliases []string) *Tenant {
	return &Tenant{World: w, domain: domain, aliases: aliases}
}

// Lock guards the records of all parts of the tenant.
func (s *Tenant) Lock() { s.mu.Lock() }

// Unlock ends what Lock began.
func (s *Tenant) Unlock() { s.mu.Unlock() }

// Now is the time in the tenant's world.
func (s *Tenant) Now() time.Time { return s.World.Now() }

// Domain is the tenant's own host.
func (s *Tenant) Domain() string { return s.domain }

// Name is the first label of the domain.
func (s *Tenant) Name() string {
	name, _, _ := strings.Cut(s.domain, ".")
	return name
}

// AddAlias makes one more host lead to the tenant.
func (s *Tenant) AddAlias(host string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.aliases = append(slices.Clone(s.aliases), host)
}

// Host is the tenant's host that the request came for: an alias, or else the domain.
func (s *Tenant) Host(r *http.Request) string {
	s.mu.Lock()
	aliases := s.aliases
	s.mu.Unlock()
	for _, a := range aliases {
		if strings.EqualFold(a, r.Host) {
			return a
		}
	}
	return s.domain
}

// ManagementAudience says whether the identifier is the Management API's, under any host of the tenant. The caller holds the lock.
func (s *Tenant) ManagementAudience(aud string) bool {
	rest, ok := strings.CutPrefix(strings.Replace(aud, "http://", "https://", 1), "https://") // SDKs on plain http ask so
	return ok && slices.ContainsFunc(append([]string{s.domain}, s.aliases...), func(h string) bool { return rest == h+"/api/v2/" })
}
