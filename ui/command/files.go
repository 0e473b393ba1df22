package command

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"phonegate/provision/config"
	"phonegate/provision/engine"
	"phonegate/provision/event"
	"phonegate/provision/fault"
	"phonegate/templates"
)

func (p *program) generateCommand() *cobra.Command {
	var out string
	c := &cobra.Command{
		Use: "generate --out DIR", Short: "Write the Action, the form and the sign-up configuration as files",
		Long: `Writes the files that would be deployed, for review or for your own pipeline. Needs no credentials and no network.
The same answers always produce the same bytes.`,
		Args: noArguments,
		RunE: func(*cobra.Command, []string) error {
			return p.files("generate", out, engine.Artefacts, false)
		},
	}
	c.Flags().StringVar(&out, "out", "", "the `directory` to write to; several tenants get one subdirectory each")
	answerFlags(c)
	return c
}

// files writes what render makes of every tenant that was asked for: into a directory each, or beside one another.
func (p *program) files(command, out string, render func(name string, spec config.Tenant) ([]templates.File, error), beside bool) error {
	start := time.Now()
	if out == "" {
		return fault.New(fault.Usage, "usage.out", "For example: phonegate "+command+" --out phonegate-files", "%s needs --out DIR.", command)
	}
	at := p.localEnv()
	file, err := p.file(at)
	if err != nil {
		return err
	}
	jobs, err := p.specs(file, at)
	if err != nil {
		return err
	}
	p.announce(jobs)
	// All is rendered before anything is written: half a set of files would be worse than none.
	rendered := make([][]templates.File, len(jobs))
	for i, j := range jobs {
		if rendered[i], err = render(j.name, j.spec); err != nil {
			if told, ok := errors.AsType[*fault.Error](err); ok {
				return told
			}
			return fault.Wrap(err, fault.Failed, command+".render", "", "The files for %s can't be generated: %s.", j.name, err)
		}
	}
	r, err := p.renderer(jobs)
	if err != nil {
		return err
	}
	result := event.Result{Type: "result", Command: command, OK: true, Requests: noRequests()}
	for i, j := range jobs {
		dir := out
		if len(jobs) > 1 && !beside {
			dir = filepath.Join(dir, j.name)
		}
		outcome, err := writeFiles(j.name, dir, rendered[i], r.Emit)
		if err != nil {
			return err
		}
		result.Tenants = append(result.Tenants, outcome)
	}
	result.ElapsedMS = time.Since(start).Milliseconds()
	r.Emit(result)
	return r.Close()
}

// writeFiles writes files below dir and tells which are new, changed or as they were.
func writeFiles(tenant, dir string, files []templates.File, emit func(event.Event)) (event.Outcome, error) {
	o := event.Outcome{Name: tenant, OK: true}
	for _, f := range files {
		path := filepath.Join(dir, filepath.FromSlash(f.Path))
		was, err := os.ReadFile(path)
		status := event.Done
		switch {
		case err == nil && string(was) == string(f.Data):
			status = event.Skipped
			o.Unchanged++
		case err == nil:
			o.Updated++
		default:
			o.Created++
		}
		if status == event.Done {
			if err := writeFile(path, f.Data); err != nil {
				return o, fault.Wrap(err, fault.Failed, "generate.write", "Choose a writable directory with --out.", "%s can't be written: %s.", path, err)
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
