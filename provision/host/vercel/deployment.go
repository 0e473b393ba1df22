package vercel

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"

	"phonegate/provision/event"
	"phonegate/provision/fault"
	"phonegate/provision/host"
	"phonegate/provision/resource"
)

// What a deployment's meta says of one that phonegate made.
const (
	metaKey = "phonegate"     // the hash of its files
	metaRun = "phonegate_run" // which request made it: files alone don't tell, for the environment may have changed since
)

// Deployment is the resource host.deployment: the form's files, live under the project's production address. What is deployed
// stands in the project's answer; whether it works, and with which keys, only the public form itself can tell.
type Deployment struct {
	c       *Client
	view    *view
	project *Project
	env     *Env
	form    Form

	live    *deployment // under the production address, or the one that Apply waits for
	made    string      // the id of the last one that this process made
	pending pending
	stale   bool

	mu        sync.Mutex // for what others ask while Apply is at work
	addresses []string
	named     string // the project's name
	condition host.Condition
	silence   error // why the form did not answer the last look; nil if it did
	looked    bool
}

// deployment is Vercel's JSON, as far as it matters here. Some answers call the id uid.
type deployment struct {
	ID            string            `json:"id"`
	ReadyState    string            `json:"readyState"`
	CreatedAt     int64             `json:"createdAt"`
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

func (d *deployment) ready() bool { return strings.EqualFold(d.ReadyState, "READY") }

func (d *deployment) live() bool {
	return d.ready() && !slices.Contains([]string{"", "null", "false", "0"}, string(d.AliasAssigned))
}

func (d *deployment) failed() bool {
	return strings.EqualFold(d.ReadyState, "ERROR") || strings.EqualFold(d.ReadyState, "CANCELED")
}

// ours says whether phonegate made it.
func (d *deployment) ours() bool { return d != nil && d.Meta[metaKey] != "" }

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

// Name implements resource.Resource.
func (d *Deployment) Name() string { return "host.deployment" }

// Read implements resource.Resource. A form that does not answer is no failure of it.
func (d *Deployment) Read(ctx context.Context) error {
	d.live, d.stale = nil, false
	d.reset()
	p, err := d.view.theProject(ctx, d.Name())
	if err != nil {
		return err
	}
	if d.live = p.serves(); d.live == nil {
		return nil
	}
	d.at(p)
	_, _ = d.look(ctx)
	return ctx.Err()
}

// build identifies the files.
func (d *Deployment) build() string {
	h := sha256.New()
	files := slices.Clone(d.form.Files)
	slices.SortFunc(files, func(a, b host.File) int { return strings.Compare(a.Path, b.Path) })
	for _, f := range files {
		_, _ = fmt.Fprintf(h, "%s %x\n", f.Path, sha256.Sum256(f.Data))
	}
	return hex.EncodeToString(h.Sum(nil)[:16])
}

// Change implements resource.Resource.
func (d *Deployment) Change() event.Change {
	c := event.Change{Resource: d.Name(), Op: event.None, Detail: strings.TrimPrefix(d.URL(), "https://")}
	why, deploys := d.why()
	switch {
	case why == "":
		return c
	case d.project.found == nil, d.live == nil:
		c.Op, c.From = event.Create, "generated"
		c.Detail = fmt.Sprintf("%s to %s", fault.Count(len(d.form.Files), "file"), d.project.name)
	default:
		c.Op = event.Update
		c.Detail = strings.TrimPrefix(c.Detail+": "+why, ": ")
	}
	if deploys {
		c.Requests = 2
	}
	return c
}

// why says what is wrong with the form, "" if nothing, and whether deploying it again is the remedy.
func (d *Deployment) why() (words string, deploys bool) {
	switch {
	case d.project.found == nil, d.live == nil:
		return "nothing is deployed", true
	case !d.live.ours():
		return "something else is deployed in the project", true
	case d.live.failed():
		return "the last deployment failed", true
	case d.live.Meta[metaKey] != d.build():
		return "new files", true
	case d.env.Change().Op != event.None:
		return "new environment", true
	case !d.live.live(), d.URL() == "":
		return "not finished", false
	}
	extra := d.extra()
	d.mu.Lock()
	defer d.mu.Unlock()
	switch {
	case protected(d.silence):
		return "Deployment Protection is on", false
	case d.silence != nil:
		return "does not respond", false
	case d.condition.Version != d.form.Version:
		return fmt.Sprintf("version %s → %s", cmp.Or(d.condition.Version, "unknown"), d.form.Version), true
	case !d.condition.Shows(d.form.Env.Must()):
		return "new environment", true
	case len(extra) > 0: // a sweep was cut off
		return "new environment: it still has " + fault.Count(len(extra), "deleted key"), true
	}
	return "", false
}

// extra are the keys with which the form runs and which its environment no longer has.
func (d *Deployment) extra() []string {
	held, known := d.env.Held()
	c, answered := d.seen()
	if !known || !answered {
		return nil
	}
	var ids []string
	for _, k := range held {
		ids = append(ids, k.ID)
	}
	return slices.DeleteFunc(slices.Clone(c.Keys), func(id string) bool { return slices.Contains(ids, id) })
}

// Apply implements resource.Resource: upload, wait, and look at the form as a stranger would.
func (d *Deployment) Apply(ctx context.Context, progress resource.Progress) (err error) {
	if d.project.ID() == "" {
		return fault.New(fault.Failed, "vercel.project_missing", "Run phonegate apply again.",
			"The Vercel project does not exist yet, so nothing can be deployed.")
	}
	if d.stale {
		d.view.forget()
		if err := d.Read(ctx); err != nil {
			return err
		}
	}
	defer func() { d.stale = err != nil }()
	if d.env.Change().Op != event.None {
		return fault.New(fault.Failed, "vercel.env_unknown", "Run phonegate apply again.",
			"The form's environment variables at Vercel are not set yet.")
	}
	_, deploys := d.why()
	return d.settle(ctx, progress, deploys, nil)
}
