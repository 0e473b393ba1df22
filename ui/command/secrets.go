package command

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"syscall"

	"github.com/spf13/cobra"

	"phonegate/provision/config"
	"phonegate/provision/engine"
	"phonegate/provision/event"
	"phonegate/provision/fault"
	"phonegate/provision/host/kind"
	"phonegate/provision/ring"
	"phonegate/provision/secret"
	"phonegate/provision/state"
)

func (p *program) secretsCommand() *cobra.Command {
	var inEnvironment bool
	c := &cobra.Command{
		Use: "secrets [--env] -- COMMAND [ARGUMENT...]", Short: "Pass the form's keys to a command",
		Long: `Runs your command and passes it the keys of a form on your own server (host.kind: bundle): as NAME=value lines on its
standard input, or in its environment with --env. The keys are neither shown nor written to a file. Your command must
add them to the server's existing keys, which logins in progress still need.

The keys come from the keyring of the computer that ran phonegate apply; no provider is called. Without a keyring,
phonegate makes a new key, passes it to your command, waits until the form uses it and completes the setup, in one run.
With --sandbox there is nothing to pass: the sandbox runs the form itself.`,
		Example: `  phonegate secrets -- fly secrets import --app acme-verify
  phonegate secrets -- ssh SERVER 'umask 077; cat >> /etc/phonegate/acme-verify.env; systemctl restart acme-verify'
  phonegate secrets --env -- node phonegate-form/acme-verify/server.mjs`,
		Args: func(c *cobra.Command, args []string) error {
			if c.ArgsLenAtDash() == 0 && len(args) > 0 {
				return nil
			}
			return fault.New(fault.Usage, "usage.secrets", "For example: phonegate secrets -- fly secrets import",
				"Pass the receiving command after --.")
		},
		RunE: func(c *cobra.Command, args []string) error {
			return p.secrets(c.Context(), p.localEnv(), receiver{p, args, inEnvironment})
		},
	}
	c.Flags().BoolVar(&inEnvironment, "env", false, "pass them in the command's environment instead of on its standard input")
	answerFlags(c)
	return c
}

// receiver is the program that keys are passed to. What it prints is its own affair; under --json it goes to standard error.
type receiver struct {
	p             *program
	command       []string
	inEnvironment bool
}

// name is what it is called in a sentence.
func (r receiver) name() string { return filepath.Base(r.command[0]) }

// take runs the program with the variables.
func (r receiver) take(values map[string]string) error {
	child := exec.Command(r.command[0], r.command[1:]...)
	child.Stdout, child.Stderr = r.p.Out, r.p.Err
	if r.p.json {
		child.Stdout = r.p.Err
	}
	if r.inEnvironment {
		child.Stdin, child.Env = r.p.In, only(os.Environ(), values)
	} else {
		child.Stdin = strings.NewReader(lines(values))
	}
	if err := runToItsEnd(child, r.p.InTerminal); err != nil {
		return handoverFault(r.command[0], err)
	}
	return nil
}

// secrets passes one tenant's keys to a program.
func (p *program) secrets(ctx context.Context, at *environment, to receiver) error {
	if at.sandboxed {
		return fault.New(fault.Usage, "usage.secrets_sandbox", "Leave out --sandbox, or run phonegate apply --sandbox.",
			"With --sandbox there are no keys to pass: the sandbox runs the form itself.")
	}
	file, err := p.file(at)
	if err != nil {
		return err
	}
	if err := p.mayChange("secrets", at); err != nil {
		return err
	}
	jobs, err := p.specs(file, at)
	if err != nil {
		return err
	}
	if len(jobs) != 1 {
		return fault.New(fault.Usage, "usage.tenant", "Choose one with --tenant, and run it once per tenant.", "secrets works on one tenant at a time.")
	}
	name := jobs[0].name
	if kind.SelfHosted(jobs[0].spec.Host.Kind) && !at.vault(name).Durable() {
		return p.handOverNow(ctx, file, at, to)
	}
	p.announce(jobs)
	values, err := environmentOf(at, name, jobs[0].spec)
	if err != nil {
		return err
	}
	if err := to.take(values); err != nil {
		return err
	}
	names := named(values)
	if p.json {
		r, err := p.renderer(jobs)
		if err != nil {
			return err
		}
		r.Emit(event.Step{Type: "step", Tenant: name, Resource: "secrets", Status: event.Done, Detail: names + " to " + to.name()})
		outcome := event.Outcome{Name: name, OK: true, FormURL: jobs[0].spec.Host.URL}
		r.Emit(event.Result{Type: "result", Command: "secrets", OK: true, Tenants: []event.Outcome{outcome}, Requests: noRequests()})
		return r.Close()
	}
	it := "them"
	if len(values) == 1 {
		it = "it"
	}
	fmt.Fprintf(p.Err, "Passed to %s: %s.\nOnce the form runs with %s: %s\n", to.name(), names, it, p.again("apply", name))
	return nil
}

// named are the names of variables, in a row.
func named(values map[string]string) string {
	return strings.Join(slices.Sorted(maps.Keys(values)), ", ")
}

// handOverNow makes a new key and passes it on in one run, where no keyring would keep it until somebody asks for it.
func (p *program) handOverNow(ctx context.Context, file *config.File, at *environment, to receiver) error {
	if err := p.connect(ctx, at, p.tenants...); err != nil {
		return err
	}
	jobs, err := p.jobs(ctx, file, at)
	if err != nil {
		return err
	}
	p.noWait = true
	p.handTo = func(_ context.Context, values map[string]string) error {
		if err := to.take(values); err != nil || p.json {
			return err
		}
		fmt.Fprintf(p.Err, "Passed to %s: %s.\n", to.name(), named(values))
		return nil
	}
	return p.work(ctx, "secrets", jobs, p.single("secrets", multiStep{
		look:     (*engine.Tenant).PlanRotation,
		question: "Make a new key for %s and pass it to " + strings.ReplaceAll(to.name(), "%", "%%") + "?", always: true,
		act: p.carryOut,
	}))
}

// environmentOf is what the form has to have, from the keyring.
func environmentOf(at *environment, name string, spec config.Tenant) (map[string]string, error) {
	remembered, err := state.Open(at.dir, name)
	if err != nil {
		return nil, err
	}
	defer func() { _ = remembered.Close() }()
	t, err := at.engine(engine.Options{Name: name, Spec: spec, State: remembered})
	if err != nil {
		return nil, err
	}
	return t.Environment()
}

// lines are the values as files of environments have them. None holds anything that would need quoting: they are identifiers
// and base64url.
func lines(values map[string]string) string {
	var b strings.Builder
	for _, name := range slices.Sorted(maps.Keys(values)) {
		fmt.Fprintf(&b, "%s=%s\n", name, values[name])
	}
	return b.String()
}

// only is an environment with the values in it and no other secret of phonegate's: the form is given what it needs, and not what
// administers the tenant and the accounts.
func only(environ []string, values map[string]string) []string {
	kept := slices.DeleteFunc(slices.Clone(environ), func(entry string) bool {
		name, _, _ := strings.Cut(entry, "=")
		_, replaced := values[name]
		ours := strings.HasPrefix(name, ring.Prefix)
		return replaced || ours || slices.ContainsFunc(secret.Slots(), func(s secret.Slot) bool {
			return name == s.Env || strings.HasPrefix(name, "PHONEGATE_") && strings.HasSuffix(name, "_"+s.Env)
		})
	})
	for _, name := range slices.Sorted(maps.Keys(values)) {
		kept = append(kept, name+"="+values[name])
	}
	return kept
}

// runToItsEnd runs a program and does not leave before it: what tells this one to stop is passed on. ctrl+c at a terminal
// reaches both by itself.
func runToItsEnd(child *exec.Cmd, terminal bool) error {
	told := make(chan os.Signal, 4)
	signal.Notify(told, os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	defer signal.Stop(told)
	if err := child.Start(); err != nil {
		return err
	}
	ended := make(chan struct{})
	defer close(ended)
	go func() {
		for {
			select {
			case s := <-told:
				if s != os.Interrupt || !terminal {
					_ = child.Process.Signal(s)
				}
			case <-ended:
				return
			}
		}
	}()
	return child.Wait()
}

// handoverFault says how the program failed. Its arguments are left out: they are the person's.
func handoverFault(program string, err error) error {
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		return fault.Wrap(err, fault.Failed, "secrets.refused", "See what it says above; then run the same command again.",
			"%s ended with %s, so the form may not have its key.", filepath.Base(program), exit.ProcessState)
	}
	cause := err
	if inner := errors.Unwrap(err); inner != nil {
		cause = inner // without the name, which the sentence has
	}
	return fault.Wrap(err, fault.Usage, "secrets.command", "Check its name, and that it is installed.", "%s can't be run: %s.", program, cause)
}
