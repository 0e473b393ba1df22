// Package pipeline runs an emulated tenant's Actions for a login, leg by leg, and keeps what they did.
package pipeline

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"time"

	"phonegate/provision/sandbox/auth0/actions"
	"phonegate/provision/sandbox/auth0/directory"
	"phonegate/provision/sandbox/auth0/reply"
	"phonegate/provision/sandbox/auth0/tenant"
	"phonegate/provision/sandbox/jsvm"
)

const (
	onExecute  = "onExecutePostLogin"
	onContinue = "onContinuePostLogin"
	// legBudget is how long the Actions of one leg may take together.
	legBudget = 20 * time.Second
)

// Ending is how a leg of the pipeline can end.
type Ending int

// The endings. Redirected sends the browser to the Action's address; NeedsInteraction would, where that is not possible. Broken is an Action
// that threw, Vanished one that is gone when it should resume.
const (
	Granted Ending = iota
	Denied
	Redirected
	NeedsInteraction
	Broken
	Vanished
)

// Outcome is how a leg of the pipeline ended. Text is the reason, the error's message or the address.
type Outcome struct {
	Ending Ending
	Text   string
}

// Runner runs one leg of an Action; jsvm.RunAction is one.
type Runner func(context.Context, jsvm.Surroundings, jsvm.ActionCall) (jsvm.ActionResult, error)

// Pipeline runs a tenant's Actions.
type Pipeline struct {
	t         *tenant.Tenant
	actions   *actions.Actions
	directory *directory.Directory
	runAction Runner
	network   http.RoundTripper // what deployed code reaches

	executions     map[string]reply.Object
	executionOrder []string
	sessions       map[string]*Session
}

// New makes the pipeline of a tenant. Deployed code reaches the network and nothing else.
func New(t *tenant.Tenant, actions *actions.Actions, directory *directory.Directory, run Runner, network http.RoundTripper) *Pipeline {
	s := &Pipeline{t: t, actions: actions, directory: directory, runAction: run, network: network}
	s.Reset()
	return s
}

// Reset forgets executions and sessions. The caller holds the lock.
func (s *Pipeline) Reset() {
	s.executions, s.executionOrder = map[string]reply.Object{}, nil
	s.sessions = map[string]*Session{}
}

// Start runs the Actions that are in force now for a login whose user is known. Query and body are the request's.
func (s *Pipeline) Start(r *http.Request, lg *Login, query, body url.Values) Outcome {
	s.t.Lock()
	lg.chain, lg.next = s.actions.InForce("post-login"), 0
	s.t.Unlock()
	return s.run(r.Context(), lg, s.request(r, query, body), onExecute)
}

// Resume goes on in the Action that asked for the redirect.
func (s *Pipeline) Resume(r *http.Request, lg *Login, query, body url.Values) Outcome {
	return s.run(r.Context(), lg, s.request(r, query, body), onContinue)
}

// run executes Actions from lg.next on. With handler onContinue the first of them resumes.
func (s *Pipeline) run(ctx context.Context, lg *Login, req request, handler string) Outcome {
	ctx = context.WithoutCancel(ctx) // a browser that goes away does not stop the Actions
	leg := &leg{cache: map[string]string{}, started: s.t.Now()}
	out := s.runLeg(ctx, lg, leg, req, handler)
	s.t.Lock()
	defer s.t.Unlock()
	if s.writesMetadata(out.Ending) {
		s.directory.SetMetadata(lg.UserID, leg.userMeta, leg.appMeta)
	}
	s.recordExecution(lg, leg, out)
	return out
}

// leg is what the Actions of one leg have set so far.
type leg struct {
	userMeta, appMeta reply.Object
	cache             map[string]string
	started           time.Time
	used              time.Duration
	results           []reply.Object
}

func (s *Pipeline) runLeg(ctx context.Context, lg *Login, leg *leg, req request, handler string) Outcome {
	for ; lg.next < len(lg.chain); lg.next++ {
		st := lg.chain[lg.next]
		if handler == onContinue && s.t.World.Behaviour(resumeVersion) == "deployed" {
			s.t.Lock()
			script, ok := s.actions.Deployed(st.ID)
			s.t.Unlock()
			if !ok {
				return Outcome{Vanished, "The Action that asked for the redirect no longer exists."}
			}
			st.Script = script
		}
		out, stop := s.runStep(ctx, lg, leg, st, req, handler)
		if stop {
			return out
		}
		handler = onExecute
	}
	return Outcome{Ending: Granted}
}

func (s *Pipeline) runStep(ctx context.Context, lg *Login, leg *leg, st actions.Step, req request, handler string) (Outcome, bool) {
	event, ok := s.event(lg, leg, req)
	if !ok {
		return Outcome{Broken, "The user no longer exists."}, true
	}
	userID, hostname := lg.UserID, req.host
	started := s.t.Now()
	res, err := s.runAction(ctx, jsvm.Surroundings{
		Network: s.network, Now: s.t.Now, Sleep: s.t.World.Sleep, Time: max(legBudget-leg.used, time.Millisecond),
	}, jsvm.ActionCall{
		Code: st.Code, Handler: handler, Event: event, Secrets: st.Secrets, CanRedirect: lg.CanRedirect, Cache: leg.cache,
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
	case problem == "" && res.Redirect != "" && handler == onContinue && s.t.World.Behaviour(redirectInContinue) == "error":
		problem = "Error: api.redirect.sendUserTo is not available in onContinuePostLogin"
	}
	leg.note(s.t.Now(), st, started, res, problem)
	leg.userMeta, leg.appMeta = merged(leg.userMeta, res.UserMetadata), merged(leg.appMeta, res.AppMetadata)
	if problem != "" {
		return Outcome{Broken, problem}, true
	}
	lg.meta = merged(lg.meta, res.TransactionMetadata)
	lg.IDClaims, lg.AccessClaims = merged(lg.IDClaims, res.IDTokenClaims), merged(lg.AccessClaims, res.AccessTokenClaims)
	switch {
	case res.Denied != nil:
		return Outcome{Denied, *res.Denied}, true
	case res.Redirect != "" && !lg.CanRedirect:
		return Outcome{NeedsInteraction, "External interaction required"}, true
	case res.Redirect != "":
		return Outcome{Redirected, res.Redirect}, true
	}
	return Outcome{}, false
}

func merged(into, more reply.Object) reply.Object {
	if len(more) == 0 {
		return into
	}
	if into == nil {
		into = reply.Object{}
	}
	maps.Copy(into, more)
	return into
}

func (s *Pipeline) writesMetadata(e Ending) bool {
	switch e {
	case Broken, NeedsInteraction, Vanished:
		return s.t.World.Behaviour(errorMetadata) == "kept"
	case Denied:
		return s.t.World.Behaviour(deniedMetadata) == "kept"
	}
	return true
}
