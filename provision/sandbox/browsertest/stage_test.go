package browsertest

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"phonegate/provision/auth0"
	"phonegate/provision/config"
	"phonegate/provision/engine"
	"phonegate/provision/sandbox"
	"phonegate/provision/secret"
	"phonegate/provision/state"
)

// lockHost is where the deployed login page loads Lock from.
const lockHost = "cdn.auth0.com"

// stage is a sandbox to which the engine has deployed everything, and an app whose users log in.
type stage struct {
	*sandbox.Sandbox
	plan    *engine.Plan
	spec    config.Tenant
	vault   secret.Vault
	formURL string
	http    *http.Client  // reaches the tenant
	api     *auth0.Client // its Management API
	app     string        // the app's redirect URI
}

// newStage starts a sandbox that shows a kind of login page ("deployed" or "standin") and applies the answers to it.
func newStage(t *testing.T, answers config.Tenant, page string) *stage {
	t.Helper()
	box, err := sandbox.Start(t.Context(), sandbox.Options{Behaviours: map[string]string{"auth0.login_page": page}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = box.Close() })

	answers.Auth0.Domain = sandbox.Auth0Domain
	answers.Twilio.AccountSID = sandbox.TwilioAccountSID
	remembered, err := state.Open(t.TempDir(), "dev")
	if err != nil {
		t.Fatal(err)
	}
	granted := sandbox.Credentials()
	credentials, _ := secret.FromEnv("dev", func(name string) string { return granted[name] })
	spec, vault := config.Complete("dev", answers), secret.MemoryVault()
	tenant, err := engine.Open(engine.Options{
		Name: "dev", Spec: spec, Credentials: credentials, Vault: vault, State: remembered, Endpoints: box.Endpoints(),
	})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	plan, err := tenant.Plan(ctx)
	if err != nil {
		t.Fatalf("plan: %v", err)
	}
	if _, err := plan.Apply(ctx); err != nil {
		t.Fatalf("apply: %v", err)
	}

	app := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, _ *http.Request) {
		rw.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = rw.Write([]byte("<!doctype html><title>App</title><h1>Back in the app</h1>"))
	}))
	t.Cleanup(app.Close)
	return &stage{
		Sandbox: box, plan: plan, spec: spec, vault: vault, formURL: plan.FormURL(), app: app.URL + "/callback",
		http: &http.Client{Transport: tenant.HTTP(), Timeout: 30 * time.Second},
		api: auth0.New(auth0.Options{Domain: sandbox.Auth0Domain, ClientID: sandbox.Auth0ClientID,
			ClientSecret: sandbox.Auth0ClientSecret, HTTP: tenant.HTTP()}),
	}
}

// mountLock puts Lock where the deployed login page loads it from. Whichever version it asks for, it gets this one.
func (s *stage) mountLock(script []byte) {
	s.Mount(lockHost, http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		if !strings.HasSuffix(r.URL.Path, "/lock.min.js") {
			http.NotFound(rw, r)
			return
		}
		rw.Header().Set("Content-Type", "text/javascript; charset=utf-8")
		_, _ = rw.Write(script)
	}))
}

// script is a script for this stage.
func (s *stage) script(email, phone string, journeys ...start) script {
	info := s.Info()
	return script{
		Proxy: info.ProxyURL, MessagesURL: info.PhoneURL + "/messages", FormURL: s.formURL, RedirectURI: s.app,
		Email: email, Password: "Correct-horse-7-battery", Phone: phone, Journeys: journeys,
	}
}
