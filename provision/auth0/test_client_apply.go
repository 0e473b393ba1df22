package auth0

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/auth0/go-auth0/v3/management"

	"phonegate/provision/fault"
	"phonegate/provision/resource"
	"phonegate/provision/transport"
)

// Apply implements resource.Resource.
func (t *TestClient) Apply(ctx context.Context, _ resource.Progress) (err error) {
	if t.stale {
		if err := t.Read(ctx); err != nil {
			return err
		}
	}
	defer func() { t.stale = err != nil }()
	switch app := t.app(); {
	case app.id == "":
		err = t.create(ctx)
	case !app.asWanted || app.name != t.spec.Name:
		err = t.update(ctx, app.id)
	}
	if err != nil || t.isEnabled() {
		return err
	}
	if err := t.enable(ctx); err != nil {
		return err
	}
	t.enabled = true
	return nil
}

func (t *TestClient) create(ctx context.Context) error {
	native, none := management.ClientAppTypeEnumNative, management.ClientTokenEndpointAuthMethodEnumNone
	made, err := t.c.clients.Create(ctx, &management.CreateClientRequestContent{
		Name: t.spec.Name, Description: management.String(t.description()),
		AppType: &native, TokenEndpointAuthMethod: &none, Callbacks: TestCallbacks,
		GrantTypes: []string{authorization, refreshing}, OidcConformant: management.Bool(true),
		IsFirstParty: management.Bool(true)})
	if err != nil {
		// The application may be there all the same. Nobody can tell whether it is this run's: another may have made one, too.
		err = typed(err)
		if !unsure(err) || ctx.Err() != nil || t.Read(ctx) != nil || t.ID() == "" {
			return err
		}
		return nil
	}
	t.made = made.GetClientID()
	t.apps = append(t.apps, application{id: t.made, name: t.spec.Name,
		made: t.spec.Now().UTC().Truncate(time.Minute), asWanted: true})
	return nil
}

func (t *TestClient) update(ctx context.Context, id string) error {
	method := management.ClientTokenEndpointAuthMethodOrNullEnumNone
	req := &management.UpdateClientRequestContent{Name: &t.spec.Name, Callbacks: TestCallbacks,
		GrantTypes: []string{authorization, refreshing}, TokenEndpointAuthMethod: &method}
	if _, err := t.c.clients.Update(transport.Repeatable(ctx), id, req); err != nil {
		return typed(err)
	}
	i := slices.IndexFunc(t.apps, func(a application) bool { return a.id == id })
	t.apps[i].name, t.apps[i].asWanted = t.spec.Name, true
	return nil
}

// enable lets users of the database connection sign up and log in: an application made over the API has no connection.
func (t *TestClient) enable(ctx context.Context) error {
	id, err := t.connection(ctx)
	if err != nil {
		return err
	}
	enabled := []*management.UpdateEnabledClientConnectionsRequestContentItem{{ClientID: t.ID(), Status: true}}
	return typed(t.c.connections.Clients.Update(transport.Repeatable(ctx), id, enabled))
}

// connection is the id of the database connection.
func (t *TestClient) connection(ctx context.Context) (string, error) {
	list, err := t.c.connections.List(ctx, &management.ListConnectionsQueryParameters{
		Name: &t.spec.Connection, Fields: management.String("id,name"), IncludeFields: management.Bool(true)})
	if err != nil {
		return "", typed(err)
	}
	for _, c := range list.Results {
		if c.GetName() == t.spec.Connection {
			return c.GetID(), nil
		}
	}
	return "", fault.New(fault.Usage, "auth0.connection_unknown",
		"Set auth0.connection in phonegate.yaml to the name of a database connection of the tenant.",
		"The tenant has no connection %s.", strings.TrimSpace(t.spec.Connection))
}

// Delete deletes an application of ours: one of Strays, or one that this run made in vain. One that is not there is no error.
func (t *TestClient) Delete(ctx context.Context, id string) error {
	if err := typed(t.c.clients.Delete(transport.Repeatable(ctx), id)); err != nil && !notFound(err) {
		return err
	}
	t.apps = slices.DeleteFunc(t.apps, func(a application) bool { return a.id == id })
	return nil
}

// Undo implements resource.Resource. It deletes all applications that phonegate has made for the tenant.
func (t *TestClient) Undo(ctx context.Context, _ resource.Progress) error {
	if t.stale {
		if err := t.Read(ctx); err != nil {
			return err
		}
	}
	for len(t.apps) > 0 {
		if err := t.Delete(ctx, t.apps[0].id); err != nil {
			return err
		}
	}
	return nil
}
