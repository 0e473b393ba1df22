// Package wizard is the program a person meets: an inline Bubble Tea wizard of one root
// model and one small value a screen. It asks, shows what will happen, lets it happen
// and tests it; everything it does to the world goes through a Backend.
package wizard

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"phonegate/provision/fault"
	"phonegate/ui/wizard/flow"
)

// patience is how long a run waits for work under way after it has been told to stop.
const patience = 10 * time.Second

// Run shows the wizard until it is left. The caller has made sure that there is a terminal. The
// error is a *fault.Error; leaving early is not an error but Result.Interrupted.
func Run(ctx context.Context, o flow.Options) (flow.Result, error) {
	if o.Backend == nil {
		return flow.Result{}, fault.New(fault.Failed, "wizard.backend", "", "The wizard was started without anything behind it.")
	}
	o.NoColor = o.NoColor || slices.ContainsFunc(o.Env, func(e string) bool {
		value, found := strings.CutPrefix(e, "NO_COLOR=")
		return found && value != ""
	})
	sh := newShared(ctx, o)
	program := []tea.ProgramOption{tea.WithContext(ctx), tea.WithInput(o.In), tea.WithOutput(o.Out)}
	if o.Env != nil {
		program = append(program, tea.WithEnvironment(o.Env))
	}
	_, err := tea.NewProgram(newModel(sh, o), program...).Run()
	sh.close()
	r := sh.reach
	r.Tenant, r.Sandbox = sh.session.Tenant, sh.session.Sandbox
	// A signal ends the program without an error, so "no error" is not "finished".
	r.Interrupted = r.Interrupted || !r.Finished
	if err != nil && !errors.Is(err, tea.ErrInterrupted) && ctx.Err() == nil {
		return r, fault.Wrap(err, fault.Failed, "wizard.terminal", "phonegate apply does the same without a terminal.",
			"The wizard cannot use this terminal: %v.", err)
	}
	return r, nil
}
