package vercel

import (
	"slices"
	"strings"

	"phonegate/provision/fault"
)

// trouble is a difference that a doctor names. Without a hint, the remedy is phonegate apply.
func trouble(code, format string, args ...any) *fault.Error {
	return fault.New(fault.Differences, code, "", format, args...)
}

// Problems names each way in which the project that was read is not as it should be.
func (p *Project) Problems() []*fault.Error {
	if p.found == nil {
		return []*fault.Error{trouble("vercel.project_missing", "The Vercel project %s does not exist.", p.name)}
	}
	var all []*fault.Error
	if p.mark == nil {
		all = append(all, trouble("vercel.project_unmarked",
			"The Vercel project %s is not marked as the form of %s: its variable %s is missing.",
			p.name, p.domain, markKey))
	}
	if p.found.protected() {
		all = append(all, trouble("vercel.protection",
			"Deployment Protection is on for the Vercel project %s: users may see Vercel's login instead of the form.", p.name))
	}
	if p.found.NodeVersion != nodeVersion {
		all = append(all, trouble("vercel.node_version", "The Vercel project %s runs on Node %s instead of %s.", p.name,
			p.found.NodeVersion, nodeVersion))
	}
	return all
}

// Problems names each key that is missing.
func (e *Env) Problems() []*fault.Error {
	add, lost := e.missing()
	if add != "" {
		lost = append(lost, add)
	}
	var all []*fault.Error
	for _, name := range lost {
		all = append(all, trouble("vercel.variable_missing", "The form's environment at Vercel lacks %s.", name))
	}
	return all
}

// Problems names the way in which the form that was read is not as it should be. What is the environment's problem is not named
// again.
func (d *Deployment) Problems() []*fault.Error {
	switch {
	case d.live == nil:
		return []*fault.Error{trouble("vercel.deployment_missing", "The form is not deployed at Vercel.")}
	case !d.live.ours():
		return []*fault.Error{trouble("vercel.deployment_replaced",
			"The Vercel project %s serves something that phonegate did not deploy.", d.project.name)}
	case d.live.failed():
		return []*fault.Error{trouble("vercel.deployment_failed", "The form's last deployment at Vercel failed.")}
	case d.live.Meta[metaKey] != d.build():
		return []*fault.Error{trouble("vercel.form_outdated", "The deployed form is out of date.")}
	}
	extra := d.extra()
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.silence != nil {
		return []*fault.Error{fault.Of(d.silence)}
	}
	if d.condition.Version != d.form.Version {
		return []*fault.Error{trouble("vercel.form_outdated", "The form that responds is out of date.")}
	}
	var all []*fault.Error
	held, _ := d.env.Held()
	for _, k := range d.form.Env.Must() {
		if names(held, k.Name()) && !slices.Contains(d.condition.Keys, k.ID) {
			all = append(all, trouble("vercel.key_not_running", "The form does not use the key %s from its environment.", k.Name()))
		}
	}
	if len(extra) > 0 {
		all = append(all, trouble("vercel.key_still_running", "The form still uses keys that its environment no longer has: %s.",
			strings.Join(extra, ", ")))
	}
	return all
}
