package actions

import (
	"slices"
	"time"

	"phonegate/provision/sandbox/auth0/reply"
)

// settle moves builds and deployments on. A build is over at the first poll or after a moment; see the
// behaviours auth0.build and auth0.deploy.
func (s *Actions) settle(a *action, poll bool) {
	now := s.t.Now()
	if poll {
		a.polls++
		a.deployPolls++
	}
	if a.status == "pending" || a.status == "building" {
		done, waited := "built", now.Sub(a.changed)
		needed, moment := 1, 150*time.Millisecond
		switch s.t.World.Behaviour(build) {
		case "slow":
			needed, moment = 4, 10*time.Second
		case "fails":
			needed, moment, done = 3, 10*time.Second, "failed"
		}
		switch {
		case a.polls >= needed || waited >= moment:
			a.status = done
		case a.polls > 0:
			a.status = "building"
		}
	}
	if a.deploying == nil {
		return
	}
	needed, moment := 1, 60*time.Millisecond
	if s.t.World.Behaviour(deploySpeed) == "slow" {
		needed, moment = 4, 5*time.Second
	}
	if a.deployPolls >= needed || now.Sub(a.deployedAt) >= moment {
		a.deployed, a.deploying = a.deploying, nil
		a.deployed.built, a.deployed.updated = now, now
		a.updated = now
	}
}

func (a *action) touch(now time.Time) {
	a.status, a.changed, a.polls, a.dirty, a.updated = "pending", now, 0, true, now
}

// change applies a body that was checked.
func (s *Actions) change(a *action, body reply.Object) {
	now := s.t.Now()
	if v, ok := body["name"].(string); ok {
		a.name = v
	}
	if v, ok := body["code"].(string); ok {
		a.code = v
	}
	if v, ok := body["runtime"].(string); ok && v != "" {
		a.runtime = v
	}
	if list, ok := body["supported_triggers"].([]any); ok && len(list) > 0 {
		t, _ := list[0].(reply.Object)
		a.trigger, a.triggerVersion = reply.Text(t, "id"), reply.Text(t, "version")
		if a.triggerVersion == "" {
			a.triggerVersion = currentTrigger(a.trigger)
		}
	}
	if v, ok := body["dependencies"].([]any); ok {
		a.deps = v
	}
	if v, ok := body["modules"].([]any); ok {
		a.modules = v
	}
	if list, ok := body["secrets"].([]any); ok {
		a.secrets = s.newSecrets(a.secrets, list, now)
	} else if s.t.World.Behaviour(patchSecrets) == "cleared" {
		a.secrets = nil
	}
	a.touch(now)
}

// newSecrets replaces the list: what is not named is gone.
func (s *Actions) newSecrets(old []secret, list []any, now time.Time) []secret {
	out := []secret{}
	for _, e := range list {
		o, _ := e.(reply.Object)
		n := secret{name: reply.Text(o, "name"), value: reply.Text(o, "value"), updated: now}
		if _, given := o["value"]; !given && s.t.World.Behaviour(namedSecrets) == "kept" {
			if i := slices.IndexFunc(old, func(x secret) bool { return x.name == n.name }); i >= 0 {
				n.value, n.updated = old[i].value, old[i].updated
			}
		}
		out = append(out, n)
	}
	return out
}
