package provision

import (
	"phonegate/provision/host"
	"phonegate/provision/host/cloudflare"
	"phonegate/templates"
)

// newCloudflare makes the host that is a Worker. It takes the form's module alone.
func newCloudflare(h hosting) (host.Host, error) {
	settings := Settings(h.spec)
	files, err := templates.Form(settings)
	if err != nil {
		return nil, err
	}
	version, err := templates.FormVersion(settings)
	if err != nil {
		return nil, err
	}
	client := cloudflare.New(cloudflare.Options{Token: h.credentials.CloudflareToken, Account: h.credentials.CloudflareAccountID, HTTP: h.road, Poll: h.poll})
	return cloudflare.NewHost(client, cloudflare.Form{
		Name: h.spec.Host.Project, Tenant: h.spec.Auth0.Domain, Inputs: h.inputs, Note: h.note,
		Module: host.File{Path: templates.FormModule, Data: []byte(module(files))}, Version: version,
	}), nil
}
