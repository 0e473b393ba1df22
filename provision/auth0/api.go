// Package auth0 keeps phonegate's part of an Auth0 tenant in order.
package auth0

import (
	"context"
	"net/http"
	"time"

	"phonegate/provision/event"
	"phonegate/provision/resource"
)

// Options say which tenant, with what credentials and over which road.
type Options struct {
	Domain       string
	ClientID     string
	ClientSecret string
	Token        string // instead of id and secret
	HTTP         http.RoundTripper
	Poll         time.Duration // between two looks at a build or deployment; 1 s if zero
	Wait         time.Duration // longest wait for a build or deployment; 2 min if zero
}

// Client calls one tenant's Management API.
type Client struct{ o Options }

// New makes a Client; it makes no call.
func New(o Options) *Client { return &Client{o} }

// Account is what Check finds out about the tenant and the credentials.
type Account struct {
	Domain       string
	TenantName   string // friendly name, "" if not readable
	Experience   string // universal login: "new", "classic", "" if not readable
	Scopes       []string
	Missing      []string
	TokenExpires time.Time
}

// NeededScopes lists the scopes that plan, apply and destroy need.
func NeededScopes(loginPage bool) []string { return nil }

// LiveTestScopes lists the scopes that the live login test needs beside NeededScopes.
func LiveTestScopes() []string { return nil }

// Check fetches a token and compares its scopes with needed (NeededScopes(false) if none is given).
func (c *Client) Check(ctx context.Context, needed ...string) (Account, error) { return Account{}, nil }

type stub struct{ name string }

func (s stub) Name() string                                   { return s.name }
func (s stub) Read(context.Context) error                     { return nil }
func (s stub) Change() event.Change                           { return event.Change{Resource: s.name, Op: event.None} }
func (s stub) Apply(context.Context, resource.Progress) error { return nil }
func (s stub) UndoChange() event.Change                       { return event.Change{Resource: s.name, Op: event.None} }
func (s stub) Undo(context.Context, resource.Progress) error  { return nil }

// ActionSpec is the post-login Action as it should be.
type ActionSpec struct {
	Name   string
	Code   string
	Inputs func() resource.Inputs // its secrets
}

// Action is the resource auth0.action.
type Action struct{ stub }

// NewAction makes the resource.
func NewAction(c *Client, spec ActionSpec, note resource.Note) *Action {
	return &Action{stub{"auth0.action"}}
}

// ID is the action's id, "" before it exists.
func (a *Action) ID() string { return "" }

// Binding is the resource auth0.binding.
type Binding struct{ stub }

// NewBinding makes the resource.
func NewBinding(c *Client, a *Action, note resource.Note) *Binding {
	return &Binding{stub{"auth0.binding"}}
}

// Values of LoginPageSpec.Mode.
const (
	LoginPageNone   = "none"
	LoginPageClient = "client"
	LoginPageTenant = "tenant"
)

// LoginPageSpec says whose login page is ours.
type LoginPageSpec struct {
	Mode     string
	ClientID string // for mode client
	HTML     string
}

// LoginPage is the resource auth0.login_page.
type LoginPage struct{ stub }

// NewLoginPage makes the resource.
func NewLoginPage(c *Client, spec LoginPageSpec, note resource.Note) *LoginPage {
	return &LoginPage{stub{"auth0.login_page"}}
}

// TestCallbacks are the redirect URLs of the live test's application.
var TestCallbacks = []string{"http://127.0.0.1:8976/callback", "http://127.0.0.1:18976/callback", "http://127.0.0.1:28976/callback"}

// TestClient is the resource auth0.client: the live test's application.
type TestClient struct{ stub }

// NewTestClient makes the resource. If connection is not empty, that connection is enabled for the application.
func NewTestClient(c *Client, name, connection string, note resource.Note) *TestClient {
	return &TestClient{stub{"auth0.client"}}
}

// ID is the application's client_id, "" before it exists.
func (t *TestClient) ID() string { return "" }

// User is a user of the tenant, as far as the live test looks at it.
type User struct {
	ID           string
	Email        string
	AppMetadata  map[string]any
	UserMetadata map[string]any
}

// FindUser is the user with the e-mail address, nil if there is none.
func (c *Client) FindUser(ctx context.Context, email string) (*User, error) { return nil, nil }

// GetUser is the user with the id, nil if there is none.
func (c *Client) GetUser(ctx context.Context, id string) (*User, error) { return nil, nil }

// DeleteUser deletes the user; one that is not there is no error.
func (c *Client) DeleteUser(ctx context.Context, id string) error { return nil }

// TestAction runs the draft of an action in Auth0's sandbox with an event and returns its JSON answer.
func (c *Client) TestAction(ctx context.Context, actionID string, event map[string]any) (map[string]any, error) {
	return nil, nil
}

// LogEntry is one entry of the tenant log.
type LogEntry struct {
	ID, Type, Description, UserID, ClientID string
	Date                                    time.Time
	Details                                 map[string]any
}

// Logs are the newest entries of the tenant log that match a Lucene query.
func (c *Client) Logs(ctx context.Context, query string) ([]LogEntry, error) { return nil, nil }

// ActionState is what Auth0 says about a deployed action.
type ActionState struct {
	ID         string
	Name       string
	Status     string // pending, building, built, failed...
	Runtime    string
	Code       string
	Deployed   bool // the draft is what runs
	DeployedAt time.Time
	Secrets    []string // names
}

// ActionState is the state of an action, nil if there is none.
func (c *Client) ActionState(ctx context.Context, id string) (*ActionState, error) { return nil, nil }
