package vercel

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"strings"

	"phonegate/provision/event"
	"phonegate/provision/fault"
	"phonegate/provision/host"
	"phonegate/provision/resource"
	"phonegate/provision/ring"
	"phonegate/provision/transport"
)

// Env is the resource host.env: the form's keys, each a sensitive variable, which Vercel never gives back. Their names tell
// which keys there are. Only the one that is missing is written, and nothing of others is touched.
type Env struct {
	c       *Client
	view    *view
	project *Project
	wanted  host.Environment

	found   []variable
	known   bool
	stale   bool
	writes  int    // how often this process has changed the environment
	written string // the key that it wrote last
	// runs is what the public form was last seen to run with; ok is false where it did not answer.
	runs func() (c host.Condition, ok bool)
}

// variable is Vercel's JSON of an environment variable.
type variable struct {
	ID     string   `json:"id,omitempty"`
	Key    string   `json:"key"`
	Value  string   `json:"value"` // of a plain one; empty or encrypted otherwise
	Type   string   `json:"type"`
	Target []string `json:"target"`
}

// runs says whether the public form has it.
func (v variable) runs() bool { return slices.Contains(v.Target, "production") }

// targets are where the form may run. Sensitive variables can't have the target development.
var targets = []string{"production", "preview"}

// Name implements resource.Resource.
func (e *Env) Name() string { return "host.env" }

// Read implements resource.Resource. It may run before or beside the project's Read, so it goes by the project's name.
func (e *Env) Read(ctx context.Context) error {
	e.found, e.known, e.stale = nil, false, false
	found, err := e.view.variables(ctx, e.Name())
	e.found, e.known = found, err == nil
	return err
}

// Held are the keys that the environment has, oldest first. known is false before a Read.
func (e *Env) Held() (keys []ring.Key, known bool) {
	var names []string
	for _, v := range e.found {
		if v.runs() {
			names = append(names, v.Key)
		}
	}
	return ring.In(names), e.known
}

// missing are the keys that must be there and are not: the one that can be written, "" if none, and those that can't.
func (e *Env) missing() (add string, lost []string) {
	held, _ := e.Held()
	if name, _ := e.wanted.Add(); name != "" && !names(held, name) {
		add = name
	}
	for _, k := range e.wanted.Must() {
		if name := k.Name(); name != add && !names(held, name) {
			lost = append(lost, name)
		}
	}
	return add, lost
}

// edited is the wanted key, if its variable is there and the form does not have it: its value is none that the name certifies, or
// nothing was deployed since it was written. Writing it again is right in either case. "" if there is no such thing.
func (e *Env) edited() string {
	name, value := e.wanted.Add()
	held, _ := e.Held()
	k, ok := ring.Parse(name)
	running, answered := e.runs()
	if !ok || value == "" || e.written == name || !names(held, name) || !answered || running.Shows([]ring.Key{k}) {
		return ""
	}
	return name
}

// names says whether one of the keys has that name.
func names(keys []ring.Key, name string) bool {
	return slices.ContainsFunc(keys, func(k ring.Key) bool { return k.Name() == name })
}

// Change implements resource.Resource.
func (e *Env) Change() event.Change {
	held, _ := e.Held()
	c := event.Change{Resource: e.Name(), Op: event.None, Detail: fault.Count(len(held), "key")}
	add, lost := e.missing()
	switch {
	case len(lost) > 0:
		c.Op, c.Detail = event.Update, strings.Join(lost, ", ")+" is missing, and this computer does not know its value"
	case add == "" && e.edited() != "":
		c.Op, c.Detail = event.Update, e.edited()+" again: the form lacks it"
	case add == "":
		return c
	case len(held) == 0:
		c.Op, c.From, c.Detail = event.Create, "generated", add
	default:
		c.Op, c.From, c.Detail = event.Update, "generated", "new key "+add
	}
	c.Requests = 1
	return c
}

// Apply implements resource.Resource.
func (e *Env) Apply(ctx context.Context, _ resource.Progress) (err error) {
	id := e.project.ID()
	if id == "" {
		return fault.New(fault.Failed, "vercel.project_missing", "Run phonegate apply again.",
			"The Vercel project does not exist yet, so it can't be configured.")
	}
	if e.stale {
		e.view.forget()
		if err := e.Read(ctx); err != nil {
			return err
		}
	}
	defer func() { e.stale = err != nil }()
	name, value := e.wanted.Add()
	add, lost := e.missing()
	if add != "" && value == "" {
		lost = append(lost, name)
	}
	switch {
	case len(lost) > 0:
		return fault.New(fault.Failed, "vercel.key_unknown", "Run phonegate rotate to create a new key.",
			"The form's environment at Vercel lacks %s, and this computer does not know its value.", strings.Join(lost, ", "))
	case add == "" && e.edited() == "":
		return nil
	}
	return fault.Hide(e.write(ctx, id, variable{Key: name, Value: value, Type: "sensitive", Target: targets}), value)
}

// write sets one key. A variable of that name with other targets is in the way, and is replaced: the name certifies that its
// value is the same.
func (e *Env) write(ctx context.Context, id string, v variable) error {
	for try := 0; ; try++ {
		e.view.forget()
		e.writes++
		failed, err := e.c.addVariable(ctx, id, v, true)
		if err == nil && failed == nil {
			v.Value, e.written = "", v.Key
			others := slices.DeleteFunc(slices.Clone(e.found), func(f variable) bool { return f.Key == v.Key })
			e.found = append(others, v) // the view has the same list
			return nil
		}
		conflict := slices.Contains(conflicts, answer(err).code) || failed != nil && slices.Contains(conflicts,
			strings.ToLower(failed.Error.Code))
		if err == nil {
			err = failed.fault()
		}
		if try > 0 || !conflict {
			return err
		}
		if _, err := e.remove(ctx, id, func(key string) bool { return key == v.Key }); err != nil {
			return err
		}
	}
}

// remove deletes variables by name, those that others have written meanwhile included, and says how many there were.
func (e *Env) remove(ctx context.Context, id string, goes func(key string) bool) (int, error) {
	list, err := e.c.variables(ctx, id)
	if err != nil {
		return 0, err
	}
	e.found, e.known = list, true
	removed := 0
	for _, v := range list {
		if !goes(v.Key) {
			continue
		}
		e.view.forget()
		e.writes++
		if err := e.c.call(transport.Repeatable(ctx), http.MethodDelete, "/v9/projects/"+id+"/env/"+v.ID, nil, nil, nil); err != nil &&
			!notFound(err) {
			return removed, err
		}
		removed++
		e.found = slices.DeleteFunc(slices.Clone(e.found), func(f variable) bool { return f.ID == v.ID })
	}
	return removed, nil
}

// conflicts are Vercel's names for a variable that is there already.
var conflicts = []string{"env_conflict", "env_already_exists", "existing_key_and_target"}

// failure is one variable that Vercel did not take.
type failure struct {
	Error struct {
		Code      string `json:"code"`
		Message   string `json:"message"`
		Key       string `json:"key"`
		EnvVarKey string `json:"envVarKey"`
	} `json:"error"`
}

func (f *failure) fault() error {
	return fault.New(fault.Failed, "vercel."+strings.ToLower(f.Error.Code),
		"Check the project's environment variables at https://vercel.com/dashboard.",
		"Vercel rejected the variable %s: %s", cmp.Or(f.Error.EnvVarKey, f.Error.Key), f.Error.Message)
}
