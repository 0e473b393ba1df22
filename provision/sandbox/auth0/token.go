package auth0

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"
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
	client object
	r      *http.Request
}

// token answers POST /oauth/token.
func (s *Server) token(rw http.ResponseWriter, r *http.Request) {
	cors(rw, r)
	rw.Header().Set("Cache-Control", "no-store")
	rw.Header().Set("Pragma", "no-cache")
	params := map[string]any{}
	if err := readJSONOrForm(rw, r, &params); err != nil {
		status, body := oauth(400, "invalid_request", "Invalid request payload")
		writeJSON(rw, status, body)
		return
	}
	t := tokenRequest{url.Values{}, nil, r}
	for k, v := range params {
		if text, ok := v.(string); ok {
			t.Set(k, text)
		}
	}
	status, body := s.exchange(r, t)
	writeJSON(rw, status, body)
}

func (s *Server) exchange(r *http.Request, t tokenRequest) (int, any) {
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
	s.mu.Lock()
	t.client = clone(s.findClient(t.Get("client_id")))
	s.mu.Unlock()
	if t.client == nil || truth(t.client, "global") {
		return oauth(401, "access_denied", "Unauthorized")
	}
	right := subtle.ConstantTimeCompare([]byte(t.Get("client_secret")), []byte(text(t.client, "client_secret"))) == 1
	switch method := text(t.client, "token_endpoint_auth_method"); {
	case method == "none" && !basic && t.Get("client_secret") == "":
	case method == "none":
		return oauth(401, "access_denied", "Unauthorized")
	case t.Get("client_secret") == "" && kind == "authorization_code" && t.Get("code_verifier") != "" && text(t.client, "app_type") == "native":
	case !right:
		return oauth(401, "access_denied", "Unauthorized")
	}
	if !slices.Contains(texts(t.client["grant_types"]), grantName(kind)) {
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

func (s *Server) clientCredentials(t tokenRequest) (int, any) {
	aud, id := t.Get("audience"), t.Get("client_id")
	host := s.host(t.r)
	s.mu.Lock()
	defer s.mu.Unlock()
	lg := &login{clientID: id, audience: aud}
	if aud == "" {
		s.logLocked("feccft", lg, object{"description": "No audience parameter was provided, and no default audience has been configured"})
		return oauth(403, "access_denied", "No audience parameter was provided, and no default audience has been configured")
	}
	if !s.knownAudience(aud) {
		s.logLocked("feccft", lg, object{"description": "Service not enabled within domain: " + aud})
		return oauth(403, "access_denied", "Service not enabled within domain: "+aud)
	}
	i := slices.IndexFunc(s.grants, func(g object) bool { return text(g, "client_id") == id && s.sameAudience(text(g, "audience"), aud) })
	if i < 0 {
		s.logLocked("feccft", lg, object{"description": "Client is not authorized to access \"" + aud + "\"."})
		return oauth(403, "access_denied", "Client is not authorized to access \""+aud+"\". You need to create a \"client-grant\" associated to this API. See: https://auth0.com/docs/api/v2#!/Client_Grants/post_client_grants")
	}
	scopes := texts(s.grants[i]["scope"])
	if asked := strings.Fields(t.Get("scope")); len(asked) > 0 {
		scopes = slices.DeleteFunc(slices.Clone(scopes), func(x string) bool { return !slices.Contains(asked, x) })
	}
	now := s.now()
	lg.scopes = scopes
	s.logLocked("seccft", lg, object{"description": "", "scope": strings.Join(scopes, " "), "audience": aud})
	scope := strings.Join(scopes, " ")
	body := object{
		"access_token": sign(jwt.MapClaims{
			"iss": "https://" + host + "/", "sub": id + "@clients", "aud": aud, "iat": now.Unix(), "exp": now.Unix() + 86400,
			"gty": "client-credentials", "azp": id, "scope": scope,
		}, "JWT"),
		"expires_in": 86400, "token_type": "Bearer",
	}
	if scope != "" {
		body["scope"] = scope
	}
	return 200, body
}

func (s *Server) codeExchange(t tokenRequest) (int, any) {
	s.mu.Lock()
	g := s.codes[t.Get("code")]
	usable := g != nil && !g.used && s.now().Before(g.expires)
	if g != nil {
		g.used = true
		delete(s.codes, t.Get("code"))
	}
	s.mu.Unlock()
	if !usable || g.login.clientID != t.Get("client_id") {
		s.log("feacft", &login{clientID: t.Get("client_id")}, object{"description": "Invalid authorization code"})
		return oauth(403, "invalid_grant", "Invalid authorization code")
	}
	lg := g.login
	if t.Get("redirect_uri") != lg.redirectURI && (lg.query.Get("redirect_uri") != "" || t.Get("redirect_uri") != "") {
		s.log("feacft", lg, object{"description": "The redirect URI is wrong."})
		return oauth(403, "invalid_grant", "The redirect URI is wrong. You sent "+t.Get("redirect_uri")+", and we expected "+lg.redirectURI)
	}
	if !verifies(lg.challenge, lg.challengeMethod, t.Get("code_verifier")) {
		s.log("feacft", lg, object{"description": "Failed to verify code verifier"})
		return oauth(403, "invalid_grant", "Failed to verify code verifier")
	}
	s.log("seacft", lg, object{"description": "Authorization Code for Access Token"})
	return 200, s.tokens(t, lg, g.scopes, slices.Contains(g.scopes, "offline_access"))
}

// verifies checks a PKCE verifier (RFC 7636).
func verifies(challenge, method, verifier string) bool {
	if challenge == "" {
		return verifier == ""
	}
	if method == "S256" {
		sum := sha256.Sum256([]byte(verifier))
		verifier = base64.RawURLEncoding.EncodeToString(sum[:])
	}
	return subtle.ConstantTimeCompare([]byte(verifier), []byte(challenge)) == 1
}

// refreshExchange runs the post-login Actions too, where they can't redirect.
func (s *Server) refreshExchange(t tokenRequest) (int, any) {
	s.mu.Lock()
	g := s.refresh[t.Get("refresh_token")]
	s.mu.Unlock()
	if g == nil || g.login.clientID != t.Get("client_id") {
		s.log("fertft", &login{clientID: t.Get("client_id")}, object{"description": "Unknown or invalid refresh token."})
		return oauth(403, "invalid_grant", "Unknown or invalid refresh token.")
	}
	scopes := g.scopes
	if asked := strings.Fields(t.Get("scope")); len(asked) > 0 {
		scopes = slices.DeleteFunc(slices.Clone(scopes), func(x string) bool { return !slices.Contains(asked, x) })
	}
	now := s.now()
	lg := &login{
		id: token(24), clientID: g.login.clientID, protocol: protocolRefresh, query: url.Values{}, scopes: scopes, audience: g.login.audience,
		userID: g.login.userID, sid: g.login.sid, authTime: g.login.authTime, created: now, refreshID: g.id,
	}
	s.begin(lg)
	out := s.run(t.r.Context(), lg, s.request(t.r, nil, t.Values), onExecute)
	if out.ending != granted {
		s.log("fertft", lg, object{"description": out.text})
		return tokenDenial(out)
	}
	s.log("sertft", lg, object{"description": "Refresh Token for Access Token"})
	return 200, s.tokens(t, lg, scopes, false)
}

func (s *Server) passwordExchange(t tokenRequest) (int, any) {
	connection := t.Get("realm")
	if t.Get("username") == "" || t.Get("password") == "" {
		return oauth(400, "invalid_request", "Missing required parameter: "+choose(t.Get("username") == "", "username", "password"))
	}
	s.mu.Lock()
	if connection == "" {
		connection = text(s.tenant, "default_directory")
	}
	known := t.Get("audience") == "" || s.knownAudience(t.Get("audience"))
	s.mu.Unlock()
	if connection == "" && t.Get("grant_type") == "password" {
		return oauth(500, "server_error", "Authorization server not configured with default connection.")
	}
	if !known {
		return oauth(403, "access_denied", "Service not found: "+t.Get("audience"))
	}
	u, _, problem := s.checkPassword(t.Get("client_id"), connection, t.Get("username"), t.Get("password"))
	if u == nil {
		if problem.Code == "unauthorized" {
			return oauth(403, "unauthorized", problem.Description)
		}
		return oauth(403, "invalid_grant", problem.Description)
	}
	now := s.now()
	lg := &login{
		id: token(24), clientID: t.Get("client_id"), protocol: protocolPassword, query: url.Values{}, scopes: strings.Fields(t.Get("scope")),
		audience: t.Get("audience"), userID: u.id, authTime: now, created: now, connection: connection,
		methods: []object{{"name": "pwd", "timestamp": millis(now)}},
	}
	s.mu.Lock()
	u.loggedIn(now, ipOf(t.r))
	s.mu.Unlock()
	s.begin(lg)
	out := s.run(t.r.Context(), lg, s.request(t.r, nil, t.Values), onExecute)
	if out.ending != granted {
		s.log("fepft", lg, object{"description": out.text})
		return tokenDenial(out)
	}
	s.log("sepft", lg, object{"description": ""})
	return 200, s.tokens(t, lg, lg.scopes, slices.Contains(lg.scopes, "offline_access"))
}

// tokenDenial is how a refused pipeline looks at the token endpoint.
func tokenDenial(out outcome) (int, any) {
	switch out.ending {
	case denied:
		return oauth(403, "access_denied", out.text)
	case needsInteraction:
		return oauth(403, "interaction_required", out.text)
	default:
		return oauth(403, "access_denied", message(out.text))
	}
}

// tokens issues what a login has earned.
func (s *Server) tokens(t tokenRequest, lg *login, scopes []string, withRefresh bool) object {
	host, now := s.host(t.r), s.now()
	iss := "https://" + host + "/"
	body := object{"expires_in": 86400, "token_type": "Bearer"}
	if len(scopes) > 0 {
		body["scope"] = strings.Join(scopes, " ")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	u := s.users[lg.userID]
	if u == nil {
		return body
	}
	if lg.audience == "" {
		opaque := token(24)
		s.opaque[opaque] = &grant{login: lg, scopes: scopes, expires: now.Add(24 * time.Hour)}
		body["access_token"] = opaque
	} else {
		claims := jwt.MapClaims{}
		maps.Copy(claims, lg.accessClaims)
		maps.Copy(claims, jwt.MapClaims{
			"iss": iss, "sub": u.id, "aud": []string{lg.audience, iss + "userinfo"}, "iat": now.Unix(), "exp": now.Unix() + 86400,
			"azp": lg.clientID, "scope": strings.Join(scopes, " "),
		})
		body["access_token"] = sign(claims, "JWT")
	}
	if slices.Contains(scopes, "openid") {
		claims := jwt.MapClaims{}
		maps.Copy(claims, lg.idClaims)
		maps.Copy(claims, u.claims(scopes))
		maps.Copy(claims, jwt.MapClaims{"iss": iss, "aud": lg.clientID, "iat": now.Unix(), "exp": now.Unix() + 36000})
		if lg.sid != "" {
			claims["sid"], claims["auth_time"] = lg.sid, lg.authTime.Unix()
		}
		if lg.nonce != "" {
			claims["nonce"] = lg.nonce
		}
		body["id_token"] = sign(claims, "JWT")
	}
	if withRefresh {
		value := "v1." + token(33)
		s.refresh[value] = &grant{login: lg, scopes: scopes, id: newID("", 24)}
		body["refresh_token"] = value
	}
	return body
}

// claims are the profile's claims for the scopes.
func (u *user) claims(scopes []string) jwt.MapClaims {
	c := jwt.MapClaims{"sub": u.id}
	if slices.Contains(scopes, "profile") {
		for _, k := range []string{"name", "nickname", "picture", "given_name", "family_name"} {
			if v, ok := u.profile[k]; ok {
				c[k] = v
			}
		}
		c["updated_at"] = millis(u.updated)
	}
	if slices.Contains(scopes, "email") && u.email != "" {
		c["email"], c["email_verified"] = u.email, u.emailVerified
	}
	return c
}

// revoke answers POST /oauth/revoke: 200 whether the token was known or not.
func (s *Server) revoke(rw http.ResponseWriter, r *http.Request) {
	var req struct {
		Token string `json:"token"`
	}
	if err := readJSONOrForm(rw, r, &req); err != nil || req.Token == "" {
		status, body := oauth(400, "invalid_request", "Missing required parameter: token")
		writeJSON(rw, status, body)
		return
	}
	s.mu.Lock()
	delete(s.refresh, req.Token)
	s.mu.Unlock()
	rw.WriteHeader(200)
}

// userinfo answers GET and POST /userinfo.
func (s *Server) userinfo(rw http.ResponseWriter, r *http.Request) {
	cors(rw, r)
	_, value, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	s.mu.Lock()
	g := s.opaque[value]
	s.mu.Unlock()
	var sub string
	var scopes []string
	if g != nil && s.now().Before(g.expires) {
		sub, scopes = g.login.userID, g.scopes
	} else {
		claims := jwt.MapClaims{}
		_, err := jwt.ParseWithClaims(value, claims, func(*jwt.Token) (any, error) { return &signingKey().PublicKey, nil },
			jwt.WithValidMethods([]string{"RS256"}), jwt.WithTimeFunc(s.now))
		aud, _ := claims.GetAudience()
		if err == nil && slices.ContainsFunc(aud, func(a string) bool { return strings.HasSuffix(a, "/userinfo") }) {
			sub, _ = claims.GetSubject()
			scope, _ := claims["scope"].(string)
			scopes = strings.Fields(scope)
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	u := s.users[sub]
	if u == nil || !slices.Contains(scopes, "openid") {
		rw.Header().Set("WWW-Authenticate", `Bearer error="invalid_token", error_description="Unauthorized"`)
		rw.Header().Set("Content-Type", "text/plain; charset=utf-8")
		rw.WriteHeader(401)
		_, _ = rw.Write([]byte("Unauthorized"))
		return
	}
	writeJSON(rw, 200, u.claims(scopes))
}
