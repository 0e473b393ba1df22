package smoke

import (
	"context"
	"net/url"
	"time"
)

// Person is who reads the phone and drives the browser.
type Person interface {
	// ReadCode is the code of the text that was sent to the number after a moment.
	ReadCode(ctx context.Context, to string, since time.Time) (string, error)
	// Login goes through one login and gives what came back to the application. A login that Auth0 refused is
	// no error here: the result then holds the error that the application was told.
	Login(ctx context.Context, req LoginRequest) (LoginResult, error)
}

// Stage is how far a login has come.
type Stage int

// The stages of a first login.
const (
	Begun    Stage = iota
	SignedUp       // the user exists
	AtForm         // the browser was sent to the form
	CodeSent       // the form was given the right code
	Back           // the browser is back at Auth0
)

// LoginRequest is one login to go through.
type LoginRequest struct {
	Domain, Connection, ClientID string
	// FormURL is where the code is typed.
	FormURL string
	// Callbacks are the redirect URLs of which the person takes one; Authorize is the address at which a login
	// with that redirect URL begins.
	Callbacks []string
	Authorize func(redirectURI string) string
	// SignUp says that the user is to be made first, with this e-mail address, password and number. SignUpNumber is the number to give
	// with it; empty if the form will ask.
	SignUp          bool
	Email, Password string
	Number          string
	SignUpNumber    string
	// Fresh forgets the browser's session first, so that the password is asked for.
	Fresh bool
	// Report is told each stage that the person sees.
	Report func(Stage)
	// Seen asks the tenant how far the login has come, for a person who cannot see it in the browser.
	Seen func(ctx context.Context) (Stage, error)
}

// LoginResult is what came back to the application.
type LoginResult struct {
	RedirectURI string
	Values      url.Values // code and state, or error and error_description
	// Forms is how many pages of the form were shown, -1 if the person cannot see that.
	Forms int
}
