package command

import (
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/spf13/cobra"

	"phonegate/provision/config"
	"phonegate/provision/event"
	"phonegate/provision/fault"
)

func (p *program) initCommand() *cobra.Command {
	c := &cobra.Command{
		Use: "init", Short: "Write phonegate.yaml",
		Long: `Writes a tenant's answers to phonegate.yaml. In a terminal the wizard asks for them; with --no-input they come from flags
and the environment. An existing file, here or in a parent folder, keeps its other tenants, any answers you don't give,
and its comments. Credentials are never written to the file.`,
		Args: noArguments,
		RunE: func(c *cobra.Command, _ []string) error {
			if p.alone {
				return fault.New(fault.Usage, "usage.config", "Leave out --config none, or name the file to write.",
					"init writes a file, but --config none says to use none.")
			}
			if p.interactive() {
				return p.wizard(c.Context())
			}
			return p.init()
		},
	}
	answerFlags(c)
	return c
}

func (p *program) init() error {
	name := "dev"
	switch {
	case p.all || len(p.tenants) > 1:
		return fault.New(fault.Usage, "usage.tenant", "Run it once per tenant.", "init writes one tenant at a time.")
	case len(p.tenants) == 1:
		name = p.tenants[0]
	}
	at := p.localEnv()
	at.fresh = true
	if p.misplaced != nil {
		return p.misplaced
	}
	file, err := config.Load(p.config)
	if errors.Is(err, fs.ErrNotExist) {
		if file, err = nil, nil; at.sandboxed {
			file = example()
		}
	}
	if err != nil {
		return err
	}
	spec, err := p.spec(file, name, at)
	if err != nil {
		return err
	}
	if given, ok := p.answers["protected"]; ok && spec.Protected && !says(given) {
		return fault.New(fault.Usage, "usage.protected", "Take protected: true out of "+p.config+" yourself.",
			"%s is protected in %s, and no flag overrides that.", name, p.config)
	}
	jobs := []*job{{name: name, spec: spec, at: at}}
	if !p.json {
		fmt.Fprintf(p.Err, "%s: writing %s\n", tenantsOf(jobs), p.config)
	}
	before, _ := os.ReadFile(p.config)
	if err := config.Set(p.config, name, spec); err != nil {
		return err
	}
	after, _ := os.ReadFile(p.config)

	o, status := event.Outcome{Name: name, OK: true}, event.Done
	known := false
	if file != nil {
		_, known = file.Tenants[name]
	}
	switch {
	case string(after) == string(before):
		o.Unchanged, status = 1, event.Skipped
	case known:
		o.Updated = 1
	default:
		o.Created = 1
	}
	r, err := p.renderer(jobs)
	if err != nil {
		return err
	}
	r.Emit(event.Step{Type: "step", Tenant: name, Resource: "file", Status: status, Detail: p.config})
	r.Emit(event.Result{Type: "result", Command: "init", OK: true, Tenants: []event.Outcome{o}, Requests: noRequests()})
	return r.Close()
}

// says is what a switch's answer says.
func says(answer string) bool {
	q, _ := config.Find("protected")
	var t config.Tenant
	_ = q.Set(&t, answer) // it has been checked
	return t.Protected
}
