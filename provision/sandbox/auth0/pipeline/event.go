package pipeline

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"phonegate/provision/sandbox/auth0/reply"
)

// request is what an Action learns of the HTTP request of its leg.
type request struct {
	host, ip, method, agent, language string
	query, body                       reply.Object
}

// stripped are parameters that Actions don't get to see since September 2025.
var stripped = []string{"auth_session", "authn_response", "client_secret", "client_assertion", "refresh_token", "password", "code_verifier"}

func (s *Pipeline) request(r *http.Request, query, body url.Values) request {
	lang, _, _ := strings.Cut(r.Header.Get("Accept-Language"), ",")
	return request{
		host: s.t.Host(r), ip: reply.IPOf(r), method: r.Method, agent: r.UserAgent(), language: lang,
		query: visible(query), body: visible(body),
	}
}

func visible(v url.Values) reply.Object {
	o := reply.Object{}
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
func (s *Pipeline) event(lg *Login, leg *leg, req request) (reply.Object, bool) {
	s.t.Lock()
	defer s.t.Unlock()
	u := s.directory.User(lg.UserID)
	if u == nil {
		return nil, false
	}
	userMeta, appMeta := u.Metadata()
	if s.t.World.Behaviour(pipelineMetadata) == "visible" {
		userMeta, appMeta = reply.Overlay(userMeta, leg.userMeta), reply.Overlay(appMeta, leg.appMeta)
	}
	profile := u.Profile()
	for _, k := range []string{"logins_count", "last_ip", "last_login", "blocked"} {
		delete(profile, k)
	}
	profile["user_metadata"], profile["app_metadata"] = orEmpty(userMeta), orEmpty(appMeta)
	e := reply.Object{
		"user":       profile,
		"client":     s.eventClient(lg.ClientID),
		"connection": s.eventConnection(u.Connection),
		"tenant":     reply.Object{"id": s.t.Name()},
		"request": reply.Object{
			"hostname": req.host, "ip": req.ip, "method": req.method, "user_agent": req.agent, "language": req.language,
			"query": req.query, "body": req.body, "geoip": reply.Object{
				"cityName": "Melbourne", "continentCode": "OC", "countryCode": "AU", "countryCode3": "AUS", "countryName": "Australia",
				"latitude": -37.81, "longitude": 144.96, "timeZone": "Australia/Melbourne",
			},
		},
		"transaction":   lg.transaction(),
		"stats":         reply.Object{"logins_count": u.Logins},
		"authorization": reply.Object{"roles": []string{}},
	}
	if len(lg.Methods) > 0 {
		e["authentication"] = reply.Object{"methods": lg.Methods}
	}
	if lg.Audience != "" {
		e["resource_server"] = reply.Object{"identifier": lg.Audience}
	}
	if x := s.sessions[lg.SID]; x != nil {
		e["session"] = reply.Object{"id": x.ID, "created_at": reply.Millis(x.Created), "authenticated_at": reply.Millis(x.Created), "metadata": reply.Object{}}
	}
	if lg.Protocol == ProtocolRefresh {
		e["refresh_token"] = reply.Object{"id": lg.RefreshID, "client_id": lg.ClientID, "created_at": reply.Millis(lg.AuthTime)}
	}
	return reply.Clone(e), true
}

func orEmpty(o reply.Object) reply.Object {
	if o == nil {
		return reply.Object{}
	}
	return o
}

func (s *Pipeline) eventClient(id string) reply.Object {
	c := s.directory.FindClient(id)
	meta, _ := c["client_metadata"].(reply.Object)
	return reply.Object{"client_id": id, "name": reply.Text(c, "name"), "metadata": orEmpty(meta)}
}

func (s *Pipeline) eventConnection(name string) reply.Object {
	c := s.directory.FindConnection(name)
	if c == nil {
		return reply.Object{"name": name, "strategy": "auth0"}
	}
	meta, _ := c["metadata"].(reply.Object)
	return reply.Object{"id": c["id"], "name": name, "strategy": c["strategy"], "metadata": orEmpty(meta)}
}

// transaction is event.transaction.
func (lg *Login) transaction() reply.Object {
	o := reply.Object{
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
