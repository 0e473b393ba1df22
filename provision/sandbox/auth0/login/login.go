// Package login is an emulated tenant's Authentication API: /authorize, the hosted pages, /continue and the token endpoint.
package login

import (
	"net/http"
	"net/url"
	"time"

	"phonegate/provision/sandbox/auth0/directory"
	"phonegate/provision/sandbox/auth0/pipeline"
	"phonegate/provision/sandbox/auth0/reply"
	"phonegate/provision/sandbox/auth0/tenant"
)

// userBlocked is what a blocked user's application is told.
const userBlocked = "user is blocked"

// Logins are the logins under way, and the codes and tokens that come of them.
type Logins struct {
	t         *tenant.Tenant
	directory *directory.Directory
	pipeline  *pipeline.Pipeline

	logins    map[string]*attempt // waiting for a password, by state
	suspended map[string]*attempt // waiting for /continue, by state
	tickets   map[string]ticket   // between /usernamepassword/login and /login/callback
	codes     map[string]*grant
	refresh   map[string]*grant
	opaque    map[string]*grant // opaque access tokens for /userinfo
}

// New makes a tenant's logins, of which none is under way.
func New(t *tenant.Tenant, directory *directory.Directory, pipeline *pipeline.Pipeline) *Logins {
	s := &Logins{t: t, directory: directory, pipeline: pipeline}
	s.Reset()
	return s
}

// Reset forgets all logins, codes and tokens. The caller holds the lock.
func (s *Logins) Reset() {
	s.logins, s.suspended, s.tickets = map[string]*attempt{}, map[string]*attempt{}, map[string]ticket{}
	s.codes, s.refresh, s.opaque = map[string]*grant{}, map[string]*grant{}, map[string]*grant{}
}

// attempt is a login with what only the endpoints know of it.
type attempt struct {
	*pipeline.Login
	state                             string // while it waits for a password
	nonce, challenge, challengeMethod string
	created, suspendedAt              time.Time
}

// log adds a line about a login to the tenant's log.
func (s *Logins) log(kind string, lg *pipeline.Login, more reply.Object) {
	s.t.Lock()
	defer s.t.Unlock()
	who := s.directory.Who(lg.ClientID, lg.UserID, lg.Connection)
	who.Execution = lg.Execution
	s.t.Log(kind, who, more)
}

const sessionName, compatName = "auth0", "auth0_compat"

// sessionCookie reads the session's id; the second cookie is for browsers that refuse SameSite=None.
func sessionCookie(r *http.Request) string {
	for _, name := range []string{sessionName, compatName} {
		if c, err := r.Cookie(name); err == nil && c.Value != "" {
			return c.Value
		}
	}
	return ""
}

func setSession(rw http.ResponseWriter, sid string) {
	age := 3 * 24 * 3600
	if sid == "" {
		age = -1
	}
	http.SetCookie(rw, &http.Cookie{Name: sessionName, Value: sid, Path: "/", MaxAge: age, HttpOnly: true, Secure: true, SameSite: http.SameSiteNoneMode})
	http.SetCookie(rw, &http.Cookie{Name: compatName, Value: sid, Path: "/", MaxAge: age, HttpOnly: true, Secure: true})
}

// currentSession is the session of the request, nil if there is none or its user is gone.
func (s *Logins) currentSession(r *http.Request) *pipeline.Session {
	s.t.Lock()
	defer s.t.Unlock()
	x := s.pipeline.Session(sessionCookie(r))
	if x == nil || s.directory.User(x.UserID) == nil || s.t.Now().Sub(x.Created) > 72*time.Hour {
		return nil
	}
	return x
}

// signIn notes that the user has given the right password: the session exists from here on, whatever the
// Actions say.
func (s *Logins) signIn(rw http.ResponseWriter, r *http.Request, lg *attempt, u *directory.User) {
	now := s.t.Now()
	s.t.Lock()
	x := &pipeline.Session{ID: reply.Random(24), UserID: u.ID, Created: now}
	s.pipeline.AddSession(x)
	u.LoggedIn(now, reply.IPOf(r))
	delete(s.logins, lg.state)
	s.t.Unlock()
	lg.attach(x, now)
	setSession(rw, x.ID)
}

func (lg *attempt) attach(x *pipeline.Session, authTime time.Time) {
	lg.UserID, lg.SID, lg.AuthTime = x.UserID, x.ID, authTime
	lg.Methods = []reply.Object{{"name": "pwd", "timestamp": reply.Millis(authTime)}}
}

// proceed runs the pipeline for a signed-in user and ends the browser's request.
func (s *Logins) proceed(rw http.ResponseWriter, r *http.Request, lg *attempt) {
	s.t.Lock()
	u := s.directory.User(lg.UserID)
	blocked := u == nil || u.IsBlocked()
	s.t.Unlock()
	if blocked {
		s.log("f", lg.Login, reply.Object{"description": userBlocked})
		s.callback(rw, r, lg, url.Values{"error": {"unauthorized"}, "error_description": {userBlocked}})
		return
	}
	s.finish(rw, r, lg, s.pipeline.Start(r, lg.Login, lg.Query, nil))
}
