package clientstest

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net/http"
	"net/url"
	"testing"
	"time"

	v1 "github.com/auth0/go-auth0/management"
	"github.com/auth0/go-auth0/v3/management"
	actions "github.com/auth0/go-auth0/v3/management/actions/client"
	"github.com/auth0/go-auth0/v3/management/core"
	"github.com/auth0/go-auth0/v3/management/option"
	twilioclient "github.com/twilio/twilio-go/client"
	verify "github.com/twilio/twilio-go/rest/verify/v2"
	"golang.org/x/oauth2"

	"phonegate/provision/sandbox"
)

const action = "exports.onExecutePostLogin = async (event, api) => {};"

func ptr[T any](v T) *T { return &v }

// trusting is an HTTP client that trusts the sandbox's authority and, if asked to, goes through its proxy.
func trusting(t *testing.T, box *sandbox.Sandbox, throughProxy bool) *http.Client {
	t.Helper()
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(box.CertificatePEM()) {
		t.Fatal("no certificate")
	}
	transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots}, ForceAttemptHTTP2: true}
	t.Cleanup(transport.CloseIdleConnections)
	if throughProxy {
		proxy, err := url.Parse(box.Info().ProxyURL)
		if err != nil {
			t.Fatal(err)
		}
		transport.Proxy = http.ProxyURL(proxy)
	}
	return &http.Client{Transport: transport, Timeout: time.Minute}
}

func TestGoAuth0Version1OverTLS(t *testing.T) {
	box := start(t, sandbox.Options{})
	client := trusting(t, box, false)
	ctx := context.WithValue(t.Context(), oauth2.HTTPClient, client)
	m, err := v1.New(box.Info().Auth0TLSDomain, v1.WithClient(client), v1.WithNoRetries(),
		v1.WithClientCredentials(ctx, sandbox.Auth0ClientID, sandbox.Auth0ClientSecret))
	if err != nil {
		t.Fatal(err)
	}
	a := &v1.Action{Name: ptr("Check phone"), Code: ptr(action), Runtime: ptr("node22"),
		SupportedTriggers: []v1.ActionTrigger{{ID: ptr(v1.ActionTriggerPostLogin), Version: ptr("v3")}},
		Secrets:           &[]v1.ActionSecret{{Name: ptr("KEY"), Value: ptr("hush")}}}
	if err := m.Action.Create(ctx, a); err != nil || a.GetStatus() != v1.ActionStatusPending {
		t.Fatalf("created as %q: %v", a.GetStatus(), err)
	}
	if got, err := m.Action.Read(ctx, a.GetID()); err != nil || got.GetStatus() != v1.ActionStatusBuilt {
		t.Fatalf("built: %v %v", got, err)
	}
	if v, err := m.Action.Deploy(ctx, a.GetID()); err != nil || v.Deployed {
		t.Fatalf("deploy: %+v %v", v, err)
	}
	if got, err := m.Action.Read(ctx, a.GetID()); err != nil || !got.DeployedVersion.Deployed {
		t.Fatalf("deployed: %v %v", got, err)
	}
	bound, err := m.Action.Bindings(ctx, v1.ActionTriggerPostLogin)
	if err != nil || len(bound.Bindings) != 1 {
		t.Fatalf("bindings: %v %v", bound, err)
	}
	err = m.Action.UpdateBindings(ctx, v1.ActionTriggerPostLogin, []*v1.ActionBinding{
		{Ref: &v1.ActionBindingReference{Type: ptr(v1.ActionBindingReferenceByID), Value: bound.Bindings[0].Action.ID}, DisplayName: ptr("Theirs")},
		{Ref: &v1.ActionBindingReference{Type: ptr(v1.ActionBindingReferenceByName), Value: ptr("Check phone")}, DisplayName: ptr("Ours")},
	})
	if err != nil {
		t.Fatal(err)
	}
	if bound, err = m.Action.Bindings(ctx, v1.ActionTriggerPostLogin); err != nil || len(bound.Bindings) != 2 || bound.Bindings[1].GetDisplayName() != "Ours" {
		t.Fatalf("bindings: %v %v", bound, err)
	}
	tested, err := m.Action.List(ctx, v1.Parameter("actionName", "Check phone"))
	if err != nil || len(tested.Actions) != 1 {
		t.Fatalf("list: %v %v", tested, err)
	}
	u := &v1.User{Connection: ptr("Username-Password-Authentication"), Email: ptr("jane@example.com"), Password: ptr("Correct horse 7"),
		UserMetadata: &map[string]any{"phone_number": "+61491570156"}}
	if err := m.User.Create(ctx, u); err != nil {
		t.Fatal(err)
	}
	if err := m.User.Update(ctx, u.GetID(), &v1.User{AppMetadata: &map[string]any{"phone_number_verified": true}}); err != nil {
		t.Fatal(err)
	}
	found, err := m.User.ListByEmail(ctx, "jane@example.com")
	if err != nil || len(found) != 1 || found[0].GetAppMetadata()["phone_number_verified"] != true || found[0].GetUserMetadata()["phone_number"] != "+61491570156" {
		t.Fatalf("by e-mail: %v %v", found, err)
	}
	clients, err := m.Client.List(ctx, v1.Parameter("is_global", "false"), v1.IncludeTotals(true))
	if err != nil || clients.Total != len(clients.Clients) || clients.Total != 2 {
		t.Fatalf("clients: %v %v", clients, err)
	}
	refused := m.Action.Delete(ctx, a.GetID())
	var problem v1.Error
	if !errors.As(refused, &problem) || problem.Status() != http.StatusConflict {
		t.Errorf("a bound Action's deletion: %v", refused)
	}
	if err := m.Action.Delete(ctx, a.GetID(), v1.Parameter("force", "true")); err != nil {
		t.Error(err)
	}
	if _, err := m.Action.Read(ctx, a.GetID()); !errors.As(err, &problem) || problem.Status() != http.StatusNotFound {
		t.Errorf("a deleted Action: %v", err)
	}
	emulated(t, box)
}

func TestGoAuth0Version3OverTLS(t *testing.T) {
	box := start(t, sandbox.Options{})
	client := trusting(t, box, false)
	ctx := context.WithValue(t.Context(), oauth2.HTTPClient, client)
	c := actions.NewClient(core.NewRequestOptions(option.WithBaseURL("https://"+box.Info().Auth0TLSDomain+"/api/v2"), option.WithHTTPClient(client),
		option.WithMaxAttempts(1), option.WithClientCredentials(ctx, sandbox.Auth0ClientID, sandbox.Auth0ClientSecret)))
	a, err := c.Create(ctx, &management.CreateActionRequestContent{Name: "Check phone", Code: ptr(action), Runtime: ptr("node22"),
		SupportedTriggers: []*management.ActionTrigger{{ID: management.ActionTriggerTypeEnumPostLogin, Version: ptr("v3")}}})
	if err != nil || a.GetStatus() != management.ActionBuildStatusEnumPending {
		t.Fatalf("created: %v %v", a, err)
	}
	if got, err := c.Get(ctx, a.GetID()); err != nil || got.GetStatus() != management.ActionBuildStatusEnumBuilt {
		t.Fatalf("built: %v %v", got, err)
	}
	if _, err := c.Deploy(ctx, a.GetID()); err != nil {
		t.Fatal(err)
	}
	if got, err := c.Get(ctx, a.GetID()); err != nil || !got.GetAllChangesDeployed() {
		t.Fatalf("deployed: %v %v", got, err)
	}
	seen := 0
	page, err := c.List(ctx, &management.ListActionsRequestParameters{})
	if err != nil {
		t.Fatal(err)
	}
	it := page.Iterator()
	for it.Next(ctx) {
		seen++
	}
	if it.Err() != nil || seen != 2 {
		t.Errorf("listed %d Actions: %v", seen, it.Err())
	}
	if err := c.Delete(ctx, a.GetID(), nil); err != nil {
		t.Error(err)
	}
	_, err = c.Get(ctx, a.GetID())
	var gone *management.NotFoundError
	if !errors.As(err, &gone) {
		t.Errorf("a deleted Action: %v", err)
	}
	emulated(t, box)
}

func TestTwilioGoThroughTheProxy(t *testing.T) {
	box := start(t, sandbox.Options{})
	c := &twilioclient.Client{Credentials: twilioclient.NewCredentials(sandbox.TwilioAccountSID, sandbox.TwilioAuthToken), HTTPClient: trusting(t, box, true)}
	c.SetAccountSid(sandbox.TwilioAccountSID)
	v := verify.NewApiServiceWithClient(c)
	service, err := v.CreateService(new(verify.CreateServiceParams).SetFriendlyName("Acme dev"))
	if err != nil {
		t.Fatal(err)
	}
	const to = "+61491570156"
	send := func() error {
		_, err := v.CreateVerification(*service.Sid, new(verify.CreateVerificationParams).SetTo(to).SetChannel("sms"))
		return err
	}
	check := func(code string) (*verify.VerifyV2VerificationCheck, error) {
		return v.CreateVerificationCheck(*service.Sid, new(verify.CreateVerificationCheckParams).SetTo(to).SetCode(code))
	}
	refused := func(what string, err error, status, code int) {
		t.Helper()
		var e *twilioclient.TwilioRestError
		if !errors.As(err, &e) || e.Status != status || e.Code != code {
			t.Errorf("%s: %v, not %d %d", what, err, status, code)
		}
	}
	for range 5 {
		if err := send(); err != nil {
			t.Fatal(err)
		}
	}
	refused("the sixth send", send(), 429, 60203)
	code := box.Phone().Messages(to)[0].Code
	wrong := "000000"
	if code == wrong {
		wrong = "000001"
	}
	if got, err := check(wrong); err != nil || *got.Status != "pending" {
		t.Errorf("a wrong code: %v %v", got, err)
	}
	if got, err := check(code); err != nil || *got.Status != "approved" {
		t.Errorf("the right code: %v %v", got, err)
	}
	_, err = check(code)
	refused("a check after approval", err, 404, 20404)
	if err := send(); err != nil {
		t.Fatal(err)
	}
	if code = box.Phone().Messages(to)[0].Code; code == wrong {
		wrong = "000002"
	}
	for range 5 {
		if _, err := check(wrong); err != nil {
			t.Fatal(err)
		}
	}
	_, err = check(code)
	refused("the sixth check", err, 429, 60202)
	emulated(t, box)
}
