package auth0

import (
	"slices"
	"strings"
)

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
