package cloudflare

import (
	"context"

	"phonegate/provision/host"
	"phonegate/provision/resource"
	"phonegate/provision/ring"
)

// Form is what runs on Cloudflare for one tenant.
type Form struct {
	// Name is the Worker's name, which becomes part of the form's address.
	Name string
	// Tenant is the Auth0 domain that owns the form. It marks the Worker, so that two tenants can't share one.
	Tenant string
	// Module is the form as an ES module, and Version what it says of itself, "" if that is not known.
	Module  host.File
	Version string
	// Env is what the form's environment is to hold.
	Env host.Environment
}

// Host is a host.Host: one Worker. It remembers nothing between runs.
type Host struct {
	c         *Client
	subdomain *Subdomain
	worker    *Worker
}

// NewHost makes the host of one tenant's form. It makes no call.
func NewHost(c *Client, f Form) *Host {
	if f.Env.Add == nil {
		f.Env.Add = func() (name, value string) { return "", "" }
	}
	if f.Env.Must == nil {
		f.Env.Must = func() []ring.Key { return nil }
	}
	h := &Host{c: c, subdomain: newSubdomain(c, f.Name)}
	h.worker = &Worker{c: c, form: f, subdomain: h.subdomain}
	return h
}

// Check implements host.Host.
func (h *Host) Check(ctx context.Context) (string, error) { return h.c.Check(ctx) }

// Resources implements host.Host. The form's keys are part of the Worker.
func (h *Host) Resources() []host.Resource { return []host.Resource{h.subdomain, h.worker} }

// URL implements host.Host.
func (h *Host) URL() string { return h.worker.URL() }

// Look implements host.Host.
func (h *Host) Look(ctx context.Context) (host.Condition, error) {
	return h.worker.look(ctx, h.worker.URL())
}

// Seen implements host.Host.
func (h *Host) Seen() (host.Condition, bool) {
	return h.worker.seen.Condition, h.worker.seen.answered()
}

// Held implements host.Host.
func (h *Host) Held() ([]ring.Key, bool) { return h.worker.held() }

// Sweep implements host.Host.
func (h *Host) Sweep(ctx context.Context, keys []ring.Key, progress resource.Progress) error {
	return h.worker.sweep(ctx, keys, progress)
}

// Left implements host.Host.
func (h *Host) Left() []resource.Left { return h.worker.left() }
