package login

import (
	"net/http"

	"phonegate/provision/sandbox/auth0/directory"
	"phonegate/provision/sandbox/auth0/reply"
)

// signUpPost answers POST /dbconnections/signup.
func (s *Logins) signUpPost(rw http.ResponseWriter, r *http.Request) {
	reply.CORS(rw, r)
	var req directory.SignUpRequest
	if err := reply.ReadBody(rw, r, &req); err != nil {
		reply.WriteJSON(rw, 400, reply.AuthFailure{Name: "BadRequestError", Code: "invalid_body", Description: err.Error(), StatusCode: 400})
		return
	}
	status, body := s.directory.SignUp(req)
	reply.WriteJSON(rw, status, body)
}

func signUpText(body any) string {
	f, _ := body.(reply.AuthFailure)
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
func (s *Logins) changePassword(rw http.ResponseWriter, r *http.Request) {
	reply.CORS(rw, r)
	var req struct {
		Email      string `json:"email"`
		Connection string `json:"connection"`
	}
	if err := reply.ReadBody(rw, r, &req); err != nil || req.Email == "" || req.Connection == "" {
		reply.WriteJSON(rw, 400, reply.Object{"error": "email and connection are required"})
		return
	}
	rw.Header().Set("Content-Type", "text/html; charset=utf-8")
	_, _ = rw.Write([]byte("We've just sent you an email to reset your password."))
}
