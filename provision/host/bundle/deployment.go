package bundle

import (
	"cmp"
	"context"
	"fmt"
	"strings"

	"phonegate/provision/event"
	"phonegate/provision/fault"
	"phonegate/provision/host"
	"phonegate/provision/resource"
	"phonegate/provision/ring"
	"phonegate/provision/transport"
)

// Deployment is the resource host.deployment: the form, in operation under its address with its keys. Applying it starts
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
	looked bool
	err    error // why no form was seen
}

// answered says whether a form was seen.
func (s sight) answered() bool { return s.looked && s.err == nil }

// Name implements resource.Resource.
func (d *Deployment) Name() string { return "host.deployment" }

// Read implements resource.Resource. A form that does not answer is no error: then there is something to do.
func (d *Deployment) Read(ctx context.Context) error {
	d.see(ctx)
	return ctx.Err()
}

// see looks at the form as a stranger would, and keeps what it says.
func (d *Deployment) see(ctx context.Context) {
	d.seen = sight{looked: true}
	d.seen.Condition, d.seen.err = d.look(ctx)
}

// look asks the form once how it is.
func (d *Deployment) look(ctx context.Context) (host.Condition, error) {
	c, found, res, err := host.Ask(ctx, d.o.HTTP, d.o.URL)
	if err == nil && !found {
		err = fault.New(fault.Failed, "bundle.no_form", "",
			"%s does not show the form (status %d).", bare(d.o.URL), res.StatusCode)
	}
	return c, err
}

// missing are the keys that the form must show and was not seen to have.
func (d *Deployment) missing() (keys []ring.Key) {
	for _, k := range d.o.Env.Must() {
		if !d.seen.Shows([]ring.Key{k}) {
			keys = append(keys, k)
		}
	}
	return keys
}

// runs says whether the form was seen to be as it must be.
func (d *Deployment) runs() bool { return d.seen.looked && d.why() == nil }

// why says what is wrong with the form that was seen, and what to do about it; nil if nothing. A doctor finds version and
// readiness by the same codes and in the same words, and says each once.
func (d *Deployment) why() *fault.Error {
	s := d.seen
	switch {
	case s.err != nil:
		return d.hinted(s.err)
	case s.Version != d.o.Version:
		return trouble("form.version", d.next(), "The form at %s is version %s, but the current version is %s.",
			d.o.URL, cmp.Or(s.Version, "unknown"), d.o.Version)
	case !s.Ready:
		return trouble("form.not_ready", d.next(), "The form at %s is missing its key and rejects every request.", d.o.URL)
	}
	if keys := d.missing(); len(keys) > 0 {
		return trouble("bundle.key_missing", d.next(), "The form at %s lacks the key %s.",
			d.o.URL, strings.Join(ids(keys), ", "))
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

func ids(keys []ring.Key) (all []string) {
	for _, k := range keys {
		all = append(all, k.ID)
	}
	return all
}

// Change implements resource.Resource.
func (d *Deployment) Change() event.Change {
	c := event.Change{Resource: d.Name(), Op: event.None, Detail: bare(d.o.URL)}
	if d.runs() {
		return c
	}
	c.Op = event.Update
	switch {
	case !d.seen.answered():
		if c.Op = event.Create; d.asked() {
			c.Detail += ": it does not respond"
		} else {
			c.Detail += ", waiting for you to start it there with its key"
		}
	case d.seen.Version != d.o.Version:
		c.Detail += fmt.Sprintf(": version %s → %s", cmp.Or(d.seen.Version, "unknown"), d.o.Version)
	default:
		c.Detail += ": it needs a key that you pass on"
	}
	return c
}

// wanted identifies what a person is asked to run.
func (d *Deployment) wanted() string {
	return strings.Join(append([]string{d.o.Version}, ids(d.o.Env.Must())...), " ")
}

// asked says whether an earlier run on this computer has asked for the same.
func (d *Deployment) asked() bool { return d.note.Get("asked") == d.wanted() }

// tries is how often Apply looks at a form that may just be starting, and handedTries at one that is being given a new key: it
// may be built anew for that.
const (
	tries       = 6
	handedTries = 90
)

// Apply implements resource.Resource.
func (d *Deployment) Apply(ctx context.Context, progress resource.Progress) error {
	if progress == nil {
		progress = func(string) {}
	}
	// Before anybody has been told of these keys and files there is no form that has them, and nothing to wait for.
	patience := 1
	switch {
	case d.o.Handed != nil && d.o.Handed():
		patience = handedTries
	case d.asked():
		patience = tries
	}
	if err := d.note.Set("asked", d.wanted()); err != nil {
		return err
	}
	for try := 1; ; try++ {
		progress("checking the form from outside")
		d.see(ctx)
		if err := ctx.Err(); err != nil {
			return err
		}
		why := d.why()
		if why == nil {
			return nil
		}
		if try == patience {
			return fault.Wrap(why, fault.Failed, "bundle.not_running", d.next(),
				"The remaining steps are waiting for the form. %s", why.Message)
		}
		if err := transport.Pause(ctx, d.o.Poll); err != nil {
			return err
		}
	}
}

// next is what a person has to do about a form that is not in operation.
func (d *Deployment) next() string {
	secrets := "phonegate secrets --tenant " + d.o.Tenant + " -- COMMAND"
	then := "then run phonegate apply --tenant " + d.o.Tenant + ": it continues."
	elsewhere := "run " + secrets + " on the computer that created the key, or create a new one with phonegate rotate --tenant " + d.o.Tenant
	bring := "Copy " + d.o.Folder + " to its server (its README.md shows how), "
	switch keys := d.missing(); {
	case !d.seen.answered() && !d.here(keys):
		return "Start the form on its server, " + then + " If it has lost its key, " + elsewhere + "."
	case !d.seen.answered():
		return bring + "pass on its key with " + secrets + ", start it, " + then
	case len(keys) > 0 && !d.here(keys):
		return "To pass on the key, " + elsewhere + "; " + then
	case d.seen.Version == d.o.Version:
		return "Pass on its key with " + secrets + ", restart it, " + then
	case len(keys) > 0:
		return bring + "pass on its key with " + secrets + ", restart it, " + then
	}
	return bring + "restart it with its existing keys, " + then + " If it has lost them: " + secrets + "."
}

// here says whether this computer has the one key that is to be handed over.
func (d *Deployment) here(keys []ring.Key) bool {
	name, _ := d.o.Env.Add()
	return len(keys) == 0 || len(keys) == 1 && keys[0].Name() == name
}

// UndoChange implements resource.Resource.
func (d *Deployment) UndoChange() event.Change {
	c := event.Change{Resource: d.Name(), Op: event.None, Detail: bare(d.o.URL) + " does not respond"}
	if d.seen.answered() {
		c.Detail = bare(d.o.URL) + " is on your server: stop it there and delete its keys"
	}
	return c
}

// Undo implements resource.Resource. There is nothing that phonegate has started.
func (d *Deployment) Undo(ctx context.Context, _ resource.Progress) error {
	if d.see(ctx); ctx.Err() != nil {
		return ctx.Err()
	}
	return d.note.Set("asked", "")
}

// Problems names each way in which the form that was seen is not as it should be.
func (d *Deployment) Problems() []*fault.Error {
	if why := d.why(); why != nil {
		return []*fault.Error{why}
	}
	return nil
}
