package tenant

import (
	"fmt"
	"maps"
	"slices"

	"phonegate/provision/sandbox/auth0/reply"
)

// kept is how many log lines are kept.
const kept = 5000

// Who is whom a line of the log is about, as far as that is known.
type Who struct {
	Client, ClientName       string
	User, Email              string
	Connection, ConnectionID string
	Execution                string // of the Actions that ran
	// Known says that User is a user of the tenant.
	Known bool
}

// Log adds a line to the tenant's log; more replaces what it would say. The caller holds the lock.
func (s *Tenant) Log(kind string, who Who, more reply.Object) {
	now := s.Now()
	s.logged++
	id := fmt.Sprintf("900%s%026d", now.Format("20060102150405"), s.logged)
	line := reply.Object{
		"_id": id, "log_id": id, "date": reply.Millis(now), "type": kind, "description": "", "connection": who.Connection,
		"connection_id": who.ConnectionID, "client_id": who.Client, "client_name": who.ClientName, "ip": "127.0.0.1", "hostname": s.domain,
		"user_id": who.User, "user_name": who.Email, "user_agent": "Other 0.0.0 / Other 0.0.0", "isMobile": false, "details": nil,
	}
	if who.Known {
		line["strategy"], line["strategy_type"] = "auth0", "database"
	}
	if who.Execution != "" {
		line["details"] = reply.Object{"actions": reply.Object{"executions": []string{who.Execution}}}
	}
	maps.Copy(line, more)
	s.logs = append(s.logs, line)
	if len(s.logs) > 2*kept {
		s.logs = slices.Clone(s.logs[len(s.logs)-kept:])
	}
}

func (s *Tenant) listLogs(c *Call) (int, any) {
	p, ok := reply.ReadPaging(c.Query, 50, 100)
	if !ok {
		return reply.BadPaging()
	}
	if c.Query.Has("take") {
		p.PerPage = min(max(1, atoi(c.Query.Get("take"), 50)), 100)
	}
	match, err := reply.ParseQuery(reply.Choose(c.Query.Has("q"), c.Query.Get("q"), c.Query.Get("search")))
	if err != nil {
		return reply.Fail(400, "invalid_query_string", err.Error())
	}
	out := []reply.Object{}
	from, seen := c.Query.Get("from"), false
	for _, line := range s.logs {
		if from != "" && !seen { // a checkpoint: what came after that line
			seen = reply.Text(line, "log_id") == from
			continue
		}
		if match(line) {
			out = append(out, reply.Pick(c.Query, line))
		}
	}
	if from == "" && c.Query.Get("sort") != "date:1" {
		slices.Reverse(out)
	}
	return 200, reply.SearchPage(p, "logs", out)
}

func (s *Tenant) getLog(c *Call) (int, any) {
	for _, line := range s.logs {
		if line["log_id"] == c.ID() {
			return 200, line
		}
	}
	return reply.Fail(404, "inexistent_log", "The log does not exist.")
}

func atoi(v string, otherwise int) int {
	var n int
	if _, err := fmt.Sscan(v, &n); err != nil {
		return otherwise
	}
	return n
}
