package login

import (
	"crypto/subtle"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/golang-jwt/jwt/v5"

	"phonegate/provision/sandbox/auth0/pipeline"
	"phonegate/provision/sandbox/auth0/reply"
	"phonegate/provision/sandbox/auth0/tenant"
)

// oauthError is an error body of the OAuth endpoints.
type oauthError struct {
	Error       string `json:"error"`
	Description string `json:"error_description"`
}

func oauth(status int, code, description string) (int, any) {
	return status, oauthError{code, description}
}

const realmGrant = "http://auth0.com/oauth/grant-type/password-realm"

// tokenRequest is the form of /oauth/token, whichever way it came.
type tokenRequest struct {
	url.Values
	client reply.Object
	r      *http.Request
}

// token answers POST /oauth/token.
func (s *Logins) token(rw http.ResponseWriter, r *http.Request) {
	reply.CORS(rw, r)
	rw.Header().Set("Cache-Control", "no-store")
	rw.Header().Set("Pragma", "no-cache")
	params := map[string]any{}
	if err := reply.ReadBody(rw, r, &params); err != nil {
		status, body := oauth(400, "invalid_request", "Invalid request payload")
		reply.WriteJSON(rw, status, body)
		return
	}
	t := tokenRequest{url.Values{}, nil, r}
	for k, v := range params {
		if text, ok := v.(string); ok {
			t.Set(k, text)
		}
	}
	status, body := s.exchange(r, t)
	reply.WriteJSON(rw, status, body)
}

func (s *Logins) exchange(r *http.Request, t tokenRequest) (int, any) {
	kind := t.Get("grant_type")
	if kind == "" {
		return oauth(400, "invalid_request", "Missing required parameter: grant_type")
	}
	basic := false
	if id, secret, ok := r.BasicAuth(); ok {
		basic = true
		id, _ = url.QueryUnescape(id)
		secret, _ = url.QueryUnescape(secret)
		t.Set("client_id", id)
		t.Set("client_secret", secret)
	}
	if t.Get("client_id") == "" {
		return oauth(401, "access_denied", "Unauthorized")
	}
	s.t.Lock()
	t.client = reply.Clone(s.directory.FindClient(t.Get("client_id")))
	s.t.Unlock()
	if t.client == nil || reply.Truth(t.client, "global") {
		return oauth(401, "access_denied", "Unauthorized")
	}
	right := subtle.ConstantTimeCompare([]byte(t.Get("client_secret")), []byte(reply.Text(t.client, "client_secret"))) == 1
	switch method := reply.Text(t.client, "token_endpoint_auth_method"); {
	case method == "none" && !basic && t.Get("client_secret") == "":
	case method == "none":
		return oauth(401, "access_denied", "Unauthorized")
	case t.Get("client_secret") == "" && kind == "authorization_code" && t.Get("code_verifier") != "" && reply.Text(t.client, "app_type") == "native":
	case !right:
		return oauth(401, "access_denied", "Unauthorized")
	}
	if !slices.Contains(reply.Texts(t.client["grant_types"]), grantName(kind)) {
		if !slices.Contains([]string{"client_credentials", "authorization_code", "refresh_token", "password", realmGrant}, kind) {
			return oauth(403, "unsupported_grant_type", "Unsupported grant type: "+kind)
		}
		return oauth(403, "unauthorized_client", "Grant type '"+kind+"' not allowed for the client.")
	}
	switch kind {
	case "client_credentials":
		return s.clientCredentials(t)
	case "authorization_code":
		return s.codeExchange(t)
	case "refresh_token":
		return s.refreshExchange(t)
	default:
		return s.passwordExchange(t)
	}
}

// grantName is how a client lists a grant type.
func grantName(kind string) string {
	if kind == realmGrant {
		return "password"
	}
	return kind
}

// clientCredentials issues tokens of the Management API, and of others that a client grant opens.
func (s *Logins) clientCredentials(t tokenRequest) (int, any) {
	aud, id := t.Get("audience"), t.Get("client_id")
	lg := &pipeline.Login{ClientID: id, Audience: aud}
	if problem := s.grantedScopes(lg, strings.Fields(t.Get("scope"))); problem != "" {
		s.log("feccft", lg, reply.Object{"description": problem, "audience": aud})
		return oauth(403, "access_denied", problem)
	}
	now, scope := s.t.Now(), strings.Join(lg.Scopes, " ")
	s.log("seccft", lg, reply.Object{"scope": scope, "audience": aud})
	body := reply.Object{
		"access_token": tenant.Sign(jwt.MapClaims{
			"iss": "https://" + s.t.Host(t.r) + "/", "sub": id + "@clients", "aud": aud, "iat": now.Unix(), "exp": now.Unix() + 86400,
			"gty": "client-credentials", "azp": id, "scope": scope,
		}, "JWT"),
		"expires_in": 86400, "token_type": "Bearer",
	}
	if scope != "" {
		body["scope"] = scope
	}
	return 200, body
}

// grantedScopes looks up the client grant and sets the login's scopes, or says why there is none.
func (s *Logins) grantedScopes(lg *pipeline.Login, asked []string) string {
	s.t.Lock()
	defer s.t.Unlock()
	if lg.Audience == "" {
		return "No audience parameter was provided, and no default audience has been configured"
	}
	if !s.directory.KnownAudience(lg.Audience) {
		return "Service not enabled within domain: " + lg.Audience
	}
	scopes, ok := s.directory.Granted(lg.ClientID, lg.Audience)
	if !ok {
		return "Client is not authorized to access \"" + lg.Audience + "\". You need to create a \"client-grant\" associated to this API. See: https://auth0.com/docs/api/v2#!/Client_Grants/post_client_grants"
	}
	lg.Scopes = reduced(scopes, asked)
	return ""
}

// reduced keeps the scopes that were asked for; nothing asked means all.
func reduced(scopes, asked []string) []string {
	if len(asked) == 0 {
		return scopes
	}
	return slices.DeleteFunc(slices.Clone(scopes), func(x string) bool { return !slices.Contains(asked, x) })
}
