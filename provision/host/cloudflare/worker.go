package cloudflare

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"

	"phonegate/provision/event"
	"phonegate/provision/fault"
	"phonegate/provision/resource"
)

// Worker is the resource host.deployment: the form's module with its secrets, live below the account's subdomain.
//
// Everything that must be known of it stands in the Worker itself: its module can be read back, and a binding says whose it is
// and which secrets it has. So a lost state loses nothing.
type Worker struct {
	c         *Client
	form      Form
	subdomain *Subdomain
	note      resource.Note

	found *found
	stale bool // found may be out of date: an Apply has failed on the way
}

// found is what a Read has seen.
type found struct {
	bindings []binding
	inputs   string // identifies the secrets it was uploaded with
	code     string // identifies the module that was uploaded
	module   []byte // as it is given back
	date     string
	flags    []string
	enabled  bool // answers below workers.dev
}

// binding is Cloudflare's JSON of a binding, as far as it matters here. The text of a secret is never given back.
type binding struct {
	Type string `json:"type"`
	Name string `json:"name"`
	Text string `json:"text,omitempty"`
}

const (
	// compatibilityDate pins how the runtime behaves, so that the form runs tomorrow as it did today.
	compatibilityDate = "2025-09-01"
	// marker is the binding by which a Worker is known to be a form of ours: whose, and with which secrets.
	marker = "PHONEGATE"
)

// Name implements resource.Resource.
func (w *Worker) Name() string { return "host.deployment" }

// URL is where the form answers; "" before it is deployed.
func (w *Worker) URL() string {
	if url := w.address(); url != "" && (w.found != nil || w.note.Get("url") != "") {
		return url
	}
	return w.note.Get("url")
}

// address is where the Worker answers once it runs, "" if the account's subdomain is not known.
func (w *Worker) address() string {
	if w.subdomain.found == "" {
		return ""
	}
	return "https://" + w.form.Name + "." + w.subdomain.found + workersDev
}

// Read implements resource.Resource.
func (w *Worker) Read(ctx context.Context) error {
	w.found, w.stale = nil, false
	var settings struct {
		Bindings []binding `json:"bindings"`
		Date     string    `json:"compatibility_date"`
		Flags    []string  `json:"compatibility_flags"`
	}
	if err := w.c.call(ctx, http.MethodGet, w.c.script(w.form.Name, "/settings"), nil, &settings); err != nil {
		if notFound(err) {
			return nil
		}
		return err
	}
	inputs, code, err := w.recognise(ctx, settings.Bindings)
	if err != nil {
		return err
	}
	module, err := w.c.download(ctx, w.form.Name)
	if err != nil {
		return err
	}
	var route struct {
		Enabled bool `json:"enabled"`
	}
	if err := w.c.call(ctx, http.MethodGet, w.c.script(w.form.Name, "/subdomain"), nil, &route); err != nil {
		return err
	}
	w.found = &found{settings.Bindings, inputs, code, module, settings.Date, settings.Flags, route.Enabled}
	return nil
}

// recognise makes sure that a Worker is this tenant's form, and says which secrets and module it was uploaded with. Uploading over
// another Worker would replace what somebody runs there.
func (w *Worker) recognise(ctx context.Context, bindings []binding) (inputs, code string, err error) {
	i := slices.IndexFunc(bindings, func(b binding) bool { return b.Name == marker })
	if i >= 0 {
		tenant, marks, _ := strings.Cut(bindings[i].Text, " ")
		if tenant == w.form.Tenant {
			inputs, code, _ = strings.Cut(marks, " ")
			return inputs, code, nil
		}
		return "", "", fault.New(fault.Failed, "cloudflare.worker_name_taken", "Choose another name with --host-project.",
			"The Worker %s is the form of another tenant (%s).", w.form.Name, tenant)
	}
	// Somebody may have taken the binding out of our own.
	if tag := w.note.Get("tag"); tag != "" {
		now, err := w.c.tag(ctx, w.form.Name)
		if err != nil || now == tag {
			return "", "", err
		}
	}
	return "", "", fault.New(fault.Failed, "cloudflare.worker_name_taken", "Choose another name with --host-project, or delete that Worker at https://dash.cloudflare.com.",
		"There is a Worker %s that phonegate did not make.", w.form.Name)
}

// print identifies the secrets as they should be, "" while some are still to be made.
func (w *Worker) print() string {
	in := w.form.Inputs()
	if in.Fingerprint == "" {
		return ""
	}
	sum := sha256.Sum256([]byte(in.Fingerprint))
	return hex.EncodeToString(sum[:16])
}

// missing and unwanted compare the bindings that were found with those that should be there.
func (w *Worker) missing() (all []string) {
	for _, name := range slices.Sorted(maps.Keys(w.form.Inputs().Values)) {
		if !slices.ContainsFunc(w.found.bindings, func(b binding) bool { return b.Name == name && b.Type == "secret_text" }) {
			all = append(all, name)
		}
	}
	return all
}

func (w *Worker) unwanted() (all []string) {
	wanted := w.form.Inputs().Values
	for _, b := range w.found.bindings {
		if _, ok := wanted[b.Name]; !ok && b.Name != marker {
			all = append(all, b.Name)
		}
	}
	return all
}

// sendsSecrets says whether an upload is due that can't leave the secrets as they are.
func (w *Worker) sendsSecrets() bool {
	return w.found == nil || len(w.missing()) > 0 || w.print() == "" || w.print() != w.found.inputs
}

// current says whether the generated module runs. Cloudflare does not promise to give a module back byte for byte: what
// was given back right after the upload counts as well.
func (w *Worker) current() bool {
	return bytes.Equal(w.found.module, w.form.Module.Data) || w.found.code == hash(w.form.Module.Data) && !w.edited()
}

// edited says whether what runs is neither what is generated nor what was deployed.
func (w *Worker) edited() bool {
	return !bytes.Equal(w.found.module, w.form.Module.Data) && hash(w.found.module) != w.note.Get("module")
}

func hash(module []byte) string {
	sum := sha256.Sum256(module)
	return hex.EncodeToString(sum[:16])
}

// outdated says why the Worker that was found must be uploaded again.
func (w *Worker) outdated() (why []string) {
	switch {
	case w.edited():
		why = append(why, "its code is not what was generated")
	case !w.current():
		why = append(why, "new form")
	}
	for _, name := range w.missing() {
		why = append(why, name+" is missing")
	}
	if in := w.form.Inputs(); len(why) == 0 && w.sendsSecrets() {
		if why = in.Changed; len(why) == 0 {
			why = []string{"new secrets"}
		}
	}
	for _, name := range w.unwanted() {
		why = append(why, name+" goes")
	}
	if w.found.date != compatibilityDate {
		why = append(why, fmt.Sprintf("compatibility date %s → %s", w.found.date, compatibilityDate))
	}
	if len(w.found.flags) > 0 {
		why = append(why, "compatibility flags go: "+strings.Join(w.found.flags, ", "))
	}
	return why
}

// Change implements resource.Resource.
func (w *Worker) Change() event.Change {
	c := event.Change{Resource: w.Name(), Op: event.None, Detail: cmp.Or(strings.TrimPrefix(w.address(), "https://"), w.form.Name)}
	if w.found == nil {
		c.Op, c.From, c.Requests = event.Create, "generated", 3
		c.Detail = fmt.Sprintf("Worker %s with %d secrets", w.form.Name, len(w.form.Inputs().Values))
		return c
	}
	why := w.outdated()
	if len(why) > 0 {
		c.Requests += 2 // it is read back
	}
	if !w.found.enabled {
		why = append(why, "workers.dev is switched off")
		c.Requests++
	}
	switch seen := w.note.Get("url"); {
	case seen == "" && len(why) == 0:
		why = append(why, "not looked at from outside yet")
	case seen != "" && seen != w.address():
		why = append(why, "it has another address")
	}
	if len(why) > 0 {
		c.Op, c.Detail = event.Update, c.Detail+": "+strings.Join(why, ", ")
	}
	return c
}

// UndoChange implements resource.Resource.
func (w *Worker) UndoChange() event.Change {
	if w.found == nil {
		return event.Change{Resource: w.Name(), Op: event.None, Detail: "there is no Worker " + w.form.Name}
	}
	return event.Change{Resource: w.Name(), Op: event.Delete, Requests: 1, Detail: strings.TrimPrefix(w.URL(), "https://")}
}

// Undo implements resource.Resource. The account's subdomain stays.
func (w *Worker) Undo(ctx context.Context, _ resource.Progress) error {
	if w.found != nil {
		if err := w.c.call(repeat(ctx), http.MethodDelete, w.c.script(w.form.Name, "?force=true"), nil, nil); err != nil && !notFound(err) {
			return err
		}
	}
	w.found = nil
	for _, key := range []string{"url", "module", "tag"} {
		if w.note.Get(key) == "" {
			continue
		}
		if err := w.note.Set(key, ""); err != nil {
			return err
		}
	}
	return nil
}

// Problems implements host.Resource.
func (w *Worker) Problems() []*fault.Error {
	if w.found == nil {
		return []*fault.Error{trouble("cloudflare.worker_missing", "There is no Worker %s at Cloudflare.", w.form.Name)}
	}
	var all []*fault.Error
	switch {
	case w.edited():
		all = append(all, trouble("cloudflare.form_edited", "The Worker %s runs code that phonegate did not generate.", w.form.Name))
	case !w.current():
		all = append(all, trouble("cloudflare.form_outdated", "The form that is deployed is not the one that is generated now."))
	}
	missing := w.missing()
	for _, name := range missing {
		all = append(all, trouble("cloudflare.secret_missing", "The Worker %s lacks the secret %s.", w.form.Name, name))
	}
	for _, name := range w.unwanted() {
		all = append(all, trouble("cloudflare.binding_unused", "The Worker %s still has %s.", w.form.Name, name))
	}
	if len(missing) == 0 && w.print() != "" && w.print() != w.found.inputs {
		all = append(all, trouble("cloudflare.secrets_differ", "The Worker %s does not have the secrets in use now.", w.form.Name))
	}
	if w.found.date != compatibilityDate || len(w.found.flags) > 0 {
		all = append(all, trouble("cloudflare.compatibility", "The Worker %s runs with the compatibility date %s and %d flags, not with %s and none.", w.form.Name, w.found.date, len(w.found.flags), compatibilityDate))
	}
	if !w.found.enabled {
		all = append(all, trouble("cloudflare.workers_dev_off", "The Worker %s does not answer below workers.dev: somebody switched that off.", w.form.Name))
	}
	return all
}
