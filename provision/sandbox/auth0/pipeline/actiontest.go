package pipeline

import (
	"context"
	"strings"
	"time"

	"phonegate/provision/sandbox/auth0/actions"
	"phonegate/provision/sandbox/auth0/reply"
	"phonegate/provision/sandbox/auth0/tenant"
	"phonegate/provision/sandbox/jsvm"
)

// testAction runs a draft's onExecutePostLogin with the given event, as the dashboard's Test button does. What the Action asks
// for is not done.
func (s *Pipeline) testAction(c *tenant.Call) (int, any) {
	s.t.Lock()
	draft, ok := s.actions.Draft(c.ID())
	s.t.Unlock()
	if !ok {
		return actions.NoAction()
	}
	host := s.t.Domain()
	payload, _ := c.Body["payload"].(reply.Object)
	event, ok := payload["event"].(reply.Object)
	if !ok {
		return reply.InvalidBody("Missing required property: payload", "")
	}
	user, _ := event["user"].(reply.Object)
	req := request{host: host, ip: "127.0.0.1", query: reply.Object{}, body: reply.Object{}}
	started := time.Now()
	res, err := s.runAction(context.WithoutCancel(c.Request.Context()), jsvm.Surroundings{
		Network: s.network, Now: s.t.Now, Sleep: s.t.World.Sleep, Time: legBudget,
	}, jsvm.ActionCall{
		Code: draft.Code, Handler: onExecute, Event: event, Secrets: draft.Secrets, CanRedirect: true, Cache: map[string]string{},
		EncodeToken: func(secret string, seconds int, payload map[string]any) (string, error) {
			return s.encodeToken(secret, seconds, payload, host, reply.Text(user, "user_id"), req.ip)
		},
		ValidateToken: func(secret, name string) (map[string]any, error) {
			return s.validateToken(secret, name, req, reply.Text(user, "user_id"))
		},
	})
	ms := time.Since(started).Milliseconds()
	out := reply.Object{"stats": reply.Object{
		"total_request_duration_ms": ms, "total_runtime_execution_duration_ms": ms, "runtime_processing_duration_ms": 0,
		"action_duration_ms": res.Elapsed.Milliseconds(), "boot_duration_ms": 0, "network_duration_ms": 0,
	}}
	thrown, stack := res.Thrown, res.Stack
	switch {
	case err != nil:
		thrown = "Error: " + err.Error()
	case res.Missing:
		thrown = "TypeError: " + onExecute + " is not a function"
	}
	if thrown != "" {
		name, text, found := strings.Cut(thrown, ": ")
		if !found {
			name, text = "Error", thrown
		}
		out["error"] = reply.Object{"name": name, "message": text, "stack": reply.Choose(stack == "", thrown, stack)}
	}
	if len(res.Commands) > 0 {
		out["commands"] = res.Commands
	}
	if len(res.Logs) > 0 {
		out["logs"] = strings.Join(res.Logs, "\n")
	}
	return 200, reply.Object{"payload": out}
}
