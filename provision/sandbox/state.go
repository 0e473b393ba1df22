package sandbox

import "phonegate/provision/sandbox/twilio"

// State is everything that lasts in the accounts, as values that can be compared and written as JSON. Equal
// before and after means that nothing was left behind. It holds no secret in clear.
type State struct {
	Auth0      any          `json:"auth0"`
	Twilio     twilio.State `json:"twilio"`
	Vercel     any          `json:"vercel"`
	Cloudflare any          `json:"cloudflare"`
	// Tenants are the Auth0 tenants beside the first one, by their domains.
	Tenants map[string]any `json:"tenants,omitempty"`
}

// State is the accounts' present state.
func (s *Sandbox) State() State {
	all := State{Auth0: s.Auth0().State(), Twilio: s.twilio.State(), Vercel: s.vercel.State(), Cloudflare: s.workers.State()}
	for _, t := range s.others() {
		if all.Tenants == nil {
			all.Tenants = map[string]any{}
		}
		all.Tenants[t.domain] = t.State()
	}
	return all
}
