package directory

import (
	"maps"
	"slices"
	"time"

	"phonegate/provision/sandbox/auth0/reply"
)

// Saved is the directory's part of a snapshot.
type Saved struct {
	Clients         []reply.Object      `json:"clients"`
	Grants          []reply.Object      `json:"client_grants"`
	Connections     []reply.Object      `json:"connections"`
	Enabled         map[string][]string `json:"enabled_clients"`
	ResourceServers []reply.Object      `json:"resource_servers"`
	Users           []savedUser         `json:"users"`
}

// savedUser is a user, with names that JSON can show.
type savedUser struct {
	ID            string       `json:"id"`
	Connection    string       `json:"connection"`
	Email         string       `json:"email"`
	Username      string       `json:"username"`
	Password      []byte       `json:"password_hash"`
	EmailVerified bool         `json:"email_verified"`
	Blocked       *bool        `json:"blocked"`
	Profile       reply.Object `json:"profile"`
	UserMeta      reply.Object `json:"user_metadata"`
	AppMeta       reply.Object `json:"app_metadata"`
	Created       time.Time    `json:"created"`
	Updated       time.Time    `json:"updated"`
	LastLogin     time.Time    `json:"last_login"`
	PasswordReset time.Time    `json:"password_reset"`
	LastIP        string       `json:"last_ip"`
	Logins        int          `json:"logins"`
}

// Save is the directory's part of a snapshot; it aliases the records. The caller holds the lock.
func (s *Directory) Save() Saved {
	out := Saved{
		Clients: s.clients, Grants: s.grants, Connections: s.connections, Enabled: s.enabled, ResourceServers: s.resourceServers,
	}
	for _, id := range s.userOrder {
		u := s.users[id]
		out.Users = append(out.Users, savedUser{u.ID, u.Connection, u.Email, u.username, u.password[:], u.emailVerified, u.blocked, u.profile,
			u.userMeta, u.appMeta, u.created, u.updated, u.lastLogin, u.passwordReset, u.lastIP, u.Logins})
	}
	return out
}

// Restore replaces what the directory holds. The caller holds the lock.
func (s *Directory) Restore(in Saved) {
	s.clients, s.grants, s.connections, s.resourceServers = in.Clients, in.Grants, in.Connections, in.ResourceServers
	if s.enabled = in.Enabled; s.enabled == nil {
		s.enabled = map[string][]string{}
	}
	s.users, s.userOrder, s.byEmail = map[string]*User{}, nil, map[string]string{}
	for _, x := range in.Users {
		u := &User{ID: x.ID, Connection: x.Connection, Email: x.Email, username: x.Username, emailVerified: x.EmailVerified, blocked: x.Blocked,
			profile: x.Profile, userMeta: x.UserMeta, appMeta: x.AppMeta, created: x.Created, updated: x.Updated, lastLogin: x.LastLogin,
			passwordReset: x.PasswordReset, lastIP: x.LastIP, Logins: x.Logins}
		copy(u.password[:], x.Password)
		s.addUser(u)
	}
}

// State is what lasts in the directory, without times and secrets. The caller holds the lock.
func (s *Directory) State() reply.Object {
	users := []reply.Object{}
	for _, id := range s.userOrder {
		o := s.users[id].Profile()
		for _, k := range []string{"created_at", "updated_at", "last_login", "last_password_reset", "last_ip"} {
			delete(o, k)
		}
		users = append(users, o)
	}
	enabled := reply.Object{}
	for k, list := range s.enabled {
		list = slices.Clone(list)
		slices.Sort(list)
		enabled[k] = list
	}
	return reply.Object{
		"clients": hidden(s.clients), "client_grants": s.grants, "connections": s.connections, "enabled_clients": enabled,
		"resource_servers": s.resourceServers, "users": users,
	}
}

func hidden(clients []reply.Object) []reply.Object {
	var out []reply.Object
	for _, c := range clients {
		c = maps.Clone(c)
		delete(c, "client_secret")
		out = append(out, c)
	}
	return out
}
