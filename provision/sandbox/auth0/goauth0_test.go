package auth0_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/auth0/go-auth0/v3/management"
	actions "github.com/auth0/go-auth0/v3/management/actions/client"
	clients "github.com/auth0/go-auth0/v3/management/clients/client"
	connections "github.com/auth0/go-auth0/v3/management/connections/client"
	"github.com/auth0/go-auth0/v3/management/core"
	"github.com/auth0/go-auth0/v3/management/logs"
	"github.com/auth0/go-auth0/v3/management/option"
	users "github.com/auth0/go-auth0/v3/management/users/client"

	"phonegate/provision/sandbox/auth0"
	"phonegate/provision/sandbox/world"
)

// sdk connects the real SDK to a tenant over plain HTTP.
func sdk(t *testing.T) *core.RequestOptions {
	t.Helper()
	w := world.New(world.Options{})
	s := auth0.New(auth0.Options{World: w})
	srv := httptest.NewServer(w.Handler("auth0", auth0.WriteError, s))
	t.Cleanup(srv.Close)
	s.AddAlias(strings.TrimPrefix(srv.URL, "http://"))
	return core.NewRequestOptions(
		option.WithBaseURL(srv.URL+"/api/v2"), option.WithHTTPClient(http.DefaultClient), option.WithoutRetries(), option.WithMaxAttempts(1),
		option.WithClientCredentials(t.Context(), "sandbox-m2m", "sandbox-m2m-secret"),
	)
}

func ptr[T any](v T) *T { return &v }

func TestGoAuth0ProvisionsAnAction(t *testing.T) {
	ctx, o := t.Context(), sdk(t)
	c := actions.NewClient(o)
	a, err := c.Create(ctx, &management.CreateActionRequestContent{
		Name: "Verify phone", Code: ptr("exports.onExecutePostLogin = async () => {}"), Runtime: ptr("node22"),
		SupportedTriggers: []*management.ActionTrigger{{ID: management.ActionTriggerTypeEnumPostLogin, Version: ptr("v3")}},
		Secrets:           []*management.ActionSecretRequest{{Name: ptr("KEY"), Value: ptr("hush")}},
	})
	if err != nil {
		t.Fatal(err)
	}
	if a.GetStatus() != management.ActionBuildStatusEnumPending {
		t.Errorf("created as %s", a.GetStatus())
	}
	got, err := c.Get(ctx, a.GetID())
	if err != nil || got.GetStatus() != management.ActionBuildStatusEnumBuilt {
		t.Fatalf("get: %v %v", got, err)
	}
	v, err := c.Deploy(ctx, a.GetID())
	if err != nil || v.GetDeployed() {
		t.Fatalf("deploy: %v %v", v, err)
	}
	got, err = c.Get(ctx, a.GetID())
	if dv := got.GetDeployedVersion(); err != nil || !got.GetAllChangesDeployed() || !dv.GetDeployed() {
		t.Fatalf("after deploy: %v %v", got, err)
	}
	trigger := management.ActionTriggerTypeEnumPostLogin
	refs := []*management.ActionBindingWithRef{}
	page, err := c.Triggers.Bindings.List(ctx, &trigger, &management.ListActionTriggerBindingsRequestParameters{})
	if err != nil {
		t.Fatal(err)
	}
	kind := management.ActionBindingRefTypeEnumActionID
	it := page.Iterator()
	for it.Next(ctx) {
		act := it.Current().GetAction()
		refs = append(refs, &management.ActionBindingWithRef{
			Ref: &management.ActionBindingRef{Type: &kind, Value: act.ID}, DisplayName: it.Current().DisplayName,
		})
	}
	if err := it.Err(); err != nil || len(refs) != 1 {
		t.Fatalf("bindings: %d, %v", len(refs), err)
	}
	refs = append(refs, &management.ActionBindingWithRef{Ref: &management.ActionBindingRef{Type: &kind, Value: a.ID}, DisplayName: ptr("Verify phone")})
	req := &management.UpdateActionBindingsRequestContent{}
	req.SetBindings(refs)
	bound, err := c.Triggers.Bindings.UpdateMany(ctx, &trigger, req)
	if err != nil || len(bound.GetBindings()) != 2 {
		t.Fatalf("bind: %v %v", bound, err)
	}
	var conflict *management.ConflictError
	if err := c.Delete(ctx, a.GetID(), &management.DeleteActionRequestParameters{}); err == nil {
		t.Error("a bound action was deleted")
	} else if !errors.As(err, &conflict) && !strings.Contains(err.Error(), "Unable to delete an action bound to a trigger.") {
		t.Errorf("delete: %v", err)
	}
	if err := c.Delete(ctx, a.GetID(), &management.DeleteActionRequestParameters{Force: ptr(true)}); err != nil {
		t.Errorf("forced delete: %v", err)
	}
	var missing *management.NotFoundError
	if _, err := c.Get(ctx, a.GetID()); !errors.As(err, &missing) {
		t.Errorf("after delete: %v", err)
	}
}

func TestGoAuth0ReadsEverythingElse(t *testing.T) {
	ctx, o := t.Context(), sdk(t)
	uc := users.NewClient(o)
	u, err := uc.Create(ctx, &management.CreateUserRequestContent{
		Connection: "Username-Password-Authentication", Email: ptr("ada@example.com"), Password: ptr("Correct-horse-9"),
		UserMetadata: &management.UserMetadata{"phone_number": "+61412345678"},
	})
	if err != nil {
		t.Fatal(err)
	}
	found, err := uc.ListUsersByEmail(ctx, &management.ListUsersByEmailRequestParameters{Email: "ada@example.com"})
	if err != nil || len(found) != 1 || found[0].GetUserID() != u.GetUserID() {
		t.Errorf("by email: %v %v", found, err)
	}
	if _, err := uc.Get(ctx, u.GetUserID(), &management.GetUserRequestParameters{}); err != nil {
		t.Errorf("user: %v", err)
	}
	count(t, "users", func(ctx context.Context) (int, error) {
		p, err := uc.List(ctx, &management.ListUsersRequestParameters{Q: ptr(`email:"ada@example.com"`)})
		if err != nil {
			return 0, err
		}
		n, it := 0, p.Iterator()
		for it.Next(ctx) {
			n++
		}
		return n, it.Err()
	}, 1)
	count(t, "clients", func(ctx context.Context) (int, error) {
		p, err := clients.NewClient(o).List(ctx, &management.ListClientsRequestParameters{IsGlobal: ptr(false)})
		if err != nil {
			return 0, err
		}
		n, it := 0, p.Iterator()
		for it.Next(ctx) {
			n++
		}
		return n, it.Err()
	}, 2)
	count(t, "connections", func(ctx context.Context) (int, error) {
		p, err := connections.NewClient(o).List(ctx, &management.ListConnectionsQueryParameters{})
		if err != nil {
			return 0, err
		}
		n, it := 0, p.Iterator()
		for it.Next(ctx) {
			n++
		}
		return n, it.Err()
	}, 1)
	l, err := logs.NewClient(o).List(ctx, &management.ListLogsRequestParameters{})
	if err != nil || len(l.Results) == 0 {
		t.Errorf("logs: %v %v", l, err)
	}
}

func count(t *testing.T, what string, list func(context.Context) (int, error), want int) {
	t.Helper()
	if n, err := list(t.Context()); err != nil || n != want {
		t.Errorf("%s: %d, %v", what, n, err)
	}
}
