package vercel

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"strings"
	"time"

	"phonegate/provision/event"
	"phonegate/provision/fault"
	"phonegate/provision/resource"
	"phonegate/provision/ring"
	"phonegate/provision/transport"
)

// UndoChange implements resource.Resource.
func (p *Project) UndoChange() event.Change {
	c := event.Change{Resource: p.Name(), Op: event.None}
	switch {
	case p.found == nil:
		c.Detail = p.name + " is not there"
	case p.mark == nil:
		c.Detail = p.name + " stays: it has no phonegate mark"
	case p.mark.made && !p.foreignVariables():
		c.Op, c.Requests, c.Detail = event.Delete, 5, p.name+" with all its deployments"
	case p.mark.made:
		c.Op, c.Requests, c.Detail = event.Update, 6, p.name+" stays: it has variables that phonegate did not create"
	default:
		c.Op, c.Requests, c.Detail = event.Update, 5, p.name+" stays: phonegate did not create it"
		if len(p.former(p.found)) > 0 {
			c.Detail += "; its previous settings are restored"
		}
	}
	return c
}

// Undo implements resource.Resource. The mark goes last: until then the next run knows that there is something to undo.
func (p *Project) Undo(ctx context.Context, _ resource.Progress) error {
	p.left = nil
	if !p.ours() {
		return nil
	}
	whole, err := p.deletes(ctx)
	if err != nil {
		return err
	}
	p.view.forget()
	if whole {
		err = p.c.call(transport.Repeatable(ctx), http.MethodDelete, "/v9/projects/"+p.found.ID, nil, nil, nil)
		if notFound(err) {
			err = nil
		}
	} else {
		err = p.empty(ctx)
	}
	if err != nil {
		return err
	}
	if p.mark.made && !whole {
		p.left = append(p.left, p.shell("it has variables, deployments or domains that phonegate did not create"))
	}
	p.found, p.mark, p.env = nil, nil, nil
	return p.deployment.end(ctx)
}

// shell is the project as something that stays.
func (p *Project) shell(why string) resource.Left {
	return resource.Left{What: "the Vercel project " + p.name, Why: why, Command: "npx vercel project rm " + p.name + p.c.scope()}
}

// empty takes all out of the project that is phonegate's.
func (p *Project) empty(ctx context.Context) error {
	if err := p.removeDeployments(ctx); err != nil {
		return err
	}
	env := p.deployment.env
	if _, err := env.remove(ctx, p.found.ID, func(name string) bool { return mine(name) && name != markKey }); err != nil {
		return err
	}
	if err := p.restore(ctx); err != nil {
		return err
	}
	_, err := env.remove(ctx, p.found.ID, mine)
	return err
}

// scope is what the vercel CLI must be told to see the project.
func (c *Client) scope() string {
	if c.o.Team == "" {
		return ""
	}
	return " --scope " + c.o.Team
}

// end looks whether the form that was removed still answers.
func (d *Deployment) end(ctx context.Context) error {
	defer d.reset()
	at := d.URL()
	if at == "" {
		return nil
	}
	for misses := 1; ; misses++ {
		_, err := d.look(ctx)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err != nil {
			return nil
		}
		if misses == patience {
			d.project.left = append(d.project.left, resource.Left{What: "the form at " + at,
				Why: "it still responds, although phonegate deleted its own deployments; check https://vercel.com/dashboard"})
			return nil
		}
		if err := transport.Pause(ctx, cmp.Or(d.c.o.Poll, time.Second)); err != nil {
			return err
		}
	}
}

// UndoChange implements resource.Resource.
func (e *Env) UndoChange() event.Change {
	c := event.Change{Resource: e.Name(), Op: event.None, Detail: "no phonegate keys"}
	n := 0
	for _, v := range e.found {
		if _, ok := ring.Parse(v.Key); ok {
			n++
		}
	}
	switch {
	case n == 0:
	case !e.project.ours():
		c.Detail = fault.Count(n, "key") + " stays: the project has no phonegate mark"
	default:
		c.Op, c.Detail = event.Delete, fault.Count(n, "key")
		if e.project.mark.made && !e.project.foreignVariables() {
			c.Detail += ", with the project"
		} else {
			c.Requests = n + 1
		}
	}
	return c
}

// Undo implements resource.Resource. In a project that goes whole there is nothing to do.
func (e *Env) Undo(ctx context.Context, _ resource.Progress) error {
	if !e.project.ours() {
		return nil
	}
	whole, err := e.project.deletes(ctx)
	if err != nil {
		return err
	}
	if !whole {
		_, err = e.remove(ctx, e.project.ID(), func(name string) bool { return mine(name) && name != markKey })
	}
	return err
}

// UndoChange implements resource.Resource.
func (d *Deployment) UndoChange() event.Change {
	c := event.Change{Resource: d.Name(), Op: event.None, Detail: "nothing is deployed"}
	switch {
	case !d.live.ours():
	case !d.project.ours():
		c.Detail = fmt.Sprintf("%s stays: the project has no phonegate mark", strings.TrimPrefix(d.URL(), "https://"))
	default:
		c.Op, c.Detail = event.Delete, strings.TrimPrefix(d.URL(), "https://")
		if d.project.mark.made && !d.project.foreignVariables() {
			c.Detail += ", with the project"
		} else {
			c.Requests = 2
		}
	}
	return c
}

// Undo implements resource.Resource. In a project that goes whole there is nothing to do.
func (d *Deployment) Undo(ctx context.Context, _ resource.Progress) error {
	if !d.project.ours() {
		return nil
	}
	whole, err := d.project.deletes(ctx)
	if err != nil {
		return err
	}
	if !whole {
		err = d.project.removeDeployments(ctx)
	}
	if err == nil {
		d.live = nil
	}
	return err
}
