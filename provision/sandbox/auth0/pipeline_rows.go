package auth0

// Rows are the operations that run Actions or show what they did.
func (s *Pipeline) Rows() []row {
	run := api("POST", "/actions/actions/{id}/test", "create:actions", s.testAction, recorded, "the reply of a test without error")
	run.unlocked = true
	return []row{
		run,
		api("GET", "/actions/executions/{id}", "read:actions", s.getExecution, recorded+" (404); spec", "the inside of results"),
	}
}
