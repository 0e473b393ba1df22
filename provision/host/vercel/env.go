package vercel

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"phonegate/provision/event"
	"phonegate/provision/fault"
	"phonegate/provision/resource"
)

// Env is the resource host.env: the form's secrets, as sensitive variables, which Vercel never gives back.
type Env struct {
	c       *Client
	project *Project
	inputs  func() resource.Inputs
	note    resource.Note

	found []variable
	stale bool
}

// variable is Vercel's JSON of an environment variable, without its value.
type variable struct {
	ID     string   `json:"id"`
	Key    string   `json:"key"`
	Type   string   `json:"type"`
	Target []string `json:"target"`
	// UpdatedAt is when the value was last written, in milliseconds.
	UpdatedAt int64 `json:"updatedAt"`
}

// targets are where the form may run. Sensitive variables can't have the target development.
var targets = []string{"production", "preview"}

// NewEnv makes the resource. The note keeps the fingerprint of the values, the names that phonegate set and when each was written.
func NewEnv(c *Client, p *Project, inputs func() resource.Inputs, note resource.Note) *Env {
	return &Env{c: c, project: p, inputs: inputs, note: note}
}

// Name implements resource.Resource.
func (e *Env) Name() string { return "host.env" }

// Fingerprint identifies the values that the project has; "" if they are not what they should be.
func (e *Env) Fingerprint() string {
	if e.Change().Op != event.None {
		return ""
	}
	return e.inputs().Fingerprint
}

// Read implements resource.Resource. It may run before or beside the project's Read, so it goes by what is noted.
func (e *Env) Read(ctx context.Context) error {
	e.found, e.stale = nil, false
	id := e.project.note.Get("id")
	if id == "" {
		id = e.project.spec.Name
	}
	return e.list(ctx, id)
}

func (e *Env) list(ctx context.Context, idOrName string) error {
	var answer struct {
		Envs []variable `json:"envs"`
	}
	err := e.c.call(ctx, http.MethodGet, "/v10/projects/"+idOrName+"/env", nil, nil, &answer)
	if err != nil && !notFound(err) {
		return err
	}
	e.found = answer.Envs
	return nil
}

// Change implements resource.Resource.
func (e *Env) Change() event.Change {
	in := e.inputs()
	names := slices.Sorted(maps.Keys(in.Values))
	c := event.Change{Resource: e.Name(), Op: event.None, Detail: fmt.Sprintf("%d variables", len(names))}
	var why []string
	for _, name := range names {
		if !slices.ContainsFunc(e.found, func(v variable) bool { return v.Key == name && slices.Contains(v.Target, "production") }) {
			why = append(why, name+" is missing")
		}
	}
	if len(why) == len(names) && len(names) > 0 && e.note.Get("inputs") == "" {
		c.Op, c.From, c.Requests = event.Create, "generated", 2
		c.Detail = strings.Join(names, ", ")
		return c
	}
	if in.Fingerprint == "" || in.Fingerprint != e.note.Get("inputs") {
		if len(in.Changed) > 0 {
			why = append(why, in.Changed...)
		} else {
			why = append(why, "new values")
		}
	}
	why = append(why, e.edited(in.Values)...)
	if len(why) > 0 {
		c.Requests = 1
	}
	for _, v := range e.unwanted(in.Values) {
		why = append(why, v.Key+" goes")
		c.Requests++
	}
	if len(why) > 0 {
		c.Requests++ // the look at what is there then
		c.Op = event.Update
		c.Detail = strings.Join(why, ", ")
	}
	return c
}

// edited names variables that were written after phonegate had written them. Vercel gives no value back, but it says when it got it.
func (e *Env) edited(wanted map[string]string) []string {
	var differ []string
	noted := map[string]string{}
	for _, pair := range strings.Fields(e.note.Get("written")) {
		name, at, _ := strings.Cut(pair, "=")
		noted[name] = at
	}
	for _, v := range e.found {
		_, ours := wanted[v.Key]
		if was := noted[v.Key]; ours && v.UpdatedAt != 0 && was != "" && was != strconv.FormatInt(v.UpdatedAt, 10) && slices.Contains(v.Target, "production") {
			differ = append(differ, fmt.Sprintf("%s was changed at %s by someone else", v.Key, time.UnixMilli(v.UpdatedAt).UTC().Format("2006-01-02 15:04 UTC")))
		}
	}
	return differ
}

// noteWritten remembers when Vercel got the values that it has.
func (e *Env) noteWritten(wanted map[string]string) error {
	var pairs []string
	for _, v := range e.found {
		if _, ours := wanted[v.Key]; ours && v.UpdatedAt != 0 && slices.Contains(v.Target, "production") {
			pairs = append(pairs, v.Key+"="+strconv.FormatInt(v.UpdatedAt, 10))
		}
	}
	slices.Sort(pairs)
	return e.note.Set("written", strings.Join(pairs, " "))
}

// unwanted are variables of ours that are not wanted any more: those that the note names, and the previous
// generation of a rotation that is over.
func (e *Env) unwanted(wanted map[string]string) []variable {
	ours := strings.Fields(e.note.Get("names"))
	for name := range wanted {
		ours = append(ours, name+"_PREVIOUS")
	}
	var list []variable
	for _, v := range e.found {
		if _, ok := wanted[v.Key]; !ok && slices.Contains(ours, v.Key) {
			list = append(list, v)
		}
	}
	return list
}

// Apply implements resource.Resource.
func (e *Env) Apply(ctx context.Context, _ resource.Progress) (err error) {
	id := e.project.ID()
	if id == "" {
		return fault.New(fault.Failed, "vercel.project_missing", "Run `phonegate apply` again.", "There is no Vercel project to configure.")
	}
	if e.stale {
		if err := e.list(ctx, id); err != nil {
			return err
		}
	}
	defer func() { e.stale = err != nil }()
	in := e.inputs()
	if err := complete(in); err != nil {
		return err
	}
	if e.Change().Op == event.None {
		return nil
	}
	names := slices.Sorted(maps.Keys(in.Values))
	// Noted first: what is set from here on is ours to remove.
	all := append(strings.Fields(e.note.Get("names")), names...)
	slices.Sort(all)
	if err := e.note.Set("names", strings.Join(slices.Compact(all), " ")); err != nil {
		return err
	}
	if err := e.upsert(ctx, id, in.Values); err != nil {
		return hide(err, in.Values)
	}
	for _, v := range e.unwanted(in.Values) {
		if err := e.remove(ctx, id, v); err != nil {
			return err
		}
	}
	// When they were written stands in the list.
	if err := e.list(ctx, id); err != nil {
		return err
	}
	if err := e.noteWritten(in.Values); err != nil {
		return err
	}
	if err := e.note.Set("names", strings.Join(names, " ")); err != nil {
		return err
	}
	return e.note.Set("inputs", in.Fingerprint)
}

// complete refuses values that are not all known: a form without one of them answers nobody.
func complete(in resource.Inputs) error {
	var missing []string
	for _, name := range slices.Sorted(maps.Keys(in.Values)) {
		if in.Values[name] == "" {
			missing = append(missing, name)
		}
	}
	if len(missing) > 0 {
		return fault.New(fault.Failed, "vercel.secrets_unknown", "Run `phonegate rotate` to make new ones.",
			"The form's secrets are not all known on this machine: %s.", strings.Join(missing, ", "))
	}
	return nil
}

// upsert sets all values at once. Vercel can answer 201 and still have refused some of them; a variable of the same name
// with other targets is in the way then, and is replaced.
func (e *Env) upsert(ctx context.Context, id string, values map[string]string) error {
	if len(values) == 0 {
		return nil
	}
	for try := 0; ; try++ {
		failed, err := e.post(ctx, id, values)
		if err == nil && len(failed) == 0 {
			return nil
		}
		conflict := slices.Contains(conflicts, answer(err).code) ||
			slices.ContainsFunc(failed, func(f failure) bool { return slices.Contains(conflicts, strings.ToLower(f.Error.Code)) })
		if try > 0 || !conflict {
			if err != nil {
				return err
			}
			f := failed[0].Error
			return fault.New(fault.Failed, "vercel."+strings.ToLower(f.Code), "Look at the project's environment variables: https://vercel.com/dashboard.",
				"Vercel did not take the variable %s: %s", cmp.Or(f.EnvVarKey, f.Key), f.Message)
		}
		if err := e.list(ctx, id); err != nil {
			return err
		}
		for _, v := range e.found {
			if _, ours := values[v.Key]; ours {
				if err := e.remove(ctx, id, v); err != nil {
					return err
				}
			}
		}
	}
}

// conflicts are Vercel's names for a variable that is there already.
var conflicts = []string{"env_conflict", "env_already_exists", "existing_key_and_target"}

type failure struct {
	Error struct {
		Code      string `json:"code"`
		Message   string `json:"message"`
		Key       string `json:"key"`
		EnvVarKey string `json:"envVarKey"`
	} `json:"error"`
}

func (e *Env) post(ctx context.Context, id string, values map[string]string) ([]failure, error) {
	var body []map[string]any
	for _, name := range slices.Sorted(maps.Keys(values)) {
		body = append(body, map[string]any{"key": name, "value": values[name], "type": "sensitive", "target": targets})
	}
	var answer struct {
		Failed []failure `json:"failed"`
	}
	err := e.c.call(repeat(ctx), http.MethodPost, "/v10/projects/"+id+"/env", url.Values{"upsert": {"true"}}, body, &answer)
	return answer.Failed, err
}

func (e *Env) remove(ctx context.Context, id string, v variable) error {
	err := e.c.call(repeat(ctx), http.MethodDelete, "/v9/projects/"+id+"/env/"+v.ID, nil, nil, nil)
	if notFound(err) {
		return nil
	}
	return err
}

// UndoChange implements resource.Resource.
func (e *Env) UndoChange() event.Change {
	c := event.Change{Resource: e.Name(), Op: event.None, Detail: "no variable of ours"}
	if n := len(e.ours()); n > 0 {
		c.Op, c.Detail = event.Delete, fmt.Sprintf("%d variables", n)
		if e.project.made() {
			c.Detail += ", with the project"
		} else {
			c.Requests = n
		}
	}
	return c
}

func (e *Env) ours() []variable {
	names := strings.Fields(e.note.Get("names"))
	return slices.DeleteFunc(slices.Clone(e.found), func(v variable) bool { return !slices.Contains(names, v.Key) })
}

// Undo implements resource.Resource. In a project of ours there is nothing to do: it goes whole.
func (e *Env) Undo(ctx context.Context, _ resource.Progress) error {
	if id := e.project.ID(); id != "" && !e.project.made() {
		if err := e.list(ctx, id); err != nil {
			return err
		}
		for _, v := range e.ours() {
			if err := e.remove(ctx, id, v); err != nil {
				return err
			}
		}
	}
	e.found = nil
	return forget(e.note, "inputs", "names", "written")
}
