// Package jsvm runs deployed JavaScript in the embedded QuickJS: post-login Actions (CommonJS) and form
// functions (an ES module with a default export that has fetch). The code is what a real tenant gets, byte for
// byte; what it finds around it (fetch, Web Crypto, URL, timers, the clock) is given by the sandbox.
package jsvm

import (
	"context"
	"net/http"
	"time"
)

// Surroundings is the world as the code sees it.
type Surroundings struct {
	// Network answers fetch. It sees the addresses that the code asked for ("https://verify.twilio.com/...").
	Network http.RoundTripper
	// Now is the clock behind Date.
	Now func() time.Time
	// Sleep waits for a timer; the sandbox may run faster than real time.
	Sleep func(ctx context.Context, d time.Duration) error
	// Time is how long one call may take in all (Auth0: 20 s a leg), counted with Sleep's idea of time.
	// Zero: 20 s.
	Time time.Duration
	// Memory is the limit of one virtual machine in bytes. Zero: 64 MiB.
	Memory uint64
	// Process is what the code finds of Node's process object.
	Process Process
}

// Process is how much of Node's process object there is. Not every host is Node.
type Process int

// The kinds of process.
const (
	WholeProcess Process = iota // with the environment in it
	EmptyProcess                // with an empty process.env
	NoProcess                   // there is no process
)

// ActionCall is one leg of a post-login Action.
type ActionCall struct {
	// Code is the Action's source, a CommonJS module.
	Code string
	// Handler is "onExecutePostLogin" or "onContinuePostLogin".
	Handler string
	// Event is the event object without secrets; it must be representable as JSON.
	Event map[string]any
	// Secrets becomes event.secrets.
	Secrets map[string]string
	// CanRedirect is what api.redirect.canRedirect() answers.
	CanRedirect bool
	// EncodeToken and ValidateToken stand behind the api.redirect functions of those names. An error's text becomes the
	// message of the Error that the Action sees thrown.
	EncodeToken   func(secret string, expiresInSeconds int, payload map[string]any) (string, error)
	ValidateToken func(secret, tokenParameterName string) (map[string]any, error)
	// Cache stands behind api.cache; nil for an empty cache that forgets.
	Cache map[string]string
}

// ActionResult is what the leg asked Auth0 to do. The caller applies it: Auth0 collects the commands of a
// leg and acts at its end (https://auth0.com/docs/customize/actions/actions-overview).
type ActionResult struct {
	// Denied is the reason given to api.access.deny, nil if access was not denied.
	Denied *string
	// Redirect is the address given to api.redirect.sendUserTo with its query, without Auth0's state; "" for none.
	Redirect string
	// AppMetadata and UserMetadata are the top-level keys that were set; a nil value removes the key.
	AppMetadata, UserMetadata map[string]any
	// TransactionMetadata survives a redirect.
	TransactionMetadata map[string]any
	// IDTokenClaims and AccessTokenClaims are custom claims.
	IDTokenClaims, AccessTokenClaims map[string]any
	// Commands are the other calls on api, in order; nothing here acts on them (multifactor, authentication, scopes).
	Commands []Command
	// Logs are the lines written to console, at most 256 characters each.
	Logs []string
	// Thrown is the error that the handler ended with ("TypeError: ..."), "" for none; Stack goes with it.
	Thrown, Stack string
	// Missing says that the module does not export the handler.
	Missing bool
	// Elapsed is how long the leg took.
	Elapsed time.Duration
}
