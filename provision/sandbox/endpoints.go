package sandbox

import (
	"slices"

	"phonegate/provision/sandbox/auth0"
	"phonegate/provision/sandbox/cloudflare"
	"phonegate/provision/sandbox/twilio"
	"phonegate/provision/sandbox/vercel"
	"phonegate/provision/sandbox/world"
)

// Endpoint is one row of the table of everything that is emulated.
type Endpoint struct {
	Provider string `json:"provider"`
	world.Endpoint
}

// EndpointTable lists what is emulated, by provider, in each provider's own order.
func EndpointTable() []Endpoint {
	var rows []Endpoint
	add := func(provider string, all []world.Endpoint) {
		rows = slices.Grow(rows, len(all))
		for _, e := range all {
			rows = append(rows, Endpoint{provider, e})
		}
	}
	add("auth0", auth0.Endpoints())
	add("twilio", twilio.Endpoints())
	add("vercel", vercel.Endpoints())
	add("cloudflare", cloudflare.Endpoints())
	return rows
}
