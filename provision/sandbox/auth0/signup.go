package auth0

import (
	"fmt"
	"net/http"
	"net/mail"
	"slices"
	"strings"
)

// Limits of https://auth0.com/docs/api/authentication/signup/create-a-new-user on user_metadata.
const (
	maxMetaKeys  = 10
	maxMetaKey   = 100
	maxMetaValue = 500
)

type signUpRequest struct {
	ClientID     string `json:"client_id"`
	Connection   string `json:"connection"`
	Email        string `json:"email"`
	Password     string `json:"password"`
	Username     string `json:"username"`
	GivenName    string `json:"given_name"`
	FamilyName   string `json:"family_name"`
	Name         string `json:"name"`
	Nickname     string `json:"nickname"`
	Picture      string `json:"picture"`
	UserMetadata object `json:"user_metadata"`
}

// authFailure is the error body of /dbconnections and of the hosted pages' own endpoints.
type authFailure struct {
	Name        string `json:"name,omitempty"`
	Message     string `json:"message,omitempty"`
	Code        string `json:"code,omitempty"`
	Description any    `json:"description,omitempty"`
	Policy      string `json:"policy,omitempty"`
	StatusCode  int    `json:"statusCode,omitempty"`
}

func signUpFailure(code, description string) (int, any) {
	return 400, authFailure{Name: "BadRequestError", Code: code, Description: description, StatusCode: 400}
}

// signUpPost answers POST /dbconnections/signup.
func (s *Server) signUpPost(rw http.ResponseWriter, r *http.Request) {
	cors(rw, r)
	var req signUpRequest
	if err := readJSONOrForm(rw, r, &req); err != nil {
		writeJSON(rw, 400, authFailure{Name: "BadRequestError", Code: "invalid_body", Description: err.Error(), StatusCode: 400})
		return
	}
	status, body := s.signUp(req)
	writeJSON(rw, status, body)
}

// signUp makes a user in a database connection. Anybody may call it, with any user_metadata: Auth0 has no check of
// its own on the values.
func (s *Server) signUp(req signUpRequest) (int, any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.findClient(req.ClientID) == nil {
		return signUpFailure("invalid_client", "the client_id is not known")
	}
	conn := s.database(req.ClientID, req.Connection)
	if conn == nil {
		return signUpFailure("connection_not_found", "the connection was not found or is not enabled for the client")
	}
	options, _ := conn["options"].(object)
	if truth(options, "disable_signup") {
		return signUpFailure("public_signup_disabled", "Public signup is disabled")
	}
	req.Email = strings.ToLower(strings.TrimSpace(req.Email))
	if !validEmail(req.Email) {
		return signUpFailure("invalid_body", "error in email - email format validation failed: "+req.Email)
	}
	if status, body := checkMetadata(req.UserMetadata); status != 0 {
		return status, body
	}
	if status, body := checkStrength(text(options, "passwordPolicy"), req.Password); status != 0 {
		s.logFailedSignUp(req, text(conn, "name"), "Password is too weak")
		return status, body
	}
	if s.byEmail[text(conn, "name")+"\n"+req.Email] != "" {
		s.logFailedSignUp(req, text(conn, "name"), "The user already exists.")
		return signUpFailure("invalid_signup", "Invalid sign up")
	}
	u := s.newUser(text(conn, "name"), req.Email, req.Password)
	u.username = req.Username
	for k, v := range map[string]string{
		"given_name": req.GivenName, "family_name": req.FamilyName, "name": req.Name, "nickname": req.Nickname, "picture": req.Picture,
	} {
		if v != "" {
			u.profile[k] = v
		}
	}
	if len(req.UserMetadata) > 0 {
		u.userMeta = clone(req.UserMetadata)
	}
	s.addUser(u)
	s.logLocked("ss", &login{clientID: req.ClientID, userID: u.id, connection: u.connection}, object{"description": ""})
	reply := object{"_id": strings.TrimPrefix(u.id, "auth0|"), "email": u.email, "email_verified": false}
	if u.username != "" {
		reply["username"] = u.username
	}
	if len(u.userMeta) > 0 {
		reply["user_metadata"] = clone(u.userMeta)
	}
	return 200, reply
}

func (s *Server) logFailedSignUp(req signUpRequest, connection, why string) {
	s.logLocked("fs", &login{clientID: req.ClientID, connection: connection}, object{"description": why, "user_name": req.Email})
}

// database is the database connection by that name, or the first one, if it is enabled for the client.
func (s *Server) database(clientID, name string) object {
	for _, c := range s.connections {
		if text(c, "strategy") != "auth0" || (name != "" && text(c, "name") != name) {
			continue
		}
		if slices.Contains(s.enabled[text(c, "id")], clientID) {
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

func checkMetadata(m object) (int, any) {
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

func signUpText(body any) string {
	f, _ := body.(authFailure)
	switch d := f.Description.(type) {
	case string:
		if f.Code == "invalid_signup" {
			return "Something went wrong: the user may already exist."
		}
		return d
	default:
		return f.Message + ". " + f.Policy
	}
}

// changePassword answers POST /dbconnections/change_password: the same words whether the user exists or not.
func (s *Server) changePassword(rw http.ResponseWriter, r *http.Request) {
	cors(rw, r)
	var req struct {
		Email      string `json:"email"`
		Connection string `json:"connection"`
	}
	if err := readJSONOrForm(rw, r, &req); err != nil || req.Email == "" || req.Connection == "" {
		writeJSON(rw, 400, object{"error": "email and connection are required"})
		return
	}
	rw.Header().Set("Content-Type", "text/html; charset=utf-8")
	_, _ = rw.Write([]byte("We've just sent you an email to reset your password."))
}
