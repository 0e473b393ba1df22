package directory

import (
	"fmt"
	"net/mail"
	"slices"
	"strings"

	"phonegate/provision/sandbox/auth0/reply"
)

// Limits of https://auth0.com/docs/api/authentication/signup/create-a-new-user on user_metadata.
const (
	maxMetaKeys  = 10
	maxMetaKey   = 100
	maxMetaValue = 500
)

// SignUpRequest is what somebody signs up with.
type SignUpRequest struct {
	ClientID     string       `json:"client_id"`
	Connection   string       `json:"connection"`
	Email        string       `json:"email"`
	Password     string       `json:"password"`
	Username     string       `json:"username"`
	GivenName    string       `json:"given_name"`
	FamilyName   string       `json:"family_name"`
	Name         string       `json:"name"`
	Nickname     string       `json:"nickname"`
	Picture      string       `json:"picture"`
	UserMetadata reply.Object `json:"user_metadata"`
}

func signUpFailure(code, description string) (int, any) {
	return 400, reply.AuthFailure{Name: "BadRequestError", Code: code, Description: description, StatusCode: 400}
}

// SignUp makes a user in a database connection. Anybody may call it, with any user_metadata: Auth0 has no check of
// its own on the values.
func (s *Directory) SignUp(req SignUpRequest) (int, any) {
	s.t.Lock()
	defer s.t.Unlock()
	if s.FindClient(req.ClientID) == nil {
		return signUpFailure("invalid_client", "the client_id is not known")
	}
	conn := s.database(req.ClientID, req.Connection)
	if conn == nil {
		return signUpFailure("connection_not_found", "the connection was not found or is not enabled for the client")
	}
	options, _ := conn["options"].(reply.Object)
	if reply.Truth(options, "disable_signup") {
		return signUpFailure("public_signup_disabled", "Public signup is disabled")
	}
	req.Email = strings.ToLower(strings.TrimSpace(req.Email))
	if !validEmail(req.Email) {
		return signUpFailure("invalid_body", "error in email - email format validation failed: "+req.Email)
	}
	if status, body := checkMetadata(req.UserMetadata); status != 0 {
		return status, body
	}
	if status, body := checkStrength(reply.Text(options, "passwordPolicy"), req.Password); status != 0 {
		s.logFailedSignUp(req, reply.Text(conn, "name"), "Password is too weak")
		return status, body
	}
	if s.byEmail[reply.Text(conn, "name")+"\n"+req.Email] != "" {
		s.logFailedSignUp(req, reply.Text(conn, "name"), "The user already exists.")
		return signUpFailure("invalid_signup", "Invalid sign up")
	}
	u := s.newUser(reply.Text(conn, "name"), req.Email, req.Password)
	u.username = req.Username
	for k, v := range map[string]string{
		"given_name": req.GivenName, "family_name": req.FamilyName, "name": req.Name, "nickname": req.Nickname, "picture": req.Picture,
	} {
		if v != "" {
			u.profile[k] = v
		}
	}
	if len(req.UserMetadata) > 0 {
		u.userMeta = reply.Clone(req.UserMetadata)
	}
	s.addUser(u)
	s.t.Log("ss", s.Who(req.ClientID, u.ID, u.Connection), reply.Object{"description": ""})
	out := reply.Object{"_id": strings.TrimPrefix(u.ID, "auth0|"), "email": u.Email, "email_verified": false}
	if u.username != "" {
		out["username"] = u.username
	}
	if len(u.userMeta) > 0 {
		out["user_metadata"] = reply.Clone(u.userMeta)
	}
	return 200, out
}

func (s *Directory) logFailedSignUp(req SignUpRequest, connection, why string) {
	s.t.Log("fs", s.Who(req.ClientID, "", connection), reply.Object{"description": why, "user_name": req.Email})
}

// database is the database connection by that name, or the first one, if it is enabled for the client.
func (s *Directory) database(clientID, name string) reply.Object {
	for _, c := range s.connections {
		if reply.Text(c, "strategy") != "auth0" || (name != "" && reply.Text(c, "name") != name) {
			continue
		}
		if slices.Contains(s.enabled[reply.Text(c, "id")], clientID) {
			return c
		}
	}
	return nil
}

func validEmail(e string) bool {
	a, err := mail.ParseAddress(e)
	if err != nil || a.Address != e {
		return false
	}
	_, domain, _ := strings.Cut(e, "@")
	return strings.Contains(domain, ".") && len(e) <= 320
}

func checkMetadata(m reply.Object) (int, any) {
	if len(m) > maxMetaKeys {
		return signUpFailure("invalid_body", fmt.Sprintf("user_metadata has %d properties, at most %d are allowed", len(m), maxMetaKeys))
	}
	for k, v := range m {
		value, ok := v.(string)
		switch {
		case len(k) > maxMetaKey:
			return signUpFailure("invalid_body", fmt.Sprintf("user_metadata: a name is longer than %d characters", maxMetaKey))
		case !ok:
			return signUpFailure("invalid_body", "user_metadata."+k+" must be a string")
		case len(value) > maxMetaValue:
			return signUpFailure("invalid_body", fmt.Sprintf("user_metadata.%s is longer than %d characters", k, maxMetaValue))
		}
	}
	return 0, nil
}
