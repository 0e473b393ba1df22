package command

import (
	"errors"
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
		Long: `Writes a tenant's answers to phonegate.yaml: from the wizard's questions in a terminal, from flags and
environment under --no-input. An existing file keeps its other tenants and its comments. Credentials
never go into the file.`,
		Args: noArguments,
		RunE: func(c *cobra.Command, _ []string) error {
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
		return fault.New(fault.Usage, "usage.tenant", "Run it once for each tenant.", "init writes one tenant.")
	case len(p.tenants) == 1:
		name = p.tenants[0]
	}
	at := p.nowhere()
	at.fresh = true
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
	r, err := p.renderer([]*job{{name: name, spec: spec, at: at}})
	if err != nil {
		return err
	}
	r.Emit(event.Step{Type: "step", Tenant: name, Resource: "file", Status: status, Detail: p.config})
	r.Emit(event.Result{Type: "result", Command: "init", OK: true, Tenants: []event.Outcome{o}, Requests: noRequests()})
	return r.Close()
}
