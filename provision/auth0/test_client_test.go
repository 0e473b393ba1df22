package auth0

import (
	"slices"
	"strings"
	"testing"
	"time"

	"phonegate/provision/event"
	"phonegate/provision/resource"
	"phonegate/provision/transport/transporttest"
)

// testClient is the resource as an engine has it whose register names this application.
func (x *tenant) testClient(id string) *TestClient {
	return NewTestClient(x.client(x.road), TestClientSpec{Name: clientName, Domain: domain, Connection: database,
		ID: func() string { return id }, Enabled: func() string { return database }, Now: x.world.Now})
}

func (x *tenant) addClient(name, description string) string {
	x.t.Helper()
	return x.call("POST", "/clients", map[string]any{"name": name, "description": description, "app_type": "native",
		"token_endpoint_auth_method": "none", "callbacks": TestCallbacks, "grant_types": []string{"authorization_code", "refresh_token"}})["client_id"].(string)
}

func made(at time.Time, owner string) string {
	return "Used by phonegate's live test. Deleted by phonegate destroy. Made " + at.UTC().Format(minute) + " for " + owner
}

func TestApplicationSaysWhoseItIsAndWhenItWasMade(t *testing.T) {
	x := newTenant(t)
	c := x.testClient("")
	if got := run(t, c); got.Op != event.Create || got.Requests != 3 {
		t.Errorf("plan: %+v", got)
	}
	app := x.call("GET", "/clients/"+c.ID(), nil)
	if want := made(x.world.Now(), domain); app["description"] != want || app["name"] != clientName || c.Made() != c.ID() {
		t.Errorf("description %q, want %q; made %q", app["description"], want, c.Made())
	}
	c.spec.Domain = strings.Repeat("a", 63) + ".us.auth0.com"
	if d := c.description(); len(d) > 140 || !strings.HasPrefix(d, "Used by phonegate's live test.") ||
		!strings.HasSuffix(d, " for "+c.spec.Domain) {
		t.Errorf("%d characters: %s", len(d), d)
	}
}

func TestApplicationIsKnownByRegisterThenByName(t *testing.T) {
	x := newTenant(t)
	now := x.world.Now()
	x.addClient(clientName, "Used by phonegate's live test. Deleted by phonegate destroy.") // says nothing of an owner
	x.addClient(clientName, made(now.Add(-9*time.Hour), "other.eu.auth0.com"))
	x.addClient("Ours renamed", made(now.Add(-8*time.Hour), domain))
	newer, oldest := x.addClient(clientName, made(now.Add(-30*time.Minute), domain)), x.addClient(clientName, made(now.Add(-3*time.Hour), domain))
	old := x.addClient(clientName, made(now.Add(-2*time.Hour), domain))
	for name, c := range map[string]struct {
		register, id string
		strays       []string
	}{
		"no register":                     {"", oldest, []string{old}},
		"the register names the newest":   {newer, newer, []string{oldest, old}},
		"the register's is gone":          {"0123456789abcdef0123456789abcdef", oldest, []string{old}},
		"the register names a stranger's": {"sandbox-app", oldest, []string{old}},
	} {
		r := x.testClient(c.register)
		if err := r.Read(t.Context()); err != nil {
			t.Fatal(err)
		}
		if r.ID() != c.id || !slices.Equal(r.Strays(), c.strays) || r.Made() != "" {
			t.Errorf("%s: %s (oldest %s), strays %v", name, r.ID(), oldest, r.Strays())
		}
		change := r.Change() // what was enabled is known only of the register's own application
		if known := r.ID() == c.register; known != (change.Op == event.None) || (!known && change.Requests != 2) {
			t.Errorf("%s: %+v", name, change)
		}
	}
	r := x.testClient("")
	if err := r.Read(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := r.Delete(t.Context(), old); err != nil || len(r.Strays()) > 0 {
		t.Errorf("%v, strays %v", err, r.Strays())
	}
}

func TestRenamedAndEditedApplicationIsPutRight(t *testing.T) {
	x := newTenant(t)
	c := x.testClient("")
	run(t, c)
	id := c.ID()
	x.call("PATCH", "/clients/"+id, map[string]any{"name": "Hacked", "callbacks": []string{"http://127.0.0.1:1/callback"}})
	c = x.testClient(id)
	if got := run(t, c); got.Op != event.Update || got.Requests != 1 ||
		!strings.HasSuffix(got.Detail, "name “Hacked” → “phonegate live test”, callbacks and grants") {
		t.Errorf("plan: %+v", got)
	}
	if c.Change().Op != event.None || c.ID() != id {
		t.Errorf("afterwards: %+v", c.Change())
	}
	if p, err := c.Problems(t.Context()); err != nil || len(p) > 0 {
		t.Errorf("problems: %v, %v", p, err)
	}
}

func TestUndoDeletesOnlyOurApplications(t *testing.T) {
	x := newTenant(t)
	foreign := []string{x.addClient(clientName, ""), x.addClient(clientName, made(x.world.Now(), "other.eu.auth0.com"))}
	run(t, x.testClient(""))
	x.addClient(clientName, made(x.world.Now(), domain))
	c := x.testClient("sandbox-app")
	if err := c.Read(t.Context()); err != nil || c.UndoChange().Op != event.Delete || c.UndoChange().Requests != 2 {
		t.Fatal(err, c.UndoChange())
	}
	if err := transporttest.Undo([]resource.Resource{c}); err != nil {
		t.Fatal(err)
	}
	var left []string
	for _, c := range x.clients() {
		if c["name"] == clientName {
			left = append(left, c["client_id"].(string))
		}
	}
	if !slices.Equal(left, foreign) {
		t.Errorf("left are %v, not %v", left, foreign)
	}
	x.call("GET", "/clients/sandbox-app", nil) // fails the test if it is gone
}
