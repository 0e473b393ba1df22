package cloudflare

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"mime"
	"mime/multipart"
	"net/http"
	"net/url"
	"path"
	"slices"
	"strings"

	"phonegate/provision/fault"
	"phonegate/provision/resource"
)

// Apply implements resource.Resource: upload, switch on, and look at the form as a stranger would.
func (w *Worker) Apply(ctx context.Context, progress resource.Progress) (err error) {
	if progress == nil {
		progress = func(string) {}
	}
	if w.subdomain.found == "" {
		return fault.New(fault.Failed, "cloudflare.subdomain_missing", "Run `phonegate apply` again.", "The account has no workers.dev subdomain to deploy to.")
	}
	if w.stale {
		if err := w.Read(ctx); err != nil {
			return err
		}
	}
	defer func() { w.stale = err != nil }()
	looks := 1
	if w.found == nil || len(w.outdated()) > 0 {
		if w.found != nil && w.sendsSecrets() {
			looks = steadyLooks
		}
		progress("uploading")
		if err := w.upload(ctx); err != nil {
			return err
		}
	}
	if !w.found.enabled {
		// Previews would run every version there ever was, each with its secrets.
		on := map[string]bool{"enabled": true, "previews_enabled": false}
		if err := w.c.call(repeat(ctx), http.MethodPost, w.c.script(w.form.Name, "/subdomain"), on, nil); err != nil {
			return err
		}
		w.found.enabled = true
	}
	progress("looking at the form from outside")
	if err := w.reachable(ctx, looks, progress); err != nil {
		return err
	}
	return w.note.Set("url", w.address()) // last: the next run looks again if this one has not seen the form
}

// upload sends module and secrets together: at no moment does one run without the other. It may be repeated. Secrets that are
// left out may outlive it, so those are deleted.
func (w *Worker) upload(ctx context.Context) error {
	in := w.form.Inputs()
	bindings, err := w.bindings(in)
	if err != nil {
		return err
	}
	name := path.Base(w.form.Module.Path)
	kind, body, err := form(name, w.form.Module.Data, map[string]any{"main_module": name, "compatibility_date": compatibilityDate, "bindings": bindings})
	if err != nil {
		return err
	}
	_, data, err := w.c.send(repeat(ctx), http.MethodPut, w.c.script(w.form.Name, ""), kind, body)
	if err != nil {
		return hide(err, in.Values)
	}
	up := &found{bindings: bindings, inputs: w.print(), code: hash(w.form.Module.Data), date: compatibilityDate, enabled: w.found != nil && w.found.enabled}
	for i, b := range up.bindings {
		if b.Name != marker {
			up.bindings[i] = binding{Type: "secret_text", Name: b.Name}
		}
	}
	if err := w.dropSecrets(ctx, in.Values); err != nil {
		return err
	}
	if up.module, err = w.c.download(ctx, w.form.Name); err != nil {
		return err
	}
	w.found = up
	var made struct {
		Result struct {
			Tag string `json:"tag"`
		} `json:"result"`
	}
	if json.Unmarshal(data, &made) == nil && made.Result.Tag != "" {
		if err := w.note.Set("tag", made.Result.Tag); err != nil {
			return err
		}
	}
	return w.note.Set("module", hash(up.module))
}

// bindings are the secrets and the marker. A secret whose value is not known on this machine stays as it is in the Worker, if it
// is the one in use.
func (w *Worker) bindings(in resource.Inputs) ([]binding, error) {
	if in.Fingerprint == "" {
		return nil, fault.New(fault.Failed, "cloudflare.secrets_unknown", "Run `phonegate apply` again.", "The form's secrets are not all made yet.")
	}
	kept := !w.sendsSecrets()
	all := []binding{{Type: "plain_text", Name: marker, Text: w.form.Tenant + " " + w.print() + " " + hash(w.form.Module.Data)}}
	var unknown []string
	for _, name := range slices.Sorted(maps.Keys(in.Values)) {
		switch value := in.Values[name]; {
		case value != "":
			all = append(all, binding{Type: "secret_text", Name: name, Text: value})
		case kept:
			all = append(all, binding{Type: "inherit", Name: name})
		default:
			unknown = append(unknown, name)
		}
	}
	if len(unknown) > 0 {
		return nil, fault.New(fault.Failed, "cloudflare.secrets_unknown", "Run `phonegate rotate` to make new ones.",
			"The form's secrets are not all known on this machine: %s.", strings.Join(unknown, ", "))
	}
	return all, nil
}

// dropSecrets deletes the secrets that were found and are not wanted.
func (w *Worker) dropSecrets(ctx context.Context, wanted map[string]string) error {
	if w.found == nil {
		return nil
	}
	for _, b := range w.found.bindings {
		if _, ok := wanted[b.Name]; ok || !strings.HasPrefix(b.Type, "secret_") {
			continue
		}
		err := w.c.call(repeat(ctx), http.MethodDelete, w.c.script(w.form.Name, "/secrets/"+url.PathEscape(b.Name)), nil, nil)
		if err != nil && !notFound(err) && answer(err).code != codeNoBinding {
			return err
		}
	}
	return nil
}

// form is the body of an upload.
func form(name string, module []byte, metadata any) (kind string, body []byte, err error) {
	about, err := json.Marshal(metadata)
	if err != nil {
		return "", nil, err
	}
	var out bytes.Buffer
	parts := multipart.NewWriter(&out)
	for _, p := range []struct {
		disposition, kind string
		content           []byte
	}{
		{`form-data; name="metadata"; filename="metadata.json"`, "application/json", about},
		{fmt.Sprintf(`form-data; name=%q; filename=%q`, name, name), "application/javascript+module", module},
	} {
		part, err := parts.CreatePart(map[string][]string{"Content-Disposition": {p.disposition}, "Content-Type": {p.kind}})
		if err != nil {
			return "", nil, err
		}
		if _, err := part.Write(p.content); err != nil {
			return "", nil, err
		}
	}
	err = parts.Close()
	return parts.FormDataContentType(), out.Bytes(), err
}

// download reads a Worker's code back: the module itself, or a multipart body with the module as its only part.
func (c *Client) download(ctx context.Context, name string) ([]byte, error) {
	res, data, err := c.send(ctx, http.MethodGet, c.script(name, ""), "", nil)
	if err != nil {
		return nil, err
	}
	kind, parameters, err := mime.ParseMediaType(res.Header.Get("Content-Type"))
	if err != nil || !strings.HasPrefix(kind, "multipart/") {
		return data, nil
	}
	parts := multipart.NewReader(bytes.NewReader(data), parameters["boundary"])
	var modules [][]byte
	for {
		part, err := parts.NextRawPart()
		if err == io.EOF {
			break
		}
		var content []byte
		if err == nil {
			content, err = io.ReadAll(part)
		}
		if err != nil {
			return nil, fault.Wrap(err, fault.Failed, "cloudflare.unexpected_answer", "Run the same command again; if it happens again, please report it.",
				"Cloudflare gave the code of the Worker %s in a form that can't be read.", name)
		}
		modules = append(modules, content)
	}
	// More than one module, or none, is not what was uploaded; it only has to differ.
	return bytes.Join(modules, []byte("\n// ----\n")), nil
}

// tag is the identity of the Worker of that name, which another one of the same name would not have; "" if there is none.
func (c *Client) tag(ctx context.Context, name string) (string, error) {
	var all []struct {
		ID  string `json:"id"`
		Tag string `json:"tag"`
	}
	if err := c.call(ctx, http.MethodGet, c.account("/workers/scripts"), nil, &all); err != nil {
		return "", err
	}
	for _, w := range all {
		if w.ID == name {
			return w.Tag, nil
		}
	}
	return "", nil
}
