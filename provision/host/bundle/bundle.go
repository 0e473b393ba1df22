// Package bundle lets people run the form on a server of their own: a folder of files, and a look at the form to see that
// it runs with the secrets that it must have. phonegate can't bring the secrets there itself; the command
// `phonegate secrets` hands them to a command of the person's.
package bundle

import (
	"context"
	"fmt"
	"net/http"
	"path/filepath"
	"strings"
	"time"

	"phonegate/provision/fault"
	"phonegate/provision/host"
	"phonegate/provision/resource"
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
	// Tenant is the tenant's name in phonegate.yaml, Issuer the domain whose sessions the form takes.
	Tenant, Issuer string
	// Inputs is the form's environment.
	Inputs func() resource.Inputs
	// Session is the secret that sessions are signed with, as far as it is known here, and its fingerprint. It must be possible
	// to call it while other resources are read.
	Session func() (value, print string)
	// Note is where a resource keeps what it must remember, by the resource's name.
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
	f := &Folder{shown: o.Folder, path: filepath.Join(o.Dir, filepath.FromSlash(o.Folder)), files: o.Files, note: o.Note("host.project")}
	return &Host{o: o, folder: f, deployment: &Deployment{o: o, note: o.Note("host.deployment")}}
}

// Check implements host.Host. There is no account.
func (h *Host) Check(context.Context) (string, error) {
	return "your own server at " + bare(h.o.URL), nil
}

// Resources implements host.Host.
func (h *Host) Resources() []host.Resource { return []host.Resource{h.folder, h.deployment} }

// SendsSecrets implements host.Host: where somebody has to be handed the values, they must be known.
func (h *Host) SendsSecrets() bool { return h.deployment.handsOver() }

// NeedsNewSession says that the form's environment is not the one that was asked to be handed over last, while the session
// secret is. Only by that secret can be seen from outside what the form was handed, so it has to change together with the others.
func (h *Host) NeedsNewSession() bool {
	_, print := h.o.Session()
	asked := h.deployment.note.Get("asked")
	return asked != "" && h.deployment.note.Get("session") == print && h.o.Inputs().Fingerprint != asked
}

// URL implements host.Host: it is known from the beginning.
func (h *Host) URL() string { return h.o.URL }

// Look implements host.Host.
func (h *Host) Look(ctx context.Context) (host.Condition, error) {
	c, _, err := h.deployment.look(ctx)
	if err != nil {
		return c, h.deployment.hinted(err)
	}
	return c, nil
}

// bare is an address without https:// for people.
func bare(address string) string { return strings.TrimPrefix(address, "https://") }

// trouble is a difference that a doctor names.
func trouble(code, hint, format string, args ...any) *fault.Error {
	return fault.New(fault.Differences, code, hint, format, args...)
}

// counted is "1 file", "7 files".
func counted(n int) string {
	if n == 1 {
		return "1 file"
	}
	return fmt.Sprintf("%d files", n)
}
