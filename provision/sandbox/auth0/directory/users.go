package directory

import (
	"crypto/sha256"
	"crypto/subtle"
	"fmt"
	"maps"
	"net/http"
	"phonegate/provision/sandbox/auth0/reply"
	"phonegate/provision/sandbox/world"
	"slices"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

// User is a profile with one identity.
type User struct {
	// ID, Connection and Email are the user's only identity.
	ID, Connection, Email string
	// Logins is how often the user has logged in.
	Logins                   int
	username                 string
	password                 [32]byte
	emailVerified            bool
	blocked                  *bool
	profile                  reply.Object // name, nickname, picture, given_name, family_name, phone_number, phone_verified
	userMeta, appMeta        reply.Object
	created, updated         time.Time
	lastLogin, passwordReset time.Time
	lastIP                   string
}

func hash(id, password string) [32]byte { return sha256.Sum256([]byte(id + "\n" + password)) }

// Metadata is what applications and administrators have noted. The caller holds the lock.
func (u *User) Metadata() (user, app reply.Object) { return u.userMeta, u.appMeta }

// newUser makes a user who is not added yet. The caller holds the lock.
func (s *Directory) newUser(connection, email, password string) *User {
	now := s.t.Now()
	nickname, _, _ := strings.Cut(email, "@")
	u := &User{
		ID: "auth0|" + world.Hex(24), Connection: connection, Email: email, created: now, updated: now,
		profile: reply.Object{"name": email, "nickname": nickname, "picture": picture(email)},
	}
	u.password = hash(u.ID, password)
	return u
}

func picture(email string) string {
	initials := email
	if len(initials) > 2 {
		initials = initials[:2]
	}
	return fmt.Sprintf("https://s.gravatar.com/avatar/%x?s=480&r=pg&d=https%%3A%%2F%%2Fcdn.auth0.com%%2Favatars%%2F%s.png", sha256.Sum256([]byte(email)), initials)
}

func (s *Directory) addUser(u *User) {
	s.users[u.ID] = u
	s.userOrder = append(s.userOrder, u.ID)
	if u.Email != "" {
		s.byEmail[u.Connection+"\n"+u.Email] = u.ID
	}
}

// LoggedIn counts a login. The caller holds the lock.
func (u *User) LoggedIn(now time.Time, ip string) {
	u.Logins++
	u.lastLogin, u.lastIP = now, ip
}

// Profile is the profile as the Management API shows it.
func (u *User) Profile() reply.Object {
	o := maps.Clone(u.profile)
	provider, id, _ := strings.Cut(u.ID, "|")
	o["created_at"], o["updated_at"], o["user_id"] = reply.Millis(u.created), reply.Millis(u.updated), u.ID
	o["identities"] = []reply.Object{{"connection": u.Connection, "user_id": id, "provider": provider, "isSocial": false}}
	if u.Email != "" {
		o["email"], o["email_verified"] = u.Email, u.emailVerified
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
		o["last_password_reset"] = reply.Millis(u.passwordReset)
	}
	if u.Logins > 0 {
		o["logins_count"], o["last_login"], o["last_ip"] = u.Logins, reply.Millis(u.lastLogin), u.lastIP
	}
	return o
}

// CheckPassword finds the user, or says what Auth0 says.
func (s *Directory) CheckPassword(clientID, connection, name, password string) (*User, int, reply.LoginProblem) {
	s.t.Lock()
	defer s.t.Unlock()
	wrong := reply.LoginProblem{Name: "ValidationError", Code: "invalid_user_password", Description: "Wrong email or password."}
	conn := s.database(clientID, connection)
	if conn == nil {
		return nil, http.StatusBadRequest, reply.LoginProblem{Name: "Error", Code: "connection_not_found", Description: "the connection was not found or is not enabled for the client"}
	}
	u := s.users[s.byEmail[reply.Text(conn, "name")+"\n"+strings.ToLower(strings.TrimSpace(name))]]
	if u == nil {
		s.t.Log("fu", s.Who(clientID, "", reply.Text(conn, "name")), reply.Object{"description": "Wrong email or password.", "user_name": name})
		return nil, http.StatusUnauthorized, wrong
	}
	got := hash(u.ID, password)
	if subtle.ConstantTimeCompare(got[:], u.password[:]) != 1 {
		s.t.Log("fp", s.Who(clientID, u.ID, reply.Text(conn, "name")), reply.Object{"description": "Wrong email or password."})
		return nil, http.StatusUnauthorized, wrong
	}
	return u, 0, reply.LoginProblem{}
}

// IsBlocked says that an administrator has blocked the user.
func (u *User) IsBlocked() bool { return u.blocked != nil && *u.blocked }

// Claims are the profile's claims for the scopes.
func (u *User) Claims(scopes []string) jwt.MapClaims {
	c := jwt.MapClaims{"sub": u.ID}
	if slices.Contains(scopes, "profile") {
		for _, k := range []string{"name", "nickname", "picture", "given_name", "family_name"} {
			if v, ok := u.profile[k]; ok {
				c[k] = v
			}
		}
		c["updated_at"] = reply.Millis(u.updated)
	}
	if slices.Contains(scopes, "email") && u.Email != "" {
		c["email"], c["email_verified"] = u.Email, u.emailVerified
	}
	return c
}
