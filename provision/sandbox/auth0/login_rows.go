package auth0

import "phonegate/provision/sandbox/auth0/reply"

// Rows are the endpoints of the Authentication API, the hosted pages and what Lock asks for.
func (s *Logins) Rows() []Row {
	return []Row{
		Page("POST", "/oauth/token", s.token, Recording+": go-auth0 authentication/*; docs", "error of a redirect at the token endpoint"),
		Page("OPTIONS", "/oauth/token", reply.Preflight, Documents, ""),
		Page("POST", "/oauth/revoke", s.revoke, Recording+": TestRevokeRefreshToken", ""),
		Page("GET", "/authorize", s.authorize, Documents, "the error without PKCE", actionError),
		Page("POST", "/authorize", s.authorize, Documents, ""),
		Page("GET", "/login", s.loginPage, Documents+": custom login page", "", loginPage),
		Page("POST", "/login", s.loginPage, Observed, "the sandbox's own form"),
		Page("GET", "/u/login", s.loginPage, Observed, "the sandbox's own form"),
		Page("POST", "/u/login", s.loginPage, Observed, "the sandbox's own form"),
		Page("GET", "/u/signup", s.loginPage, Observed, "the sandbox's own form"),
		Page("POST", "/u/signup", s.loginPage, Observed, "the sandbox's own form"),
		Page("GET", "/continue", s.resume, Documents+": Redirect with Actions", "rendering of errors; replay; lifetime", continueReplay),
		Page("POST", "/continue", s.resume, Documents+": Redirect with Actions", "rendering of errors; replay; lifetime", continueReplay),
		Page("GET", "/client/{file}", s.clientScript, Observed+": auth0-lock 14.3", "fields that Lock does not read"),
		Page("POST", "/dbconnections/signup", s.signUpPost, Recording+": TestDatabaseSignUp_*", "texts of the validation errors"),
		Page("OPTIONS", "/dbconnections/signup", reply.Preflight, Documents, ""),
		Page("POST", "/dbconnections/change_password", s.changePassword, Recording+": TestDatabaseChangePassword", ""),
		Page("OPTIONS", "/dbconnections/change_password", reply.Preflight, Documents, ""),
		Page("POST", "/usernamepassword/login", s.usernamePassword, Observed+": auth0-lock 14.3", "status of a wrong password"),
		Page("OPTIONS", "/usernamepassword/login", reply.Preflight, Documents, ""),
		Page("POST", "/login/callback", s.loginCallback, Observed+": auth0-lock 14.3", ""),
		Page("GET", "/user/geoloc/country", s.geolocation, Observed+": auth0-lock 14.3", ""),
		Page("GET", "/user/ssodata", s.ssoData, Observed, ""),
		Page("GET", "/userinfo", s.userinfo, Recording+": TestUserInfo", ""),
		Page("POST", "/userinfo", s.userinfo, Documents, ""),
		Page("OPTIONS", "/userinfo", reply.Preflight, Documents, ""),
		Page("GET", "/v2/logout", s.logout, Documents, ""),
		Page("GET", "/oidc/logout", s.logout, Documents, "hints are not read"),
	}
}
