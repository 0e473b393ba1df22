package login

import (
	"encoding/base64"
	"encoding/json"
	"html/template"
	"net/http"
	"strings"

	"phonegate/provision/sandbox/auth0/directory"
	"phonegate/provision/sandbox/auth0/pipeline"
	"phonegate/provision/sandbox/auth0/reply"
)

var errorTemplate = template.Must(template.New("error").Parse(`<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>Error</title></head>
<body><h1>Oops!, something went wrong</h1><p><b>{{.Code}}</b>: {{.Text}}</p></body></html>
`))

// errorPage is Auth0's own page for errors that can't go back to the application.
func errorPage(rw http.ResponseWriter, status int, code, text string) {
	rw.Header().Set("Content-Type", "text/html; charset=utf-8")
	rw.Header().Set("Cache-Control", "no-store")
	rw.WriteHeader(status)
	_ = errorTemplate.Execute(rw, map[string]string{"Code": code, "Text": text})
}

var loginTemplate = template.Must(template.New("login").Parse(`<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>{{.Tenant}}: log in or sign up</title>
<style>:root{color-scheme:light dark;--paper:#eef0f4;--card:#fff;--ink:#16181d;--soft:#565c69;--line:#c9cdd6;--main:#2a5bd7;--bad:#b3261e}
@media (prefers-color-scheme:dark){:root{--paper:#121419;--card:#1b1e25;--ink:#eceef2;--soft:#a6acb9;--line:#4a505c;--main:#4f7df0;--bad:#ff9d94}}
*{box-sizing:border-box;margin:0}body{font:16px/1.5 system-ui,sans-serif;background:var(--paper);color:var(--ink);padding:3rem 1rem}
main{max-width:44rem;margin:0 auto;display:grid;grid-template-columns:repeat(auto-fit,minmax(min(18rem,100%),1fr));gap:1rem;align-items:start}
header,.error{grid-column:1/-1}header p{color:var(--soft)}h1{font-size:1.5rem}h2{font-size:1.125rem}
form{background:var(--card);border:1px solid var(--line);border-radius:.75rem;padding:1.25rem}
label{display:block;margin:.875rem 0 .25rem;font-size:.9375rem}input{width:100%;padding:.5rem .75rem;font:inherit;color:inherit;background:transparent;border:1px solid var(--line);border-radius:.5rem}
button{width:100%;margin-top:1.25rem;padding:.625rem;font:inherit;font-weight:600;color:#fff;background:var(--main);border:0;border-radius:.5rem;cursor:pointer}
:focus-visible{outline:3px solid var(--main);outline-offset:2px}.error{color:var(--bad)}</style></head>
<body><main><header><h1>{{.Tenant}}</h1><p>The sandbox’s login page for {{.Client}}.</p></header>
{{if .Error}}<p class="error" role="alert">{{.Error}}</p>{{end}}
{{if not .SignUp}}<form method="post" action="{{.Action}}" id="login">
<h2>Log in</h2>
<input type="hidden" name="state" value="{{.State}}"><input type="hidden" name="intent" value="login">
<label for="email">Email</label><input id="email" name="email" type="email" autocomplete="username" value="{{.Email}}" required>
<label for="password">Password</label><input id="password" name="password" type="password" autocomplete="current-password" required>
<button type="submit">Log in</button></form>{{end}}
<form method="post" action="{{.Action}}" id="signup">
<h2>Sign up</h2>
<input type="hidden" name="state" value="{{.State}}"><input type="hidden" name="intent" value="signup">
<label for="new-email">Email</label><input id="new-email" name="email" type="email" autocomplete="username" value="{{.Email}}" required>
<label for="new-password">Password</label><input id="new-password" name="password" type="password" autocomplete="new-password" required>
{{range .Fields}}<label for="f-{{.Name}}">{{.Placeholder}}</label><input id="f-{{.Name}}" name="{{.Name}}" type="text" value="{{.Prefill}}" required>
{{end}}<button type="submit">Sign up</button></form></main></body></html>
`))

// loginPage answers GET and POST of /login and the Universal Login paths.
func (s *Logins) loginPage(rw http.ResponseWriter, r *http.Request) {
	if err := reply.ParseForm(rw, r); err != nil {
		errorPage(rw, 400, "invalid_request", "the body could not be read")
		return
	}
	s.t.Lock()
	lg := s.logins[r.Form.Get("state")]
	var page, client string
	if lg != nil {
		page, client = s.directory.LoginPage(lg.ClientID), reply.Text(s.directory.FindClient(lg.ClientID), "name")
	}
	s.t.Unlock()
	if lg == nil {
		errorPage(rw, 400, "invalid_request", "the login session is unknown or has expired")
		return
	}
	if r.Method == http.MethodPost {
		s.submitLogin(rw, r, lg, page, client)
		return
	}
	if page != "" && s.t.World.Behaviour(loginPage) == "deployed" {
		s.deployedPage(rw, r, lg, page, client)
		return
	}
	s.standIn(rw, r, lg, page, client, "", 200)
}

func (s *Logins) standIn(rw http.ResponseWriter, r *http.Request, lg *attempt, page, client, problem string, status int) {
	s.t.Lock()
	tenant := reply.Text(s.t.Settings(), "friendly_name")
	s.t.Unlock()
	rw.Header().Set("Content-Type", "text/html; charset=utf-8")
	rw.Header().Set("Cache-Control", "no-store")
	rw.WriteHeader(status)
	_ = loginTemplate.Execute(rw, map[string]any{
		"Tenant": tenant, "Client": client, "Error": problem, "Action": r.URL.Path, "State": lg.state, "Email": r.Form.Get("email"),
		"Fields": loginFields(page), "SignUp": strings.HasSuffix(r.URL.Path, "/signup"),
	})
}

// submitLogin is the stand-in page's form.
func (s *Logins) submitLogin(rw http.ResponseWriter, r *http.Request, lg *attempt, page, client string) {
	f := r.PostForm
	if f.Get("intent") == "signup" {
		meta, hint := readFields(page, f)
		if hint != "" {
			s.standIn(rw, r, lg, page, client, hint, 400)
			return
		}
		status, body := s.directory.SignUp(directory.SignUpRequest{
			ClientID: lg.ClientID, Connection: lg.Connection, Email: f.Get("email"), Password: f.Get("password"), UserMetadata: meta,
		})
		if status != 200 {
			s.standIn(rw, r, lg, page, client, signUpText(body), 400)
			return
		}
	}
	u, status, problem := s.directory.CheckPassword(lg.ClientID, lg.Connection, f.Get("email"), f.Get("password"))
	if u == nil {
		s.standIn(rw, r, lg, page, client, problem.Description, status)
		return
	}
	s.signIn(rw, r, lg, u)
	s.proceed(rw, r, lg)
}

// deployedPage is the custom login page with @@config@@ filled in, as Lock pages read it.
func (s *Logins) deployedPage(rw http.ResponseWriter, r *http.Request, lg *attempt, page, client string) {
	base := "https://" + s.t.Host(r)
	params := reply.Object{"protocol": "oauth2", "_csrf": reply.Random(12), "_intstate": "deprecated", "state": lg.state}
	for k := range lg.Query {
		if k != "state" && k != "client_id" && k != "redirect_uri" {
			params[k] = lg.Query.Get(k)
		}
	}
	s.t.Lock()
	tenant := s.t.Name()
	s.t.Unlock()
	config, err := json.Marshal(reply.Object{
		"icon": "", "assetsUrl": "", "auth0Domain": s.t.Host(r), "auth0Tenant": tenant, "clientConfigurationBaseUrl": base + "/",
		"callbackOnLocationHash": false, "callbackURL": lg.RedirectURI, "cdn": "https://cdn.auth0.com/", "clientID": lg.ClientID,
		"connection": lg.Connection, "dict": reply.Object{"signin": reply.Object{"title": client}}, "extraParams": params, "internalOptions": params,
		"prompt": lg.Query.Get("prompt") == "login", "initialScreen": reply.Choose(lg.Query.Get("screen_hint") == "signup", "signUp", "login"),
		"isThirdPartyClient": false, "authorizationServer": reply.Object{"url": base, "issuer": base + "/"}, "widgetUrl": "https://cdn.auth0.com/w2/auth0-widget-5.1.min.js",
	})
	if err != nil {
		errorPage(rw, 500, "server_error", "the page's configuration could not be written")
		return
	}
	rw.Header().Set("Content-Type", "text/html; charset=utf-8")
	rw.Header().Set("Cache-Control", "no-store")
	_, _ = rw.Write([]byte(strings.ReplaceAll(page, "@@config@@", base64.StdEncoding.EncodeToString(config))))
}

// logout answers /v2/logout and /oidc/logout.
func (s *Logins) logout(rw http.ResponseWriter, r *http.Request) {
	s.t.Lock()
	s.pipeline.EndSession(sessionCookie(r))
	c := s.directory.FindClient(r.URL.Query().Get("client_id"))
	allowed := append(reply.Texts(c["allowed_logout_urls"]), reply.Texts(s.t.Settings()["allowed_logout_urls"])...)
	s.t.Unlock()
	setSession(rw, "")
	to := r.URL.Query().Get("returnTo")
	if to == "" {
		to = r.URL.Query().Get("post_logout_redirect_uri")
	}
	s.log("slo", &pipeline.Login{ClientID: reply.Text(c, "client_id")}, reply.Object{"description": "User successfully logged out"})
	if to == "" {
		rw.Header().Set("Content-Type", "text/plain; charset=utf-8")
		_, _ = rw.Write([]byte("OK"))
		return
	}
	if !allowedRedirect(allowed, to) {
		errorPage(rw, 400, "invalid_request", "The \"returnTo\" querystring parameter \""+to+"\" is not defined as a valid URL in \"Allowed Logout URLs\"")
		return
	}
	http.Redirect(rw, r, to, http.StatusFound)
}
