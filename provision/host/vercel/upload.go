package vercel

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/base64"
	"encoding/hex"
	"net/http"
	"net/url"

	"phonegate/provision/resource"
	"phonegate/provision/ring"
)

// maxDeployments is how often one Apply deploys: again only if another deployment took the address from its own.
const maxDeployments = 3

// pending is a deployment that this process has made and not yet seen live, with what went into it.
type pending struct {
	id, build string
	writes    int
}

// settle returns when the public form is as it must be, and has none of the keys that are swept. It deploys if that is needed.
func (d *Deployment) settle(ctx context.Context, progress resource.Progress, deploys bool, swept []ring.Key) error {
	if progress == nil {
		progress = func(string) {}
	}
	for made := 0; ; {
		if deploys {
			if err := d.deploy(ctx, progress); err != nil {
				return err
			}
			made++
		} else if err := d.wait(ctx, progress); err != nil {
			return err
		}
		if err := d.address(ctx); err != nil {
			return err
		}
		progress("checking the form from outside")
		err := d.steady(ctx, swept)
		switch {
		case err == nil:
			if again, err := d.leftover(ctx); err != nil || !again || made == maxDeployments {
				return err
			}
		case made == maxDeployments || !behind(err) || made == 0 && silent(err):
			return err
		case made > 0:
			// The form runs without what was just put there: an older deployment may have finished after this one.
			p, readErr := d.c.project(ctx, d.project.ID())
			if readErr != nil {
				return readErr
			}
			if live := p.serves(); live == nil || live.ID == d.made {
				return err
			}
		}
		deploys = true
	}
}

// leftover says whether the form runs with keys that the environment no longer has. It asks anew: another run may have written
// them since.
func (d *Deployment) leftover(ctx context.Context) (bool, error) {
	if len(d.extra()) == 0 {
		return false, nil
	}
	d.view.forget()
	if err := d.env.Read(ctx); err != nil {
		return false, err
	}
	return len(d.extra()) > 0, nil
}

// deploy uploads the files and waits until they are live. If this process has uploaded them already, for the environment as it is
// now, and was interrupted, it only waits.
func (d *Deployment) deploy(ctx context.Context, progress resource.Progress) error {
	build := d.build()
	if p := d.pending; p.id != "" && p.build == build && p.writes == d.env.writes {
		found, err := d.c.deployment(ctx, p.id)
		if err != nil {
			return err
		}
		if found != nil && !found.failed() {
			return d.finish(ctx, found, progress)
		}
	}
	made, err := d.create(ctx, build)
	if err != nil {
		return err
	}
	d.pending = pending{made.ID, build, d.env.writes}
	progress("building")
	return d.finish(ctx, made, progress)
}

// finish waits for a deployment that this process made.
func (d *Deployment) finish(ctx context.Context, made *deployment, progress resource.Progress) error {
	d.live, d.made = made, made.ID
	if err := d.wait(ctx, progress); err != nil {
		return err
	}
	d.pending = pending{}
	return nil
}

// create uploads the files. A deployment takes the environment as it is at this moment.
func (d *Deployment) create(ctx context.Context, build string) (*deployment, error) {
	d.view.forget()
	var random [8]byte
	_, _ = rand.Read(random[:]) // never fails: crypto/rand ends the process instead
	run := hex.EncodeToString(random[:])
	files := make([]map[string]string, len(d.form.Files))
	for i, f := range d.form.Files {
		files[i] = map[string]string{"file": f.Path, "data": base64.StdEncoding.EncodeToString(f.Data), "encoding": "base64"}
	}
	body := map[string]any{
		"name": d.project.found.Name, "project": d.project.ID(), "target": "production", "files": files,
		// Required for a project's first deployment: no framework, nothing to build.
		"projectSettings": map[string]any{"framework": nil, "buildCommand": nil, "installCommand": nil, "outputDirectory": nil,
			"devCommand": nil},
		"meta": map[string]string{metaKey: build, metaRun: run},
	}
	// forceNew: without it Vercel may answer with an earlier deployment of the same files, which has the old environment.
	query := url.Values{"skipAutoDetectionConfirmation": {"1"}, "forceNew": {"1"}}
	var made deployment
	err := d.c.call(ctx, http.MethodPost, "/v13/deployments", query, body, &made)
	if err == nil {
		return &made, nil
	}
	if !unsure(err) || ctx.Err() != nil {
		return nil, err
	}
	found, findErr := d.find(ctx, run)
	if findErr != nil || found == nil {
		return nil, err
	}
	return found, nil
}

// find looks for the deployment of a request whose answer was lost.
func (d *Deployment) find(ctx context.Context, run string) (*deployment, error) {
	page, err := d.c.deployments(ctx, url.Values{"projectId": {d.project.ID()}, "target": {"production"}, "limit": {"20"}})
	if err != nil {
		return nil, err
	}
	for _, made := range page.Deployments {
		if made.Meta[metaRun] == run {
			return d.c.deployment(ctx, cmp.Or(made.UID, made.ID))
		}
	}
	return nil, nil
}

// listed is one page of a list of deployments, newest first.
type listed struct {
	Deployments []struct {
		UID string `json:"uid"`
		deployment
	} `json:"deployments"`
	Pagination struct {
		Next *int64 `json:"next"`
	} `json:"pagination"`
}

func (c *Client) deployments(ctx context.Context, query url.Values) (listed, error) {
	var page listed
	err := c.call(ctx, http.MethodGet, "/v6/deployments", query, nil, &page)
	return page, err
}
