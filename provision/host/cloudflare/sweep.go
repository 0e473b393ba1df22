package cloudflare

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"phonegate/provision/event"
	"phonegate/provision/fault"
	"phonegate/provision/resource"
	"phonegate/provision/ring"
	"phonegate/provision/transport"
)

// sweep deletes keys, and returns when the form no longer shows them.
func (w *Worker) sweep(ctx context.Context, keys []ring.Key, progress resource.Progress) error {
	if len(keys) == 0 {
		return nil
	}
	if progress == nil {
		progress = func(string) {}
	}
	var names []string
	for _, k := range keys {
		names = append(names, k.Name())
	}
	if err := w.dropSecrets(ctx, names); err != nil || w.found == nil || !w.found.enabled || w.URL() == "" {
		return err
	}
	return w.steady(ctx, progress, func() *fault.Error {
		for _, k := range keys {
			if w.seen.Shows([]ring.Key{k}) {
				return fault.New(fault.Failed, "cloudflare.key_stays", "Run the same command again in a minute.",
					"%s still has the deleted key %s.", w.URL(), k.ID)
			}
		}
		return nil
	})
}

// dropSecrets deletes secrets, one by one: an upload without them could lose one that another computer adds at the same time.
func (w *Worker) dropSecrets(ctx context.Context, names []string) error {
	for _, name := range names {
		err := w.c.call(transport.Repeatable(ctx), http.MethodDelete, w.c.script(w.form.Name, "/secrets/"+url.PathEscape(name)), nil, nil)
		switch {
		case err == nil, answer(err).code == codeNoBinding:
		case notFound(err): // the Worker itself is gone
			w.found = nil
			return nil
		default:
			return err
		}
		if w.found != nil {
			w.found.bindings = slices.DeleteFunc(w.found.bindings, func(b binding) bool { return b.Name == name })
		}
	}
	return nil
}

// UndoChange implements resource.Resource.
func (w *Worker) UndoChange() event.Change {
	c := event.Change{Resource: w.Name(), Op: event.None, Detail: "no Worker " + w.form.Name}
	if w.found == nil {
		return c
	}
	c.Detail = strings.TrimPrefix(w.URL(), "https://")
	others, secrets := w.found.foreign(), w.found.secrets()
	switch {
	case len(others) == 0:
		c.Op, c.Requests = event.Delete, 4 // it is read again first
	case len(secrets) > 0:
		c.Op, c.Requests = event.Update, 3+len(secrets)
		c.Detail += ": its keys are deleted; the Worker stays because somebody added " + strings.Join(others, ", ")
	default:
		c.Detail += " stays because somebody added " + strings.Join(others, ", ")
	}
	return c
}

// Undo implements resource.Resource. The account's subdomain stays. A Worker that people added to stays without our keys, and
// keeps its mark, so that another run knows it again.
func (w *Worker) Undo(ctx context.Context, _ resource.Progress) error {
	if w.found == nil {
		return nil
	}
	before := w.found
	if err := w.inspect(ctx); err != nil { // somebody may have added to it since
		w.found = before
		return err
	}
	if w.found == nil {
		return nil
	}
	if len(w.found.foreign()) > 0 {
		return w.dropSecrets(ctx, w.found.secrets())
	}
	err := w.c.call(transport.Repeatable(ctx), http.MethodDelete, w.c.script(w.form.Name, "?force=true"), nil, nil)
	if err != nil && !notFound(err) {
		return err
	}
	w.found = nil
	return nil
}

// left is the Worker, if it stays after an Undo.
func (w *Worker) left() []resource.Left {
	one := resource.Left{What: "the Worker " + w.form.Name, Command: "wrangler delete --name " + w.form.Name}
	switch {
	case w.stranger:
		one.Why = "it has no phonegate mark and may belong to somebody else"
	case w.found != nil && len(w.found.foreign()) > 0:
		one.Why = "somebody added " + strings.Join(w.found.foreign(), ", ") + " to it"
	default:
		return nil
	}
	return []resource.Left{one}
}
