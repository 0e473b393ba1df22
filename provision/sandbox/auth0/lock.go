package auth0

import (
	"encoding/json"
	"html/template"
	"net/http"
	"slices"
	"strings"
)

// ticket stands for a checked password between /usernamepassword/login and /login/callback.
type ticket struct {
	userID, state string
}

// clientScript answers GET /client/{id}.js, which Lock loads to learn the client's connections.
func (s *Server) clientScript(rw http.ResponseWriter, r *http.Request) {
	id, ok := strings.CutSuffix(r.PathValue("file"), ".js")
	s.mu.Lock()
	c := s.findClient(id)
	var connections []object
	for _, x := range s.connections {
		if c != nil && text(x, "strategy") == "auth0" && slices.Contains(s.enabled[text(x, "id")], id) {
			options, _ := x["options"].(object)
			connections = append(connections, object{
				"name": x["name"], "passwordPolicy": choose(text(options, "passwordPolicy") == "", "none", text(options, "passwordPolicy")),
				"password_complexity_options": object{"min_length": minLength(text(options, "passwordPolicy"))},
				"showSignup":                  !truth(options, "disable_signup"), "showForgot": true, "requires_username": false,
				"validation": object{"username": object{"min": 1, "max": 15}},
			})
		}
	}
	tenant := s.tenantName()
	s.mu.Unlock()
	rw.Header().Set("Content-Type", "application/x-javascript; charset=utf-8")
	if !ok || c == nil {
		rw.WriteHeader(404)
		return
	}
	data, err := json.Marshal(object{
		"id": id, "tenant": tenant, "subscription": "free", "authorize": "https://" + s.host(r) + "/authorize", "callback": "",
		"hasAllowedOrigins": true, "name": "", "mobileDownload": nil,
		"strategies": []object{{"name": "auth0", "connections": connections}},
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
func (s *Server) usernamePassword(rw http.ResponseWriter, r *http.Request) {
	cors(rw, r)
	var req struct {
		ClientID   string `json:"client_id"`
		Connection string `json:"connection"`
		Username   string `json:"username"`
		Password   string `json:"password"`
		State      string `json:"state"`
	}
	if err := readJSONOrForm(rw, r, &req); err != nil {
		writeJSON(rw, 400, loginProblem{"Error", "invalid_request", "the body could not be read"})
		return
	}
	s.mu.Lock()
	lg := s.logins[req.State]
	s.mu.Unlock()
	if lg == nil || lg.clientID != req.ClientID {
		writeJSON(rw, 403, loginProblem{"Error", "invalid_request", "the login session is unknown or has expired"})
		return
	}
	u, status, problem := s.checkPassword(req.ClientID, req.Connection, req.Username, req.Password)
	if u == nil {
		writeJSON(rw, status, problem)
		return
	}
	value := token(32)
	s.mu.Lock()
	s.tickets[value] = ticket{u.id, req.State}
	s.mu.Unlock()
	wctx, err := json.Marshal(object{
		"strategy": "auth0", "auth0Client": "", "tenant": s.tenantName(), "connection": req.Connection, "client_id": req.ClientID, "state": req.State,
		"protocol": "oauth2", "realm": req.Connection,
	})
	if err != nil {
		writeJSON(rw, 500, loginProblem{"Error", "server_error", "something went wrong"})
		return
	}
	rw.Header().Set("Content-Type", "text/html; charset=utf-8")
	// An absolute address, as the real service writes it: the page's own origin may be another one.
	_ = hiddenForm.Execute(rw, map[string]string{"Action": "https://" + s.host(r) + "/login/callback", "Ticket": value, "Context": string(wctx)})
}

// loginCallback takes the posted form and goes on with the login.
func (s *Server) loginCallback(rw http.ResponseWriter, r *http.Request) {
	if err := parseForm(rw, r); err != nil {
		s.errorPage(rw, r, 400, "invalid_request", "the body could not be read")
		return
	}
	value := r.PostForm.Get("wresult")
	s.mu.Lock()
	t, ok := s.tickets[value]
	delete(s.tickets, value)
	lg, u := s.logins[t.state], s.users[t.userID]
	s.mu.Unlock()
	if !ok || lg == nil || u == nil {
		s.errorPage(rw, r, 400, "invalid_request", "the login session is unknown or has expired")
		return
	}
	s.signIn(rw, r, lg, u)
	s.proceed(rw, r, lg)
}

// geolocation answers GET /user/geoloc/country, which Lock asks for its phone fields.
func (s *Server) geolocation(rw http.ResponseWriter, r *http.Request) {
	cors(rw, r)
	writeJSON(rw, 200, object{"ip": ipOf(r), "latitude": -37.81, "longitude": 144.96, "country_code": "AU", "country_code3": "AUS", "country_name": "Australia", "city_name": "Melbourne", "time_zone": "Australia/Melbourne", "continent_code": "OC"})
}

// ssoData answers GET /user/ssodata, which old pages ask whether somebody is signed in.
func (s *Server) ssoData(rw http.ResponseWriter, r *http.Request) {
	cors(rw, r)
	x := s.currentSession(r)
	if x == nil {
		writeJSON(rw, 200, object{"sso": false})
		return
	}
	body := object{"sso": true, "current_user_id": x.userID}
	s.mu.Lock()
	if u := s.users[x.userID]; u != nil {
		body["current_connection"], body["last_name"], body["last_username"] = u.connection, u.profile["name"], u.email
		body["lastUsedConnection"] = object{"name": u.connection, "strategy": "auth0"}
	}
	s.mu.Unlock()
	writeJSON(rw, 200, body)
}
