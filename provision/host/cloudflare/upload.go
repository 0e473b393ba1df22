package cloudflare

import (
	"context"
	"net/http"
	"path"
	"slices"
	"strings"

	"phonegate/provision/fault"
	"phonegate/provision/resource"
	"phonegate/provision/transport"
)

// Apply implements resource.Resource: upload, switch on, and look at the form as a stranger would.
func (w *Worker) Apply(ctx context.Context, progress resource.Progress) (err error) {
	if progress == nil {
		progress = func(string) {}
	}
	if w.subdomain.found == "" {
		return fault.New(fault.Failed, "cloudflare.subdomain_missing", "Run phonegate apply again.",
			"The account has no workers.dev subdomain yet, so nothing can be deployed.")
	}
	if w.stale {
		if err := w.Read(ctx); err != nil {
			w.stale = true
			return err
		}
	}
	defer func() { w.stale = err != nil }()
	if ids := w.lost(); len(ids) > 0 {
		return fault.New(fault.Failed, "cloudflare.key_missing", "Run phonegate rotate to create a new key.",
			"The Worker %s lacks the key %s, and this computer does not know its value.", w.form.Name, strings.Join(ids, ", "))
	}
	if w.found == nil || len(w.outdated()) > 0 {
		progress("uploading")
		if err := w.upload(ctx); err != nil {
			return err
		}
	}
	if !w.found.enabled {
		// Previews would run every version there ever was, each with its keys.
		on := map[string]bool{"enabled": true, "previews_enabled": false}
		if err := w.c.call(transport.Repeatable(ctx), http.MethodPost, w.c.script(w.form.Name, "/subdomain"), on, nil); err != nil {
			return err
		}
		w.found.enabled = true
	}
	progress("checking the form from outside")
	return w.steady(ctx, progress, w.unready)
}

// upload sends module, mark and the new key together. Every other binding stays: another computer may have added a key a moment
// ago, and what people added is theirs. It may be repeated.
func (w *Worker) upload(ctx context.Context) error {
	name := w.adds()
	_, value := w.form.Env.Add()
	if name != "" && value == "" {
		return fault.New(fault.Failed, "cloudflare.key_unknown", "Run phonegate apply again.",
			"The form's new key does not exist yet.")
	}
	up := &found{mark: mark{tenant: w.form.Tenant, code: hash(w.form.Module.Data)}, date: compatibilityDate}
	var before []binding
	if w.found != nil {
		up.enabled, before = w.found.enabled, w.found.bindings
		if w.found.mark.code == up.mark.code {
			up.mark.readBack = w.found.mark.readBack
		}
	}
	sent := func() []binding {
		all := []binding{{Type: plainText, Name: marker, Text: up.mark.String()}}
		if name != "" {
			all = append(all, binding{Type: secretText, Name: name, Text: value})
		}
		return all
	}
	if err := w.put(ctx, sent(), kept(before)); err != nil {
		return err
	}
	var err error
	if up.module, err = w.c.download(ctx, w.form.Name); err != nil {
		return err
	}
	if got := hash(up.module); got != up.mark.code && got != up.mark.readBack {
		// Cloudflare has reformatted it. The mark says so, or every computer would take it for an edit.
		up.mark.readBack = got
		if err := w.put(ctx, sent(), kept(before)); err != nil {
			return err
		}
	}
	up.bindings = slices.DeleteFunc(slices.Clone(before), func(b binding) bool { return b.Name == marker || b.Name == name })
	for _, b := range sent() {
		if b.Type == secretText {
			b.Text = ""
		}
		up.bindings = append(up.bindings, b)
	}
	w.found, w.read = up, true
	return nil
}

// put uploads the module with the bindings.
func (w *Worker) put(ctx context.Context, bindings []binding, keep []string) error {
	name := path.Base(w.form.Module.Path)
	kind, body, err := form(name, w.form.Module.Data, map[string]any{
		"main_module": name, "compatibility_date": compatibilityDate, "bindings": bindings, "keep_bindings": keep,
	})
	if err != nil {
		return err
	}
	_, _, err = w.c.send(transport.Repeatable(ctx), http.MethodPut, w.c.script(w.form.Name, ""), kind, body)
	for _, b := range bindings {
		if b.Type == secretText {
			err = fault.Hide(err, b.Text)
		}
	}
	return err
}

// kept are the types of bindings that outlive an upload which does not name them: those that are there, and secrets, which
// another computer may add at the same time.
func kept(bindings []binding) []string {
	types := []string{secretText}
	for _, b := range bindings {
		if b.Name != marker {
			types = append(types, b.Type)
		}
	}
	slices.Sort(types)
	return slices.Compact(types)
}
