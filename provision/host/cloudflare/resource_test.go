package cloudflare

import (
	"encoding/json"
	"maps"
	"net/http"
	"strings"
	"testing"

	"phonegate/provision/event"
	"phonegate/provision/fault"
	"phonegate/provision/ring"
	sandbox "phonegate/provision/sandbox/cloudflare"
	"phonegate/provision/transport/transporttest"
)

func TestEveryFailureIsMadeGoodByTheNextRun(t *testing.T) {
	for name, options := range map[string]sandbox.Options{
		"with a subdomain":    {Subdomain: "acme"},
		"without a subdomain": {},
	} {
		t.Run(name, func(t *testing.T) {
			transporttest.Converges(t, func(t *testing.T) transporttest.Account {
				x := newAccount(t, options)
				return transporttest.Account{HTTP: x.road, Resources: x.family, Check: func(t *testing.T) {
					if len(workers(x)) != 1 || !workers(x)[0].Enabled || len(workers(x)[0].Bindings) != 2 {
						t.Errorf("there is %+v", workers(x))
					}
				}}
			})
		})
	}
}

// seen is one Worker of the emulated account's state.
type seen struct {
	Name, Date string
	Enabled    bool
	Bindings   []struct{ Name, Type, Value string }
}

func workers(x *account) []seen {
	x.t.Helper()
	text, err := json.Marshal(x.server.State())
	if err != nil {
		x.t.Fatal(err)
	}
	var all struct{ Workers []seen }
	if err := json.Unmarshal(text, &all); err != nil {
		x.t.Fatal(err)
	}
	return all.Workers
}

// has wants the Worker to have these keys, and these other variables by name and value, and nothing else.
func (x *account) has(what string, others map[string]string, units ...ring.Unit) {
	x.t.Helper()
	want := maps.Clone(others)
	if want == nil {
		want = map[string]string{}
	}
	for _, u := range units {
		want[u.Name()] = u.Value(true)
	}
	if got := x.env(); !maps.Equal(got, want) {
		x.t.Errorf("%s: the form has %v, not %v", what, got, want)
	}
}

// writes is how many calls changed something.
func (x *account) writes() int {
	return x.count(http.MethodPut) + x.count(http.MethodPost) + x.count(http.MethodDelete)
}

// nothingToDo wants a computer that has no key and remembers nothing to find everything in order.
func (x *account) nothingToDo(what string) {
	x.t.Helper()
	unit := x.unit
	defer func() { x.unit = unit }()
	x.unit = ring.Unit{}
	h := x.read()
	for _, r := range h.Resources() {
		if c := r.Change(); c.Op != event.None || len(r.Problems()) > 0 {
			x.t.Errorf("%s: there is still %+v, %v", what, c, r.Problems())
		}
	}
}

func TestASecondRunHasNothingToDo(t *testing.T) {
	for _, behaviour := range []string{"cloudflare.download=multipart", "cloudflare.download=raw",
		"cloudflare.new_worker=workers_dev_on", "cloudflare.propagation=later", "cloudflare.process=empty",
		"cloudflare.read_back=reformatted", "cloudflare.secrets_left_out=dropped"} {
		t.Run(behaviour, func(t *testing.T) {
			x := acme(t, behaviour)
			x.apply()
			x.has("after the first run", nil, x.unit)
			first := x.unit
			for computer, unit := range map[string]ring.Unit{"the same computer": first, "another computer": {}} {
				x.unit = unit
				before := x.writes()
				x.apply()
				if n := x.writes() - before; n != 0 {
					t.Errorf("%s made %d calls that change something", computer, n)
				}
				x.nothingToDo(computer)
				h := x.read()
				if h.URL() != "https://"+formName+".acme.workers.dev" {
					t.Errorf("%s: the form is at %s", computer, h.URL())
				}
				if c, err := h.Look(t.Context()); err != nil || c.Version != "1.0" || !c.Ready || !c.Shows(x.must) {
					t.Errorf("%s: it says %+v, %v", computer, c, err)
				}
				if c, ok := h.Seen(); !ok || c.Version != "1.0" || c.Layout != 2 || !c.Shows(x.must) {
					t.Errorf("%s saw %+v, %v", computer, c, ok)
				}
				if held, known := h.Held(); !known || len(held) != 1 || held[0] != first.Key {
					t.Errorf("%s: it holds %v, %v", computer, held, known)
				}
			}
		})
	}
}

func TestTheAccountsSubdomainIsMadeOnceAndStays(t *testing.T) {
	for name, c := range map[string]struct {
		options    sandbox.Options
		behaviours []string
		prefix     string // of the subdomain afterwards
		puts       int
	}{
		"one that is there":       {sandbox.Options{Subdomain: "globex"}, nil, "globex", 1},
		"none":                    {sandbox.Options{}, nil, "acme-dev-", 3},
		"none, and one in reach":  {sandbox.Options{}, []string{"cloudflare.subdomain_change=changed"}, "acme-dev-", 3},
		"none, the name is taken": {sandbox.Options{Taken: []string{"acme-dev"}}, nil, "acme-dev-", 3},
	} {
		t.Run(name, func(t *testing.T) {
			x := newAccount(t, c.options, c.behaviours...)
			if h := x.read(); h.URL() != "" {
				t.Errorf("before it is deployed the form is at %q", h.URL())
			} else if held, known := h.Held(); !known || len(held) > 0 {
				t.Errorf("before it is deployed it holds %v, %v", held, known)
			} else if _, ok := h.Seen(); ok {
				t.Error("before it is deployed it was seen")
			}
			x.apply()
			h := x.read()
			sub, ok := strings.CutPrefix(h.URL(), "https://"+formName+".")
			if !ok || !strings.HasPrefix(sub, c.prefix) || x.count("PUT") != c.puts {
				t.Errorf("the form is at %s after %d PUTs", h.URL(), x.count("PUT"))
			}
			before := h.subdomain.found
			if err := transporttest.Undo(resources(h)); err != nil || len(h.Left()) > 0 {
				t.Fatal(err, h.Left())
			}
			h = x.read()
			if len(workers(x)) != 0 || h.subdomain.found != before || h.URL() != "" {
				t.Errorf("afterwards there are %v below %q, and the form is at %q", workers(x), h.subdomain.found, h.URL())
			}
			if c := h.subdomain.UndoChange(); c.Op != event.None || !strings.Contains(c.Detail, "kept") {
				t.Errorf("undo says %+v", c)
			}
		})
	}
}

func TestTheAccountsSubdomainMoves(t *testing.T) {
	x := acme(t, "cloudflare.subdomain_change=changed")
	x.apply()
	x.call("PUT", "/accounts/"+accountNo+"/workers/subdomain", object{"subdomain": "globex"})
	x.nothingToDo("below the new subdomain")
	if url := x.read().URL(); url != "https://"+formName+".globex.workers.dev" {
		t.Errorf("the form is at %s", url)
	}
}

func TestAModuleNeedNotComeBackByteForByte(t *testing.T) {
	x := acme(t, "cloudflare.read_back=reformatted")
	x.apply()
	x.nothingToDo("after the first run")
	first := x.unit
	x.wants(newUnit())
	puts := x.count("PUT")
	x.apply()
	x.has("with a second key", nil, first, x.unit)
	if n := x.count("PUT") - puts; n != 1 {
		t.Errorf("a new key took %d uploads of the same module", n)
	}
	for name, version := range map[string]string{"another version": "9", "the same version": "1.0"} {
		code := "// mine\n" + string(module(version))
		x.upload(code, object{"compatibility_date": compatibilityDate, "keep_bindings": []string{"plain_text", "secret_text"}})
		h := x.read()
		if p := h.worker.Problems(); h.worker.Change().Op != event.Update || len(p) == 0 || p[0].Code != "cloudflare.form_edited" {
			t.Errorf("after an edit that says %s: %+v, %v", name, h.worker.Change(), p)
		}
		x.apply()
		x.nothingToDo("after an edit that says " + name)
	}
}

func TestAStrangersWorkerIsLeftAlone(t *testing.T) {
	for name, c := range map[string]struct {
		bindings []object
		says     string
		left     int
	}{
		"somebody's Worker":             {[]object{}, "did not create", 1},
		"one with a secret of our name": {[]object{{"type": "secret_text", "name": marker, "text": tenant}}, "did not create", 1},
		"another tenant's form": {[]object{{"type": "plain_text", "name": marker, "text": "globex.us.auth0.com abc"}},
			"globex.us.auth0.com", 0},
	} {
		t.Run(name, func(t *testing.T) {
			x := acme(t)
			x.upload("export default { fetch: () => new Response('mine') }", object{"bindings": c.bindings})
			before := x.count("PUT")
			f := fault.Of(transporttest.Apply(resources(x.host(x.road))))
			if f == nil || f.Code != "cloudflare.worker_name_taken" || !strings.Contains(f.Message, c.says) ||
				!strings.Contains(f.Hint, "--host-project") {
				t.Errorf("%+v", f)
			}
			h := x.host(x.road)
			if err := transporttest.Undo(resources(h)); err == nil {
				t.Error("undo does not mind")
			}
			if _, known := h.Held(); known || len(h.Left()) != c.left {
				t.Errorf("undo leaves %+v", h.Left())
			}
			if len(workers(x)) != 1 || x.count("PUT") != before || x.count(http.MethodDelete) != 0 {
				t.Error("it was touched")
			}
		})
	}
	t.Run("one of our name that somebody made since", func(t *testing.T) {
		x := acme(t)
		x.apply()
		x.call("DELETE", scripts+"/"+formName+"?force=true", nil)
		x.upload("export default { fetch: () => new Response('mine') }", object{})
		if f := fault.Of(transporttest.Apply(resources(x.host(x.road)))); f == nil || f.Code != "cloudflare.worker_name_taken" {
			t.Errorf("%+v", f)
		}
	})
}
