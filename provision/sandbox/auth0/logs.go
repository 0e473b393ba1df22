package auth0

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"phonegate/provision/sandbox/jsvm"
)

// kept is how many log lines and executions are kept.
const kept = 5000

func (s *Server) log(kind string, lg *login, more object) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.logLocked(kind, lg, more)
}

// logLocked adds a line to the tenant's log. The caller holds the lock.
func (s *Server) logLocked(kind string, lg *login, more object) {
	now := s.now()
	s.logged++
	id := fmt.Sprintf("900%s%026d", now.Format("20060102150405"), s.logged)
	c := s.findClient(lg.clientID)
	line := object{
		"_id": id, "log_id": id, "date": millis(now), "type": kind, "description": "", "connection": lg.connection, "connection_id": "",
		"client_id": lg.clientID, "client_name": text(c, "name"), "ip": "127.0.0.1", "hostname": s.o.Domain, "user_id": lg.userID,
		"user_name": "", "user_agent": "Other 0.0.0 / Other 0.0.0", "isMobile": false, "details": nil,
	}
	if u := s.users[lg.userID]; u != nil {
		line["user_name"], line["connection"], line["strategy"], line["strategy_type"] = u.email, u.connection, "auth0", "database"
		for _, x := range s.connections {
			if text(x, "name") == u.connection {
				line["connection_id"] = x["id"]
			}
		}
	}
	if lg.execution != "" {
		line["details"] = object{"actions": object{"executions": []string{lg.execution}}}
	}
	maps.Copy(line, more)
	s.logs = append(s.logs, line)
	if len(s.logs) > 2*kept {
		s.logs = slices.Clone(s.logs[len(s.logs)-kept:])
	}
}

// logAPI notes a successful write of the Management API.
func (s *Server) logAPI(c *call, e row, status int) {
	id, _ := c.claims["azp"].(string)
	s.logLocked("sapi", &login{clientID: id}, object{
		"description": e.about(), "details": object{
			"request":  object{"method": strings.ToLower(c.r.Method), "path": c.r.URL.Path, "channel": "api", "userAgent": c.r.UserAgent()},
			"response": object{"statusCode": status},
		},
	})
}

func (e row) about() string {
	return strings.ToLower(e.Method) + " " + strings.TrimPrefix(e.Path, "/api/v2/")
}

func (s *Server) listLogs(c *call) (int, any) {
	p, ok := readPaging(c.q, 50, 100)
	if !ok {
		return badPaging()
	}
	if c.q.Has("take") {
		p.perPage = min(max(1, atoi(c.q.Get("take"), 50)), 100)
	}
	match, err := parseQuery(choose(c.q.Has("q"), c.q.Get("q"), c.q.Get("search")))
	if err != nil {
		return fail(400, "invalid_query_string", err.Error())
	}
	out := []object{}
	from, seen := c.q.Get("from"), false
	for _, line := range s.logs {
		if from != "" && !seen { // a checkpoint: what came after that line
			seen = text(line, "log_id") == from
			continue
		}
		if match(line) {
			out = append(out, pick(c.q, line))
		}
	}
	if from == "" && c.q.Get("sort") != "date:1" {
		slices.Reverse(out)
	}
	page := slice(p, out)
	if page == nil {
		page = []object{}
	}
	if !p.totals {
		return 200, page
	}
	return 200, object{"start": p.page * p.perPage, "limit": p.perPage, "length": len(page), "total": len(out), "logs": page}
}

func (s *Server) getLog(c *call) (int, any) {
	for _, line := range s.logs {
		if line["log_id"] == c.id() {
			return 200, line
		}
	}
	return fail(404, "inexistent_log", "The log does not exist.")
}

// note adds an Action's run to the leg's execution.
func (l *leg) note(s *Server, st step, started time.Time, res jsvm.ActionResult, problem string) {
	r := object{
		"action_name": st.name, "started_at": nanos(started), "ended_at": nanos(s.now()),
		"response": object{"logs": strings.Join(res.Logs, "\n"), "stats": object{"action_duration_ms": res.Elapsed.Milliseconds()}},
	}
	if problem != "" {
		r["error"] = object{"id": "invalid_argument", "msg": problem}
	}
	l.results = append(l.results, r)
}

// recordExecution keeps what the Actions of a leg did, for GET /actions/executions/{id}. The legs of one login
// share one execution. The caller holds the lock.
func (s *Server) recordExecution(lg *login, l *leg, out outcome) {
	if len(lg.chain) == 0 {
		return
	}
	lg.results = append(lg.results, l.results...)
	now := nanos(s.now())
	status := "final"
	if out.ending == redirected {
		status = "suspended"
	}
	if lg.execution == "" {
		lg.execution = token(21) + s.now().Format("20060102")
		s.executions[lg.execution] = object{"created_at": nanos(l.started)}
		s.executionOrder = append(s.executionOrder, lg.execution)
		if len(s.executionOrder) > kept {
			delete(s.executions, s.executionOrder[0])
			s.executionOrder = s.executionOrder[1:]
		}
	}
	if e := s.executions[lg.execution]; e != nil {
		s.executions[lg.execution] = object{
			"id": lg.execution, "trigger_id": "post-login", "status": status, "results": slices.Clone(lg.results),
			"created_at": e["created_at"], "updated_at": now,
		}
	}
}

func (s *Server) getExecution(c *call) (int, any) {
	e := s.executions[c.id()]
	if e == nil {
		return fail(404, "", "That execution does not exist.")
	}
	return 200, e
}

func atoi(v string, otherwise int) int {
	var n int
	if _, err := fmt.Sscan(v, &n); err != nil {
		return otherwise
	}
	return n
}
