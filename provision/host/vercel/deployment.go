package vercel

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"phonegate/provision/event"
	"phonegate/provision/fault"
	"phonegate/provision/host"
	"phonegate/provision/resource"
)

// Deployment is the resource host.deployment: the form's files, live under the project's production address.
type Deployment struct {
	c       *Client
	project *Project
	env     *Env
	files   []host.File
	note    resource.Note

	found *deployment
	stale bool
}

// deployment is Vercel's JSON, as far as it matters here. Some answers call the id uid.
type deployment struct {
	ID            string            `json:"id"`
	URL           string            `json:"url"`
	ReadyState    string            `json:"readyState"`
	Alias         []string          `json:"alias"`
	AliasAssigned json.RawMessage   `json:"aliasAssigned"` // a boolean, a time in milliseconds or null
	AliasError    *problem          `json:"aliasError"`
	ErrorCode     string            `json:"errorCode"`
	ErrorMessage  string            `json:"errorMessage"`
	InspectorURL  string            `json:"inspectorUrl"`
	Meta          map[string]string `json:"meta"`
}

type problem struct {
	Code    string `json:"code"`
	Message string `json:"message"`
}

func (d *deployment) live() bool {
	return strings.EqualFold(d.ReadyState, "READY") && !slices.Contains([]string{"", "null", "false", "0"}, string(d.AliasAssigned))
}

func (d *deployment) failed() bool {
	return strings.EqualFold(d.ReadyState, "ERROR") || strings.EqualFold(d.ReadyState, "CANCELED")
}

// NewDeployment makes the resource. The note keeps the deployment's id, the hash of what was deployed and the address.
func NewDeployment(c *Client, p *Project, env *Env, files []host.File, note resource.Note) *Deployment {
	return &Deployment{c: c, project: p, env: env, files: files, note: note}
}

// Name implements resource.Resource.
func (d *Deployment) Name() string { return "host.deployment" }

// URL is where the form answers, e.g. "https://acme-verify.vercel.app"; "" before it is known.
func (d *Deployment) URL() string { return d.note.Get("url") }

// Read implements resource.Resource.
func (d *Deployment) Read(ctx context.Context) error {
	d.found, d.stale = nil, false
	id := d.note.Get("id")
	if id == "" {
		return nil
	}
	found, err := d.c.deployment(ctx, id)
	d.found = found
	return err
}

// deployment fetches a deployment, nil if there is none.
func (c *Client) deployment(ctx context.Context, id string) (*deployment, error) {
	var found deployment
	if err := c.call(ctx, http.MethodGet, "/v13/deployments/"+id, nil, nil, &found); err != nil {
		if notFound(err) {
			return nil, nil
		}
		return nil, err
	}
	if found.ID == "" {
		found.ID = id
	}
	return &found, nil
}

// build identifies the files together with the environment they run with: variables reach a form only by a new deployment.
// It is "" while the environment is still to be changed.
func (d *Deployment) build() string {
	fingerprint := d.env.Fingerprint()
	if fingerprint == "" {
		return ""
	}
	h := sha256.New()
	_, _ = fmt.Fprintf(h, "env %s\n", fingerprint)
	files := slices.Clone(d.files)
	slices.SortFunc(files, func(a, b host.File) int { return strings.Compare(a.Path, b.Path) })
	for _, f := range files {
		_, _ = fmt.Fprintf(h, "%s %x\n", f.Path, sha256.Sum256(f.Data))
	}
	return hex.EncodeToString(h.Sum(nil)[:16])
}

// Change implements resource.Resource.
func (d *Deployment) Change() event.Change {
	c := event.Change{Resource: d.Name(), Op: event.None, Detail: strings.TrimPrefix(d.URL(), "https://")}
	why := d.why()
	switch {
	case why == "":
		return c
	case d.note.Get("id") == "":
		c.Op, c.From = event.Create, "generated"
		c.Detail = fmt.Sprintf("%d files to %s", len(d.files), d.project.spec.Name)
	default:
		c.Op = event.Update
		c.Detail += ": " + why
	}
	c.Requests = 2
	return c
}

// why says what is wrong with the deployment that the note names; "" if nothing.
func (d *Deployment) why() string {
	switch build := d.build(); {
	case d.found == nil:
		return "it is gone"
	case d.found.failed():
		return "the last one failed"
	case build == "":
		return "new environment"
	case d.note.Get("build") != build:
		return "new files or environment"
	case !d.found.live(), d.URL() == "":
		return "not finished"
	}
	if p := d.project.found; p == nil {
		return "the project is gone"
	} else if prod := p.Targets.Production; prod != nil && prod.ID != "" && prod.ID != d.found.ID {
		return "something else was deployed to the project"
	}
	return ""
}

// Apply implements resource.Resource: upload, wait, and look at the form as a stranger would.
func (d *Deployment) Apply(ctx context.Context, progress resource.Progress) (err error) {
	if progress == nil {
		progress = func(string) {}
	}
	if d.project.ID() == "" {
		return fault.New(fault.Failed, "vercel.project_missing", "Run `phonegate apply` again.", "There is no Vercel project to deploy to.")
	}
	if d.stale {
		if err := d.Read(ctx); err != nil {
			return err
		}
	}
	defer func() { d.stale = err != nil }()
	build := d.build()
	if build == "" {
		return fault.New(fault.Failed, "vercel.env_unknown", "Run `phonegate apply` again.", "The form's environment is not in place.")
	}
	switch d.why() {
	case "":
	case "not finished": // a run that was cut off: the upload is done
	default:
		found, err := d.find(ctx, build)
		if err == nil && found != nil {
			err = d.adopt(found, build)
		} else if err == nil {
			err = d.create(ctx, build)
		}
		if err != nil {
			return err
		}
		progress("building")
	}
	if err := d.wait(ctx, progress); err != nil {
		return err
	}
	if err := d.address(ctx); err != nil {
		return err
	}
	progress("looking at the form from outside")
	return d.reachable(ctx)
}

// create uploads the files. All deployments are noted; the last one is the one that counts.
func (d *Deployment) create(ctx context.Context, build string) error {
	files := make([]map[string]string, len(d.files))
	for i, f := range d.files {
		files[i] = map[string]string{"file": f.Path, "data": base64.StdEncoding.EncodeToString(f.Data), "encoding": "base64"}
	}
	body := map[string]any{
		"name": d.project.found.Name, "project": d.project.ID(), "target": "production", "files": files,
		// Required for a project's first deployment: no framework, nothing to build.
		"projectSettings": map[string]any{"framework": nil, "buildCommand": nil, "installCommand": nil, "outputDirectory": nil, "devCommand": nil},
		"meta":            map[string]string{metaKey: build},
	}
	// forceNew: without it Vercel may answer with an earlier deployment of the same files, which has the old environment.
	query := url.Values{"skipAutoDetectionConfirmation": {"1"}, "forceNew": {"1"}}
	var made deployment
	if err := d.c.call(ctx, http.MethodPost, "/v13/deployments", query, body, &made); err != nil {
		if !unsure(err) || ctx.Err() != nil {
			return err
		}
		found, findErr := d.find(ctx, build)
		if findErr != nil || found == nil {
			return err
		}
		made = *found
	}
	return d.adopt(&made, build)
}

// find looks for a deployment of this very build whose making was not noted: the answer was lost, or the program died.
func (d *Deployment) find(ctx context.Context, build string) (*deployment, error) {
	var answer struct {
		Deployments []struct {
			UID  string            `json:"uid"`
			Meta map[string]string `json:"meta"`
		} `json:"deployments"`
	}
	query := url.Values{"projectId": {d.project.ID()}, "target": {"production"}, "limit": {"20"}}
	if err := d.c.call(ctx, http.MethodGet, "/v6/deployments", query, nil, &answer); err != nil {
		return nil, err
	}
	for _, made := range answer.Deployments {
		if made.Meta[metaKey] != build || slices.Contains(strings.Fields(d.note.Get("ids")), made.UID) {
			continue
		}
		found, err := d.c.deployment(ctx, made.UID)
		if err != nil || found == nil {
			return nil, err
		}
		if !found.failed() {
			return found, nil
		}
	}
	return nil, nil
}

// adopt makes a deployment the one that counts.
func (d *Deployment) adopt(made *deployment, build string) error {
	d.found = made
	ours := append(strings.Fields(d.note.Get("ids")), made.ID)
	if err := d.note.Set("ids", strings.Join(ours[max(0, len(ours)-20):], " ")); err != nil {
		return err
	}
	if err := d.note.Set("build", build); err != nil {
		return err
	}
	return d.note.Set("id", made.ID)
}

// UndoChange implements resource.Resource.
func (d *Deployment) UndoChange() event.Change {
	c := event.Change{Resource: d.Name(), Op: event.None, Detail: "nothing is deployed"}
	if d.found != nil {
		c.Op, c.Detail = event.Delete, strings.TrimPrefix(d.URL(), "https://")
		if d.project.made() {
			c.Detail += ", with the project"
		} else {
			c.Requests = len(strings.Fields(d.note.Get("ids")))
		}
	}
	return c
}

// Undo implements resource.Resource. In a project of ours there is nothing to do: it goes whole.
func (d *Deployment) Undo(ctx context.Context, _ resource.Progress) error {
	if !d.project.made() {
		for _, id := range strings.Fields(d.note.Get("ids")) {
			if err := d.c.call(repeat(ctx), http.MethodDelete, "/v13/deployments/"+id, nil, nil, nil); err != nil && !notFound(err) {
				return err
			}
		}
	}
	d.found = nil
	return forget(d.note, "ids", "build", "url", "id")
}
