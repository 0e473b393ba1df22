package auth0

import (
	"context"
	"slices"
	"strings"
	"time"

	"phonegate/provision/transport"

	"github.com/auth0/go-auth0/v3/management"
)

var postLogin = management.ActionTriggerTypeEnumPostLogin

// ActionState is what Auth0 says about an action.
type ActionState struct {
	ID         string
	Name       string
	Status     string // pending, building, built, failed, ...
	Runtime    string
	Code       string
	Deployed   bool // what runs is what the draft says
	DeployedAt time.Time
	Secrets    []string // names
}

// ActionState is the state of an action, nil if there is none.
func (c *Client) ActionState(ctx context.Context, id string) (*ActionState, error) {
	a, err := c.action(ctx, id)
	if notFound(err) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return &ActionState{ID: a.GetID(), Name: a.GetName(), Status: strings.ToLower(string(a.GetStatus())),
		Runtime: a.GetRuntime(), Code: a.GetCode(),
		Deployed: deployed(a), DeployedAt: a.DeployedVersion.GetBuiltAt(), Secrets: names(a.GetSecrets())}, nil
}

// action fetches an action. Lists and single answers differ in type only.
func (c *Client) action(ctx context.Context, id string) (*management.Action, error) {
	a, err := c.actions.Get(ctx, id)
	if err != nil {
		return nil, typed(err)
	}
	return &management.Action{ID: a.ID, Name: a.Name, SupportedTriggers: a.SupportedTriggers,
		AllChangesDeployed: a.AllChangesDeployed, Code: a.Code, Runtime: a.Runtime,
		Secrets: a.Secrets, DeployedVersion: a.DeployedVersion, Status: a.Status,
		Dependencies: a.Dependencies, CreatedAt: a.CreatedAt, UpdatedAt: a.UpdatedAt}, nil
}

// postLoginActions are the tenant's post-login Actions of a name, of every name if it is "".
func (c *Client) postLoginActions(ctx context.Context, name string) ([]*management.Action, error) {
	const perPage = 100
	req := &management.ListActionsRequestParameters{TriggerID: &postLogin, PerPage: management.Int(perPage)}
	if name != "" {
		req.ActionName = &name
	}
	var all []*management.Action
	for page := 0; ; page++ {
		req.Page = management.Int(page)
		list, err := c.actions.List(ctx, req)
		if err != nil {
			return nil, typed(err)
		}
		for _, a := range list.Results {
			if (name == "" || a.GetName() == name) && supports(a) {
				all = append(all, a)
			}
		}
		if len(list.Results) < perPage {
			return all, nil
		}
	}
}

func supports(a *management.Action) bool {
	return slices.ContainsFunc(a.GetSupportedTriggers(), func(t *management.ActionTrigger) bool { return t.GetID() == postLogin })
}

// deleteAction deletes an action; one that is not there is no error. Without force Auth0 refuses to delete a bound one.
func (c *Client) deleteAction(ctx context.Context, id string, force bool) error {
	err := typed(c.actions.Delete(transport.Repeatable(ctx), id, &management.DeleteActionRequestParameters{Force: &force}))
	if notFound(err) {
		return nil
	}
	return err
}
