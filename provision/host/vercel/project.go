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
	"phonegate/provision/transport"
)

const nodeVersion = "22.x"

// Project is the resource host.project. New projects are behind Vercel's own login by default; the form must not be.
type Project struct {
	c            *Client
	view         *view
	name, domain string
	deployment   *Deployment

	found *project
	mark  *mark // nil for a project that nobody has marked yet
	env   []variable
	stale bool  // found may be out of date: an Apply has failed on the way
	whole *bool // whether Undo may delete the project with all that is in it; nil before it looked
	left  []resource.Left
}

// project is Vercel's JSON, as far as it matters here.
type project struct {
	ID            string          `json:"id"`
	Name          string          `json:"name"`
	SSOProtection json.RawMessage `json:"ssoProtection"`
	NodeVersion   string          `json:"nodeVersion"`
	Alias         []struct {
		Domain string `json:"domain"`
	} `json:"alias"`
	Targets struct {
		Production *deployment `json:"production"`
	} `json:"targets"`
}

func (p *project) protected() bool {
	v := bytes.TrimSpace(p.SSOProtection)
	return len(v) > 0 && !bytes.Equal(v, []byte("null")) && !bytes.Equal(v, []byte("false"))
}

// serves is the deployment under the production address, nil if there is none.
func (p *project) serves() *deployment {
	if p == nil || p.Targets.Production == nil || p.Targets.Production.ID == "" {
		return nil
	}
	return p.Targets.Production
}

// addresses are the hosts under which the project's production is reached.
func (p *project) addresses() []string {
	var all []string
	if live := p.serves(); live != nil {
		all = append(all, live.Alias...)
	}
	for _, a := range p.Alias {
		all = append(all, a.Domain)
	}
	return all
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

// Read implements resource.Resource. It fails for a project that is somebody else's: deploying to it would replace their site.
func (p *Project) Read(ctx context.Context) error {
	p.found, p.mark, p.env, p.stale, p.whole = nil, nil, nil, false, nil
	found, err := p.view.theProject(ctx, p.Name())
	if err != nil || found == nil {
		return err
	}
	env, err := p.view.variables(ctx, p.Name())
	if err != nil {
		return err
	}
	m, err := markOf(p.name, env)
	if err != nil {
		return err
	}
	if m != nil && !strings.EqualFold(m.domain, p.domain) {
		return p.taken(nil, "The Vercel project %s belongs to another tenant's form (%s).", p.name, m.domain)
	}
	if live := found.serves(); m == nil && live != nil && !live.ours() {
		return p.taken(nil, "The Vercel project %s already exists and serves something that phonegate did not deploy.", p.name)
	}
	p.found, p.mark, p.env = found, m, env
	return nil
}

// codeTaken is the code of the errors about a project that phonegate must leave alone.
const codeTaken = "vercel.project_name_taken"

func (p *Project) taken(cause error, format string, args ...any) error {
	return fault.Wrap(cause, fault.Failed, codeTaken,
		"Choose another name with --host-project, or delete that project at https://vercel.com/dashboard.",
		format, args...)
}

// ours says whether the project is marked as this tenant's: what is not is never undone.
func (p *Project) ours() bool { return p.found != nil && p.mark != nil }

// Change implements resource.Resource.
func (p *Project) Change() event.Change {
	c := event.Change{Resource: p.Name(), Op: event.None, Detail: p.name}
	if p.found == nil {
		c.Op, c.From, c.Requests = event.Create, "new", 2
		return c
	}
	_, why := p.drift()
	c.Requests = min(len(why), 1)
	if p.mark == nil {
		c.From = "found"
		c.Requests++
		why = append([]string{"adopted as the form of " + p.domain}, why...)
	}
	if len(why) > 0 {
		c.Op = event.Update
		c.Detail += ": " + strings.Join(why, ", ")
	}
	return c
}

// drift is what must be set on the project that was found, and the same in words.
func (p *Project) drift() (settings map[string]any, why []string) {
	settings = map[string]any{}
	if p.found.protected() {
		settings["ssoProtection"] = nil
		why = append(why, "Deployment Protection on → off")
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
		p.view.forget()
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
	if p.mark == nil {
		if err := p.adopt(ctx); err != nil {
			return err
		}
	}
	// What a new project has by default is not certain, and a project that was found can have anything.
	if settings, why := p.drift(); len(why) > 0 {
		return p.patch(ctx, settings)
	}
	return nil
}

// create makes the project with its mark, in one request. If the answer is lost or the name is taken, the project is read again:
// another run may have made it.
func (p *Project) create(ctx context.Context) error {
	var made project
	m := mark{made: true, domain: p.domain}
	err := p.c.call(ctx, http.MethodPost, "/v11/projects", nil, map[string]any{"name": p.name, "framework": nil,
		"ssoProtection":        nil,
		"environmentVariables": []variable{m.variable()}}, &made)
	if err == nil {
		p.view.forget()
		p.found, p.mark = &made, &m
		return nil
	}
	conflict := answer(err).status == http.StatusConflict
	if ctx.Err() != nil || !conflict && !unsure(err) {
		return err
	}
	p.view.forget()
	readErr := p.Read(ctx)
	switch {
	case readErr != nil && (conflict || fault.Of(readErr).Code == codeTaken):
		return readErr
	case readErr == nil && p.found != nil:
		return nil
	case conflict:
		return p.taken(err, "The Vercel project name %s is taken by a project that this token can't access.", p.name)
	}
	return err
}

func (p *Project) patch(ctx context.Context, settings map[string]any) error {
	p.view.forget()
	var changed project
	if err := p.c.call(transport.Repeatable(ctx), http.MethodPatch, "/v9/projects/"+p.found.ID, nil, settings, &changed); err != nil {
		return err
	}
	if changed.ID != "" {
		changed.Alias, changed.Targets = p.found.Alias, p.found.Targets
		p.found = &changed
	}
	return nil
}
