package provision

import (
	"net/http"
	"time"

	"phonegate/provision/config"
	"phonegate/provision/fault"
	"phonegate/provision/host"
	"phonegate/provision/host/vercel"
	"phonegate/provision/resource"
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
	// inputs is the form's environment, session the secret that sessions are signed with.
	inputs  func() resource.Inputs
	session func() (value, print string)
	note    func(resource string) resource.Note
}

// newHost makes the host that the answers name. It makes no call.
func newHost(h hosting) (host.Host, error) {
	switch kind := h.spec.Host.Kind; kind {
	case "vercel":
		files, err := filesOf(templates.Form(Settings(h.spec)))
		if err != nil {
			return nil, err
		}
		client := vercel.New(vercel.Options{Token: h.credentials.VercelToken, Team: firstOf(h.spec.Host.Team, h.credentials.VercelTeam), HTTP: h.road, Poll: h.poll})
		return vercel.NewHost(client, vercel.Form{Project: h.spec.Host.Project, Files: files, Inputs: h.inputs, Note: h.note}), nil
	case "bundle":
		return newBundle(h)
	case "cloudflare":
		return newCloudflare(h)
	default:
		return nil, fault.New(fault.Usage, "host.kind", "Set host.kind to vercel, cloudflare or bundle.", "There is no host of the kind %q.", kind)
	}
}

// filesOf are rendered artefacts as a host takes them.
func filesOf(rendered []templates.File, err error) ([]host.File, error) {
	var files []host.File
	for _, f := range rendered {
		files = append(files, host.File{Path: f.Path, Data: f.Data})
	}
	return files, err
}
