package auth0

import (
	"cmp"
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/auth0/go-auth0/v3/management"

	"phonegate/provision/event"
)

// TestCallbacks are the redirect URLs of the live test's application. Three, because a port may be taken.
var TestCallbacks = []string{
	"http://127.0.0.1:8976/callback", "http://127.0.0.1:18976/callback", "http://127.0.0.1:28976/callback",
}

// strayAfter is how old an application must be that no run can be about to name in the Action.
const strayAfter = time.Hour

// TestClientSpec is the live test's application as it should be.
type TestClientSpec struct {
	Name   string
	Domain string // whose application it is: the tenant's domain
	// Connection is the database connection that is enabled for the application; "" for none.
	Connection string
	// ID is the application that the Action's register names, "" for none. Enabled is the connection that it names.
	ID, Enabled func() string
	Now         func() time.Time
}

// TestClient is the resource auth0.client: the application that the live test logs in to. It has no secret: it is
// a native application that uses PKCE. Its description says whose it is and when it was made.
type TestClient struct {
	c    *Client
	spec TestClientSpec

	apps    []application // those of ours, oldest first
	made    string
	enabled bool // this run has enabled the connection
	stale   bool
}

// application is one that phonegate has made for the tenant.
type application struct {
	id, name string
	made     time.Time
	asWanted bool
}

// NewTestClient makes the resource.
func NewTestClient(c *Client, spec TestClientSpec) *TestClient {
	if spec.ID == nil {
		spec.ID = func() string { return "" }
	}
	if spec.Enabled == nil {
		spec.Enabled = func() string { return "" }
	}
	if spec.Now == nil {
		spec.Now = time.Now
	}
	return &TestClient{c: c, spec: spec}
}

// Name implements resource.Resource.
func (t *TestClient) Name() string { return "auth0.client" }

// ID is the application's client_id, "" before it exists.
func (t *TestClient) ID() string { return t.app().id }

// Made is the client_id of the application if this run has created it, otherwise "".
func (t *TestClient) Made() string { return t.made }

// Strays are further applications of ours that nothing refers to: runs at the same time can each make one. Those of the
// last hour are left out, as a run may be about to name them in the Action.
func (t *TestClient) Strays() []string {
	var ids []string
	for _, a := range t.apps {
		if a.id != t.ID() && a.name == t.spec.Name && !a.made.IsZero() && t.spec.Now().Sub(a.made) > strayAfter {
			ids = append(ids, a.id)
		}
	}
	return ids
}

// app is the application that counts: the one that the register names, otherwise the oldest of the name.
func (t *TestClient) app() application {
	byID := func(a application) bool { return a.id == t.spec.ID() }
	byName := func(a application) bool { return a.name == t.spec.Name }
	for _, is := range []func(application) bool{byID, byName} {
		if i := slices.IndexFunc(t.apps, is); i >= 0 {
			return t.apps[i]
		}
	}
	return application{}
}

// isEnabled says whether the connection is known to be enabled for the application, or there is none.
func (t *TestClient) isEnabled() bool {
	if t.enabled || t.spec.Connection == "" {
		return true
	}
	return t.ID() != "" && t.ID() == t.spec.ID() && t.spec.Enabled() == t.spec.Connection
}

const (
	clientFields   = "client_id,name,description,callbacks,app_type,token_endpoint_auth_method,grant_types"
	described      = "Used by phonegate's live test."
	deletedBy      = " Deleted by phonegate destroy."
	minute         = "2006-01-02T15:04Z"
	maxDescription = 140
	authorization  = "authorization_code"
	refreshing     = "refresh_token"
)

var madeAt = regexp.MustCompile(` Made (\S+) for \S+$`)

// description marks an application as ours. Auth0 takes 140 characters; a long domain matters more than how the application is
// removed.
func (t *TestClient) description() string {
	made := fmt.Sprintf(" Made %s for %s", t.spec.Now().UTC().Format(minute), t.spec.Domain)
	if full := described + deletedBy + made; len(full) <= maxDescription {
		return full
	}
	return described + made
}

// Read implements resource.Resource.
func (t *TestClient) Read(ctx context.Context) error {
	t.apps, t.enabled, t.stale = nil, false, false
	const perPage = 100
	for page := 0; ; page++ {
		list, err := t.c.clients.List(ctx, &management.ListClientsRequestParameters{Fields: management.String(clientFields),
			IncludeFields: management.Bool(true), IsGlobal: management.Bool(false),
			Page: management.Int(page), PerPage: management.Int(perPage)})
		if err != nil {
			return typed(err)
		}
		for _, c := range list.Results {
			if a, ok := t.ours(c); ok {
				t.apps = append(t.apps, a)
			}
		}
		if len(list.Results) < perPage {
			break
		}
	}
	slices.SortFunc(t.apps, func(a, b application) int { return cmp.Or(a.made.Compare(b.made), strings.Compare(a.id, b.id)) })
	return nil
}

// ours reads an application; ok is false if its description is not one of phonegate's for this tenant.
func (t *TestClient) ours(c *management.Client) (a application, ok bool) {
	d := c.GetDescription()
	m := madeAt.FindStringSubmatch(d)
	if m == nil || !strings.HasPrefix(d, described) || !strings.HasSuffix(d, " for "+t.spec.Domain) {
		return application{}, false
	}
	made, err := time.Parse(minute, m[1])
	return application{id: c.GetClientID(), name: c.GetName(), made: made,
		asWanted: asWanted(c.GetCallbacks(), c.GetGrantTypes(), string(c.GetTokenEndpointAuthMethod()))}, err == nil
}

func asWanted(callbacks, grants []string, method string) bool {
	return slices.Equal(slices.Sorted(slices.Values(callbacks)), slices.Sorted(slices.Values(TestCallbacks))) &&
		slices.Contains(grants, authorization) && slices.Contains(grants, refreshing) && method == "none"
}

// Change implements resource.Resource.
func (t *TestClient) Change() event.Change {
	c := event.Change{Resource: t.Name(), Op: event.None, Detail: fmt.Sprintf("“%s”", t.spec.Name)}
	app := t.app()
	var why []string
	if app.id == "" {
		c.Op, c.From, c.Requests = event.Create, "new", 1
		c.Detail += ", application for the live test"
	} else {
		if app.name != t.spec.Name {
			why = append(why, fmt.Sprintf("name “%s” → “%s”", app.name, t.spec.Name))
		}
		if !app.asWanted {
			why = append(why, "callbacks and grants")
		}
		c.Requests = min(len(why), 1)
		if !t.isEnabled() {
			why = append(why, "sign-up with "+t.spec.Connection)
		}
	}
	if len(why) > 0 {
		c.Op = event.Update
		c.Detail += ": " + strings.Join(why, ", ")
	}
	if !t.isEnabled() {
		c.Requests += 2
	}
	return c
}

// UndoChange implements resource.Resource.
func (t *TestClient) UndoChange() event.Change {
	c := event.Change{Resource: t.Name(), Op: event.None, Detail: fmt.Sprintf("“%s” is not there", t.spec.Name)}
	if n := len(t.apps); n > 0 {
		c.Op, c.Requests, c.Detail = event.Delete, n, fmt.Sprintf("“%s”", t.app().name)
		if n > 1 {
			c.Detail += fmt.Sprintf(" and %d more", n-1)
		}
	}
	return c
}
