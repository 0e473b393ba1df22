package vercel

import (
	"cmp"
	"context"

	"phonegate/provision/event"
	"phonegate/provision/host"
	"phonegate/provision/resource"
)

// Form is what runs on Vercel for one tenant.
type Form struct {
	Project string // its name, which becomes the form's address
	Files   []host.File
	// Inputs is the form's environment.
	Inputs func() resource.Inputs
	// Note is where a resource keeps what it must remember, by the resource's name.
	Note func(resource string) resource.Note
}

// Host is a host.Host: one Vercel project with one deployment that counts.
type Host struct {
	c          *Client
	project    *Project
	env        *Env
	deployment *Deployment
}

// NewHost makes the host of one tenant's form. It makes no call.
func NewHost(c *Client, f Form) *Host {
	h := &Host{c: c}
	h.project = NewProject(c, ProjectSpec{Name: f.Project}, f.Note("host.project"))
	h.env = NewEnv(c, h.project, f.Inputs, f.Note("host.env"))
	h.deployment = NewDeployment(c, h.project, h.env, f.Files, f.Note("host.deployment"))
	return h
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

// SendsSecrets implements host.Host.
func (h *Host) SendsSecrets() bool { return h.env.Change().Op != event.None }

// URL implements host.Host.
func (h *Host) URL() string { return h.deployment.URL() }

// Look implements host.Host.
func (h *Host) Look(ctx context.Context) (host.Condition, error) { return h.deployment.Look(ctx) }
