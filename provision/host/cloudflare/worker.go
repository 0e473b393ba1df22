package cloudflare

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"slices"
	"strings"

	"phonegate/provision/fault"
	"phonegate/provision/ring"
)

// Worker is the resource host.deployment: the form's module with its keys, live below the account's subdomain.
//
// Everything that must be known of it stands in the Worker itself: its module can be read back, its secrets can be listed by
// name, and a binding says whose it is. So every computer sees the same.
type Worker struct {
	c         *Client
	form      Form
	subdomain *Subdomain

	read     bool   // whether there is a Worker is known
	found    *found // nil if there is none
	stranger bool   // there is one that nothing marks as ours
	stale    bool   // found may be out of date: an Apply has failed on the way
	seen     sight
}

// found is what a Read has seen.
type found struct {
	bindings []binding
	mark     mark
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
	// marker is the binding that marks a Worker as a form of ours.
	marker     = "PHONEGATE"
	plainText  = "plain_text"
	secretText = "secret_text"
)

// mark is what the marker says.
type mark struct {
	tenant string
	// code identifies the module that was uploaded, and readBack what Cloudflare gave back of it, "" if that was the same.
	// Cloudflare does not promise to give a module back byte for byte.
	code, readBack string
}

func (m mark) String() string { return strings.TrimSpace(m.tenant + " " + m.code + " " + m.readBack) }

// markOf reads the marker among bindings; ok is false if there is none.
func markOf(bindings []binding) (m mark, ok bool) {
	i := slices.IndexFunc(bindings, func(b binding) bool { return b.Name == marker && b.Type == plainText })
	if i < 0 {
		return m, false
	}
	var rest string
	m.tenant, rest, _ = strings.Cut(bindings[i].Text, " ")
	m.code, m.readBack, _ = strings.Cut(rest, " ")
	return m, true
}

// hash identifies a module. White space at the end makes no difference: it changes nothing, and editors add it.
func hash(module []byte) string {
	sum := sha256.Sum256(bytes.TrimSpace(module))
	return hex.EncodeToString(sum[:16])
}

// Name implements resource.Resource.
func (w *Worker) Name() string { return "host.deployment" }

// URL is where the form answers; "" before it is deployed.
func (w *Worker) URL() string {
	if w.found == nil {
		return ""
	}
	return w.address(w.subdomain.found)
}

// address is where the Worker answers below a subdomain, "" if the account has none.
func (w *Worker) address(subdomain string) string {
	if subdomain == "" {
		return ""
	}
	return "https://" + w.form.Name + "." + subdomain + workersDev
}

// Read implements resource.Resource. A form that does not answer is no error: then there is something to do.
func (w *Worker) Read(ctx context.Context) error {
	if err := w.inspect(ctx); err != nil || w.found == nil || !w.found.enabled {
		return err
	}
	// The other resource is being read at the same time, so it can't be asked.
	subdomain, err := w.subdomain.registered(ctx)
	if err != nil || subdomain == "" {
		return err
	}
	w.see(ctx, w.address(subdomain))
	return ctx.Err()
}

// inspect looks at what Cloudflare has.
func (w *Worker) inspect(ctx context.Context) error {
	w.read, w.found, w.stranger, w.stale, w.seen = false, nil, false, false, sight{}
	var settings struct {
		Bindings []binding `json:"bindings"`
		Date     string    `json:"compatibility_date"`
		Flags    []string  `json:"compatibility_flags"`
	}
	if err := w.c.call(ctx, http.MethodGet, w.c.script(w.form.Name, "/settings"), nil, &settings); err != nil {
		if w.read = notFound(err); w.read {
			return nil
		}
		return err
	}
	module, err := w.c.download(ctx, w.form.Name)
	if err != nil {
		return err
	}
	f := &found{bindings: settings.Bindings, module: module, date: settings.Date, flags: settings.Flags}
	if err := w.recognise(f); err != nil {
		return err
	}
	var route struct {
		Enabled bool `json:"enabled"`
	}
	if err := w.c.call(ctx, http.MethodGet, w.c.script(w.form.Name, "/subdomain"), nil, &route); err != nil {
		return err
	}
	f.enabled = route.Enabled
	w.read, w.found = true, f
	return nil
}

// recognise makes sure that a Worker is this tenant's form, by its mark, or by its code if somebody took the mark out. Uploading
// over another Worker would replace what somebody runs there.
func (w *Worker) recognise(f *found) error {
	var marked bool
	switch f.mark, marked = markOf(f.bindings); {
	case marked && f.mark.tenant == w.form.Tenant, !marked && hash(f.module) == hash(w.form.Module.Data):
		return nil
	case marked:
		return fault.New(fault.Failed, "cloudflare.worker_name_taken", "Choose another name with --host-project.",
			"The Worker %s belongs to another tenant's form (%s).", w.form.Name, f.mark.tenant)
	}
	w.stranger = true
	return fault.New(fault.Failed, "cloudflare.worker_name_taken",
		"Choose another name with --host-project, or delete that Worker at https://dash.cloudflare.com.",
		"The Worker %s already exists, and phonegate did not create it.", w.form.Name)
}

// held are the keys among the Worker's secrets. known is false where no Read has seen them.
func (w *Worker) held() (keys []ring.Key, known bool) {
	if w.found == nil {
		return nil, w.read
	}
	return ring.In(w.found.secrets()), true
}

// secrets are the names of the secrets that are ours.
func (f *found) secrets() (names []string) {
	for _, b := range f.bindings {
		if ours(b) && b.Name != marker {
			names = append(names, b.Name)
		}
	}
	return names
}

// foreign are the names of the bindings that somebody added.
func (f *found) foreign() (names []string) {
	for _, b := range f.bindings {
		if !ours(b) {
			names = append(names, b.Name)
		}
	}
	return names
}

// ours says whether phonegate made the binding.
func ours(b binding) bool {
	_, key := ring.Parse(b.Name)
	return key && b.Type == secretText || b.Name == marker && b.Type == plainText
}
