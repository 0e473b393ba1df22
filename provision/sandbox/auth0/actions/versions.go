package actions

import (
	"slices"
	"time"

	"github.com/google/uuid"

	"phonegate/provision/sandbox/auth0/reply"
	"phonegate/provision/sandbox/auth0/tenant"
)

func (s *Actions) deployAction(c *tenant.Call) (int, any) {
	a := s.findAction(c.ID())
	if a == nil {
		return NoAction()
	}
	s.settle(a, false)
	if a.status != "built" {
		return reply.Fail(400, "", "A draft must be in the 'built' state before it can be deployed.")
	}
	v := s.deployDraft(a)
	return 200, a.freshVersion(v)
}

// deployDraft freezes the draft and begins to put it in force.
func (s *Actions) deployDraft(a *action) *version {
	n := 1
	if len(a.versions) > 0 {
		n = a.versions[len(a.versions)-1].number + 1
	}
	now := s.t.Now()
	v := &version{
		id: uuid.NewString(), code: a.code, runtime: a.runtime, deps: slices.Clone(a.deps), secrets: slices.Clone(a.secrets),
		number: n, created: now, updated: now,
	}
	s.putInForce(a, v, now)
	return v
}

func (s *Actions) putInForce(a *action, v *version, now time.Time) {
	a.versions = append(a.versions, v)
	for len(a.versions) > maxVersions {
		i := slices.IndexFunc(a.versions, func(x *version) bool { return x != a.deployed && x != v })
		a.versions = slices.Delete(a.versions, i, i+1)
	}
	a.deploying, a.deployedAt, a.deployPolls, a.dirty = v, now, 0, false
}

func (s *Actions) listVersions(c *tenant.Call) (int, any) {
	a := s.findAction(c.ID())
	if a == nil {
		return NoAction()
	}
	s.settle(a, true)
	p, ok := reply.ReadPaging(c.Query, 50, 100)
	if !ok {
		return reply.BadPaging()
	}
	var out []reply.Object
	for _, v := range slices.Backward(a.versions) {
		out = append(out, a.listedVersion(v))
	}
	return 200, reply.ActionsPage(p, "versions", out)
}

func (s *Actions) findVersion(c *tenant.Call) (*action, *version) {
	a := s.findAction(c.ID())
	if a == nil {
		return nil, nil
	}
	i := slices.IndexFunc(a.versions, func(v *version) bool { return v.id == c.Request.PathValue("version") })
	if i < 0 {
		return a, nil
	}
	return a, a.versions[i]
}

func (s *Actions) getVersion(c *tenant.Call) (int, any) {
	a, v := s.findVersion(c)
	if a == nil {
		return NoAction()
	}
	if v == nil {
		return reply.Fail(404, "", "That action version does not exist.")
	}
	s.settle(a, true)
	return 200, a.listedVersion(v)
}

// deployVersion rolls back: the old version comes back as a new one, and becomes the draft.
func (s *Actions) deployVersion(c *tenant.Call) (int, any) {
	a, v := s.findVersion(c)
	if a == nil {
		return NoAction()
	}
	if v == nil {
		return reply.Fail(404, "", "That action version does not exist.")
	}
	now := s.t.Now()
	again := *v
	again.id, again.number, again.created, again.updated = uuid.NewString(), a.versions[len(a.versions)-1].number+1, now, now
	if reply.Truth(c.Body, "update_draft") {
		a.code, a.runtime, a.deps, a.secrets = v.code, v.runtime, slices.Clone(v.deps), slices.Clone(v.secrets)
		a.status = "built"
	}
	s.putInForce(a, &again, now)
	a.dirty = a.code != v.code || a.runtime != v.runtime
	return 200, a.freshVersion(&again)
}
