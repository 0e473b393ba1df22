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
	out := censored{p.Out, hide}
	var r render.Renderer
	if p.json {
		r = render.JSON(out)
	} else {
		r = render.Plain(out, p.plainOptions(jobs))
	}
	if p.logFile == "" {
		return r, nil
	}
	log, err := os.OpenFile(p.logFile, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, fault.Wrap(err, fault.Usage, "usage.log_file", "Give another path to --log-file.", "The log file can't be written: %s.", err)
	}
	return both{r, render.JSON(censored{log, hide}), log}, nil
}

// censored is a last line of defence: nothing that is known to be secret passes through it, whatever an event says.
type censored struct {
	io.Writer
	hide *secret.Redactor
}

func (c censored) Write(b []byte) (int, error) {
	if _, err := io.WriteString(c.Writer, c.hide.Redact(string(b))); err != nil {
		return 0, err
	}
	return len(b), nil
}

// both shows events and keeps them.
type both struct {
	shown, kept render.Renderer
	file        io.Closer
}

func (b both) Emit(e event.Event) {
	b.kept.Emit(e)
	b.shown.Emit(e)
}

func (b both) Close() error { return errors.Join(b.shown.Close(), b.kept.Close(), b.file.Close()) }

func (p *program) plainOptions(jobs []*job) render.Options {
	o := render.Options{Quiet: p.Getenv("CI") != ""}
	if p.OutTerminal {
		o.Width, o.Styles = p.Width, render.NewStyles(true, p.colour())
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
