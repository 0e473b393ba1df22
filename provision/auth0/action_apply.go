package auth0

import (
	"cmp"
	"context"
	"net/http"
	"slices"

	"github.com/auth0/go-auth0/v3/management"

	"phonegate/provision/fault"
	"phonegate/provision/resource"
	"phonegate/provision/transport"
)

// Apply implements resource.Resource: write the draft, wait for the build, deploy it, wait until it runs. A draft that is right
// is deployed as it is.
func (a *Action) Apply(ctx context.Context, progress resource.Progress) (err error) {
	if a.stale {
		if err := a.Read(ctx); err != nil {
			return err
		}
	}
	defer func() { a.stale = err != nil }()
	code, known := a.spec.Code()
	name, value := a.spec.Key()
	if !known {
		return fault.New(fault.Failed, "auth0.code_unknown", "Run phonegate apply again.",
			"The Action “%s” can't be written yet: something it needs is missing.", a.spec.Name)
	}
	switch {
	case value == "" && !a.holds(name):
		return a.cleared()
	case a.found == nil:
		err = a.create(ctx, code, name, value)
	case a.difference().draft():
		err = a.patch(ctx, code, name, value)
	}
	if err != nil {
		return fault.Hide(err, value)
	}
	if inForce(a.found) {
		return nil
	}
	return a.deploy(ctx, progress)
}

// cleared is the error of an Action that would run without its key. Nothing that runs has changed.
func (a *Action) cleared() error {
	return fault.New(fault.Failed, "auth0.secrets_cleared", "Run the same command again to create a new key.",
		"The Action “%s” has no key any more, and Auth0 never shows its value. The running Action was not changed.", a.spec.Name)
}

// create makes the Action, unless another run was first. Auth0 can refuse the name, or take both: then the oldest counts.
func (a *Action) create(ctx context.Context, code, name, value string) error {
	made, err := a.c.actions.Create(ctx, &management.CreateActionRequestContent{
		Name:              a.spec.Name,
		SupportedTriggers: []*management.ActionTrigger{{ID: postLogin, Version: management.String("v3")}},
		Code:              &code,
		Runtime:           management.String(runtime),
		Secrets:           secret(name, value),
	})
	err = typed(err)
	exists := status(err) == http.StatusConflict
	if err != nil && !exists && (!unsure(err) || ctx.Err() != nil) {
		return err
	}
	list, listErr := a.c.postLoginActions(ctx, a.spec.Name)
	if listErr != nil {
		return cmp.Or(err, listErr)
	}
	ours := a.ours(list, true)
	// After a lost answer it is known by what was sent: nobody else has made that key.
	mine := slices.IndexFunc(ours, func(x *management.Action) bool {
		return x.GetID() == made.GetID() || (made == nil && x.GetCode() == code && secretOf(x.GetSecrets(), name) != nil)
	})
	switch {
	case mine < 0 && len(ours) > 0:
		return a.taken()
	case mine < 0 && exists:
		return a.nameTaken(nil)
	case mine < 0:
		return cmp.Or(err, a.gone())
	case mine > 0:
		if err := a.c.deleteAction(ctx, ours[mine].GetID(), false); err != nil {
			return err
		}
		return a.taken()
	}
	a.take(ours)
	a.made = a.ID()
	return nil
}

func (a *Action) taken() error {
	return fault.Wrap(ErrTaken, fault.Failed, "auth0.action_taken",
		"Run the same command again: it continues from what the other run created.",
		"Another phonegate run just created the Action “%s”.", a.spec.Name)
}

func (a *Action) gone() error {
	return fault.New(fault.Failed, "auth0.action_gone", "Run the same command again.",
		"The Action “%s” was deleted right after it was created.", a.spec.Name)
}

// patch writes the draft. The list of secrets replaces the old one; without a list the draft keeps what it has, which is looked
// at before anything is deployed.
func (a *Action) patch(ctx context.Context, code, name, value string) error {
	req := &management.UpdateActionRequestContent{Name: &a.spec.Name, Code: &code, Runtime: management.String(runtime)}
	if value != "" {
		req.SetSecrets(secret(name, value))
	}
	if len(a.found.GetDependencies()) > 0 {
		req.SetDependencies([]*management.ActionVersionDependency{}) // ours has none
	}
	before := secretOf(a.found.GetSecrets(), name)
	if _, err := a.c.actions.Update(transport.Repeatable(ctx), a.ID(), req); err != nil {
		return typed(err)
	}
	found, err := a.c.action(ctx, a.ID())
	if err != nil {
		return err
	}
	a.found = found
	after := secretOf(found.GetSecrets(), name)
	if after == nil || (value == "" && !after.GetUpdatedAt().Equal(before.GetUpdatedAt())) {
		return a.cleared()
	}
	return nil
}

func secret(name, value string) []*management.ActionSecretRequest {
	return []*management.ActionSecretRequest{{Name: &name, Value: &value}}
}

// Delete deletes one of Losers. Force takes it out of the flow as well, should it be bound.
func (a *Action) Delete(ctx context.Context, id string) error {
	if err := a.c.deleteAction(ctx, id, true); err != nil {
		return err
	}
	a.losers = slices.DeleteFunc(a.losers, func(x string) bool { return x == id })
	return nil
}

// Undo implements resource.Resource. Deleting by force takes the Action out of its trigger as well, should it still be bound.
func (a *Action) Undo(ctx context.Context, _ resource.Progress) error {
	if a.stale {
		if err := a.Read(ctx); err != nil {
			return err
		}
	}
	if a.found == nil {
		return nil
	}
	// The one that counts goes last: as long as it is there, the next run knows what else is.
	for _, id := range append(a.Losers(), a.ID()) {
		if err := a.Delete(ctx, id); err != nil {
			a.stale = true
			return err
		}
	}
	a.found = nil
	return nil
}

func orSilent(p resource.Progress) resource.Progress {
	if p == nil {
		return func(string) {}
	}
	return p
}
