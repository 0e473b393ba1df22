package auth0

import (
	"html/template"
	"net/http"
	"net/url"
	"time"
)

// grant is what a code, a refresh token or an opaque access token stands for.
type grant struct {
	login   *login
	scopes  []string
	expires time.Time
	used    bool
	id      string
}

// finish ends a browser's leg: on to the Action's address, or back to the application.
func (s *Server) finish(rw http.ResponseWriter, r *http.Request, lg *login, out outcome) {
	silent := !lg.canRedirect
	switch out.ending {
	case redirected:
		address, err := s.suspend(lg, out.text)
		if err != nil {
			s.errorPage(rw, r, 400, "invalid_request", "the Action's redirect is not an address")
			return
		}
		rw.Header().Set("Cache-Control", "no-store")
		http.Redirect(rw, r, address, http.StatusFound)
	case granted:
		code := token(32)
		s.mu.Lock()
		s.codes[code] = &grant{login: lg, scopes: lg.scopes, expires: s.now().Add(10 * time.Minute)}
		s.mu.Unlock()
		s.log(choose(silent, "ssa", "s"), lg, object{"description": "Successful login"})
		s.callback(rw, r, lg, url.Values{"code": {code}})
	case denied:
		s.log(choose(silent, "fsa", "f"), lg, object{"description": out.text})
		s.callback(rw, r, lg, url.Values{"error": {"access_denied"}, "error_description": {out.text}})
	case needsInteraction:
		s.log("fsa", lg, object{"description": out.text})
		s.callback(rw, r, lg, url.Values{"error": {"interaction_required"}, "error_description": {out.text}})
	case vanished:
		s.log("f", lg, object{"description": out.text})
		s.errorPage(rw, r, 400, "invalid_request", out.text)
	default:
		s.log(choose(silent, "fsa", "f"), lg, object{"description": out.text})
		code := s.w.Behaviour(actionError)
		if code == "page" {
			s.errorPage(rw, r, 500, "server_error", "Oops!, something went wrong")
			return
		}
		s.callback(rw, r, lg, url.Values{"error": {code}, "error_description": {message(out.text)}})
	}
}

func choose(b bool, yes, no string) string {
	if b {
		return yes
	}
	return no
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
func (s *Server) callback(rw http.ResponseWriter, r *http.Request, lg *login, values url.Values) {
	if lg.appState != "" {
		values.Set("state", lg.appState)
	}
	rw.Header().Set("Cache-Control", "no-store")
	fields := map[string]string{}
	for k := range values {
		fields[k] = values.Get(k)
	}
	switch lg.responseMode {
	case "form_post":
		rw.Header().Set("Content-Type", "text/html; charset=utf-8")
		_ = postPage.Execute(rw, map[string]any{"To": lg.redirectURI, "Fields": fields})
	case "web_message":
		rw.Header().Set("Content-Type", "text/html; charset=utf-8")
		_ = messagePage.Execute(rw, map[string]any{"Fields": fields, "Origin": origin(lg.redirectURI)})
	default:
		u, err := url.Parse(lg.redirectURI)
		if err != nil {
			s.errorPage(rw, r, 400, "invalid_request", "the redirect_uri is not an address")
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
