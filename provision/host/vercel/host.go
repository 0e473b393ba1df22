package vercel

import (
	"cmp"
	"context"
	"slices"

	"phonegate/provision/host"
	"phonegate/provision/resource"
	"phonegate/provision/ring"
)

// Form is what runs on Vercel for one tenant.
type Form struct {
	// Project is its project's name, which becomes the form's address if it is free.
	Project string
	// Domain is the tenant's at Auth0. The project is marked with it: that is how any computer knows whose form it is.
	Domain string
	Files  []host.File
	// Version is what the health of a form made of these files says.
	Version string
	Env     host.Environment
	// URL is the address that the Action sends users to now, "" if none is known. It stays in use for as long as it belongs to the
	// project: it can be a domain that people gave it.
	URL func() string
}

// Host is a host.Host: one Vercel project with one deployment that counts. It remembers nothing between runs; all that it
// knows stands at Vercel or in the form's own health.
type Host struct {
	c          *Client
	project    *Project
	env        *Env
	deployment *Deployment
}

// NewHost makes the host of one tenant's form. It makes no call.
func NewHost(c *Client, f Form) *Host {
	v := &view{c: c, name: f.Project}
	p := &Project{c: c, view: v, name: f.Project, domain: f.Domain}
	e := &Env{c: c, view: v, project: p, wanted: f.Env}
	d := &Deployment{c: c, view: v, project: p, env: e, form: f}
	p.deployment, e.runs = d, d.seen
	return &Host{c, p, e, d}
}

// Check implements host.Host.
func (h *Host) Check(ctx context.Context) (string, error) {
	a, err := h.c.Check(ctx)
	return cmp.Or(a.TeamName, a.Team, a.User), err
}

// Resources implements host.Host.
func (h *Host) Resources() []host.Resource {
	return []host.Resource{h.project, h.env, h.deployment}
}

// URL implements host.Host.
func (h *Host) URL() string { return h.deployment.URL() }

// Look implements host.Host.
func (h *Host) Look(ctx context.Context) (host.Condition, error) { return h.deployment.Look(ctx) }

// Seen implements host.Host.
func (h *Host) Seen() (host.Condition, bool) { return h.deployment.seen() }

// Held implements host.Host.
func (h *Host) Held() ([]ring.Key, bool) { return h.env.Held() }

// Left implements host.Host.
func (h *Host) Left() []resource.Left {
	left := slices.Clone(h.project.left)
	if keys, _ := h.Held(); h.project.found != nil && !h.project.ours() && (len(keys) > 0 || h.deployment.live.ours()) {
		left = append(left,
			h.project.shell("it contains a form, but nothing shows that phonegate created the project: its variable "+markKey+" is missing"))
	}
	return left
}
