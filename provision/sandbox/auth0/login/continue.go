package login

import (
	"net/http"
	"net/url"
	"time"

	"phonegate/provision/sandbox/auth0/reply"
)

// suspend stores a login until /continue and gives the address to send the browser to.
func (s *Logins) suspend(lg *attempt, address string) (string, error) {
	u, err := url.Parse(address)
	if err != nil {
		return "", err
	}
	state := newState()
	s.t.Lock()
	lg.suspendedAt = s.t.Now()
	s.suspended[state] = lg
	s.sweep()
	s.t.Unlock()
	// Appended, so that the query keeps the order and the form that the Action gave it.
	if u.RawQuery != "" {
		u.RawQuery += "&"
	}
	u.RawQuery += "state=" + url.QueryEscape(state)
	return u.String(), nil
}

// resume answers /continue: the pipeline goes on in the same Action.
func (s *Logins) resume(rw http.ResponseWriter, r *http.Request) {
	if err := reply.ParseForm(rw, r); err != nil {
		errorPage(rw, 400, "invalid_request", "the body could not be read")
		return
	}
	query, body := r.URL.Query(), r.PostForm
	state := body.Get("state")
	if state == "" {
		state = query.Get("state")
	}
	if state == "" {
		errorPage(rw, 400, "invalid_request", "missing parameter: state")
		return
	}
	lg, problem := s.takeSuspended(r, state)
	if lg == nil {
		errorPage(rw, 400, "invalid_request", problem)
		return
	}
	if !query.Has("state") {
		query.Set("state", state)
	}
	s.finish(rw, r, lg, s.pipeline.Resume(r, lg.Login, query, body))
}

// takeSuspended finds the login that waits for a state and, unless replays are accepted, uses it up.
func (s *Logins) takeSuspended(r *http.Request, state string) (*attempt, string) {
	s.t.Lock()
	defer s.t.Unlock()
	lg := s.suspended[state]
	if lg == nil {
		return nil, "the state is unknown, was used before or has expired"
	}
	if lifetime, err := time.ParseDuration(s.t.World.Behaviour(continueLifetime)); err == nil && s.t.Now().Sub(lg.suspendedAt) > lifetime {
		delete(s.suspended, state)
		return nil, "the login has expired"
	}
	if s.t.World.Behaviour(continueCookie) == "required" && sessionCookie(r) != lg.SID {
		return nil, "this browser did not begin the login"
	}
	if s.t.World.Behaviour(continueReplay) == "accepted" {
		again := *lg
		again.Login = lg.Clone()
		return &again, ""
	}
	delete(s.suspended, state)
	return lg, ""
}

// sweep forgets what nobody came back for, so that long runs don't grow without end. The caller holds the lock.
func (s *Logins) sweep() {
	const many = 20_000
	now := s.t.Now()
	if len(s.suspended) > many {
		for k, lg := range s.suspended {
			if now.Sub(lg.suspendedAt) > 72*time.Hour {
				delete(s.suspended, k)
			}
		}
	}
	if len(s.logins) > many {
		for k, lg := range s.logins {
			if now.Sub(lg.created) > time.Hour {
				delete(s.logins, k)
			}
		}
	}
}

// newState looks like Auth0's: opaque, base64url, long, and unguessable.
func newState() string {
	return "hKFo2SA" + reply.Random(24) + "KFupWxvZ2luo3RpZNkg" + reply.Random(24)
}
