package auth0

import (
	"context"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/auth0/go-auth0/v3/management"

	"phonegate/provision/fault"
	"phonegate/provision/resource"
	"phonegate/provision/transport"
)

// Apply implements resource.Resource: write the draft, wait for the build, deploy it, wait until it runs.
// The fingerprint of the secrets is noted last, so that a run that is cut off anywhere is finished by the next one.
func (a *Action) Apply(ctx context.Context, progress resource.Progress) (err error) {
	if a.stale {
		if err := a.Read(ctx); err != nil {
			return err
		}
	}
	defer func() { a.stale = err != nil }()
	in := a.spec.Inputs()
	if err := complete(in); err != nil {
		return err
	}
	switch {
	case a.found == nil:
		err = a.create(ctx, in)
	case a.difference().any():
		// Also where the draft looks right: if it is not deployed, somebody may have changed secrets in it.
		err = a.patch(ctx, in)
	}
	if err != nil {
		return hide(err, in.Values)
	}
	if err := a.note.Set("id", a.ID()); err != nil {
		return err
	}
	if !deployed(a.found) {
		if err := a.deploy(ctx, progress); err != nil {
			return err
		}
	}
	if err := a.noteWritten(); err != nil {
		return err
	}
	return a.note.Set("inputs", in.Fingerprint)
}

// complete refuses secrets that are not all known: an Action without one of them denies every login.
func complete(in resource.Inputs) error {
	var missing []string
	for _, name := range slices.Sorted(maps.Keys(in.Values)) {
		if in.Values[name] == "" {
			missing = append(missing, name)
		}
	}
	if in.Fingerprint == "" && len(missing) == 0 && len(in.Values) > 0 {
		missing = []string{"their fingerprint"}
	}
	if len(missing) > 0 {
		return fault.New(fault.Failed, "auth0.secrets_unknown", "Run `phonegate rotate` to make new ones.",
			"The Action's secrets are not all known on this machine: %s.", strings.Join(missing, ", "))
	}
	return nil
}

// create makes the action. If the answer is lost, the action may be there all the same: then it is found by its name.
func (a *Action) create(ctx context.Context, in resource.Inputs) error {
	made, err := a.c.actions.Create(ctx, &management.CreateActionRequestContent{
		Name:              a.spec.Name,
		SupportedTriggers: []*management.ActionTrigger{{ID: postLogin, Version: management.String("v3")}},
		Code:              &a.spec.Code,
		Runtime:           management.String(runtime),
		Secrets:           secrets(in.Values),
	})
	if err != nil {
		err = typed(err)
		if !unsure(err) || ctx.Err() != nil {
			return err
		}
		found, findErr := a.find(ctx)
		if findErr != nil || found == nil || found.GetCode() != a.spec.Code {
			return err
		}
		a.found = found
		return nil
	}
	a.found = &management.Action{ID: made.ID, Name: made.Name, Code: made.Code, Runtime: made.Runtime, Secrets: made.Secrets,
		Status: made.Status, DeployedVersion: made.DeployedVersion, AllChangesDeployed: made.AllChangesDeployed}
	return nil
}

// patch writes the draft. Secrets are sent whole: the list replaces the old one, and values can't be read back.
func (a *Action) patch(ctx context.Context, in resource.Inputs) error {
	req := &management.UpdateActionRequestContent{Name: &a.spec.Name, Code: &a.spec.Code, Runtime: management.String(runtime)}
	req.SetSecrets(secrets(in.Values))
	if len(a.found.GetDependencies()) > 0 {
		req.SetDependencies([]*management.ActionVersionDependency{}) // ours has none
	}
	made, err := a.c.actions.Update(repeat(ctx), a.ID(), req)
	if err != nil {
		return typed(err)
	}
	a.found = &management.Action{ID: made.ID, Name: made.Name, Code: made.Code, Runtime: made.Runtime, Secrets: made.Secrets,
		Status: made.Status, DeployedVersion: made.DeployedVersion}
	// The draft is new whatever the answer says of the version that runs.
	a.found.AllChangesDeployed = management.Bool(false)
	a.found.DeployedVersion = nil
	return nil
}

func secrets(values map[string]string) []*management.ActionSecretRequest {
	list := []*management.ActionSecretRequest{}
	for _, name := range slices.Sorted(maps.Keys(values)) {
		list = append(list, &management.ActionSecretRequest{Name: &name, Value: management.String(values[name])})
	}
	return list
}

// deploy waits for the build, deploys it and waits until it runs. A build takes from nothing to most of a minute.
func (a *Action) deploy(ctx context.Context, progress resource.Progress) error {
	progress = orSilent(progress)
	err := a.poll(ctx, "building", func() (bool, error) {
		switch strings.ToLower(string(a.found.GetStatus())) {
		case "built":
			return true, nil
		case "failed":
			return false, fault.New(fault.Failed, "auth0.action_build_failed",
				"See the action in the Auth0 dashboard: Actions > Library. Then run the same command again.",
				"Auth0 could not build the action “%s”.", a.spec.Name)
		}
		progress("waiting for Auth0 to build it")
		return false, nil
	})
	if err != nil {
		return err
	}
	progress("deploying")
	// Deploying the same draft twice is the same as once.
	if _, err := a.c.actions.Deploy(repeat(ctx), a.ID()); err != nil {
		return typed(err)
	}
	a.found.AllChangesDeployed, a.found.DeployedVersion = nil, nil
	// It can't be bound before it runs: Auth0 refuses that.
	return a.poll(ctx, "deploying", func() (bool, error) {
		if deployed(a.found) {
			return true, nil
		}
		progress("waiting for Auth0 to deploy it")
		return false, nil
	})
}

// poll looks at the action until ready says so: at once, then after each pause. Auth0's free plan allows two requests a second.
func (a *Action) poll(ctx context.Context, what string, ready func() (bool, error)) error {
	deadline := time.Now().Add(a.c.o.Wait)
	for look := 0; ; look++ {
		if ok, err := ready(); ok || err != nil {
			return err
		}
		if time.Now().After(deadline) {
			return fault.New(fault.Failed, "auth0.action_timeout", "Run the same command again: it carries on where it stopped.",
				"Auth0 was still %s the action “%s” after %s.", what, a.spec.Name, a.c.o.Wait)
		}
		if look > 0 {
			if err := sleep(ctx, a.c.o.Poll); err != nil {
				return err
			}
		}
		found, err := a.c.action(ctx, a.ID())
		if err != nil {
			return err
		}
		a.found = found
	}
}

// repeat marks calls that come to the same if they are made twice.
func repeat(ctx context.Context) context.Context { return transport.Repeatable(ctx) }

func orSilent(p resource.Progress) resource.Progress {
	if p == nil {
		return func(string) {}
	}
	return p
}

func forget(note resource.Note, keys ...string) error {
	for _, key := range keys {
		if note.Get(key) == "" {
			continue
		}
		if err := note.Set(key, ""); err != nil {
			return err
		}
	}
	return nil
}
