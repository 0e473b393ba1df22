// Package vercel runs the form on Vercel.
package vercel

import (
	"context"
	"net/http"
	"time"

	"phonegate/provision/event"
	"phonegate/provision/resource"
)

// Options are the credentials and the road.
type Options struct {
	Token string
	Team  string // id (team_...) or slug; "" for the token's own account
	HTTP  http.RoundTripper
	// Poll replaces the waits between two looks at a deployment (tests).
	Poll time.Duration
	// Wait is the longest wait for a deployment; 10 min if zero.
	Wait time.Duration
}

// Client calls one Vercel account.
type Client struct{ o Options }

// New makes a Client; it makes no call.
func New(o Options) *Client { return &Client{o} }

// Account is what Check finds out.
type Account struct {
	User     string
	Team     string // slug of the team that projects go to, "" for a personal account
	TeamName string
	Teams    []Team // the teams the token can see
}

// Team is one team of the account.
type Team struct{ ID, Slug, Name string }

// Check proves the token.
func (c *Client) Check(ctx context.Context) (Account, error) { return Account{}, nil }

type stub struct{ name string }

func (s stub) Name() string                                   { return s.name }
func (s stub) Read(context.Context) error                     { return nil }
func (s stub) Change() event.Change                           { return event.Change{Resource: s.name, Op: event.None} }
func (s stub) Apply(context.Context, resource.Progress) error { return nil }
func (s stub) UndoChange() event.Change                       { return event.Change{Resource: s.name, Op: event.None} }
func (s stub) Undo(context.Context, resource.Progress) error  { return nil }

// ProjectSpec is the project as it should be.
type ProjectSpec struct{ Name string }

// Project is the resource host.project.
type Project struct{ stub }

// NewProject makes the resource.
func NewProject(c *Client, spec ProjectSpec, note resource.Note) *Project {
	return &Project{stub{"host.project"}}
}

// ID is the project's id, "" before it exists.
func (p *Project) ID() string { return "" }

// Env is the resource host.env.
type Env struct{ stub }

// NewEnv makes the resource.
func NewEnv(c *Client, p *Project, inputs func() resource.Inputs, note resource.Note) *Env {
	return &Env{stub{"host.env"}}
}

// File is one file of the form.
type File struct {
	Path string
	Data []byte
}

// Deployment is the resource host.deployment.
type Deployment struct{ stub }

// NewDeployment makes the resource.
func NewDeployment(c *Client, p *Project, env *Env, files []File, note resource.Note) *Deployment {
	return &Deployment{stub{"host.deployment"}}
}

// URL is where the form answers, e.g. "https://acme-verify.vercel.app"; "" before it is known.
func (d *Deployment) URL() string { return "" }

// Health asks the form, anonymously, whether it is there. The string is its version.
func (d *Deployment) Health(ctx context.Context) (string, error) { return "", nil }
