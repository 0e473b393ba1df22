package auth0

import (
	"crypto/sha256"
	"crypto/subtle"
	"fmt"
	"maps"
	"net/http"
	"strings"
	"time"
)

// user is a profile with one identity.
type user struct {
	id, connection, email, username string
	password                        [32]byte
	emailVerified                   bool
	blocked                         *bool
	profile                         object // name, nickname, picture, given_name, family_name, phone_number, phone_verified
	userMeta, appMeta               object
	created, updated                time.Time
	lastLogin, passwordReset        time.Time
	lastIP                          string
	logins                          int
}

func hash(id, password string) [32]byte { return sha256.Sum256([]byte(id + "\n" + password)) }

// newUser makes a user who is not added yet. The caller holds the lock.
func (s *Server) newUser(connection, email, password string) *user {
	now := s.now()
	nickname, _, _ := strings.Cut(email, "@")
	u := &user{
		id: newID("auth0|", 24), connection: connection, email: email, created: now, updated: now,
		profile: object{"name": email, "nickname": nickname, "picture": picture(email)},
	}
	u.password = hash(u.id, password)
	return u
}

func picture(email string) string {
	initials := email
	if len(initials) > 2 {
		initials = initials[:2]
	}
	return fmt.Sprintf("https://s.gravatar.com/avatar/%x?s=480&r=pg&d=https%%3A%%2F%%2Fcdn.auth0.com%%2Favatars%%2F%s.png", sha256.Sum256([]byte(email)), initials)
}

func (s *Server) addUser(u *user) {
	s.users[u.id] = u
	s.userOrder = append(s.userOrder, u.id)
	if u.email != "" {
		s.byEmail[u.connection+"\n"+u.email] = u.id
	}
}

func (u *user) loggedIn(now time.Time, ip string) {
	u.logins++
	u.lastLogin, u.lastIP = now, ip
}

// json is the profile as the Management API shows it.
func (u *user) json(_ *Server) object {
	o := maps.Clone(u.profile)
	provider, id, _ := strings.Cut(u.id, "|")
	o["created_at"], o["updated_at"], o["user_id"] = millis(u.created), millis(u.updated), u.id
	o["identities"] = []object{{"connection": u.connection, "user_id": id, "provider": provider, "isSocial": false}}
	if u.email != "" {
		o["email"], o["email_verified"] = u.email, u.emailVerified
	}
	if u.username != "" {
		o["username"] = u.username
	}
	if u.blocked != nil {
		o["blocked"] = *u.blocked
	}
	if u.userMeta != nil {
		o["user_metadata"] = u.userMeta
	}
	if u.appMeta != nil {
		o["app_metadata"] = u.appMeta
	}
	if !u.passwordReset.IsZero() {
		o["last_password_reset"] = millis(u.passwordReset)
	}
	if u.logins > 0 {
		o["logins_count"], o["last_login"], o["last_ip"] = u.logins, millis(u.lastLogin), u.lastIP
	}
	return o
}

// checkPassword finds the user, or says what Auth0 says.
func (s *Server) checkPassword(clientID, connection, name, password string) (*user, int, loginProblem) {
	s.mu.Lock()
	defer s.mu.Unlock()
	wrong := loginProblem{Name: "ValidationError", Code: "invalid_user_password", Description: "Wrong email or password."}
	conn := s.database(clientID, connection)
	if conn == nil {
		return nil, http.StatusBadRequest, loginProblem{Name: "Error", Code: "connection_not_found", Description: "the connection was not found or is not enabled for the client"}
	}
	lg := &login{clientID: clientID, connection: text(conn, "name")}
	u := s.users[s.byEmail[text(conn, "name")+"\n"+strings.ToLower(strings.TrimSpace(name))]]
	if u == nil {
		s.logLocked("fu", lg, object{"description": "Wrong email or password.", "user_name": name})
		return nil, http.StatusUnauthorized, wrong
	}
	lg.userID = u.id
	got := hash(u.id, password)
	if subtle.ConstantTimeCompare(got[:], u.password[:]) != 1 {
		s.logLocked("fp", lg, object{"description": "Wrong email or password."})
		return nil, http.StatusUnauthorized, wrong
	}
	return u, 0, loginProblem{}
}

// userBlocked is what a blocked user's application is told.
const userBlocked = "user is blocked"

func (u *user) isBlocked() bool { return u.blocked != nil && *u.blocked }

// loginProblem is the error body of /usernamepassword/login.
type loginProblem struct {
	Name        string `json:"name"`
	Code        string `json:"code"`
	Description string `json:"description"`
}
