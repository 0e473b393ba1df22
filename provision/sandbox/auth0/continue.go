package auth0

import (
	"net/http"
	"net/url"
	"time"

	"phonegate/provision/sandbox/world"
)

// suspend stores a login until /continue and gives the address to send the browser to.
func (s *Server) suspend(lg *login, address string) (string, error) {
	u, err := url.Parse(address)
	if err != nil {
		return "", err
	}
	state := newState(lg)
	s.mu.Lock()
	lg.suspendedAt = s.now()
	s.suspended[state] = lg
	s.sweep()
	s.mu.Unlock()
	// Appended, so that the query keeps the order and the form that the Action gave it.
	if u.RawQuery != "" {
		u.RawQuery += "&"
	}
	u.RawQuery += "state=" + url.QueryEscape(state)
	return u.String(), nil
}

// resume answers /continue: the pipeline goes on in the same Action.
func (s *Server) resume(rw http.ResponseWriter, r *http.Request) {
	if err := parseForm(rw, r); err != nil {
		s.errorPage(rw, r, 400, "invalid_request", "the body could not be read")
		return
	}
	query, body := r.URL.Query(), r.PostForm
	state := body.Get("state")
	if state == "" {
		state = query.Get("state")
	}
	if state == "" {
		s.errorPage(rw, r, 400, "invalid_request", "missing parameter: state")
		return
	}
	lg, problem := s.takeSuspended(r, state)
	if lg == nil {
		s.errorPage(rw, r, 400, "invalid_request", problem)
		return
	}
	if !query.Has("state") {
		query.Set("state", state)
	}
	s.finish(rw, r, lg, s.run(r.Context(), lg, s.request(r, query, body), onContinue))
}

// takeSuspended finds the login that waits for a state and, unless replays are accepted, uses it up.
func (s *Server) takeSuspended(r *http.Request, state string) (*login, string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	lg := s.suspended[state]
	if lg == nil {
		return nil, "the state is unknown, was used before or has expired"
	}
	if lifetime, err := time.ParseDuration(s.w.Behaviour(continueLifetime)); err == nil && s.now().Sub(lg.suspendedAt) > lifetime {
		delete(s.suspended, state)
		return nil, "the login has expired"
	}
	if s.w.Behaviour(continueCookie) == "required" && sessionCookie(r) != lg.sid {
		return nil, "this browser did not begin the login"
	}
	if s.w.Behaviour(continueReplay) == "accepted" {
		again := *lg
		again.meta, again.idClaims, again.accessClaims = clone(lg.meta), clone(lg.idClaims), clone(lg.accessClaims)
		return &again, ""
	}
	delete(s.suspended, state)
	return lg, ""
}

// sweep forgets what nobody came back for, so that long runs don't grow without end. The caller holds the lock.
func (s *Server) sweep() {
	const many = 20_000
	now := s.now()
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
func newState(lg *login) string {
	return "hKFo2SA" + token(24) + "KFupWxvZ2luo3RpZNkg" + token(24)
}

func newID(prefix string, n int) string { return prefix + world.Hex(n) }
