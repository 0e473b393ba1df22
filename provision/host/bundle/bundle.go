// Package bundle lets people run the form on a server of their own: a folder of files, and a look at the form to see that
// it runs with the keys that it must have. phonegate can't bring the keys there itself; the command
// `phonegate secrets` hands them to a command of the person's.
package bundle

import (
	"context"
	"net/http"
	"path/filepath"
	"strings"
	"time"

	"phonegate/provision/fault"
	"phonegate/provision/host"
	"phonegate/provision/resource"
	"phonegate/provision/ring"
)

// Options are the folder, and the form that is made of it.
type Options struct {
	// Dir is the directory of phonegate.yaml, Folder the folder's path from there, with forward slashes.
	Dir, Folder string
	Files       []host.File
	// URL is where the form is to answer, without a slash at the end.
	URL string
	// Version is the version that the files' form says it has.
	Version string
	// Tenant is the tenant's name in phonegate.yaml.
	Tenant string
	// Env is what the form's environment is to hold.
	Env host.Environment
	// Handed says that this run has just handed the form a key; nil for no.
	Handed func() bool
	// Note is where a resource keeps what spares a person a wait or a question, by the resource's name. Nothing depends on it.
	Note func(resource string) resource.Note
	HTTP http.RoundTripper
	// Poll is the time between two looks at a form that is being started; 2 s if zero.
	Poll time.Duration
}

// Host is a host.Host: a folder, and whatever answers at the address.
type Host struct {
	o          Options
	folder     *Folder
	deployment *Deployment
}

// New makes the host of one tenant's form. It makes no call and touches no file.
func New(o Options) *Host {
	if o.HTTP == nil {
		o.HTTP = http.DefaultTransport
	}
	if o.Poll <= 0 {
		o.Poll = 2 * time.Second
	}
	if o.Env.Add == nil {
		o.Env.Add = func() (name, value string) { return "", "" }
	}
	if o.Env.Must == nil {
		o.Env.Must = func() []ring.Key { return nil }
	}
	d := &Deployment{o: o, note: o.Note("host.deployment")}
	path := filepath.Join(o.Dir, filepath.FromSlash(o.Folder))
	f := &Folder{shown: o.Folder, path: path, files: o.Files, note: o.Note("host.project"), runs: d.runs}
	return &Host{o: o, folder: f, deployment: d}
}

// Check implements host.Host. There is no account.
func (h *Host) Check(context.Context) (string, error) {
	return "your own server at " + bare(h.o.URL), nil
}

// Resources implements host.Host.
func (h *Host) Resources() []host.Resource { return []host.Resource{h.folder, h.deployment} }

// URL implements host.Host: it is known from the beginning.
func (h *Host) URL() string { return h.o.URL }

// Look implements host.Host.
func (h *Host) Look(ctx context.Context) (host.Condition, error) {
	c, err := h.deployment.look(ctx)
	if err != nil {
		return c, h.deployment.hinted(err)
	}
	return c, nil
}

// Seen implements host.Host.
func (h *Host) Seen() (host.Condition, bool) {
	return h.deployment.seen.Condition, h.deployment.seen.answered()
}

// Held implements host.Host: the form says which keys it has, but not when they were made, and nobody else can tell.
func (h *Host) Held() ([]ring.Key, bool) { return nil, false }

// Extra are the ids of keys that the form was seen to have and does not need: a person may remove them once no login that began
// under them is under way.
func (h *Host) Extra() (ids []string) {
	needed := map[string]bool{}
	for _, k := range h.o.Env.Must() {
		needed[k.ID] = true
	}
	for _, id := range h.deployment.seen.Keys {
		if !needed[id] {
			ids = append(ids, id)
		}
	}
	return ids
}

// Sweep implements host.Host. Only the person who runs the form can do it.
func (h *Host) Sweep(context.Context, []ring.Key, resource.Progress) error { return nil }

// Left implements host.Host.
func (h *Host) Left() []resource.Left {
	if !h.deployment.seen.answered() {
		return nil
	}
	return []resource.Left{{
		What: "the form at " + h.o.URL,
		Why:  "it still runs with its keys on your server: stop it there",
	}}
}

// bare is an address without https:// for people.
func bare(address string) string { return strings.TrimPrefix(address, "https://") }

// trouble is a difference that a doctor names.
func trouble(code, hint, format string, args ...any) *fault.Error {
	return fault.New(fault.Differences, code, hint, format, args...)
}
