package login

import (
	"phonegate/provision/sandbox/auth0/reply"
	"phonegate/provision/sandbox/auth0/tenant"
)

// Rows are the endpoints of the Authentication API, the hosted pages and what Lock asks for.
func (s *Logins) Rows() []tenant.Row {
	return []tenant.Row{
		tenant.Page("POST", "/oauth/token", s.token, tenant.Recording+": go-auth0 authentication/*; docs", "error of a redirect at the token endpoint"),
		tenant.Page("OPTIONS", "/oauth/token", reply.Preflight, tenant.Documents, ""),
		tenant.Page("POST", "/oauth/revoke", s.revoke, tenant.Recording+": TestRevokeRefreshToken", ""),
		tenant.Page("GET", "/authorize", s.authorize, tenant.Documents, "the error without PKCE", actionError),
		tenant.Page("POST", "/authorize", s.authorize, tenant.Documents, ""),
		tenant.Page("GET", "/login", s.loginPage, tenant.Documents+": custom login page", "", loginPage),
		tenant.Page("POST", "/login", s.loginPage, tenant.Observed, "the sandbox's own form"),
		tenant.Page("GET", "/u/login", s.loginPage, tenant.Observed, "the sandbox's own form"),
		tenant.Page("POST", "/u/login", s.loginPage, tenant.Observed, "the sandbox's own form"),
		tenant.Page("GET", "/u/signup", s.loginPage, tenant.Observed, "the sandbox's own form"),
		tenant.Page("POST", "/u/signup", s.loginPage, tenant.Observed, "the sandbox's own form"),
		tenant.Page("GET", "/continue", s.resume, tenant.Documents+": Redirect with Actions", "rendering of errors; replay; lifetime", continueReplay),
		tenant.Page("POST", "/continue", s.resume, tenant.Documents+": Redirect with Actions", "rendering of errors; replay; lifetime", continueReplay),
		tenant.Page("GET", "/client/{file}", s.clientScript, tenant.Observed+": auth0-lock 14.3", "fields that Lock does not read"),
		tenant.Page("POST", "/dbconnections/signup", s.signUpPost, tenant.Recording+": TestDatabaseSignUp_*", "texts of the validation errors"),
		tenant.Page("OPTIONS", "/dbconnections/signup", reply.Preflight, tenant.Documents, ""),
		tenant.Page("POST", "/dbconnections/change_password", s.changePassword, tenant.Recording+": TestDatabaseChangePassword", ""),
		tenant.Page("OPTIONS", "/dbconnections/change_password", reply.Preflight, tenant.Documents, ""),
		tenant.Page("POST", "/usernamepassword/login", s.usernamePassword, tenant.Observed+": auth0-lock 14.3", "status of a wrong password"),
		tenant.Page("OPTIONS", "/usernamepassword/login", reply.Preflight, tenant.Documents, ""),
		tenant.Page("POST", "/login/callback", s.loginCallback, tenant.Observed+": auth0-lock 14.3", ""),
		tenant.Page("GET", "/user/geoloc/country", s.geolocation, tenant.Observed+": auth0-lock 14.3", ""),
		tenant.Page("GET", "/user/ssodata", s.ssoData, tenant.Observed, ""),
		tenant.Page("GET", "/userinfo", s.userinfo, tenant.Recording+": TestUserInfo", ""),
		tenant.Page("POST", "/userinfo", s.userinfo, tenant.Documents, ""),
		tenant.Page("OPTIONS", "/userinfo", reply.Preflight, tenant.Documents, ""),
		tenant.Page("GET", "/v2/logout", s.logout, tenant.Documents, ""),
		tenant.Page("GET", "/oidc/logout", s.logout, tenant.Documents, "hints are not read"),
	}
}
