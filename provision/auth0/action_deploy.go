package auth0

import (
	"context"
	"strings"
	"time"

	"phonegate/provision/fault"
	"phonegate/provision/resource"
	"phonegate/provision/transport"
)

// deploy waits for the build, deploys it and waits until it runs. A build takes from nothing to most of a minute.
func (a *Action) deploy(ctx context.Context, progress resource.Progress) error {
	progress = orSilent(progress)
	err := a.poll(ctx, "building", func() (bool, error) {
		switch strings.ToLower(string(a.found.GetStatus())) {
		case "built":
			return true, nil
		case "failed":
			return false, fault.New(fault.Failed, "auth0.action_build_failed",
				"Look at the Action in the Auth0 dashboard under Actions > Library, then run the same command again.",
				"Auth0 could not build the Action “%s”.", a.spec.Name)
		}
		progress("waiting for Auth0 to build it")
		return false, nil
	})
	if err != nil {
		return err
	}
	progress("deploying")
	// Deploying the same draft twice is the same as once.
	if _, err := a.c.actions.Deploy(transport.Repeatable(ctx), a.ID()); err != nil {
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
			return fault.New(fault.Failed, "auth0.action_timeout", "Run the same command again: it continues where it stopped.",
				"Auth0 was still %s the Action “%s” after %s.", what, a.spec.Name, a.c.o.Wait)
		}
		if look > 0 {
			if err := transport.Pause(ctx, a.c.o.Poll); err != nil {
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
