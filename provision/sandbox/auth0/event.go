package auth0

import (
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

func (s *Pipeline) request(r *http.Request, query, body url.Values) request {
	lang, _, _ := strings.Cut(r.Header.Get("Accept-Language"), ",")
	return request{
		host: s.t.Host(r), ip: ipOf(r), method: r.Method, agent: r.UserAgent(), language: lang,
		query: visible(query), body: visible(body),
	}
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

// event builds the event object for one Action. It is false when the user is gone.
func (s *Pipeline) event(lg *Login, leg *leg, req request) (object, bool) {
	s.t.Lock()
	defer s.t.Unlock()
	u := s.directory.User(lg.UserID)
	if u == nil {
		return nil, false
	}
	userMeta, appMeta := u.Metadata()
	if s.t.World.Behaviour(pipelineMetadata) == "visible" {
		userMeta, appMeta = overlay(userMeta, leg.userMeta), overlay(appMeta, leg.appMeta)
	}
	profile := u.Profile()
	for _, k := range []string{"logins_count", "last_ip", "last_login", "blocked"} {
		delete(profile, k)
	}
	profile["user_metadata"], profile["app_metadata"] = orEmpty(userMeta), orEmpty(appMeta)
	e := object{
		"user":       profile,
		"client":     s.eventClient(lg.ClientID),
		"connection": s.eventConnection(u.Connection),
		"tenant":     object{"id": s.t.Name()},
		"request": object{
			"hostname": req.host, "ip": req.ip, "method": req.method, "user_agent": req.agent, "language": req.language,
			"query": req.query, "body": req.body, "geoip": object{
				"cityName": "Melbourne", "continentCode": "OC", "countryCode": "AU", "countryCode3": "AUS", "countryName": "Australia",
				"latitude": -37.81, "longitude": 144.96, "timeZone": "Australia/Melbourne",
			},
		},
		"transaction":   lg.transaction(),
		"stats":         object{"logins_count": u.Logins},
		"authorization": object{"roles": []string{}},
	}
	if len(lg.Methods) > 0 {
		e["authentication"] = object{"methods": lg.Methods}
	}
	if lg.Audience != "" {
		e["resource_server"] = object{"identifier": lg.Audience}
	}
	if x := s.sessions[lg.SID]; x != nil {
		e["session"] = object{"id": x.ID, "created_at": millis(x.Created), "authenticated_at": millis(x.Created), "metadata": object{}}
	}
	if lg.Protocol == ProtocolRefresh {
		e["refresh_token"] = object{"id": lg.RefreshID, "client_id": lg.ClientID, "created_at": millis(lg.AuthTime)}
	}
	return clone(e), true
}

func orEmpty(o object) object {
	if o == nil {
		return object{}
	}
	return o
}

func (s *Pipeline) eventClient(id string) object {
	c := s.directory.FindClient(id)
	meta, _ := c["client_metadata"].(object)
	return object{"client_id": id, "name": text(c, "name"), "metadata": orEmpty(meta)}
}

func (s *Pipeline) eventConnection(name string) object {
	c := s.directory.FindConnection(name)
	if c == nil {
		return object{"name": name, "strategy": "auth0"}
	}
	meta, _ := c["metadata"].(object)
	return object{"id": c["id"], "name": name, "strategy": c["strategy"], "metadata": orEmpty(meta)}
}

// transaction is event.transaction.
func (lg *Login) transaction() object {
	o := object{
		"id": lg.ID, "protocol": lg.Protocol, "requested_scopes": lg.Scopes, "metadata": orEmpty(lg.meta),
		"locale": "en", "ui_locales": strings.Fields(lg.Query.Get("ui_locales")), "acr_values": strings.Fields(lg.Query.Get("acr_values")),
		"prompt": lg.Prompts,
	}
	for k, v := range map[string]string{
		"redirect_uri": lg.RedirectURI, "response_mode": lg.ResponseMode, "state": lg.AppState, "login_hint": lg.Query.Get("login_hint"),
	} {
		if v != "" {
			o[k] = v
		}
	}
	if lg.ResponseType != "" {
		o["response_type"] = strings.Fields(lg.ResponseType)
	}
	return o
}
