package engine

import (
	"path"

	"phonegate/provision/config"
	"phonegate/provision/fault"
	"phonegate/provision/host"
	"phonegate/provision/host/kind"
	"phonegate/templates"
)

// rendered is the form as a tenant's answers make it, rendered once for all that is planned with them.
type rendered struct {
	files   []host.File
	module  []byte
	version string
}

// FormModule is the form's code, the one file that every host runs.
func (t *Tenant) FormModule() []byte { return t.form.module }

// renderForm renders the form as the tenant's host takes it.
func renderForm(tenant string, t config.Tenant) (rendered, error) {
	render := func() ([]templates.File, error) { return templates.Form(Settings(t)) }
	if kind.SelfHosted(t.Host.Kind) {
		render = func() ([]templates.File, error) { return Bundle(tenant, t) }
	}
	all, err := render()
	if err != nil && kind.SelfHosted(t.Host.Kind) {
		err = fault.Wrap(err, fault.Usage, "host.bundle", "Correct host.project and host.url in phonegate.yaml.", "The form's folder can't be generated: %s.", err)
	}
	if err != nil {
		return rendered{}, err
	}
	var r rendered
	for _, f := range all {
		r.files = append(r.files, host.File{Path: f.Path, Data: f.Data})
		if path.Base(f.Path) == path.Base(templates.FormModule) {
			r.module = f.Data
		}
	}
	r.version, err = templates.VersionOf(r.module)
	return r, err
}
