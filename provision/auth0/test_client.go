package auth0

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/auth0/go-auth0/v3/management"

	"phonegate/provision/event"
	"phonegate/provision/fault"
	"phonegate/provision/resource"
)

// TestCallbacks are the redirect URLs of the live test's application. Three, because a port may be taken.
var TestCallbacks = []string{"http://127.0.0.1:8976/callback", "http://127.0.0.1:18976/callback", "http://127.0.0.1:28976/callback"}

// TestClient is the resource auth0.client: the application that the live test logs in to. It has no secret: it is
// a native application that uses PKCE.
type TestClient struct {
	c    *Client
	name string
	note resource.Note
	// Connection is the database connection that is enabled for the application; "" for none.
	Connection string

	id      string
	drifted bool
	enabled bool // Connection is enabled, or there is none
	stale   bool
}

// NewTestClient makes the resource.
func NewTestClient(c *Client, name string, note resource.Note) *TestClient {
	return &TestClient{c: c, name: name, note: note}
}

// Name implements resource.Resource.
func (t *TestClient) Name() string { return "auth0.client" }

// ID is the application's client_id, "" before it exists.
func (t *TestClient) ID() string { return t.id }

const clientFields = "client_id,name,callbacks,app_type,token_endpoint_auth_method,grant_types"

// Read implements resource.Resource.
func (t *TestClient) Read(ctx context.Context) error {
	t.id, t.drifted, t.stale = "", false, false
	t.enabled = t.Connection == "" || t.note.Get("connection") == t.Connection
	if id := t.note.Get("id"); id != "" {
		c, err := t.c.clients.Get(ctx, id, &management.GetClientRequestParameters{
			Fields: management.String(clientFields), IncludeFields: management.Bool(true)})
		if err = typed(err); err != nil && !notFound(err) {
			return err
		}
		if err == nil {
			t.id = id
			t.drifted = !asWanted(c.GetCallbacks(), c.GetGrantTypes(), string(c.GetTokenEndpointAuthMethod()))
			return nil
		}
	}
	t.enabled = t.Connection == ""
	const perPage = 100
	for page := 0; ; page++ {
		list, err := t.c.clients.List(ctx, &management.ListClientsRequestParameters{Fields: management.String(clientFields),
			IncludeFields: management.Bool(true), IsGlobal: management.Bool(false), Page: management.Int(page), PerPage: management.Int(perPage)})
		if err != nil {
			return typed(err)
		}
		for _, c := range list.Results {
			if c.GetName() == t.name {
				t.id = c.GetClientID()
				t.drifted = !asWanted(c.GetCallbacks(), c.GetGrantTypes(), string(c.GetTokenEndpointAuthMethod()))
				return nil
			}
		}
		if len(list.Results) < perPage {
			return nil
		}
	}
}

func asWanted(callbacks, grants []string, method string) bool {
	return slices.Equal(slices.Sorted(slices.Values(callbacks)), slices.Sorted(slices.Values(TestCallbacks))) &&
		slices.Contains(grants, "authorization_code") && slices.Contains(grants, "refresh_token") && method == "none"
}

// Change implements resource.Resource.
func (t *TestClient) Change() event.Change {
	c := event.Change{Resource: t.Name(), Op: event.None, Detail: fmt.Sprintf("“%s”", t.name)}
	switch {
	case t.id == "":
		c.Op, c.From, c.Requests = event.Create, "new", 1
		c.Detail += ", application for the live test"
	case t.drifted:
		c.Op, c.Requests = event.Update, 1
		c.Detail += ": callbacks and grants"
	case !t.enabled:
		c.Op = event.Update
		c.Detail += ": sign-up with " + t.Connection
	}
	if !t.enabled {
		c.Requests += 2
	}
	return c
}

// Apply implements resource.Resource.
func (t *TestClient) Apply(ctx context.Context, _ resource.Progress) (err error) {
	if t.stale {
		if err := t.Read(ctx); err != nil {
			return err
		}
	}
	defer func() { t.stale = err != nil }()
	method := management.ClientTokenEndpointAuthMethodOrNullEnumNone
	grants := []string{"authorization_code", "refresh_token"}
	switch {
	case t.id == "":
		native, none := management.ClientAppTypeEnumNative, management.ClientTokenEndpointAuthMethodEnumNone
		made, err := t.c.clients.Create(ctx, &management.CreateClientRequestContent{
			Name: t.name, Description: management.String("Used by phonegate's live test. Deleted by phonegate destroy."),
			AppType: &native, TokenEndpointAuthMethod: &none, Callbacks: TestCallbacks, GrantTypes: grants,
			OidcConformant: management.Bool(true), IsFirstParty: management.Bool(true)})
		if err != nil {
			err = typed(err)
			if !unsure(err) || ctx.Err() != nil || t.Read(ctx) != nil || t.id == "" {
				return err
			}
		} else {
			t.id = made.GetClientID()
		}
	case t.drifted:
		req := &management.UpdateClientRequestContent{Callbacks: TestCallbacks, GrantTypes: grants, TokenEndpointAuthMethod: &method}
		if _, err := t.c.clients.Update(repeat(ctx), t.id, req); err != nil {
			return typed(err)
		}
	}
	t.drifted = false
	if err := t.note.Set("id", t.id); err != nil {
		return err
	}
	if t.enabled {
		return nil
	}
	if err := t.enable(ctx); err != nil {
		return err
	}
	t.enabled = true
	return t.note.Set("connection", t.Connection)
}

// enable lets users of the database connection sign up and log in: an application made over the API has no connection.
func (t *TestClient) enable(ctx context.Context) error {
	id, err := t.connection(ctx)
	if err != nil {
		return err
	}
	enabled := []*management.UpdateEnabledClientConnectionsRequestContentItem{{ClientID: t.id, Status: true}}
	return typed(t.c.connections.Clients.Update(repeat(ctx), id, enabled))
}

// connection is the id of the database connection.
func (t *TestClient) connection(ctx context.Context) (string, error) {
	list, err := t.c.connections.List(ctx, &management.ListConnectionsQueryParameters{
		Name: &t.Connection, Fields: management.String("id,name"), IncludeFields: management.Bool(true)})
	if err != nil {
		return "", typed(err)
	}
	for _, c := range list.Results {
		if c.GetName() == t.Connection {
			return c.GetID(), nil
		}
	}
	return "", fault.New(fault.Usage, "auth0.connection_unknown", "Set auth0.connection in phonegate.yaml to the name of a database connection of the tenant.",
		"The tenant has no connection %s.", strings.TrimSpace(t.Connection))
}

// UndoChange implements resource.Resource.
func (t *TestClient) UndoChange() event.Change {
	c := event.Change{Resource: t.Name(), Op: event.None, Detail: fmt.Sprintf("“%s” is not there", t.name)}
	if t.id != "" {
		c.Op, c.Requests, c.Detail = event.Delete, 1, fmt.Sprintf("“%s”", t.name)
	}
	return c
}

// Undo implements resource.Resource.
func (t *TestClient) Undo(ctx context.Context, _ resource.Progress) error {
	if t.id != "" {
		if err := typed(t.c.clients.Delete(repeat(ctx), t.id)); err != nil && !notFound(err) {
			return err
		}
		t.id = ""
	}
	return forget(t.note, "connection", "id")
}
