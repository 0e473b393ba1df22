package login

import (
	"encoding/json"
	"html/template"
	"net/http"
	"strings"

	"phonegate/provision/sandbox/auth0/reply"
)

// ticket stands for a checked password between /usernamepassword/login and /login/callback.
type ticket struct {
	userID, state string
}

// clientScript answers GET /client/{id}.js, which Lock loads to learn the client's connections.
func (s *Logins) clientScript(rw http.ResponseWriter, r *http.Request) {
	id, ok := strings.CutSuffix(r.PathValue("file"), ".js")
	s.t.Lock()
	c := s.directory.FindClient(id)
	var connections []reply.Object
	if c != nil {
		for _, x := range s.directory.Databases(id) {
			options, _ := x["options"].(reply.Object)
			connections = append(connections, reply.Object{
				"name": x["name"], "passwordPolicy": reply.Choose(reply.Text(options, "passwordPolicy") == "", "none", reply.Text(options, "passwordPolicy")),
				"password_complexity_options": reply.Object{"min_length": minLength(reply.Text(options, "passwordPolicy"))},
				"showSignup":                  !reply.Truth(options, "disable_signup"), "showForgot": true, "requires_username": false,
				"validation": reply.Object{"username": reply.Object{"min": 1, "max": 15}},
			})
		}
	}
	tenant := s.t.Name()
	s.t.Unlock()
	rw.Header().Set("Content-Type", "application/x-javascript; charset=utf-8")
	if !ok || c == nil {
		rw.WriteHeader(404)
		return
	}
	data, err := json.Marshal(reply.Object{
		"id": id, "tenant": tenant, "subscription": "free", "authorize": "https://" + s.t.Host(r) + "/authorize", "callback": "",
		"hasAllowedOrigins": true, "name": "", "mobileDownload": nil,
		"strategies": []reply.Object{{"name": "auth0", "connections": connections}},
	})
	if err != nil {
		rw.WriteHeader(500)
		return
	}
	_, _ = rw.Write(append(append([]byte("Auth0.setClient("), data...), ");"...))
}

func minLength(policy string) int {
	switch policy {
	case "low":
		return 6
	case "fair", "good":
		return 8
	case "excellent":
		return 10
	}
	return 1
}

var hiddenForm = template.Must(template.New("hidden").Parse(`<form method="post" name="hiddenform" action="{{.Action}}">
<input type="hidden" name="wa" value="wsignin1.0">
<input type="hidden" name="wresult" value="{{.Ticket}}">
<input type="hidden" name="wctx" value="{{.Context}}">
<noscript><p>Script is disabled. Click Submit to continue.</p><input type="submit" value="Submit"></noscript></form>`))

// usernamePassword answers Lock's password form: not a redirect but a form that the page posts on.
func (s *Logins) usernamePassword(rw http.ResponseWriter, r *http.Request) {
	reply.CORS(rw, r)
	var req struct {
		ClientID   string `json:"client_id"`
		Connection string `json:"connection"`
		Username   string `json:"username"`
		Password   string `json:"password"`
		State      string `json:"state"`
	}
	if err := reply.ReadBody(rw, r, &req); err != nil {
		reply.WriteJSON(rw, 400, reply.LoginProblem{Name: "Error", Code: "invalid_request", Description: "the body could not be read"})
		return
	}
	s.t.Lock()
	lg := s.logins[req.State]
	s.t.Unlock()
	if lg == nil || lg.ClientID != req.ClientID {
		reply.WriteJSON(rw, 403, reply.LoginProblem{Name: "Error", Code: "invalid_request", Description: "the login session is unknown or has expired"})
		return
	}
	u, status, problem := s.directory.CheckPassword(req.ClientID, req.Connection, req.Username, req.Password)
	if u == nil {
		reply.WriteJSON(rw, status, problem)
		return
	}
	value := reply.Random(32)
	s.t.Lock()
	s.tickets[value] = ticket{u.ID, req.State}
	s.t.Unlock()
	wctx, err := json.Marshal(reply.Object{
		"strategy": "auth0", "auth0Client": "", "tenant": s.t.Name(), "connection": req.Connection, "client_id": req.ClientID, "state": req.State,
		"protocol": "oauth2", "realm": req.Connection,
	})
	if err != nil {
		reply.WriteJSON(rw, 500, reply.LoginProblem{Name: "Error", Code: "server_error", Description: "something went wrong"})
		return
	}
	rw.Header().Set("Content-Type", "text/html; charset=utf-8")
	// An absolute address, as the real service writes it: the page's own origin may be another one.
	_ = hiddenForm.Execute(rw, map[string]string{"Action": "https://" + s.t.Host(r) + "/login/callback", "Ticket": value, "Context": string(wctx)})
}

// loginCallback takes the posted form and goes on with the login.
func (s *Logins) loginCallback(rw http.ResponseWriter, r *http.Request) {
	if err := reply.ParseForm(rw, r); err != nil {
		errorPage(rw, 400, "invalid_request", "the body could not be read")
		return
	}
	value := r.PostForm.Get("wresult")
	s.t.Lock()
	t, ok := s.tickets[value]
	delete(s.tickets, value)
	lg, u := s.logins[t.state], s.directory.User(t.userID)
	s.t.Unlock()
	if !ok || lg == nil || u == nil {
		errorPage(rw, 400, "invalid_request", "the login session is unknown or has expired")
		return
	}
	s.signIn(rw, r, lg, u)
	s.proceed(rw, r, lg)
}

// geolocation answers GET /user/geoloc/country, which Lock asks for its phone fields.
func (s *Logins) geolocation(rw http.ResponseWriter, r *http.Request) {
	reply.CORS(rw, r)
	reply.WriteJSON(rw, 200, reply.Object{"ip": reply.IPOf(r), "latitude": -37.81, "longitude": 144.96, "country_code": "AU", "country_code3": "AUS", "country_name": "Australia", "city_name": "Melbourne", "time_zone": "Australia/Melbourne", "continent_code": "OC"})
}

// ssoData answers GET /user/ssodata, which old pages ask whether somebody is signed in.
func (s *Logins) ssoData(rw http.ResponseWriter, r *http.Request) {
	reply.CORS(rw, r)
	x := s.currentSession(r)
	if x == nil {
		reply.WriteJSON(rw, 200, reply.Object{"sso": false})
		return
	}
	body := reply.Object{"sso": true, "current_user_id": x.UserID}
	s.t.Lock()
	if u := s.directory.User(x.UserID); u != nil {
		body["current_connection"], body["last_name"], body["last_username"] = u.Connection, u.Profile()["name"], u.Email
		body["lastUsedConnection"] = reply.Object{"name": u.Connection, "strategy": "auth0"}
	}
	s.t.Unlock()
	reply.WriteJSON(rw, 200, body)
}
