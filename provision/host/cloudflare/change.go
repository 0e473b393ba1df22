package cloudflare

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"phonegate/provision/event"
	"phonegate/provision/fault"
	"phonegate/provision/ring"
)

// current says whether the generated module runs.
func (w *Worker) current() bool {
	wanted := hash(w.form.Module.Data)
	return hash(w.found.module) == wanted || w.found.mark.code == wanted && !w.edited()
}

// edited says whether what runs is neither what is generated nor what was uploaded.
func (w *Worker) edited() bool {
	runs, m := hash(w.found.module), w.found.mark
	return runs != hash(w.form.Module.Data) && runs != m.code && runs != m.readBack
}

// adds is the name of the key that an upload would write, "" for none: one that is not there, or whose value is not the one that
// its name certifies, so that the form ignores it.
func (w *Worker) adds() string {
	name, _ := w.form.Env.Add()
	if name == "" || w.found == nil || !slices.Contains(w.found.secrets(), name) {
		return name
	}
	k, ok := ring.Parse(name)
	if ok && w.seen.answered() && w.upToDate() && !w.seen.Shows([]ring.Key{k}) {
		return name
	}
	return ""
}

// lost are keys that the form must show, and that nobody here can give it.
func (w *Worker) lost() (ids []string) {
	added, _ := w.form.Env.Add()
	held, _ := w.held()
	for _, k := range w.form.Env.Must() {
		if k.Name() != added && !slices.ContainsFunc(held, func(h ring.Key) bool { return h.ID == k.ID }) {
			ids = append(ids, k.ID)
		}
	}
	return ids
}

// outdated says why the Worker that was found must be uploaded again.
func (w *Worker) outdated() (why []string) {
	switch {
	case w.edited():
		why = append(why, "its code differs from the generated code")
	case !w.current():
		why = append(why, "new form")
	}
	if w.found.mark.tenant == "" {
		why = append(why, "its mark is missing")
	}
	if w.adds() != "" {
		why = append(why, "new key")
	}
	if w.found.date != compatibilityDate {
		why = append(why, fmt.Sprintf("compatibility date %s → %s", w.found.date, compatibilityDate))
	}
	if len(w.found.flags) > 0 {
		why = append(why, "compatibility flags removed: "+strings.Join(w.found.flags, ", "))
	}
	return why
}

// upToDate says whether the form that answered is the generated one.
func (w *Worker) upToDate() bool { return w.form.Version == "" || w.seen.Version == w.form.Version }

// waits says what the form that was looked at lacks, although Cloudflare has it all; "" for nothing.
func (w *Worker) waits() string {
	switch {
	case !w.seen.answered():
		return "does not respond"
	case !w.upToDate():
		return "still serves an earlier form"
	case !w.seen.Shows(w.form.Env.Must()):
		return "lacks a key"
	}
	return ""
}

// Change implements resource.Resource.
func (w *Worker) Change() event.Change {
	address := strings.TrimPrefix(w.address(w.subdomain.found), "https://")
	c := event.Change{Resource: w.Name(), Op: event.None, Detail: cmp.Or(address, w.form.Name)}
	if w.found == nil {
		c.Op, c.From, c.Requests = event.Create, "generated", 3
		c.Detail = "Worker " + w.form.Name
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
	if len(why) == 0 && w.waits() != "" {
		why = append(why, w.waits())
	}
	if len(why) > 0 {
		c.Op, c.Detail = event.Update, c.Detail+": "+strings.Join(why, ", ")
	}
	return c
}

// Problems implements host.Resource.
func (w *Worker) Problems() []*fault.Error {
	if w.found == nil {
		return []*fault.Error{trouble("cloudflare.worker_missing", "The Worker %s does not exist.", w.form.Name)}
	}
	var all []*fault.Error
	switch {
	case w.edited():
		all = append(all, trouble("cloudflare.form_edited", "The Worker %s runs code that phonegate did not generate.", w.form.Name))
	case !w.current():
		all = append(all, trouble("cloudflare.form_outdated", "The deployed form is out of date."))
	}
	if w.found.mark.tenant == "" {
		all = append(all, trouble("cloudflare.mark_missing",
			"Somebody removed the variable %s, phonegate's mark, from the Worker %s.", marker, w.form.Name))
	}
	held, _ := w.held()
	for _, k := range w.form.Env.Must() {
		switch {
		case !slices.ContainsFunc(held, func(h ring.Key) bool { return h.ID == k.ID }):
			all = append(all, trouble("cloudflare.key_missing", "The Worker %s lacks the key %s.", w.form.Name, k.ID))
		case w.seen.answered() && w.upToDate() && !w.seen.Shows([]ring.Key{k}):
			all = append(all, w.ignored(fault.Differences, k))
		}
	}
	if w.found.date != compatibilityDate || len(w.found.flags) > 0 {
		all = append(all, trouble("cloudflare.compatibility",
			"The Worker %s has the compatibility date %s and %d flags instead of %s and none.",
			w.form.Name, w.found.date, len(w.found.flags), compatibilityDate))
	}
	switch {
	case !w.found.enabled:
		all = append(all, trouble("cloudflare.workers_dev_off",
			"Somebody switched off the workers.dev address of the Worker %s.", w.form.Name))
	case w.seen.err != nil:
		all = append(all, fault.Of(w.seen.err))
	case w.seen.answered() && w.current() && !w.upToDate(): // a doctor finds the same by the same code, and says it once
		all = append(all, trouble("form.version", "The form at %s is version %s, but the current version is %s.",
			w.URL(), cmp.Or(w.seen.Version, "unknown"), w.form.Version))
	}
	return all
}

// ignored is the error of a key that the form has and does not take.
func (w *Worker) ignored(category fault.Category, k ring.Key) *fault.Error {
	return fault.New(category, "cloudflare.key_ignored",
		"Run the same command again in a minute. If the error persists, run phonegate rotate to create a new key.",
		"The form at %s does not accept the key %s. Either the key was set a moment ago, or somebody changed its value.",
		w.URL(), k.ID)
}
