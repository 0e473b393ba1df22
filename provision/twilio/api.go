// Package twilio keeps phonegate's part of a Twilio account in order.
package twilio

import (
	"context"
	"net/http"

	"phonegate/provision/event"
	"phonegate/provision/resource"
)

// Options are the credentials and the road.
type Options struct {
	AccountSID string
	AuthToken  string
	APIKey     string // with APISecret instead of AuthToken
	APISecret  string
	HTTP       http.RoundTripper
}

// Client calls one Twilio account.
type Client struct{ o Options }

// New makes a Client; it makes no call.
func New(o Options) *Client { return &Client{o} }

// Account is what Check finds out. With an API key instead of the auth token only SID is known.
type Account struct {
	SID          string
	Type         string // Trial or Full
	Status       string // active, suspended, closed
	FriendlyName string
	Balance      string   // "12.50 USD", "" if not readable
	CallerIDs    []string // the only numbers a trial account may text
}

// Check proves the credentials.
func (c *Client) Check(ctx context.Context) (Account, error) { return Account{}, nil }

// ServiceInfo is a Verify service of the account.
type ServiceInfo struct {
	SID        string
	Name       string
	CodeLength int
}

// Services lists the account's Verify services.
func (c *Client) Services(ctx context.Context) ([]ServiceInfo, error) { return nil, nil }

type stub struct{ name string }

func (s stub) Name() string                                   { return s.name }
func (s stub) Read(context.Context) error                     { return nil }
func (s stub) Change() event.Change                           { return event.Change{Resource: s.name, Op: event.None} }
func (s stub) Apply(context.Context, resource.Progress) error { return nil }
func (s stub) UndoChange() event.Change                       { return event.Change{Resource: s.name, Op: event.None} }
func (s stub) Undo(context.Context, resource.Progress) error  { return nil }

// ServiceSpec is the Verify service as it should be.
type ServiceSpec struct {
	Name       string
	CodeLength int
}

// Service is the resource twilio.service.
type Service struct{ stub }

// NewService makes the resource.
func NewService(c *Client, spec ServiceSpec, note resource.Note) *Service {
	return &Service{stub{"twilio.service"}}
}

// SID is the service's sid, "" before it exists.
func (s *Service) SID() string { return "" }

// Key is the resource twilio.key.
type Key struct {
	stub
	// SecretNeeded says whether this run has a use for the key's secret. Where it says no, a key whose secret is
	// not in the vault (a machine without keyring) is left as it is; otherwise, and if it is nil, it is replaced.
	SecretNeeded func() bool
}

// NewKey makes the resource. What vaultPut is given is opaque: it holds sid and secret together, so that they can
// never be out of step. Use SID and Secret to read them.
func NewKey(c *Client, name string, vaultGet func() string, vaultPut func(string) error, note resource.Note) *Key {
	return &Key{stub: stub{"twilio.key"}}
}

// SID is the key's sid, "" before it exists.
func (k *Key) SID() string { return "" }

// Secret is the key's secret, "" if it is not known on this machine.
func (k *Key) Secret() string { return "" }

// Renew makes Change an update: a new key, of which the old one is deleted by Retire.
func (k *Key) Renew() {}

// Retire deletes superseded keys of this name. Call it when nothing uses them any more.
func (k *Key) Retire(ctx context.Context) error { return nil }

// Verification is one verification under way.
type Verification struct {
	SID      string
	To       string
	Channel  string
	Status   string // pending, approved, canceled, max_attempts_reached, ...
	Valid    bool
	Attempts int // messages sent
}

// StartVerification sends a code by SMS.
func (c *Client) StartVerification(ctx context.Context, serviceSID, to string) (Verification, error) {
	return Verification{}, nil
}

// CheckVerification checks a code. A wrong code is no error: Status stays pending.
func (c *Client) CheckVerification(ctx context.Context, serviceSID, verificationSID, code string) (Verification, error) {
	return Verification{}, nil
}

// CancelVerification ends a verification; one that has ended is no error.
func (c *Client) CancelVerification(ctx context.Context, serviceSID, verificationSID string) error {
	return nil
}
