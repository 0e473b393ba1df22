package pipeline

import (
	"phonegate/provision/sandbox/auth0/actions"
	"phonegate/provision/sandbox/auth0/reply"
	"phonegate/provision/sandbox/auth0/tenant"
	"phonegate/provision/sandbox/jsvm"
	"slices"
	"strings"
	"time"
)

// keptExecutions is how many executions are kept.
const keptExecutions = 5000

// note adds an Action's run to the leg's execution.
func (l *leg) note(now time.Time, st actions.Step, started time.Time, res jsvm.ActionResult, problem string) {
	r := reply.Object{
		"action_name": st.Name, "started_at": reply.Nanos(started), "ended_at": reply.Nanos(now),
		"response": reply.Object{"logs": strings.Join(res.Logs, "\n"), "stats": reply.Object{"action_duration_ms": res.Elapsed.Milliseconds()}},
	}
	if problem != "" {
		r["error"] = reply.Object{"id": "invalid_argument", "msg": problem}
	}
	l.results = append(l.results, r)
}

// recordExecution keeps what the Actions of a leg did, for GET /actions/executions/{id}. The legs of one login
// share one execution. The caller holds the lock.
func (s *Pipeline) recordExecution(lg *Login, l *leg, out Outcome) {
	if len(lg.chain) == 0 {
		return
	}
	lg.results = append(lg.results, l.results...)
	now := reply.Nanos(s.t.Now())
	status := "final"
	if out.Ending == Redirected {
		status = "suspended"
	}
	if lg.Execution == "" {
		lg.Execution = reply.Random(21) + s.t.Now().Format("20060102")
		s.executions[lg.Execution] = reply.Object{"created_at": reply.Nanos(l.started)}
		s.executionOrder = append(s.executionOrder, lg.Execution)
		if len(s.executionOrder) > keptExecutions {
			delete(s.executions, s.executionOrder[0])
			s.executionOrder = s.executionOrder[1:]
		}
	}
	if e := s.executions[lg.Execution]; e != nil {
		s.executions[lg.Execution] = reply.Object{
			"id": lg.Execution, "trigger_id": "post-login", "status": status, "results": slices.Clone(lg.results),
			"created_at": e["created_at"], "updated_at": now,
		}
	}
}

func (s *Pipeline) getExecution(c *tenant.Call) (int, any) {
	e := s.executions[c.ID()]
	if e == nil {
		return reply.Fail(404, "", "That execution does not exist.")
	}
	return 200, e
}
