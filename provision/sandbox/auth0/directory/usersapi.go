package directory

import (
	"phonegate/provision/sandbox/auth0/reply"
	"phonegate/provision/sandbox/auth0/tenant"
	"phonegate/provision/sandbox/world"
	"slices"
	"strings"
	"time"
)

func noUser() (int, any) { return reply.Fail(404, "inexistent_user", "The user does not exist.") }

const userFields = "email phone_number user_metadata blocked email_verified phone_verified app_metadata given_name family_name name nickname picture password connection verify_email username"

func (s *Directory) createUser(c *tenant.Call) (int, any) {
	if bad := reply.UnknownProperty(c.Body, userFields+" user_id"); bad != "" {
		return reply.InvalidBody("Additional properties not allowed: "+bad+" (consider writing to app_metadata or user_metadata instead)", "")
	}
	name := reply.Text(c.Body, "connection")
	if name == "" {
		return reply.InvalidBody("Missing required property: connection", "")
	}
	i := slices.IndexFunc(s.connections, func(o reply.Object) bool { return reply.Text(o, "name") == name })
	if i < 0 {
		return reply.Fail(400, "inexistent_connection", "The connection does not exist.")
	}
	email := strings.ToLower(reply.Text(c.Body, "email"))
	if email != "" && !validEmail(email) {
		return reply.InvalidBody("Object didn't pass validation for format email: "+email, "email")
	}
	options, _ := s.connections[i]["options"].(reply.Object)
	password := reply.Text(c.Body, "password")
	if reply.Text(s.connections[i], "strategy") == "auth0" {
		if email == "" {
			return reply.InvalidBody("Missing required property: email", "")
		}
		if password == "" {
			return reply.InvalidBody("Missing required property: password", "")
		}
		if status, _ := checkStrength(reply.Text(options, "passwordPolicy"), password); status != 0 {
			return reply.Fail(400, "invalid_password", "PasswordStrengthError: Password is too weak")
		}
	}
	if s.byEmail[name+"\n"+email] != "" {
		return reply.Fail(409, "auth0_idp_error", "The user already exists.")
	}
	u := s.newUser(name, email, password)
	if id := reply.Text(c.Body, "user_id"); id != "" {
		u.ID = "auth0|" + id
		u.password = hash(u.ID, password)
		if s.users[u.ID] != nil {
			return reply.Fail(409, "user_exists", "The user already exists.")
		}
	}
	u.change(c.Body)
	s.addUser(u)
	return 201, u.Profile()
}

// change applies the plain fields of a body.
func (u *User) change(body reply.Object) {
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
	if v := reply.Text(body, "username"); v != "" {
		u.username = v
	}
	if v, ok := body["user_metadata"].(reply.Object); ok {
		u.userMeta = mergeMetadata(u.userMeta, v)
	}
	if v, ok := body["app_metadata"].(reply.Object); ok {
		u.appMeta = mergeMetadata(u.appMeta, v)
	}
}

// mergeMetadata is how PATCH merges: first-level properties are replaced, null removes one, an empty object
// removes all.
func mergeMetadata(old, set reply.Object) reply.Object {
	if len(set) == 0 {
		return reply.Object{}
	}
	out := reply.Overlay(old, reply.Clone(set))
	if out == nil {
		out = reply.Object{}
	}
	return out
}

func (s *Directory) getUser(c *tenant.Call) (int, any) {
	u := s.users[c.ID()]
	if u == nil {
		return noUser()
	}
	return 200, reply.Pick(c.Query, u.Profile())
}

func (s *Directory) patchUser(c *tenant.Call) (int, any) {
	u := s.users[c.ID()]
	if u == nil {
		return noUser()
	}
	if bad := reply.UnknownProperty(c.Body, userFields+" client_id verify_phone_number"); bad != "" {
		return reply.InvalidBody("Additional properties not allowed: "+bad+" (consider writing to app_metadata or user_metadata instead)", "")
	}
	if len(c.Body) == 0 {
		return reply.Fail(400, "invalid_body", "Payload validation error: 'Too few properties defined (0), minimum 1'.")
	}
	now := s.t.Now()
	if p := reply.Text(c.Body, "password"); p != "" {
		u.password, u.passwordReset = hash(u.ID, p), now
	}
	if email := strings.ToLower(reply.Text(c.Body, "email")); email != "" {
		if !validEmail(email) {
			return reply.InvalidBody("Object didn't pass validation for format email: "+email, "email")
		}
		if other := s.byEmail[u.Connection+"\n"+email]; other != "" && other != u.ID {
			return reply.Fail(400, "auth0_idp_error", "The specified new email already exists")
		}
		delete(s.byEmail, u.Connection+"\n"+u.Email)
		u.Email = email
		s.byEmail[u.Connection+"\n"+email] = u.ID
	}
	u.change(c.Body)
	u.updated = now
	return 200, u.Profile()
}

func (s *Directory) deleteUser(c *tenant.Call) (int, any) {
	if u := s.users[c.ID()]; u != nil {
		delete(s.users, u.ID)
		delete(s.byEmail, u.Connection+"\n"+u.Email)
		s.userOrder = slices.DeleteFunc(s.userOrder, func(id string) bool { return id == u.ID })
	}
	return 204, nil // also for a user who never was
}

func (s *Directory) usersByEmail(c *tenant.Call) (int, any) {
	email := c.Query.Get("email")
	if email == "" {
		return reply.InvalidQuery("Missing required property: email", "")
	}
	out := []reply.Object{}
	for _, id := range s.userOrder {
		if s.users[id].Email == email { // stored in lower case, and the endpoint compares exactly
			out = append(out, reply.Pick(c.Query, s.users[id].Profile()))
		}
	}
	return 200, out
}

// listUsers answers GET /users with the part of the query syntax that provisioning uses: terms
// field:value joined by AND, quoted or with a trailing star.
func (s *Directory) listUsers(c *tenant.Call) (int, any) {
	p, ok := reply.ReadPaging(c.Query, 50, 100)
	if !ok {
		return reply.BadPaging()
	}
	match, err := reply.ParseQuery(c.Query.Get("q"))
	if err != nil {
		return reply.Fail(400, "invalid_query_string", err.Error())
	}
	late := s.t.World.Behaviour(userSearch) == "late"
	var out []reply.Object
	for _, id := range s.userOrder {
		u := s.users[id]
		if late && s.t.Now().Sub(u.created) < 5*time.Second {
			continue
		}
		if o := u.Profile(); match(o) {
			out = append(out, reply.Pick(c.Query, o))
		}
	}
	return 200, reply.SearchPage(p, "users", out)
}

// userSearch is what no document settles about GET /users.
var userSearch = world.Declare(world.Behaviour{
	Name: "auth0.user_search", Values: []string{"current", "late"},
	About:   "Whether GET /users finds a user made a moment ago; search is eventually consistent, users-by-email is not.",
	Sources: "User Search Best Practices",
})
