package command

import (
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
			p.answers = given(c)
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
	at := &place{getenv: p.Getenv, dir: p.Dir, sandboxed: p.flags.sandbox, close: func() {}}
	path := p.path()
	var file *config.File
	if exists(path) {
		var err error
		if file, err = config.Load(path); err != nil {
			return err
		}
	}
	base := file
	if at.sandboxed && file == nil {
		base = example()
	}
	op := event.Create
	if file != nil {
		if _, ok := file.Tenants[name]; ok {
			op = event.Update
		}
	}
	spec, _, err := config.Resolve(base, name, true, p.answer, at.getenv)
	if err != nil {
		return err
	}
	if err := config.MissingError(name, config.Missing(spec)); err != nil {
		return err
	}
	before, _ := os.ReadFile(path)
	if err := config.Set(path, name, config.Lean(name, spec)); err != nil {
		return err
	}
	if after, _ := os.ReadFile(path); op == event.Update && string(after) == string(before) {
		op = event.None
	}
	r, err := p.renderer([]*job{{name: name, spec: spec, at: at}})
	if err != nil {
		return err
	}
	o := event.Outcome{Name: name, OK: true}
	switch op {
	case event.Create:
		o.Created = 1
	case event.Update:
		o.Updated = 1
	default:
		o.Unchanged = 1
	}
	r.Emit(event.Step{Type: "step", Tenant: name, Resource: "file", Status: event.Done, Detail: path})
	r.Emit(event.Result{Type: "result", Command: "init", OK: true, Tenants: []event.Outcome{o}, Requests: map[string]int{"auth0": 0, "twilio": 0, "vercel": 0}})
	return r.Close()
}
