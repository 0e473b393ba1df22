package pipeline

import (
	"phonegate/provision/sandbox/auth0/actions"
	"phonegate/provision/sandbox/auth0/tenant"
)

// Rows are the operations that run Actions or show what they did.
func (s *Pipeline) Rows() []tenant.Row {
	run := tenant.API("POST", "/actions/actions/{id}/test", "create:actions", s.testAction, actions.Recorded, "the reply of a test without error")
	run.Unlocked = true
	return []tenant.Row{
		run,
		tenant.API("GET", "/actions/executions/{id}", "read:actions", s.getExecution, actions.Recorded+" (404); spec", "the inside of results"),
	}
}
