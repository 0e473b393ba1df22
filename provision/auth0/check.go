package auth0

import (
	"context"
	"slices"
	"time"

	"github.com/auth0/go-auth0/v3/management"
)

// Account is what Check finds out about the tenant and the credentials.
type Account struct {
	Domain       string
	TenantName   string   // friendly name, "" if not readable
	Experience   string   // universal login: "new" or "classic", "" if not readable
	Scopes       []string // granted, sorted
	Missing      []string // needed and not granted
	TokenExpires time.Time
}

// NeededScopes lists the scopes that plan, apply and destroy need. Deploying and testing
// an action need create:actions.
func NeededScopes(loginPage bool) []string {
	scopes := []string{"create:actions", "delete:actions", "read:actions", "update:actions"}
	if loginPage {
		scopes = append(scopes, "read:clients", "update:clients")
	}
	return scopes
}

// LiveTestScopes lists the scopes that the live login test needs beside NeededScopes.
func LiveTestScopes() []string {
	return []string{"create:clients", "delete:clients", "delete:users", "read:clients", "read:connections",
		"read:users", "update:clients", "update:connections"}
}

// Check proves the credentials and compares the token's scopes with those needed
// (NeededScopes(false) if none are given). Missing scopes are no error here.
func (c *Client) Check(ctx context.Context, needed ...string) (Account, error) {
	t, err := c.ensureToken(ctx)
	if err != nil {
		return Account{}, err
	}
	if len(needed) == 0 {
		needed = NeededScopes(false)
	}
	a := Account{Domain: c.o.Domain, Scopes: slices.Clone(t.scopes), TokenExpires: t.expires}
	slices.Sort(a.Scopes)
	for _, scope := range needed {
		if !t.opaque && !slices.Contains(a.Scopes, scope) && !slices.Contains(a.Missing, scope) {
			a.Missing = append(a.Missing, scope)
		}
	}
	proven := !t.given // Auth0 has just issued it
	if slices.Contains(a.Scopes, "read:tenant_settings") {
		s, err := c.tenants.Get(ctx, &management.GetTenantSettingsRequestParameters{
			Fields: management.String("friendly_name"), IncludeFields: management.Bool(true)})
		if err != nil {
			return a, typed(err)
		}
		a.TenantName, proven = s.GetFriendlyName(), true
	}
	if slices.Contains(a.Scopes, "read:prompts") {
		s, err := c.prompts.GetSettings(ctx)
		if err != nil {
			return a, typed(err)
		}
		a.Experience, proven = string(s.GetUniversalLoginExperience()), true
	}
	if !proven && (t.opaque || slices.Contains(a.Scopes, "read:actions")) {
		if _, err := c.actions.List(ctx, &management.ListActionsRequestParameters{PerPage: management.Int(1)}); err != nil {
			return a, typed(err)
		}
	}
	return a, nil
}
