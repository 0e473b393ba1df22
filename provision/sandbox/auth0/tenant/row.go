package tenant

import (
	"net/http"
	"net/url"
	"strings"

	"github.com/golang-jwt/jwt/v5"

	"phonegate/provision/sandbox/auth0/reply"
	"phonegate/provision/sandbox/world"
)

// Where rows come from. Recordings are those that go-auth0, terraform-provider-auth0 and auth0-deploy-cli keep in their
// repositories; the descriptions are Auth0's OpenAPI documents.
const (
	Recording = "recording"
	Described = "spec"
	Documents = "docs"
	Observed  = "observed"
)

// APIPath is where the Management API's paths begin.
const APIPath = "/api/v2"

// Call is one Management API request: its query, its body (an object or an array) and its token's claims.
type Call struct {
	Request *http.Request
	Query   url.Values // of the address
	Body    reply.Object
	List    []any // the body, if it is an array
	Claims  jwt.MapClaims
}

// ID is the path's id.
func (c *Call) ID() string { return c.Request.PathValue("id") }

// Scopes are those of the request's token.
func (c *Call) Scopes() []string {
	v, _ := c.Claims["scope"].(string)
	return strings.Fields(v)
}

// Row is one emulated operation: what the sandbox knows of it, and how it is answered.
type Row struct {
	world.Endpoint
	// Scopes are alternatives: one is enough.
	Scopes []string
	// Op answers an operation of the Management API. The caller holds the lock, unless the row is unlocked.
	Op func(*Call) (int, any)
	// Page answers operations outside the Management API.
	Page http.HandlerFunc
	// Unlocked operations lock for themselves.
	Unlocked bool
}

// API makes the row of an operation of the Management API. Source says where its behaviour is known from, unconfirmed what of it is
// not known for certain.
func API(method, path, scope string, op func(*Call) (int, any), source, unconfirmed string, behaviour ...world.Behaviour) Row {
	e := Row{Endpoint: world.Endpoint{Method: method, Path: APIPath + path, Source: source, Unconfirmed: unconfirmed}, Scopes: []string{scope}, Op: op}
	for _, b := range behaviour {
		e.Behaviour = b.Name
	}
	return e
}

// Page makes the row of an operation outside the Management API.
func Page(method, path string, answer http.HandlerFunc, source, unconfirmed string, behaviour ...world.Behaviour) Row {
	e := Row{Endpoint: world.Endpoint{Method: method, Path: path, Source: source, Unconfirmed: unconfirmed}, Page: answer}
	for _, b := range behaviour {
		e.Behaviour = b.Name
	}
	return e
}
