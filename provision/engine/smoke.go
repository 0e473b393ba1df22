package engine

import (
	"phonegate/provision/auth0"
	"phonegate/provision/resource"
	"phonegate/provision/smoke"
)

// Smoke is what the live tests need to know of the tenant; level, number and person are the caller's to add.
func (p *Plan) Smoke() smoke.Options {
	t, w := p.t, p.work()
	return smoke.Options{
		Tenant: t.name,
		Domain: t.spec.Auth0.Domain, Connection: t.spec.Auth0.Connection,
		ClientID: w.client.ID(), Callbacks: auth0.TestCallbacks, Capture: t.spec.Capture,
		ServiceSID: w.service.SID(), ActionID: w.action.ID(), FormURL: w.host.URL(),
		Deployed: []resource.Resource{w.action, w.binding},
		Auth0:    t.auth0, Twilio: t.twilio, HTTP: t.transport,
	}
}
