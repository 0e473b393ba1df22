package vercel

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"

	"phonegate/provision/event"
	"phonegate/provision/fault"
	"phonegate/provision/resource"
)

const (
	nodeVersion = "22.x"
	metaKey     = "phonegate" // in a deployment's meta: the hash of what was deployed
)

// ProjectSpec is the project as it should be.
type ProjectSpec struct{ Name string }

// Project is the resource host.project. New projects are behind Vercel's own login by default; the form must not be.
type Project struct {
	c    *Client
	spec ProjectSpec
	note resource.Note

	found *project
	stale bool // found may be out of date: an Apply has failed on the way
}

// project is Vercel's JSON, as far as it matters here.
type project struct {
	ID            string          `json:"id"`
	Name          string          `json:"name"`
	SSOProtection json.RawMessage `json:"ssoProtection"`
	NodeVersion   string          `json:"nodeVersion"`
	Targets       struct {
		Production *deployment `json:"production"`
	} `json:"targets"`
}

func (p *project) protected() bool {
	v := bytes.TrimSpace(p.SSOProtection)
	return len(v) > 0 && !bytes.Equal(v, []byte("null")) && !bytes.Equal(v, []byte("false"))
}

// NewProject makes the resource. The note keeps the project's id and whether phonegate made it.
func NewProject(c *Client, spec ProjectSpec, note resource.Note) *Project {
	return &Project{c: c, spec: spec, note: note}
}

// Name implements resource.Resource.
func (p *Project) Name() string { return "host.project" }

// ID is the project's id, "" before it exists.
func (p *Project) ID() string {
	if p.found == nil {
		return ""
	}
	return p.found.ID
}

// made says whether phonegate made the project that was found: then destroy deletes it with all that is in it.
func (p *Project) made() bool {
	return p.found != nil && (p.note.Get("made") == p.found.ID || p.note.Get("making") == p.found.Name)
}

// adopt notes which project is in use, and that it is ours if it is. What was noted of another project (one that somebody
// has deleted) holds for that one alone.
func (p *Project) adopt() error {
	if p.made() {
		if err := p.note.Set("made", p.found.ID); err != nil {
			return err
		}
	}
	if err := p.note.Set("id", p.found.ID); err != nil {
		return err
	}
	return p.note.Set("making", "")
}

// Read implements resource.Resource.
func (p *Project) Read(ctx context.Context) error {
	p.found, p.stale = nil, false
	if id := p.note.Get("id"); id != "" {
		found, err := p.get(ctx, id)
		if err != nil {
			return err
		}
		if p.found = found; found != nil {
			return nil
		}
	}
	found, err := p.get(ctx, p.spec.Name)
	if err != nil {
		return err
	}
	if err := p.refuseStranger(ctx, found); err != nil {
		return err
	}
	p.found = found
	return nil
}

// get fetches a project by id or name, nil if there is none.
func (p *Project) get(ctx context.Context, idOrName string) (*project, error) {
	var found project
	if err := p.c.call(ctx, http.MethodGet, "/v9/projects/"+idOrName, nil, nil, &found); err != nil {
		if notFound(err) {
			return nil, nil
		}
		return nil, err
	}
	return &found, nil
}

// refuseStranger protects a project that serves something else: deploying to it would replace somebody's site.
func (p *Project) refuseStranger(ctx context.Context, found *project) error {
	if found == nil || found.Targets.Production == nil || found.Targets.Production.ID == "" {
		return nil
	}
	prod := found.Targets.Production
	if prod.Meta == nil {
		full, err := p.c.deployment(ctx, prod.ID)
		if err != nil || full == nil {
			return err
		}
		prod.Meta = full.Meta
	}
	if _, ours := prod.Meta[metaKey]; ours {
		return nil
	}
	return fault.New(fault.Failed, "vercel.project_name_taken", "Choose another name with --host-project, or delete that project at https://vercel.com/dashboard.",
		"The Vercel project %s exists and serves something that phonegate did not deploy.", p.spec.Name)
}

// Change implements resource.Resource.
func (p *Project) Change() event.Change {
	c := event.Change{Resource: p.Name(), Op: event.None, Detail: p.spec.Name}
	if p.found == nil {
		c.Op, c.From, c.Requests = event.Create, "new", 2
		return c
	}
	if _, why := p.drift(); len(why) > 0 {
		c.Op, c.Requests = event.Update, 1
		c.Detail += ": " + strings.Join(why, ", ")
	} else if p.note.Get("id") == "" {
		c.From = "found"
	}
	return c
}

// drift is what must be set on the project that was found, and the same in words.
func (p *Project) drift() (settings map[string]any, why []string) {
	settings = map[string]any{}
	if p.found.Name != p.spec.Name {
		settings["name"] = p.spec.Name
		why = append(why, "now called "+p.found.Name)
	}
	if p.found.protected() {
		settings["ssoProtection"] = nil
		why = append(why, "Vercel's login is in front of it")
	}
	if p.found.NodeVersion != nodeVersion {
		settings["nodeVersion"] = nodeVersion
		why = append(why, fmt.Sprintf("Node %s → %s", p.found.NodeVersion, nodeVersion))
	}
	return settings, why
}

// Apply implements resource.Resource.
func (p *Project) Apply(ctx context.Context, _ resource.Progress) (err error) {
	if p.stale {
		if err := p.Read(ctx); err != nil {
			return err
		}
	}
	defer func() { p.stale = err != nil }()
	if p.found == nil {
		if err := p.create(ctx); err != nil {
			return err
		}
	}
	if err := p.adopt(); err != nil {
		return err
	}
	// What a new project has by default is not certain, and a project that was found can have anything.
	if settings, why := p.drift(); len(why) > 0 {
		return p.patch(ctx, settings)
	}
	return nil
}

// create makes the project. That phonegate is about to make one of this name is noted first: if the answer is lost or the
// program dies, the project that is then found by that name is known to be ours.
func (p *Project) create(ctx context.Context) error {
	if err := p.note.Set("making", p.spec.Name); err != nil {
		return err
	}
	var made project
	err := p.c.call(ctx, http.MethodPost, "/v11/projects", nil,
		map[string]any{"name": p.spec.Name, "framework": nil, "ssoProtection": nil}, &made)
	if err == nil {
		p.found = &made
		return nil
	}
	if !unsure(err) {
		_ = p.note.Set("making", "")
		return err
	}
	if ctx.Err() != nil {
		return err
	}
	if found, getErr := p.get(ctx, p.spec.Name); getErr == nil && found != nil {
		p.found = found
		return nil
	}
	return err
}

func (p *Project) patch(ctx context.Context, settings map[string]any) error {
	var changed project
	if err := p.c.call(repeat(ctx), http.MethodPatch, "/v9/projects/"+p.found.ID, nil, settings, &changed); err != nil {
		return err
	}
	if changed.ID != "" {
		changed.Targets = p.found.Targets
		p.found = &changed
	}
	return nil
}

// UndoChange implements resource.Resource.
func (p *Project) UndoChange() event.Change {
	c := event.Change{Resource: p.Name(), Op: event.None}
	switch {
	case p.found == nil:
		c.Detail = p.spec.Name + " is not there"
	case !p.made():
		c.Detail = p.found.Name + " is kept: phonegate did not make it"
	default:
		c.Op, c.Requests, c.Detail = event.Delete, 1, p.found.Name+" with all its deployments"
	}
	return c
}

// Undo implements resource.Resource.
func (p *Project) Undo(ctx context.Context, _ resource.Progress) error {
	if p.found != nil && p.made() {
		if err := p.c.call(repeat(ctx), http.MethodDelete, "/v9/projects/"+p.found.ID, nil, nil, nil); err != nil && !notFound(err) {
			return err
		}
	}
	p.found = nil
	return forget(p.note, "id", "made", "making")
}

func forget(note resource.Note, keys ...string) error {
	for _, key := range keys {
		if note.Get(key) == "" {
			continue
		}
		if err := note.Set(key, ""); err != nil {
			return err
		}
	}
	return nil
}
