package actions

import (
	"strings"

	"phonegate/provision/sandbox/auth0/reply"
)

func secretsJSON(list []secret) []reply.Object {
	out := []reply.Object{}
	for _, x := range list {
		out = append(out, reply.Object{"name": x.name, "updated_at": reply.Nanos(x.updated)})
	}
	return out
}

func (a *action) triggers() []reply.Object {
	return []reply.Object{{"id": a.trigger, "version": a.triggerVersion}}
}

func (a *action) allDeployed() bool { return a.deployed != nil && a.deploying == nil && !a.dirty }

// json is the Action as GET shows it: secrets have names only.
func (a *action) json() reply.Object {
	o := reply.Object{
		"id": a.id, "name": a.name, "supported_triggers": a.triggers(), "created_at": reply.Nanos(a.created), "updated_at": reply.Nanos(a.updated),
		"code": a.code, "dependencies": a.deps, "runtime": a.runtime, "status": a.status, "secrets": secretsJSON(a.secrets),
		"all_changes_deployed": a.allDeployed(),
	}
	if len(a.modules) > 0 {
		o["modules"] = a.modules
	}
	a.addVersions(o)
	return o
}

// brief is the Action inside a binding.
func (a *action) brief() reply.Object {
	o := reply.Object{
		"id": a.id, "name": a.name, "supported_triggers": a.triggers(), "created_at": reply.Nanos(a.created), "updated_at": reply.Nanos(a.updated),
		"all_changes_deployed": a.allDeployed(),
	}
	a.addVersions(o)
	return o
}

func (a *action) addVersions(o reply.Object) {
	if a.deployed == nil {
		return
	}
	v := a.deployed
	status := "built"
	current := reply.Object{
		"id": v.id, "code": v.code, "runtime": v.runtime, "number": v.number,
		"created_at": reply.Nanos(v.created), "updated_at": reply.Nanos(v.updated),
	}
	if v.built.IsZero() && a.status != "built" {
		status = a.status
	} else {
		if v.built.IsZero() {
			v.built = v.created
		}
		current["build_time"] = reply.Nanos(v.built)
	}
	current["status"] = strings.ToUpper(status)
	o["current_version"] = current
	deployed := a.versionJSON(v, true)
	deployed["status"] = status
	o["deployed_version"] = deployed
}

func (a *action) versionJSON(v *version, deployed bool) reply.Object {
	o := reply.Object{
		"id": v.id, "code": v.code, "dependencies": v.deps, "deployed": deployed, "number": v.number, "status": "built",
		"secrets": secretsJSON(v.secrets), "created_at": reply.Nanos(v.created), "updated_at": reply.Nanos(v.updated), "runtime": v.runtime,
		"supported_triggers": a.triggers(),
	}
	if !v.built.IsZero() {
		o["built_at"] = reply.Nanos(v.built)
	}
	return o
}

func (a *action) listedVersion(v *version) reply.Object {
	o := a.versionJSON(v, v == a.deployed)
	o["action"] = a.outline(a.allDeployed())
	return o
}

// freshVersion is the reply to a deployment: it says deployed:false, although all went well.
func (a *action) freshVersion(v *version) reply.Object {
	o := a.versionJSON(v, false)
	delete(o, "built_at")
	o["action"] = a.outline(false)
	return o
}

func (a *action) outline(all bool) reply.Object {
	return reply.Object{
		"id": a.id, "name": a.name, "supported_triggers": a.triggers(), "created_at": reply.Nanos(a.created), "updated_at": reply.Nanos(a.updated),
		"all_changes_deployed": all,
	}
}
