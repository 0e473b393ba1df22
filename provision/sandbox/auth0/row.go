package auth0

import (
	"net/http"
	"net/url"
	"strings"

	"github.com/golang-jwt/jwt/v5"

	"phonegate/provision/sandbox/world"
)

// Where rows come from. Recordings are those that go-auth0, terraform-provider-auth0 and auth0-deploy-cli keep in their
// repositories; the descriptions are Auth0's OpenAPI documents.
const (
	recording = "recording"
	described = "spec"
	docs      = "docs"
	observed  = "observed"
)

// v2 is where the Management API's paths begin.
const v2 = "/api/v2"

// call is one Management API request.
type call struct {
	r      *http.Request
	q      url.Values // of the address
	body   object
	list   []any // the body, if it is an array
	claims jwt.MapClaims
}

// id is the path's id.
func (c *call) id() string { return c.r.PathValue("id") }

// scopes are those of the request's token.
func (c *call) scopes() []string {
	v, _ := c.claims["scope"].(string)
	return strings.Fields(v)
}

// row is one emulated operation: what the sandbox knows of it, and how it is answered.
type row struct {
	world.Endpoint
	// scopes are alternatives: one is enough.
	scopes []string
	// op answers an operation of the Management API. The caller holds the lock, unless the row is unlocked.
	op func(*call) (int, any)
	// page answers operations outside the Management API.
	page http.HandlerFunc
	// unlocked operations lock for themselves.
	unlocked bool
}

// api makes the row of an operation of the Management API. Source says where its behaviour is known from, unconfirmed what of it is
// not known for certain.
func api(method, path, scope string, op func(*call) (int, any), source, unconfirmed string, behaviour ...world.Behaviour) row {
	e := row{Endpoint: world.Endpoint{Method: method, Path: v2 + path, Source: source, Unconfirmed: unconfirmed}, scopes: []string{scope}, op: op}
	for _, b := range behaviour {
		e.Behaviour = b.Name
	}
	return e
}

// page makes the row of an operation outside the Management API.
func page(method, path string, answer http.HandlerFunc, source, unconfirmed string, behaviour ...world.Behaviour) row {
	e := row{Endpoint: world.Endpoint{Method: method, Path: path, Source: source, Unconfirmed: unconfirmed}, page: answer}
	for _, b := range behaviour {
		e.Behaviour = b.Name
	}
	return e
}
