package manytest

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"phonegate/provision/config"
	"phonegate/provision/engine"
	"phonegate/provision/event"
	"phonegate/provision/sandbox"
	"phonegate/provision/secret"
	"phonegate/provision/state"
	"phonegate/provision/transport"
)

// many is how many tenants the company has. The race detector, which is slow, sees fewer.
func many() int {
	if testing.Short() {
		return 20
	}
	return 100
}

// names are the names of n tenants; the domains follow from them.
func names(n int) []string {
	all := make([]string, n)
	for i := range all {
		all[i] = fmt.Sprintf("tenant-%03d", i+1)
	}
	return all
}

// start is a sandbox with a tenant for each name, which keeps to the limits of real accounts.
func start(t *testing.T, limits map[string]float64) *sandbox.Sandbox {
	t.Helper()
	box, err := sandbox.Start(t.Context(), sandbox.Options{Tenants: names(many())[1:], RateLimits: limits})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = box.Close() })
	return box
}

// company is a project directory with all tenants in it, as one process sees it.
type company struct {
	Dir     string
	Domains []string
	Roads   transport.Endpoints

	vaults map[string]secret.Vault
	rates  *transport.Rates

	mu    sync.Mutex
	waits int
}

// open makes a process's view of the company.
func (c *company) open() *company {
	c.vaults, c.rates = map[string]secret.Vault{}, transport.NewRates()
	for _, name := range names(len(c.Domains)) {
		c.vaults[name] = secret.MemoryVault()
	}
	return c
}

func spec(name, domain string) config.Tenant {
	return config.Complete(name, config.Tenant{
		Auth0:          config.Auth0{Domain: domain},
		Twilio:         config.Twilio{AccountSID: sandbox.TwilioAccountSID, ServiceName: "Acme " + name},
		Brand:          config.Brand{Name: "Acme"},
		DefaultCountry: "AU",
	})
}

// apply sets one tenant up.
func (c *company) apply(ctx context.Context, name, domain string) (event.Outcome, error) {
	remembered, err := state.Open(filepath.Join(c.Dir, state.Dir), name)
	if err != nil {
		return event.Outcome{}, err
	}
	defer remembered.Close()
	if err := remembered.Lock(); err != nil {
		return event.Outcome{}, err
	}
	creds, _ := secret.FromEnv(name, func(env string) string { return sandbox.Credentials()[env] })
	creds.Auth0Domain = domain
	t, err := engine.Open(engine.Options{Name: name, Spec: spec(name, domain), Credentials: creds, Vault: c.vaults[name],
		State: remembered, Endpoints: c.Roads, Rates: c.rates, Poll: 200 * time.Millisecond, Backoff: 50 * time.Millisecond, Emit: c.hear})
	if err != nil {
		return event.Outcome{}, err
	}
	plan, err := t.Plan(ctx)
	if err != nil {
		return event.Outcome{}, err
	}
	return plan.Apply(ctx)
}

// hear counts the waits that a person would be told of.
func (c *company) hear(e event.Event) {
	if s, ok := e.(event.Step); ok && strings.Contains(s.Detail, "rate limit") {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.waits++
	}
}

// applyAll sets all tenants up at once. Each has its turn, whatever becomes of the others.
func (c *company) applyAll(ctx context.Context) (map[string]event.Outcome, error) {
	var (
		mu   sync.Mutex
		wg   sync.WaitGroup
		all  = map[string]event.Outcome{}
		errs []error
	)
	for i, name := range names(len(c.Domains)) {
		wg.Go(func() {
			o, err := c.apply(ctx, name, c.Domains[i])
			mu.Lock()
			defer mu.Unlock()
			all[name] = o
			if err != nil {
				errs = append(errs, fmt.Errorf("%s: %w", name, err))
			}
		})
	}
	wg.Wait()
	return all, errors.Join(errs...)
}
