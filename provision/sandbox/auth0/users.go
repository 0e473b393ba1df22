package auth0

import (
	"crypto/sha256"
	"crypto/subtle"
	"fmt"
	"maps"
	"net/http"
	"slices"
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
	if u.blocked != nil && *u.blocked {
		s.logLocked("f", lg, object{"description": "user is blocked"})
		return nil, http.StatusUnauthorized, loginProblem{Name: "Error", Code: "unauthorized", Description: "user is blocked"}
	}
	return u, 0, loginProblem{}
}

// loginProblem is the error body of /usernamepassword/login.
type loginProblem struct {
	Name        string `json:"name"`
	Code        string `json:"code"`
	Description string `json:"description"`
}

func noUser() (int, any) { return fail(404, "inexistent_user", "The user does not exist.") }

const userFields = "email phone_number user_metadata blocked email_verified phone_verified app_metadata given_name family_name name nickname picture password connection verify_email username"

func (s *Server) createUser(c *call) (int, any) {
	if bad := unknownProperty(c.body, userFields+" user_id"); bad != "" {
		return invalidBody("Additional properties not allowed: "+bad+" (consider writing to app_metadata or user_metadata instead)", "")
	}
	name := text(c.body, "connection")
	if name == "" {
		return invalidBody("Missing required property: connection", "")
	}
	i := slices.IndexFunc(s.connections, func(o object) bool { return text(o, "name") == name })
	if i < 0 {
		return fail(400, "inexistent_connection", "The connection does not exist.")
	}
	email := strings.ToLower(text(c.body, "email"))
	if email != "" && !validEmail(email) {
		return invalidBody("Object didn't pass validation for format email: "+email, "email")
	}
	options, _ := s.connections[i]["options"].(object)
	password := text(c.body, "password")
	if text(s.connections[i], "strategy") == "auth0" {
		if email == "" {
			return invalidBody("Missing required property: email", "")
		}
		if password == "" {
			return invalidBody("Missing required property: password", "")
		}
		if status, _ := checkStrength(text(options, "passwordPolicy"), password); status != 0 {
			return fail(400, "invalid_password", "PasswordStrengthError: Password is too weak")
		}
	}
	if s.byEmail[name+"\n"+email] != "" {
		return fail(409, "auth0_idp_error", "The user already exists.")
	}
	u := s.newUser(name, email, password)
	if id := text(c.body, "user_id"); id != "" {
		u.id = "auth0|" + id
		u.password = hash(u.id, password)
		if s.users[u.id] != nil {
			return fail(409, "user_exists", "The user already exists.")
		}
	}
	u.change(c.body)
	s.addUser(u)
	return 201, u.json(s)
}

// change applies the plain fields of a body.
func (u *user) change(body object) {
	for _, k := range strings.Fields("given_name family_name name nickname picture phone_number phone_verified") {
		if v, ok := body[k]; ok {
			u.profile[k] = v
		}
	}
	if v, ok := body["email_verified"].(bool); ok {
		u.emailVerified = v
	}
	if v, ok := body["blocked"].(bool); ok {
		u.blocked = &v
	}
	if v := text(body, "username"); v != "" {
		u.username = v
	}
	if v, ok := body["user_metadata"].(object); ok {
		u.userMeta = mergeMetadata(u.userMeta, v)
	}
	if v, ok := body["app_metadata"].(object); ok {
		u.appMeta = mergeMetadata(u.appMeta, v)
	}
}

// mergeMetadata is how PATCH merges: first-level properties are replaced, null removes one, an empty object
// removes all.
func mergeMetadata(old, set object) object {
	if len(set) == 0 {
		return object{}
	}
	out := overlay(old, clone(set))
	if out == nil {
		out = object{}
	}
	return out
}

func (s *Server) getUser(c *call) (int, any) {
	u := s.users[c.id()]
	if u == nil {
		return noUser()
	}
	return 200, pick(c.q, u.json(s))
}

func (s *Server) patchUser(c *call) (int, any) {
	u := s.users[c.id()]
	if u == nil {
		return noUser()
	}
	if bad := unknownProperty(c.body, userFields+" client_id verify_phone_number"); bad != "" {
		return invalidBody("Additional properties not allowed: "+bad+" (consider writing to app_metadata or user_metadata instead)", "")
	}
	if len(c.body) == 0 {
		return fail(400, "invalid_body", "Payload validation error: 'Too few properties defined (0), minimum 1'.")
	}
	now := s.now()
	if p := text(c.body, "password"); p != "" {
		u.password, u.passwordReset = hash(u.id, p), now
	}
	if email := strings.ToLower(text(c.body, "email")); email != "" {
		if !validEmail(email) {
			return invalidBody("Object didn't pass validation for format email: "+email, "email")
		}
		if other := s.byEmail[u.connection+"\n"+email]; other != "" && other != u.id {
			return fail(400, "auth0_idp_error", "The specified new email already exists")
		}
		delete(s.byEmail, u.connection+"\n"+u.email)
		u.email = email
		s.byEmail[u.connection+"\n"+email] = u.id
	}
	u.change(c.body)
	u.updated = now
	return 200, u.json(s)
}

func (s *Server) deleteUser(c *call) (int, any) {
	if u := s.users[c.id()]; u != nil {
		delete(s.users, u.id)
		delete(s.byEmail, u.connection+"\n"+u.email)
		s.userOrder = slices.DeleteFunc(s.userOrder, func(id string) bool { return id == u.id })
	}
	return 204, nil // also for a user who never was
}

func (s *Server) usersByEmail(c *call) (int, any) {
	email := c.q.Get("email")
	if email == "" {
		return invalidQuery("Missing required property: email", "")
	}
	out := []object{}
	for _, id := range s.userOrder {
		if s.users[id].email == email { // stored in lower case, and the endpoint compares exactly
			out = append(out, pick(c.q, s.users[id].json(s)))
		}
	}
	return 200, out
}
