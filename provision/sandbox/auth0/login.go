package auth0

import (
	"crypto/rand"
	"encoding/base64"
	"net/http"
	"net/url"
	"time"
)

// Values of event.transaction.protocol.
const (
	protocolCode     = "oidc-basic-profile"
	protocolRefresh  = "oauth2-refresh-token"
	protocolPassword = "oauth2-resource-owner"
)

// login is one transaction, from /authorize (or a token request) to its end.
type login struct {
	id, state, clientID, protocol string
	query                         url.Values // of the request that began it
	scopes, prompts               []string
	audience                      string
	redirectURI, responseMode     string
	responseType, appState, nonce string
	challenge, challengeMethod    string
	connection, refreshID         string
	created, authTime             time.Time
	suspendedAt                   time.Time

	userID, sid string
	methods     []object
	canRedirect bool

	chain                        []step
	next                         int
	meta, idClaims, accessClaims object
	execution                    string
	results                      []object
}

// session is a single sign-on session.
type session struct {
	id, userID string
	created    time.Time
}

const sessionName, compatName = "auth0", "auth0_compat"

// token is n random bytes in base64url.
func token(n int) string {
	b := make([]byte, n)
	if _, err := rand.Read(b); err != nil {
		panic(err) // crypto/rand never fails on the platforms Go supports
	}
	return base64.RawURLEncoding.EncodeToString(b)
}

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
func (s *Server) currentSession(r *http.Request) *session {
	s.mu.Lock()
	defer s.mu.Unlock()
	x := s.sessions[sessionCookie(r)]
	if x == nil || s.users[x.userID] == nil || s.now().Sub(x.created) > 72*time.Hour {
		return nil
	}
	return x
}

// signIn notes that the user has given the right password: the session exists from here on, whatever the
// Actions say.
func (s *Server) signIn(rw http.ResponseWriter, r *http.Request, lg *login, u *user) {
	now := s.now()
	s.mu.Lock()
	x := &session{id: token(24), userID: u.id, created: now}
	s.sessions[x.id] = x
	u.loggedIn(now, ipOf(r))
	delete(s.logins, lg.state)
	s.mu.Unlock()
	lg.attach(x, now)
	setSession(rw, x.id)
}

func (lg *login) attach(x *session, authTime time.Time) {
	lg.userID, lg.sid, lg.authTime = x.userID, x.id, authTime
	lg.methods = []object{{"name": "pwd", "timestamp": millis(authTime)}}
}

// proceed runs the pipeline for a signed-in user and ends the browser's request.
func (s *Server) proceed(rw http.ResponseWriter, r *http.Request, lg *login) {
	s.mu.Lock()
	u := s.users[lg.userID]
	blocked := u == nil || u.isBlocked()
	s.mu.Unlock()
	if blocked {
		s.log("f", lg, object{"description": userBlocked})
		s.callback(rw, r, lg, url.Values{"error": {"unauthorized"}, "error_description": {userBlocked}})
		return
	}
	s.begin(lg)
	req := s.request(r, lg.query, nil)
	s.finish(rw, r, lg, s.run(r.Context(), lg, req, onExecute))
}
