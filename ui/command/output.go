package command

import (
	"errors"
	"io"
	"os"

	"phonegate/provision/event"
	"phonegate/provision/fault"
	"phonegate/provision/secret"
	"phonegate/ui/render"
)

// renderer shows events in the form that was asked for, and writes them to the log file.
func (p *program) renderer(jobs []*job) (render.Renderer, error) {
	hide := &secret.Redactor{}
	for _, j := range jobs {
		hide.AddCredentials(j.creds)
	}
	log, err := p.openLog(hide)
	if err != nil {
		return nil, err
	}
	out := censored{p.Out, hide}
	var r render.Renderer
	if p.json {
		r = render.JSON(out)
	} else {
		r = render.Plain(out, p.plainOptions(jobs))
	}
	if log == nil {
		return r, nil
	}
	return both{shown: r, kept: log}, nil
}

// openLog opens the log file, which nobody else may read; nil without one.
func (p *program) openLog(hide *secret.Redactor) (render.Renderer, error) {
	if p.logFile == "" {
		return nil, nil
	}
	file, err := os.OpenFile(p.logFile, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err == nil {
		if info, bad := file.Stat(); bad == nil && info.Mode().IsRegular() {
			err = file.Chmod(0o600) // one that was there before may be open to all
		}
	}
	if err != nil {
		return nil, fault.Wrap(err, fault.Usage, "usage.log_file", "Choose another path with --log-file.", "The log file can't be written: %s.", err)
	}
	return logFile{render.JSON(censored{file, hide}), file}, nil
}

// logFile is events in a file of their own.
type logFile struct {
	render.Renderer
	file io.Closer
}

// Close closes the file too.
func (l logFile) Close() error { return errors.Join(l.Renderer.Close(), l.file.Close()) }

// censored is a last line of defence: nothing that is known to be secret passes through it, whatever an event says.
type censored struct {
	io.Writer
	hide *secret.Redactor
}

// Write passes on what is left.
func (c censored) Write(b []byte) (int, error) {
	if _, err := io.WriteString(c.Writer, c.hide.Redact(string(b))); err != nil {
		return 0, err
	}
	return len(b), nil
}

// both shows events and keeps them.
type both struct{ shown, kept render.Renderer }

// Emit keeps the event first: what is shown may be looked up there.
func (b both) Emit(e event.Event) {
	b.kept.Emit(e)
	b.shown.Emit(e)
}

// Close closes both.
func (b both) Close() error { return errors.Join(b.shown.Close(), b.kept.Close()) }

// plainOptions shape lines for people. Where the sandbox ends with the run, there is nothing to do next with it.
func (p *program) plainOptions(jobs []*job) render.Options {
	o := render.Options{Quiet: p.Getenv("CI") != "" || p.flags.sandbox, Terse: p.terse, Checks: p.checks, File: p.byFile()}
	if p.OutTerminal {
		o.Width = p.Width
		if p.Getenv("TERM") != "dumb" { // which knows no bold either
			o.Styles = render.NewStyles(true, p.colour())
		}
	}
	for i, j := range jobs {
		o.Tenants = append(o.Tenants, j.name)
		if i == 0 {
			o.Host = j.spec.Host.Kind
		} else if o.Host != j.spec.Host.Kind {
			o.Host = ""
		}
	}
	return o
}
