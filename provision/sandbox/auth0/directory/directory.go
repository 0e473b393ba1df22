// Package directory holds who there is in an emulated tenant: users, applications and their grants, connections and APIs.
package directory

import (
	"slices"

	"phonegate/provision/sandbox/auth0/reply"
	"phonegate/provision/sandbox/auth0/tenant"
)

// Directory is who there is in a tenant: users, applications, connections and APIs.
type Directory struct {
	t               *tenant.Tenant
	clients         []reply.Object
	grants          []reply.Object
	connections     []reply.Object
	enabled         map[string][]string // client ids by connection id
	resourceServers []reply.Object
	users           map[string]*User
	userOrder       []string
	byEmail         map[string]string // connection + "\n" + email -> user id
}

// New makes a directory of nobody.
func New(t *tenant.Tenant) *Directory {
	return &Directory{t: t, enabled: map[string][]string{}, users: map[string]*User{}, byEmail: map[string]string{}}
}

// Who is whom a line of the log is about. The caller holds the lock.
func (s *Directory) Who(client, user, connection string) tenant.Who {
	who := tenant.Who{Client: client, ClientName: reply.Text(s.FindClient(client), "name"), User: user, Connection: connection}
	if u := s.users[user]; u != nil {
		who.Known, who.Email, who.Connection = true, u.Email, u.Connection
		id, _ := s.FindConnection(u.Connection)["id"].(string)
		who.ConnectionID = id
	}
	return who
}

// User is the user, nil if there is none. The caller holds the lock.
func (s *Directory) User(id string) *User { return s.users[id] }

// FindConnection is the connection of that name, nil if there is none. The caller holds the lock.
func (s *Directory) FindConnection(name string) reply.Object {
	i := slices.IndexFunc(s.connections, func(c reply.Object) bool { return reply.Text(c, "name") == name })
	if i < 0 {
		return nil
	}
	return s.connections[i]
}

// Databases are the database connections that are enabled for an application. The caller holds the lock.
func (s *Directory) Databases(clientID string) []reply.Object {
	var out []reply.Object
	for _, c := range s.connections {
		if reply.Text(c, "strategy") == "auth0" && slices.Contains(s.enabled[reply.Text(c, "id")], clientID) {
			out = append(out, c)
		}
	}
	return out
}

// Granted are the scopes that an application's grant for an API has, false if there is no grant. The caller holds the lock.
func (s *Directory) Granted(clientID, audience string) ([]string, bool) {
	i := slices.IndexFunc(s.grants, func(g reply.Object) bool {
		return reply.Text(g, "client_id") == clientID && s.sameAudience(reply.Text(g, "audience"), audience)
	})
	if i < 0 {
		return nil, false
	}
	return reply.Texts(s.grants[i]["scope"]), true
}

// SetMetadata sets first-level keys of a user's metadata; nil removes a key. The caller holds the lock.
func (s *Directory) SetMetadata(userID string, user, app reply.Object) {
	u := s.users[userID]
	if u == nil || (len(user) == 0 && len(app) == 0) {
		return
	}
	u.userMeta, u.appMeta = reply.Overlay(u.userMeta, user), reply.Overlay(u.appMeta, app)
	u.updated = s.t.Now()
}
