package login

import (
	"html/template"
	"net/http"
	"net/url"
	"time"

	"phonegate/provision/sandbox/auth0/pipeline"
	"phonegate/provision/sandbox/auth0/reply"
)

// grant is what a code, a refresh token or an opaque access token stands for.
type grant struct {
	login   *attempt
	scopes  []string
	expires time.Time
	used    bool
	id      string
}

// finish ends a browser's leg: on to the Action's address, or back to the application.
func (s *Logins) finish(rw http.ResponseWriter, r *http.Request, lg *attempt, out pipeline.Outcome) {
	silent := !lg.CanRedirect
	switch out.Ending {
	case pipeline.Redirected:
		address, err := s.suspend(lg, out.Text)
		if err != nil {
			errorPage(rw, 400, "invalid_request", "the Action's redirect is not an address")
			return
		}
		rw.Header().Set("Cache-Control", "no-store")
		http.Redirect(rw, r, address, http.StatusFound)
	case pipeline.Granted:
		code := reply.Random(32)
		s.t.Lock()
		s.codes[code] = &grant{login: lg, scopes: lg.Scopes, expires: s.t.Now().Add(10 * time.Minute)}
		s.t.Unlock()
		s.log(reply.Choose(silent, "ssa", "s"), lg.Login, reply.Object{"description": "Successful login"})
		s.callback(rw, r, lg, url.Values{"code": {code}})
	case pipeline.Denied:
		s.log(reply.Choose(silent, "fsa", "f"), lg.Login, reply.Object{"description": out.Text})
		s.callback(rw, r, lg, url.Values{"error": {"access_denied"}, "error_description": {out.Text}})
	case pipeline.NeedsInteraction:
		s.log("fsa", lg.Login, reply.Object{"description": out.Text})
		s.callback(rw, r, lg, url.Values{"error": {"interaction_required"}, "error_description": {out.Text}})
	case pipeline.Vanished:
		s.log("f", lg.Login, reply.Object{"description": out.Text})
		errorPage(rw, 400, "invalid_request", out.Text)
	default:
		s.log(reply.Choose(silent, "fsa", "f"), lg.Login, reply.Object{"description": out.Text})
		code := s.t.World.Behaviour(actionError)
		if code == "page" {
			errorPage(rw, 500, "server_error", "Oops!, something went wrong")
			return
		}
		s.callback(rw, r, lg, url.Values{"error": {code}, "error_description": {message(out.Text)}})
	}
}

var postPage = template.Must(template.New("post").Parse(`<!DOCTYPE html>
<html lang="en"><head><title>Submit this form</title><meta http-equiv="Cache-Control" content="no-cache, no-store"></head>
<body onload="document.forms[0].submit()"><form method="post" action="{{.To}}">
{{range $k, $v := .Fields}}<input type="hidden" name="{{$k}}" value="{{$v}}">{{end}}
<noscript><button type="submit">Continue</button></noscript></form></body></html>
`))

var messagePage = template.Must(template.New("message").Parse(`<!DOCTYPE html>
<html><head><title>Authorization Response</title></head><body><script>
(function (w) { w.parent.postMessage({type: "authorization_response", response: {{.Fields}}}, {{.Origin}}); })(window);
</script></body></html>
`))

// callback goes back to the application in the response mode that it asked for.
func (s *Logins) callback(rw http.ResponseWriter, r *http.Request, lg *attempt, values url.Values) {
	if lg.AppState != "" {
		values.Set("state", lg.AppState)
	}
	rw.Header().Set("Cache-Control", "no-store")
	fields := map[string]string{}
	for k := range values {
		fields[k] = values.Get(k)
	}
	switch lg.ResponseMode {
	case "form_post":
		rw.Header().Set("Content-Type", "text/html; charset=utf-8")
		_ = postPage.Execute(rw, map[string]any{"To": lg.RedirectURI, "Fields": fields})
	case "web_message":
		rw.Header().Set("Content-Type", "text/html; charset=utf-8")
		_ = messagePage.Execute(rw, map[string]any{"Fields": fields, "Origin": origin(lg.RedirectURI)})
	default:
		u, err := url.Parse(lg.RedirectURI)
		if err != nil {
			errorPage(rw, 400, "invalid_request", "the redirect_uri is not an address")
			return
		}
		q := u.Query()
		for k := range values {
			q.Set(k, values.Get(k))
		}
		u.RawQuery = q.Encode()
		http.Redirect(rw, r, u.String(), http.StatusFound)
	}
}

func origin(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return u.Scheme + "://" + u.Host
}

// message drops the class in front of a thrown error's text.
func message(thrown string) string {
	for _, class := range []string{"Error: ", "TypeError: ", "ReferenceError: ", "SyntaxError: ", "RangeError: "} {
		if len(thrown) > len(class) && thrown[:len(class)] == class {
			return thrown[len(class):]
		}
	}
	return thrown
}
