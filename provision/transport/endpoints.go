// Package transport is the one road to every provider: base-URL replacement,
// deadlines, retries, rate limits, request counts and typed errors.
package transport

import "net/url"

// Endpoints replaces providers' base URLs (proxies, tests, the sandbox). A nil
// field means the provider's own address. Where one is set, every request for
// that provider is sent to its scheme and host while the Host header stays the
// provider's own name, so that one server can play several hosts.
type Endpoints struct {
	Auth0      *url.URL // PHONEGATE_AUTH0_URL: the tenant's domain and its custom domains
	Twilio     *url.URL // PHONEGATE_TWILIO_URL: verify., api. and lookups.twilio.com
	Vercel     *url.URL // PHONEGATE_VERCEL_URL: api.vercel.com and the deployments' hosts
	Cloudflare *url.URL // PHONEGATE_CLOUDFLARE_URL: api.cloudflare.com and the Workers' hosts
}

// Of is the address that stands in for a host's API, by the name of the host's kind; nil if none does.
func (e Endpoints) Of(provider string) *url.URL {
	return map[string]*url.URL{vercel: e.Vercel, cloudflare: e.Cloudflare}[provider]
}
