package vercel

import (
	"maps"
	"slices"

	"phonegate/provision/event"
	"phonegate/provision/fault"
)

// trouble is a difference that a doctor names. Where there is no hint, applying again is what helps.
func trouble(code, format string, args ...any) *fault.Error {
	return fault.New(fault.Differences, code, "", format, args...)
}

// Problems names each way in which the project that was read is not as it should be.
func (p *Project) Problems() []*fault.Error {
	if p.found == nil {
		return []*fault.Error{trouble("vercel.project_missing", "There is no Vercel project %s.", p.spec.Name)}
	}
	var all []*fault.Error
	if p.found.Name != p.spec.Name {
		all = append(all, trouble("vercel.project_renamed", "The Vercel project is called %s, not %s.", p.found.Name, p.spec.Name))
	}
	if p.found.protected() {
		all = append(all, trouble("vercel.protection", "Deployment Protection is on for the Vercel project %s: users can meet Vercel's login instead of the form.", p.spec.Name))
	}
	if p.found.NodeVersion != nodeVersion {
		all = append(all, trouble("vercel.node_version", "The Vercel project %s runs on Node %s, not on %s.", p.spec.Name, p.found.NodeVersion, nodeVersion))
	}
	return all
}

// Problems names each variable that is not as it should be.
func (e *Env) Problems() []*fault.Error {
	in := e.inputs()
	var all []*fault.Error
	for _, name := range slices.Sorted(maps.Keys(in.Values)) {
		if !slices.ContainsFunc(e.found, func(v variable) bool { return v.Key == name && slices.Contains(v.Target, "production") }) {
			all = append(all, trouble("vercel.variable_missing", "The form's environment at Vercel lacks %s.", name))
		}
	}
	for _, v := range e.unwanted(in.Values) {
		all = append(all, trouble("vercel.variable_unused", "The form's environment at Vercel still has %s.", v.Key))
	}
	for _, edited := range e.edited(in.Values) {
		all = append(all, trouble("vercel.variable_edited", "The form's environment at Vercel may not have the secrets that the Action has: %s.", edited))
	}
	if len(all) == 0 && in.Fingerprint != "" && e.Change().Op != event.None {
		all = append(all, trouble("vercel.variables_differ", "The form's environment at Vercel does not have the secrets in use now."))
	}
	return all
}

// Problems names the way in which the deployment that was read is not as it should be.
func (d *Deployment) Problems() []*fault.Error {
	var all []*fault.Error
	switch why := d.why(); {
	case d.found == nil:
		all = append(all, trouble("vercel.deployment_missing", "The form's deployment at Vercel is gone."))
	case d.found.failed():
		all = append(all, trouble("vercel.deployment_failed", "The form's last deployment at Vercel failed."))
	case d.build() != "" && d.build() != d.note.Get("build"):
		all = append(all, trouble("vercel.form_outdated", "The form that is deployed is not the one that is generated now."))
	case d.build() == "": // the environment's problem
	case why != "":
		all = append(all, trouble("vercel.deployment_replaced", "The form's deployment is not what the project serves: %s.", why))
	}
	return all
}
