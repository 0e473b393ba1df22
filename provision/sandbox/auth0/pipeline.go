package auth0

import (
	"context"
	"fmt"
	"maps"
	"time"

	"phonegate/provision/sandbox/jsvm"
)

const (
	onExecute  = "onExecutePostLogin"
	onContinue = "onContinuePostLogin"
	// legBudget is how long the Actions of one leg may take together.
	legBudget = 20 * time.Second
)

// step is one bound Action of a pipeline with the version that was in force when the login began.
type step struct {
	action  *action
	name    string // the Action's when the login began
	version *version
	binding string
}

type ending int

const (
	granted ending = iota
	denied
	redirected
	needsInteraction // redirected, but cannot be
	broken           // an Action threw
	vanished         // the Action to resume is gone
)

// outcome is how a leg of the pipeline ended. text is the reason, the error's message or the address.
type outcome struct {
	ending ending
	text   string
}

// begin takes down which Actions this login will run.
func (s *Server) begin(lg *login) {
	s.mu.Lock()
	defer s.mu.Unlock()
	lg.chain, lg.next = nil, 0
	for _, b := range s.boundTo("post-login") {
		s.settle(b.action, false)
		if b.action.deployed != nil {
			lg.chain = append(lg.chain, step{b.action, b.action.name, b.action.deployed, b.id})
		}
	}
}

// run executes Actions from lg.next on. With handler onContinue the first of them resumes.
func (s *Server) run(ctx context.Context, lg *login, req request, handler string) outcome {
	ctx = context.WithoutCancel(ctx) // a browser that goes away does not stop the Actions
	leg := &leg{cache: map[string]string{}, started: s.now()}
	out := s.runLeg(ctx, lg, leg, req, handler)
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.writesMetadata(out.ending) {
		s.applyMetadata(lg.userID, leg)
	}
	s.recordExecution(lg, leg, out)
	return out
}

// leg is what the Actions of one leg have set so far.
type leg struct {
	userMeta, appMeta object
	cache             map[string]string
	started           time.Time
	used              time.Duration
	results           []object
}

func (s *Server) runLeg(ctx context.Context, lg *login, leg *leg, req request, handler string) outcome {
	for ; lg.next < len(lg.chain); lg.next++ {
		st := lg.chain[lg.next]
		if handler == onContinue && s.w.Behaviour(resumeVersion) == "deployed" {
			s.mu.Lock()
			gone := s.findAction(st.action.id) == nil
			s.settle(st.action, false)
			st.version = st.action.deployed
			s.mu.Unlock()
			if gone {
				return outcome{vanished, "The Action that asked for the redirect no longer exists."}
			}
		}
		out, stop := s.runStep(ctx, lg, leg, st, req, handler)
		if stop {
			return out
		}
		handler = onExecute
	}
	return outcome{ending: granted}
}

func (s *Server) runStep(ctx context.Context, lg *login, leg *leg, st step, req request, handler string) (outcome, bool) {
	event, secrets, ok := s.event(lg, leg, st, req)
	if !ok {
		return outcome{broken, "The user no longer exists."}, true
	}
	userID, hostname := lg.userID, req.host
	started := s.now()
	res, err := s.o.RunAction(ctx, jsvm.Surroundings{
		Network: s.o.Network, Now: s.now, Sleep: s.w.Sleep, Time: max(legBudget-leg.used, time.Millisecond),
	}, jsvm.ActionCall{
		Code: st.version.code, Handler: handler, Event: event, Secrets: secrets, CanRedirect: lg.canRedirect, Cache: leg.cache,
		EncodeToken: func(secret string, seconds int, payload map[string]any) (string, error) {
			return s.encodeToken(secret, seconds, payload, hostname, userID, req.ip)
		},
		ValidateToken: func(secret, name string) (map[string]any, error) {
			return s.validateToken(secret, name, req, userID)
		},
	})
	leg.used += res.Elapsed
	problem := res.Thrown
	switch {
	case err != nil:
		problem = err.Error()
	case res.Missing:
		problem = fmt.Sprintf("Error: the Action exports no %s", handler)
	case problem == "" && res.Redirect != "" && handler == onContinue && s.w.Behaviour(redirectInContinue) == "error":
		problem = "Error: api.redirect.sendUserTo is not available in onContinuePostLogin"
	}
	leg.note(s, st, started, res, problem)
	leg.userMeta, leg.appMeta = merged(leg.userMeta, res.UserMetadata), merged(leg.appMeta, res.AppMetadata)
	if problem != "" {
		return outcome{broken, problem}, true
	}
	lg.meta = merged(lg.meta, res.TransactionMetadata)
	lg.idClaims, lg.accessClaims = merged(lg.idClaims, res.IDTokenClaims), merged(lg.accessClaims, res.AccessTokenClaims)
	switch {
	case res.Denied != nil:
		return outcome{denied, *res.Denied}, true
	case res.Redirect != "" && !lg.canRedirect:
		return outcome{needsInteraction, "External interaction required"}, true
	case res.Redirect != "":
		return outcome{redirected, res.Redirect}, true
	}
	return outcome{}, false
}

func merged(into, more object) object {
	if len(more) == 0 {
		return into
	}
	if into == nil {
		into = object{}
	}
	maps.Copy(into, more)
	return into
}

func (s *Server) writesMetadata(e ending) bool {
	switch e {
	case broken, needsInteraction, vanished:
		return s.w.Behaviour(errorMetadata) == "kept"
	case denied:
		return s.w.Behaviour(deniedMetadata) == "kept"
	}
	return true
}

// applyMetadata writes what the leg has set; nil removes a key. The caller holds the lock.
func (s *Server) applyMetadata(userID string, leg *leg) {
	u := s.users[userID]
	if u == nil || (len(leg.userMeta) == 0 && len(leg.appMeta) == 0) {
		return
	}
	u.userMeta, u.appMeta = overlay(u.userMeta, leg.userMeta), overlay(u.appMeta, leg.appMeta)
	u.updated = s.now()
}

// overlay is the metadata with first-level keys set or, for nil, removed. It never changes its arguments.
func overlay(old, set object) object {
	if len(set) == 0 {
		return old
	}
	out := maps.Clone(old)
	if out == nil {
		out = object{}
	}
	for k, v := range set {
		if v == nil {
			delete(out, k)
			continue
		}
		out[k] = v
	}
	return out
}
