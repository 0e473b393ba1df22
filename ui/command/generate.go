package command

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"phonegate/provision"
	"phonegate/provision/config"
	"phonegate/provision/event"
	"phonegate/provision/fault"
	"phonegate/templates"
)

func (p *program) generateCommand() *cobra.Command {
	var out string
	c := &cobra.Command{
		Use: "generate --out DIR", Short: "Write the Action, the form and the sign-up configuration as files",
		Long: `Writes what would be deployed as files, for reading and reviewing or for your own pipeline. Needs no
credentials and no network. The same answers always give the same bytes.`,
		Args: noArguments,
		RunE: func(c *cobra.Command, _ []string) error {
			p.answers = given(c)
			if out == "" {
				return fault.New(fault.Usage, "usage.out", "phonegate generate --out phonegate-files", "generate needs --out DIR.")
			}
			return p.generate(out)
		},
	}
	c.Flags().StringVar(&out, "out", "", "the directory to write to")
	answerFlags(c)
	return c
}

func (p *program) generate(out string) error {
	at := &place{getenv: p.Getenv, dir: p.Dir, sandboxed: p.flags.sandbox, close: func() {}}
	file, err := p.file(at)
	if err != nil {
		return err
	}
	names, err := p.names(file)
	if err != nil {
		return err
	}
	var jobs []*job
	for _, name := range names {
		spec, err := p.spec(file, name, at)
		if err != nil {
			return err
		}
		jobs = append(jobs, &job{name: name, spec: spec, at: at})
	}
	r, err := p.renderer(jobs)
	if err != nil {
		return err
	}
	result := event.Result{Type: "result", Command: "generate", OK: true, Requests: map[string]int{"auth0": 0, "twilio": 0, "vercel": 0}}
	for _, j := range jobs {
		dir := filepath.Join(p.Dir, out)
		if filepath.IsAbs(out) {
			dir = out
		}
		if len(jobs) > 1 {
			dir = filepath.Join(dir, j.name)
		}
		outcome, err := p.write(j.name, j.spec, dir, r.Emit)
		if err != nil {
			return err
		}
		result.Tenants = append(result.Tenants, outcome)
	}
	r.Emit(result)
	return r.Close()
}

// write writes one tenant's artefacts below dir and tells which files are new, changed or as they were.
func (p *program) write(tenant string, spec config.Tenant, dir string, emit func(event.Event)) (event.Outcome, error) {
	o := event.Outcome{Name: tenant, OK: true}
	files, err := templates.Artefacts(provision.Settings(spec))
	if err != nil {
		return o, err
	}
	for _, f := range files {
		path := filepath.Join(dir, filepath.FromSlash(f.Path))
		was, err := os.ReadFile(path)
		op, status := event.Create, event.Done
		switch {
		case err == nil && string(was) == string(f.Data):
			op, status = event.None, event.Skipped
			o.Unchanged++
		case err == nil:
			op = event.Update
			o.Updated++
		default:
			o.Created++
		}
		if op != event.None {
			if err := writeFile(path, f.Data); err != nil {
				return o, fault.Wrap(err, fault.Failed, "generate.write", "Give --out a directory that can be written to.", "%s can't be written: %s.", path, err)
			}
		}
		emit(event.Step{Type: "step", Tenant: tenant, Resource: "file", Status: status, Detail: fmt.Sprintf("%s (%d bytes)", path, len(f.Data))})
	}
	return o, nil
}

func writeFile(path string, data []byte) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	return os.WriteFile(path, data, 0o644)
}
