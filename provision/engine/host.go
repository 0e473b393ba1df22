package engine

import (
	"context"
	"net/http"
	"strings"
	"time"

	"phonegate/provision/config"
	"phonegate/provision/event"
	"phonegate/provision/fault"
	"phonegate/provision/host"
	"phonegate/provision/host/kind"
	"phonegate/provision/resource"
	"phonegate/provision/ring"
	"phonegate/provision/secret"
	"phonegate/templates"
)

// hosting is what a host is made of, whatever its kind.
type hosting struct {
	spec        config.Tenant
	credentials secret.Credentials
	road        http.RoundTripper
	poll        time.Duration
	// tenant is its name, dir the directory of its files.
	tenant, dir string
	form        rendered
	env         host.Environment
	// url is where the register says that the form answers, "" if it does not.
	url func() string
	// handed says that this run has handed a key to a person's command.
	handed func() bool
	note   func(resource string) resource.Note
}

// hosting is what the host of a form is made of. Its address is known from the register, if it is the register's place.
func (w *work) hosting(at config.Host, form rendered) hosting {
	t := w.t
	spec := t.spec
	spec.Host = at
	return hosting{
		spec: spec, credentials: t.creds, road: t.transport, poll: t.poll, tenant: t.name, dir: t.dir, form: form, env: w.environment(),
		url: func() string {
			if r := w.registered(); r.Host == placeOf(at) {
				return r.FormURL
			}
			return ""
		},
		handed: func() bool { return w.handed },
		note:   func(name string) resource.Note { return t.state.Note(name) },
	}
}

// placeOf is a host as the register names it.
func placeOf(h config.Host) templates.Place { return templates.Place{Kind: h.Kind, Project: h.Project} }

// newHost makes the host that the answers name. It makes no call.
func newHost(h hosting) (host.Host, error) {
	at := h.spec.Host
	k, ok := kind.Of(at.Kind)
	if !ok {
		return nil, fault.New(fault.Usage, "host.kind", "Set host.kind to one of "+strings.Join(kind.Names(false), ", ")+".",
			"%q is not a host kind.", at.Kind)
	}
	return k.New(host.Order{
		Tenant: h.tenant, Domain: h.spec.Auth0.Domain, Project: at.Project, Team: at.Team, URL: at.URL, Credential: h.credentials.Get,
		Files: h.form.files, Module: host.File{Path: templates.FormModule, Data: h.form.module}, Version: h.form.version, Env: h.env,
		Dir: h.dir, Folder: templates.BundleDir + "/" + at.Project,
		Known: h.url, Handed: h.handed, Note: h.note, HTTP: h.road, Poll: h.poll,
	}), nil
}

// removeHost takes a former form away, as far as it is phonegate's.
func (t *Tenant) removeHost(ctx context.Context, at config.Host) ([]event.Left, error) {
	if kind.SelfHosted(at.Kind) {
		return nil, nil // its owner stops it: nothing of phonegate's can
	}
	w := &work{t: t}
	h := w.hosting(at, t.form) // what was deployed there is known by its marks, not by its files
	h.env = host.Environment{Add: func() (string, string) { return "", "" }, Must: func() []ring.Key { return nil }}
	former, err := newHost(h)
	if err != nil {
		return nil, err
	}
	resources := former.Resources()
	for _, r := range resources {
		if err := r.Read(ctx); err != nil {
			return nil, err
		}
	}
	for i := range resources {
		if err := resources[len(resources)-1-i].Undo(ctx, func(string) {}); err != nil {
			return nil, err
		}
	}
	return former.Left(), nil
}
