package auth0

// Rows are the endpoints of the Authentication API, the hosted pages and what Lock asks for.
func (s *Logins) Rows() []row {
	return []row{
		page("POST", "/oauth/token", s.token, recording+": go-auth0 authentication/*; docs", "error of a redirect at the token endpoint"),
		page("OPTIONS", "/oauth/token", preflight, docs, ""),
		page("POST", "/oauth/revoke", s.revoke, recording+": TestRevokeRefreshToken", ""),
		page("GET", "/authorize", s.authorize, docs, "the error without PKCE", actionError),
		page("POST", "/authorize", s.authorize, docs, ""),
		page("GET", "/login", s.loginPage, docs+": custom login page", "", loginPage),
		page("POST", "/login", s.loginPage, observed, "the sandbox's own form"),
		page("GET", "/u/login", s.loginPage, observed, "the sandbox's own form"),
		page("POST", "/u/login", s.loginPage, observed, "the sandbox's own form"),
		page("GET", "/u/signup", s.loginPage, observed, "the sandbox's own form"),
		page("POST", "/u/signup", s.loginPage, observed, "the sandbox's own form"),
		page("GET", "/continue", s.resume, docs+": Redirect with Actions", "rendering of errors; replay; lifetime", continueReplay),
		page("POST", "/continue", s.resume, docs+": Redirect with Actions", "rendering of errors; replay; lifetime", continueReplay),
		page("GET", "/client/{file}", s.clientScript, observed+": auth0-lock 14.3", "fields that Lock does not read"),
		page("POST", "/dbconnections/signup", s.signUpPost, recording+": TestDatabaseSignUp_*", "texts of the validation errors"),
		page("OPTIONS", "/dbconnections/signup", preflight, docs, ""),
		page("POST", "/dbconnections/change_password", s.changePassword, recording+": TestDatabaseChangePassword", ""),
		page("OPTIONS", "/dbconnections/change_password", preflight, docs, ""),
		page("POST", "/usernamepassword/login", s.usernamePassword, observed+": auth0-lock 14.3", "status of a wrong password"),
		page("OPTIONS", "/usernamepassword/login", preflight, docs, ""),
		page("POST", "/login/callback", s.loginCallback, observed+": auth0-lock 14.3", ""),
		page("GET", "/user/geoloc/country", s.geolocation, observed+": auth0-lock 14.3", ""),
		page("GET", "/user/ssodata", s.ssoData, observed, ""),
		page("GET", "/userinfo", s.userinfo, recording+": TestUserInfo", ""),
		page("POST", "/userinfo", s.userinfo, docs, ""),
		page("OPTIONS", "/userinfo", preflight, docs, ""),
		page("GET", "/v2/logout", s.logout, docs, ""),
		page("GET", "/oidc/logout", s.logout, docs, "hints are not read"),
	}
}
