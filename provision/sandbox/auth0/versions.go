package auth0

import (
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
)

func (s *Server) deployAction(c *call) (int, any) {
	a := s.findAction(c.id())
	if a == nil {
		return noAction()
	}
	s.settle(a, false)
	if a.status != "built" {
		return fail(400, "", "A draft must be in the 'built' state before it can be deployed.")
	}
	v := s.deployDraft(a)
	return 200, a.freshVersion(v)
}

// deployDraft freezes the draft and begins to put it in force.
func (s *Server) deployDraft(a *action) *version {
	n := 1
	if len(a.versions) > 0 {
		n = a.versions[len(a.versions)-1].number + 1
	}
	now := s.now()
	v := &version{
		id: uuid.NewString(), code: a.code, runtime: a.runtime, deps: slices.Clone(a.deps), secrets: slices.Clone(a.secrets),
		number: n, created: now, updated: now,
	}
	s.putInForce(a, v, now)
	return v
}

func (s *Server) putInForce(a *action, v *version, now time.Time) {
	a.versions = append(a.versions, v)
	for len(a.versions) > maxVersions {
		i := slices.IndexFunc(a.versions, func(x *version) bool { return x != a.deployed && x != v })
		a.versions = slices.Delete(a.versions, i, i+1)
	}
	a.deploying, a.deployedAt, a.deployPolls, a.dirty = v, now, 0, false
}

func (s *Server) listVersions(c *call) (int, any) {
	a := s.findAction(c.id())
	if a == nil {
		return noAction()
	}
	s.settle(a, true)
	p, ok := readPaging(c.q, 50, 100)
	if !ok {
		return badPaging()
	}
	var out []object
	for _, v := range slices.Backward(a.versions) {
		out = append(out, a.listedVersion(v))
	}
	return 200, actionsPage(p, "versions", out)
}

func (s *Server) findVersion(c *call) (*action, *version) {
	a := s.findAction(c.id())
	if a == nil {
		return nil, nil
	}
	i := slices.IndexFunc(a.versions, func(v *version) bool { return v.id == c.r.PathValue("version") })
	if i < 0 {
		return a, nil
	}
	return a, a.versions[i]
}

func (s *Server) getVersion(c *call) (int, any) {
	a, v := s.findVersion(c)
	if a == nil {
		return noAction()
	}
	if v == nil {
		return fail(404, "", "That action version does not exist.")
	}
	s.settle(a, true)
	return 200, a.listedVersion(v)
}

// deployVersion rolls back: the old version comes back as a new one, and becomes the draft.
func (s *Server) deployVersion(c *call) (int, any) {
	a, v := s.findVersion(c)
	if a == nil {
		return noAction()
	}
	if v == nil {
		return fail(404, "", "That action version does not exist.")
	}
	now := s.now()
	again := *v
	again.id, again.number, again.created, again.updated = uuid.NewString(), a.versions[len(a.versions)-1].number+1, now, now
	if truth(c.body, "update_draft") {
		a.code, a.runtime, a.deps, a.secrets = v.code, v.runtime, slices.Clone(v.deps), slices.Clone(v.secrets)
		a.status = "built"
	}
	s.putInForce(a, &again, now)
	a.dirty = a.code != v.code || a.runtime != v.runtime
	return 200, a.freshVersion(&again)
}

func secretsJSON(list []secret) []object {
	out := []object{}
	for _, x := range list {
		out = append(out, object{"name": x.name, "updated_at": nanos(x.updated)})
	}
	return out
}

func (a *action) triggers() []object {
	return []object{{"id": a.trigger, "version": a.triggerVersion}}
}

func (a *action) allDeployed() bool { return a.deployed != nil && a.deploying == nil && !a.dirty }

// json is the Action as GET shows it: secrets have names only.
func (a *action) json() object {
	o := object{
		"id": a.id, "name": a.name, "supported_triggers": a.triggers(), "created_at": nanos(a.created), "updated_at": nanos(a.updated),
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
func (a *action) brief() object {
	o := object{
		"id": a.id, "name": a.name, "supported_triggers": a.triggers(), "created_at": nanos(a.created), "updated_at": nanos(a.updated),
		"all_changes_deployed": a.allDeployed(),
	}
	a.addVersions(o)
	return o
}

func (a *action) addVersions(o object) {
	if a.deployed == nil {
		return
	}
	v := a.deployed
	status := "built"
	current := object{
		"id": v.id, "code": v.code, "runtime": v.runtime, "number": v.number,
		"created_at": nanos(v.created), "updated_at": nanos(v.updated),
	}
	if v.built.IsZero() && a.status != "built" {
		status = a.status
	} else {
		if v.built.IsZero() {
			v.built = v.created
		}
		current["build_time"] = nanos(v.built)
	}
	current["status"] = strings.ToUpper(status)
	o["current_version"] = current
	deployed := a.versionJSON(v, true)
	deployed["status"] = status
	o["deployed_version"] = deployed
}

func (a *action) versionJSON(v *version, deployed bool) object {
	o := object{
		"id": v.id, "code": v.code, "dependencies": v.deps, "deployed": deployed, "number": v.number, "status": "built",
		"secrets": secretsJSON(v.secrets), "created_at": nanos(v.created), "updated_at": nanos(v.updated), "runtime": v.runtime,
		"supported_triggers": a.triggers(),
	}
	if !v.built.IsZero() {
		o["built_at"] = nanos(v.built)
	}
	return o
}

func (a *action) listedVersion(v *version) object {
	o := a.versionJSON(v, v == a.deployed)
	o["action"] = a.outline(a.allDeployed())
	return o
}

// freshVersion is the reply to a deployment: it says deployed:false, although all went well.
func (a *action) freshVersion(v *version) object {
	o := a.versionJSON(v, false)
	delete(o, "built_at")
	o["action"] = a.outline(false)
	return o
}

func (a *action) outline(all bool) object {
	return object{
		"id": a.id, "name": a.name, "supported_triggers": a.triggers(), "created_at": nanos(a.created), "updated_at": nanos(a.updated),
		"all_changes_deployed": all,
	}
}
