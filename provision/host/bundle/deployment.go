package bundle

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"phonegate/provision/event"
	"phonegate/provision/fault"
	"phonegate/provision/host"
	"phonegate/provision/resource"
)

// Deployment is the resource host.deployment: the form, in operation under its address with its secrets. Applying it starts
// nothing: it looks, and where the form is not as it must be it says what a person has to do. So nobody is led to a
// form that is not there.
type Deployment struct {
	o    Options
	note resource.Note

	seen sight
}

// sight is what was seen of the form.
type sight struct {
	host.Condition
	err   error // why no form was seen
	knows answer
}

// answer is whether the form knows the session secret.
type answer int

const (
	unasked answer = iota // the secret is not known on this computer
	yes
	no
)

// Name implements resource.Resource.
func (d *Deployment) Name() string { return "host.deployment" }

// Read implements resource.Resource. A form that does not answer is no error: then there is something to do.
func (d *Deployment) Read(ctx context.Context) error {
	d.seen = d.see(ctx)
	return ctx.Err()
}

// see looks at the form as a stranger would, and as Auth0 would.
func (d *Deployment) see(ctx context.Context) (s sight) {
	var clock time.Time
	if s.Condition, clock, s.err = d.look(ctx); s.err != nil {
		return s
	}
	if secret, _ := d.o.Session(); secret != "" {
		s.knows, s.err = d.ask(ctx, secret, clock)
	}
	return s
}

// look asks the form how it is. The time is its server's.
func (d *Deployment) look(ctx context.Context) (c host.Condition, clock time.Time, err error) {
	c, found, res, err := host.Ask(ctx, d.o.HTTP, d.o.URL)
	switch {
	case err != nil:
		return c, clock, err
	case !found:
		return c, clock, fault.New(fault.Failed, "bundle.no_form", "", "%s answers with status %d, and not with the form.", bare(d.o.URL), res.StatusCode)
	}
	clock, err = http.ParseTime(res.Header.Get("Date"))
	if err != nil {
		clock = time.Now()
	}
	return c, clock, nil
}

// why says what is wrong with the form that was seen, and what to do about it; nil if nothing.
func (d *Deployment) why() *fault.Error {
	s := d.seen
	switch {
	case s.err != nil:
		return d.hinted(s.err)
	case s.Version != d.o.Version: // a doctor finds the same by the same code, and says it once
		return trouble("form.version", d.next(), "The form at %s is version %s; generated is %s.", d.o.URL, known(s.Version), d.o.Version)
	case !s.Ready:
		return trouble("form.not_ready", d.next(), "The form at %s lacks a secret in its environment and lets nobody in.", d.o.URL)
	case s.knows == no:
		return trouble("bundle.other_secrets", d.next(), "The form at %s does not have the secrets that are in use from now on.", d.o.URL)
	case s.knows == unasked && !d.confirmed():
		return trouble("bundle.secrets_unseen", d.next(), "Nobody knows whether the form at %s has the secrets that are in use: they are not on this computer.", d.o.URL)
	}
	return nil
}

// hinted is an error with what a person has to do. It is not added where the error arises: what the form must have is not known
// while other resources are read.
func (d *Deployment) hinted(err error) *fault.Error {
	f := *fault.Of(err)
	if f.Category != fault.Interrupted {
		f.Hint = d.next()
	}
	return &f
}

func known(version string) string {
	if version == "" {
		return "unknown"
	}
	return version
}

// confirmed says whether the form has been seen with the environment that it must have.
func (d *Deployment) confirmed() bool {
	wanted := d.o.Inputs().Fingerprint
	return wanted != "" && d.note.Get("env") == wanted
}

// handsOver says whether the form has to be given its secrets, as far as can be seen. New files alone need none.
func (d *Deployment) handsOver() bool {
	return !d.confirmed() || d.seen.err == nil && (!d.seen.Ready || d.seen.knows == no)
}

// differs says whether the form is not as it must be, or has not been seen so.
func (d *Deployment) differs() bool { return !d.confirmed() || d.why() != nil }

// Change implements resource.Resource.
func (d *Deployment) Change() event.Change {
	c := event.Change{Resource: d.Name(), Op: event.None, Detail: bare(d.o.URL)}
	if !d.differs() {
		return c
	}
	if c.Op = event.Update; d.note.Get("env") == "" {
		c.Op = event.Create
	}
	switch {
	case d.note.Get("asked") == "" || d.note.Get("asked") != d.o.Inputs().Fingerprint:
		c.Detail += ", once you run it there with its secrets"
	case d.seen.err != nil:
		c.Detail += ": it does not answer"
	case d.seen.Version != d.o.Version:
		c.Detail += fmt.Sprintf(": version %s → %s", known(d.seen.Version), d.o.Version)
	case d.why() != nil:
		c.Detail += ": its secrets are to be handed over"
	default:
		c.Detail += ": it runs with its secrets"
	}
	return c
}

// tries is how often Apply looks at a form that may just be starting.
const tries = 6

// Apply implements resource.Resource.
func (d *Deployment) Apply(ctx context.Context, progress resource.Progress) error {
	if progress == nil {
		progress = func(string) {}
	}
	in := d.o.Inputs()
	if d.handsOver() {
		if err := complete(in); err != nil {
			return err
		}
	}
	// Before anybody has been told of these secrets and files there is no form that has them, and nothing to wait for.
	patience := tries
	if d.note.Get("asked") != in.Fingerprint || d.note.Get("version") != d.o.Version {
		patience = 1
	}
	_, print := d.o.Session()
	for key, value := range map[string]string{"session": print, "asked": in.Fingerprint, "version": d.o.Version} {
		if err := d.note.Set(key, value); err != nil {
			return err
		}
	}
	for try := 1; ; try++ {
		progress("looking at the form from outside")
		d.seen = d.see(ctx)
		if err := ctx.Err(); err != nil {
			return err
		}
		why := d.why()
		if why == nil {
			return d.note.Set("env", in.Fingerprint)
		}
		if try == patience {
			return fault.Wrap(why, fault.Failed, "bundle.not_running", d.next(), "What is left waits for the form. %s", why.Message)
		}
		if err := sleep(ctx, d.o.Poll); err != nil {
			return err
		}
	}
}

// next is what a person has to do about a form that is not in operation.
func (d *Deployment) next() string {
	if d.confirmed() {
		return "It was in order before: see what has become of it where it runs. If it has lost its secrets: phonegate secrets --tenant " + d.o.Tenant + " -- COMMAND. Then run phonegate apply --tenant " + d.o.Tenant + "."
	}
	return "Bring " + d.o.Folder + " to where it is to run (its README.md shows ways to do it), hand its secrets over: phonegate secrets --tenant " + d.o.Tenant +
		" -- COMMAND, start it, then run phonegate apply --tenant " + d.o.Tenant + ": it carries on."
}

// complete refuses values that are not all known: they could not be handed over.
func complete(in resource.Inputs) error {
	var unknown []string
	for _, name := range slices.Sorted(maps.Keys(in.Values)) {
		if in.Values[name] == "" {
			unknown = append(unknown, name)
		}
	}
	if len(unknown) == 0 {
		return nil
	}
	return fault.New(fault.Failed, "bundle.secrets_unknown", "Run `phonegate rotate` to make new ones.",
		"The form's secrets are not all known on this computer: %s.", strings.Join(unknown, ", "))
}

// UndoChange implements resource.Resource.
func (d *Deployment) UndoChange() event.Change {
	return event.Change{Resource: d.Name(), Op: event.None, Detail: bare(d.o.URL) + " is yours to stop, with the secrets that it has"}
}

// Undo implements resource.Resource. There is nothing that phonegate has started.
func (d *Deployment) Undo(context.Context, resource.Progress) error {
	for _, key := range []string{"env", "asked", "session", "version"} {
		if err := d.note.Set(key, ""); err != nil {
			return err
		}
	}
	return nil
}

// Problems names each way in which the form that was seen is not as it should be.
func (d *Deployment) Problems() []*fault.Error {
	if why := d.why(); why != nil {
		return []*fault.Error{why}
	}
	if !d.confirmed() {
		return []*fault.Error{trouble("bundle.unconfirmed", "", "The form at %s has not been looked at since its secrets were made.", d.o.URL)}
	}
	return nil
}

// sleep waits for d or until the context ends.
func sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
