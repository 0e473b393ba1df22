package auth0

// Rows are the operations that run Actions or show what they did.
func (s *Pipeline) Rows() []Row {
	run := API("POST", "/actions/actions/{id}/test", "create:actions", s.testAction, Recorded, "the reply of a test without error")
	run.Unlocked = true
	return []Row{
		run,
		API("GET", "/actions/executions/{id}", "read:actions", s.getExecution, Recorded+" (404); spec", "the inside of results"),
	}
}
