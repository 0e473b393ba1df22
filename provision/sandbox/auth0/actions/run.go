package actions

// Script is code that can run, with its secrets by name.
type Script struct {
	Code    string
	Secrets map[string]string
}

// Step is one bound Action with the version that is in force.
type Step struct {
	// ID, Name and Binding are the Action's and its binding's.
	ID, Name, Binding string
	Script
}

// InForce are the Actions that a trigger runs, in their order. The caller holds the lock.
func (s *Actions) InForce(trigger string) []Step {
	var out []Step
	for _, b := range s.boundTo(trigger) {
		s.settle(b.action, false)
		if v := b.action.deployed; v != nil {
			out = append(out, Step{b.action.id, b.action.name, b.id, script(v.code, v.secrets)})
		}
	}
	return out
}

// Deployed is the version in force of an Action; false if there is none. The caller holds the lock.
func (s *Actions) Deployed(id string) (Script, bool) {
	a := s.findAction(id)
	if a == nil || a.deployed == nil {
		return Script{}, false
	}
	s.settle(a, false)
	return script(a.deployed.code, a.deployed.secrets), true
}

// Draft is what an Action's next version would be; false if there is no such Action. The caller holds the lock.
func (s *Actions) Draft(id string) (Script, bool) {
	a := s.findAction(id)
	if a == nil {
		return Script{}, false
	}
	s.settle(a, true)
	return script(a.code, a.secrets), true
}

func script(code string, secrets []secret) Script {
	out := Script{code, map[string]string{}}
	for _, x := range secrets {
		out.Secrets[x.name] = x.value
	}
	return out
}
