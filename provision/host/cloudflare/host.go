package cloudflare

import (
	"context"

	"phonegate/provision/host"
	"phonegate/provision/resource"
)

// Form is what runs on Cloudflare for one tenant.
type Form struct {
	// Name is the Worker's name, which becomes part of the form's address.
	Name string
	// Tenant is whose form it is, in a word that stays the same: two tenants must not share a Worker.
	Tenant string
	// Module is the form as an ES module, and Version what it says of itself, "" if that is not known.
	Module  host.File
	Version string
	// Inputs is the form's environment.
	Inputs func() resource.Inputs
	// Note is where a resource keeps what it must remember, by the resource's name.
	Note func(resource string) resource.Note
}

// Host is a host.Host: one Worker.
type Host struct {
	c         *Client
	subdomain *Subdomain
	worker    *Worker
}

// NewHost makes the host of one tenant's form. It makes no call.
func NewHost(c *Client, f Form) *Host {
	h := &Host{c: c, subdomain: newSubdomain(c, f.Name)}
	h.worker = &Worker{c: c, form: f, subdomain: h.subdomain, note: f.Note("host.deployment")}
	return h
}

// Check implements host.Host.
func (h *Host) Check(ctx context.Context) (string, error) { return h.c.Check(ctx) }

// Resources implements host.Host. The form's secrets are part of the Worker.
func (h *Host) Resources() []host.Resource { return []host.Resource{h.subdomain, h.worker} }

// SendsSecrets implements host.Host.
func (h *Host) SendsSecrets() bool { return h.worker.sendsSecrets() }

// URL implements host.Host.
func (h *Host) URL() string { return h.worker.URL() }

// Look implements host.Host.
func (h *Host) Look(ctx context.Context) (host.Condition, error) { return h.worker.look(ctx) }
