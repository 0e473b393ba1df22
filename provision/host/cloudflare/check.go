package cloudflare

import (
	"cmp"
	"context"
	"net/http"

	"phonegate/provision/fault"
)

// Check proves the token, and that it may see the account's Workers. It returns the account's name, or its id if the token may
// not read the name.
func (c *Client) Check(ctx context.Context) (string, error) {
	if err := c.verify(ctx); err != nil {
		return "", err
	}
	if err := c.call(ctx, http.MethodGet, c.account("/workers/scripts"), nil, nil); err != nil {
		if answer(err).code == codeNoRoute || !refused[answer(err).code] {
			return "", err
		}
		return "", fault.Wrap(err, fault.Refused, "cloudflare.no_permission",
			"Give the token the permission Workers Scripts: Edit for that account, or correct CLOUDFLARE_ACCOUNT_ID: "+tokensPage,
			"The Cloudflare token is valid but has no access to the Workers of the account %s.", c.o.Account)
	}
	var found struct {
		Name string `json:"name"`
	}
	if err := c.call(ctx, http.MethodGet, c.account(""), nil, &found); err != nil && !refused[answer(err).code] {
		return "", err
	}
	return cmp.Or(found.Name, c.o.Account), nil
}

// verify asks whether the token is in force. A token belongs to a user or to an account, and each kind has its own endpoint.
func (c *Client) verify(ctx context.Context) error {
	var token struct {
		Status string `json:"status"`
	}
	err := c.call(ctx, http.MethodGet, "/user/tokens/verify", nil, &token)
	if answer(err).code == codeInvalidToken {
		if owned := c.call(ctx, http.MethodGet, c.account("/tokens/verify"), nil, &token); answer(owned).status < 400 {
			err = owned
		}
	}
	if err == nil && token.Status != "active" {
		return fault.New(fault.Refused, "cloudflare.token_inactive", "Create a new one: "+tokensPage,
			"The Cloudflare API token is %s.", cmp.Or(token.Status, "not active"))
	}
	return err
}
