package sandbox

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"phonegate/provision/sandbox/auth0"
	"phonegate/provision/sandbox/jsvm"
)

// tenantsBelow is the domain of all emulated Auth0 tenants.
const tenantsBelow = ".us.auth0.test"

// tenant is one emulated Auth0 tenant. All share the Twilio and the Vercel account, as a company's do.
type tenant struct {
	domain string
	*auth0.Server
}

// domains are the first tenant's domain and one for each name: its own where it makes one that is free.
func domains(names []string) []string {
	all := []string{Auth0Domain}
	for _, name := range names {
		label := hostLabel(name)
		domain := label + tenantsBelow
		for n := 2; slices.Contains(all, domain); n++ {
			domain = fmt.Sprintf("%s-%d%s", label, n, tenantsBelow)
		}
		all = append(all, domain)
	}
	return all
}

// hostLabel is what of a name can be part of a host name.
func hostLabel(name string) string {
	const longest = 48 // leaves room for a number
	label := strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z' || r >= '0' && r <= '9':
			return r
		case r >= 'A' && r <= 'Z':
			return r - 'A' + 'a'
		}
		return '-'
	}, name)
	label = strings.Trim(label[:min(len(label), longest)], "-")
	if label == "" {
		return "tenant"
	}
	return label
}

// addTenant makes a tenant and gives it its host name.
func (s *Sandbox) addTenant(domain string) *tenant {
	inside := &network{base: s.ctx, hosts: s.hosts, tasks: &s.tasks, byCode: true}
	t := &tenant{domain, auth0.New(auth0.Options{
		World: s.world, Domain: domain, ClientID: Auth0ClientID, ClientSecret: Auth0ClientSecret,
		App:     auth0.App{ClientID: AppClientID, RedirectURIs: []string{AppRedirectURI}},
		Network: inside, RunAction: jsvm.RunAction,
	})}
	s.hosts.add(domain, s.kept(s.world.HandlerOf("auth0", domain, auth0.WriteError, t.Server)))
	s.tenantsMu.Lock()
	defer s.tenantsMu.Unlock()
	s.tenants = append(s.tenants, t)
	return t
}

// allTenants are the tenants, the first one first.
func (s *Sandbox) allTenants() []*tenant {
	s.tenantsMu.Lock()
	defer s.tenantsMu.Unlock()
	return slices.Clone(s.tenants)
}

// others are all tenants but the first one.
func (s *Sandbox) others() []*tenant { return s.allTenants()[1:] }

// Domains are the emulated Auth0 tenants' domains: Auth0Domain, then those of Options.Tenants in their order.
func (s *Sandbox) Domains() []string {
	var all []string
	for _, t := range s.allTenants() {
		all = append(all, t.domain)
	}
	return all
}

// Tenant is the emulated Auth0 tenant with that domain, nil if there is none.
func (s *Sandbox) Tenant(domain string) *auth0.Server {
	for _, t := range s.allTenants() {
		if strings.EqualFold(t.domain, domain) {
			return t.Server
		}
	}
	return nil
}

// openDoor gives a tenant a loopback address, which a browser needs and nobody else: most tenants never have one.
func (s *Sandbox) openDoor(domain string) string {
	s.doorMu.Lock()
	defer s.doorMu.Unlock()
	if at := s.doors.of(domain); at != "" || s.Tenant(domain) == nil || s.ctx.Err() != nil {
		return at
	}
	address, err := s.doors.serve(s.front(s.gateway(strings.ToLower(domain))))
	if err != nil {
		return ""
	}
	s.doors.name(domain, "http://"+address)
	return "http://" + address
}

// saveOthers are the snapshots of all tenants but the first one, by domain.
func (s *Sandbox) saveOthers() (map[string]json.RawMessage, error) {
	var all map[string]json.RawMessage
	for _, t := range s.others() {
		snapshot, err := t.Snapshot()
		if err != nil {
			return nil, err
		}
		if all == nil {
			all = map[string]json.RawMessage{}
		}
		all[t.domain] = snapshot
	}
	return all, nil
}

// restoreOthers puts snapshots back. A tenant that was saved and is not there is made, so that nothing that was kept is lost; one
// that was not saved stays as it is.
func (s *Sandbox) restoreOthers(saved map[string]json.RawMessage) error {
	var errs []error
	for domain, snapshot := range saved {
		server := s.Tenant(domain)
		if server == nil {
			if !strings.HasSuffix(domain, tenantsBelow) {
				errs = append(errs, fmt.Errorf("%q is no domain of a tenant", domain))
				continue
			}
			t := s.addTenant(domain)
			if fresh, err := t.Snapshot(); err == nil && s.first.Version != 0 { // what a reset makes of it
				if s.first.Tenants == nil {
					s.first.Tenants = map[string]json.RawMessage{}
				}
				s.first.Tenants[domain] = fresh
			}
			server = t.Server
		}
		errs = append(errs, server.Restore(snapshot))
	}
	return errors.Join(errs...)
}
