package pipeline

import (
	"net/url"
	"time"

	"phonegate/provision/sandbox/auth0/actions"
	"phonegate/provision/sandbox/auth0/reply"
)

// Values of event.transaction.protocol.
const (
	ProtocolCode     = "oidc-basic-profile"
	ProtocolRefresh  = "oauth2-refresh-token"
	ProtocolPassword = "oauth2-resource-owner"
)

// Login is one transaction, from /authorize (or a token request) to its end.
type Login struct {
	ID, ClientID, Protocol    string
	Query                     url.Values // of the request that began it
	Scopes, Prompts           []string
	Audience                  string
	RedirectURI, ResponseMode string
	ResponseType, AppState    string
	Connection, RefreshID     string
	AuthTime                  time.Time

	// UserID, SID and Methods say who logs in, in which session and how that was checked.
	UserID, SID string
	Methods     []reply.Object
	// CanRedirect says that a browser waits for the answer.
	CanRedirect bool

	// IDClaims and AccessClaims are what Actions have put into the tokens, Execution is where their doings are noted.
	IDClaims, AccessClaims reply.Object
	Execution              string

	chain   []actions.Step
	next    int
	meta    reply.Object
	results []reply.Object
}

// Clone is a login that goes on apart from this one.
func (lg *Login) Clone() *Login {
	again := *lg
	again.meta, again.IDClaims, again.AccessClaims = reply.Clone(lg.meta), reply.Clone(lg.IDClaims), reply.Clone(lg.AccessClaims)
	return &again
}

// Session is a single sign-on session.
type Session struct {
	ID, UserID string
	Created    time.Time
}

// Session is the session of that id, nil if there is none. The caller holds the lock.
func (s *Pipeline) Session(id string) *Session { return s.sessions[id] }

// AddSession begins a session. The caller holds the lock.
func (s *Pipeline) AddSession(x *Session) { s.sessions[x.ID] = x }

// EndSession ends a session, if there is one of that id. The caller holds the lock.
func (s *Pipeline) EndSession(id string) { delete(s.sessions, id) }
