package auth0

import (
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// request is what an Action learns of the HTTP request of its leg.
type request struct {
	host, ip, method, agent, language string
	query, body                       object
}

// stripped are parameters that Actions don't get to see since September 2025.
var stripped = []string{"auth_session", "authn_response", "client_secret", "client_assertion", "refresh_token", "password", "code_verifier"}

func (s *Server) request(r *http.Request, query, body url.Values) request {
	lang, _, _ := strings.Cut(r.Header.Get("Accept-Language"), ",")
	return request{
		host: s.host(r), ip: ipOf(r), method: r.Method, agent: r.UserAgent(), language: lang,
		query: visible(query), body: visible(body),
	}
}

func ipOf(r *http.Request) string {
	ip, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil || net.ParseIP(ip) == nil {
		return "127.0.0.1"
	}
	return ip
}

func visible(v url.Values) object {
	o := object{}
	for k, list := range v {
		if slices.Contains(stripped, k) || len(list) == 0 {
			continue
		}
		if len(list) == 1 {
			o[k] = list[0]
		} else {
			o[k] = list
		}
	}
	return o
}

// event builds the event object and the secrets for one Action. It is false when the user is gone.
func (s *Server) event(lg *login, leg *leg, st step, req request) (object, map[string]string, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	u := s.users[lg.userID]
	if u == nil {
		return nil, nil, false
	}
	secrets := map[string]string{}
	for _, x := range st.version.secrets {
		secrets[x.name] = x.value
	}
	userMeta, appMeta := u.userMeta, u.appMeta
	if s.w.Behaviour(pipelineMetadata) == "visible" {
		userMeta, appMeta = overlay(userMeta, leg.userMeta), overlay(appMeta, leg.appMeta)
	}
	profile := u.json(s)
	for _, k := range []string{"logins_count", "last_ip", "last_login", "blocked"} {
		delete(profile, k)
	}
	profile["user_metadata"], profile["app_metadata"] = orEmpty(userMeta), orEmpty(appMeta)
	e := object{
		"user":       profile,
		"client":     s.eventClient(lg.clientID),
		"connection": s.eventConnection(u.connection),
		"tenant":     object{"id": s.tenantName()},
		"request": object{
			"hostname": req.host, "ip": req.ip, "method": req.method, "user_agent": req.agent, "language": req.language,
			"query": req.query, "body": req.body, "geoip": object{
				"cityName": "Melbourne", "continentCode": "OC", "countryCode": "AU", "countryCode3": "AUS", "countryName": "Australia",
				"latitude": -37.81, "longitude": 144.96, "timeZone": "Australia/Melbourne",
			},
		},
		"transaction":   lg.transaction(),
		"stats":         object{"logins_count": u.logins},
		"authorization": object{"roles": []string{}},
	}
	if len(lg.methods) > 0 {
		e["authentication"] = object{"methods": lg.methods}
	}
	if lg.audience != "" {
		e["resource_server"] = object{"identifier": lg.audience}
	}
	if x := s.sessions[lg.sid]; x != nil {
		e["session"] = object{"id": x.id, "created_at": millis(x.created), "authenticated_at": millis(x.created), "metadata": object{}}
	}
	if lg.protocol == protocolRefresh {
		e["refresh_token"] = object{"id": lg.refreshID, "client_id": lg.clientID, "created_at": millis(lg.authTime)}
	}
	return clone(e), secrets, true
}

func orEmpty(o object) object {
	if o == nil {
		return object{}
	}
	return o
}

func (s *Server) tenantName() string {
	name, _, _ := strings.Cut(s.o.Domain, ".")
	return name
}

func (s *Server) eventClient(id string) object {
	c := s.findClient(id)
	meta, _ := c["client_metadata"].(object)
	return object{"client_id": id, "name": text(c, "name"), "metadata": orEmpty(meta)}
}

func (s *Server) eventConnection(name string) object {
	for _, c := range s.connections {
		if text(c, "name") == name {
			meta, _ := c["metadata"].(object)
			return object{"id": c["id"], "name": name, "strategy": c["strategy"], "metadata": orEmpty(meta)}
		}
	}
	return object{"name": name, "strategy": "auth0"}
}

// transaction is event.transaction.
func (lg *login) transaction() object {
	o := object{
		"id": lg.id, "protocol": lg.protocol, "requested_scopes": lg.scopes, "metadata": orEmpty(lg.meta),
		"locale": "en", "ui_locales": strings.Fields(lg.query.Get("ui_locales")), "acr_values": strings.Fields(lg.query.Get("acr_values")),
		"prompt": lg.prompts,
	}
	for k, v := range map[string]string{
		"redirect_uri": lg.redirectURI, "response_mode": lg.responseMode, "state": lg.appState, "login_hint": lg.query.Get("login_hint"),
	} {
		if v != "" {
			o[k] = v
		}
	}
	if lg.responseType != "" {
		o["response_type"] = strings.Fields(lg.responseType)
	}
	return o
}
