package cloudflare

import (
	"encoding/json"
	"maps"
	"net/http"
	"strings"
	"testing"

	"phonegate/provision/event"
	"phonegate/provision/fault"
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
					if len(workers(x)) != 1 || !workers(x)[0].Enabled || len(workers(x)[0].Bindings) != 3 {
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

func TestASecondRunHasNothingToDo(t *testing.T) {
	for _, behaviour := range []string{"cloudflare.download=multipart", "cloudflare.download=raw", "cloudflare.new_worker=workers_dev_on",
		"cloudflare.propagation=later", "cloudflare.process=empty"} {
		t.Run(behaviour, func(t *testing.T) {
			x := acme(t, behaviour)
			notes := transporttest.NewNotes()
			x.apply(notes)
			if !maps.Equal(x.env(), x.values) {
				t.Errorf("the form has %v", x.env())
			}
			for lost, notes := range map[string]*transporttest.Notes{"nothing": notes, "the state": transporttest.NewNotes()} {
				puts := x.count("PUT") + x.count("POST")
				x.apply(notes)
				if now := x.count("PUT") + x.count("POST"); now != puts {
					t.Errorf("having lost %s, %d calls changed something", lost, now-puts)
				}
				h := x.read(notes)
				for _, r := range h.Resources() {
					if c := r.Change(); c.Op != event.None || len(r.Problems()) > 0 {
						t.Errorf("having lost %s, there is still %+v, %v", lost, c, r.Problems())
					}
				}
				if h.URL() != "https://"+formName+".acme.workers.dev" {
					t.Errorf("the form is at %s", h.URL())
				}
				if c, err := h.Look(t.Context()); err != nil || c.Version != "1.0" || !c.Ready {
					t.Errorf("it says %+v, %v", c, err)
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
			notes := transporttest.NewNotes()
			x.apply(notes)
			h := x.read(notes)
			sub, ok := strings.CutPrefix(h.URL(), "https://"+formName+".")
			if !ok || !strings.HasPrefix(sub, c.prefix) || x.count("PUT") != c.puts {
				t.Errorf("the form is at %s after %d PUTs", h.URL(), x.count("PUT"))
			}
			before := h.subdomain.found
			if err := transporttest.Undo(x.family(x.road, notes)); err != nil {
				t.Fatal(err)
			}
			h = x.read(notes)
			if len(workers(x)) != 0 || h.subdomain.found != before || h.URL() != "" {
				t.Errorf("afterwards there are %v below %q, and the form is at %q", workers(x), h.subdomain.found, h.URL())
			}
			if c := h.subdomain.UndoChange(); c.Op != event.None || !strings.Contains(c.Detail, "kept") {
				t.Errorf("undo says %+v", c)
			}
		})
	}
}

func TestOnlyChangesAreUploaded(t *testing.T) {
	x := acme(t, "cloudflare.propagation=later")
	notes := transporttest.NewNotes()
	x.apply(notes)
	for _, c := range []struct {
		name    string
		change  func()
		op      event.Op
		detail  string
		secrets bool
	}{
		{"nothing", func() {}, event.None, "", false},
		{"another form", func() { x.form = "2.0" }, event.Update, "new form", false},
		{"another form, its secrets unknown here", func() {
			x.form, x.values = "3.0", map[string]string{"SESSION_SECRET": "", "VERDICT_SECRET": ""}
		}, event.Update, "new form", false},
		{"a rotation begins", func() {
			x.print, x.values = "f2", map[string]string{"SESSION_SECRET": "session-2", "VERDICT_SECRET": "verdict-2",
				"SESSION_SECRET_PREVIOUS": "session-session", "VERDICT_SECRET_PREVIOUS": "verdict-verdict"}
		}, event.Update, "SESSION_SECRET_PREVIOUS is missing", true},
		{"a rotation ends, and what is left out stays", func() {
			x.print, x.values = "f3", map[string]string{"SESSION_SECRET": "session-2", "VERDICT_SECRET": "verdict-2"}
		}, event.Update, "new secrets, SESSION_SECRET_PREVIOUS goes", true},
	} {
		c.change()
		h := x.read(notes)
		if got := h.worker.Change(); got.Op != c.op || !strings.Contains(got.Detail, c.detail) || h.SendsSecrets() != c.secrets {
			t.Errorf("%s: %+v, sends secrets: %v", c.name, got, h.SendsSecrets())
		}
		puts := x.count("PUT")
		x.apply(notes)
		if did := x.count("PUT") - puts; did > 1 || (did == 1) != (c.op == event.Update) {
			t.Errorf("%s: %d uploads", c.name, did)
		}
		want := maps.Clone(x.values)
		if want["SESSION_SECRET"] == "" {
			want = map[string]string{"SESSION_SECRET": "session-session", "VERDICT_SECRET": "verdict-verdict"}
		}
		if !maps.Equal(x.env(), want) {
			t.Errorf("%s: the form has %v", c.name, x.env())
		}
	}
	for name, value := range map[string]string{"cloudflare.secrets_left_out": "dropped", "cloudflare.propagation": "at_once"} {
		if err := x.world.SetBehaviour(name, value); err != nil {
			t.Fatal(err)
		}
	}
	x.call("PUT", scripts+"/"+formName+"/secrets", object{"name": "OTHER", "type": "secret_text", "text": "x"})
	if x.apply(notes); !maps.Equal(x.env(), x.values) {
		t.Errorf("what was added is not gone: %v", x.env())
	}
	x.print, x.values = "f4", map[string]string{"SESSION_SECRET": "", "VERDICT_SECRET": "verdict-4"}
	if f := fault.Of(transporttest.Apply(x.family(x.road, notes))); f == nil || f.Code != "cloudflare.secrets_unknown" || !strings.Contains(f.Hint, "rotate") {
		t.Errorf("a secret that nobody knows: %+v", f)
	}
	x.print = ""
	if h := x.read(notes); h.worker.Change().Op != event.Update || !h.SendsSecrets() {
		t.Error("values that are still to be made are not waited for")
	}
}

func TestDriftIsSeenAndRepaired(t *testing.T) {
	ours := []object{{"type": "plain_text", "name": marker, "text": tenant + " x"}}
	for name, c := range map[string]struct {
		drift func(x *account)
		codes string // of the problems
	}{
		"its address is switched off": {func(x *account) { x.call("POST", scripts+"/"+formName+"/subdomain", object{"enabled": false}) }, "cloudflare.workers_dev_off"},
		"a secret is deleted":         {func(x *account) { x.call("DELETE", scripts+"/"+formName+"/secrets/SESSION_SECRET", nil) }, "cloudflare.secret_missing"},
		"a secret is added": {func(x *account) {
			x.call("PUT", scripts+"/"+formName+"/secrets", object{"name": "OTHER", "type": "secret_text", "text": "x"})
		}, "cloudflare.binding_unused"},
		"its code is edited": {func(x *account) {
			x.upload(string(module("9")), object{"compatibility_date": compatibilityDate, "keep_bindings": []string{"plain_text", "secret_text"}})
		}, "cloudflare.form_edited"},
		"its compatibility date is moved": {func(x *account) {
			x.upload(string(module("1.0")), object{"compatibility_date": "2025-01-01", "keep_bindings": []string{"plain_text", "secret_text"}})
		}, "cloudflare.compatibility"},
		"a compatibility flag is set": {func(x *account) {
			x.upload(string(module("1.0")), object{"compatibility_date": compatibilityDate, "compatibility_flags": []string{"nodejs_compat"}, "keep_bindings": []string{"plain_text", "secret_text"}})
		}, "cloudflare.compatibility"},
		"our mark is taken off it": {func(x *account) {
			x.upload(string(module("1.0")), object{"compatibility_date": compatibilityDate, "keep_bindings": []string{"secret_text"}})
		}, "cloudflare.secrets_differ"},
		"it is deployed by hand, without secrets": {func(x *account) {
			x.upload("export default { fetch: () => new Response() }", object{"compatibility_date": "2025-01-01", "bindings": ours, "keep_bindings": []string{}})
		}, "cloudflare.form_edited cloudflare.secret_missing cloudflare.secret_missing cloudflare.compatibility"},
		"it is deleted": {func(x *account) { x.call("DELETE", scripts+"/"+formName+"?force=true", nil) }, "cloudflare.worker_missing"},
	} {
		t.Run(name, func(t *testing.T) {
			x := acme(t)
			notes := transporttest.NewNotes()
			x.apply(notes)
			c.drift(x)
			h := x.read(notes)
			var codes []string
			for _, p := range h.worker.Problems() {
				codes = append(codes, p.Code)
			}
			if got := strings.Join(codes, " "); got != c.codes {
				t.Errorf("the problems are %s", got)
			}
			if change := h.worker.Change(); change.Op == event.None || change.Detail == "" || change.Requests == 0 {
				t.Errorf("the plan says %+v", change)
			}
			x.apply(notes)
			h = x.read(notes)
			if change := h.worker.Change(); change.Op != event.None || len(h.worker.Problems()) > 0 {
				t.Errorf("still to do: %+v, %v", change, h.worker.Problems())
			}
			if !maps.Equal(x.env(), x.values) {
				t.Errorf("the form has %v", x.env())
			}
		})
	}
}

func TestAModuleNeedNotComeBackByteForByte(t *testing.T) {
	x := acme(t, "cloudflare.read_back=reformatted")
	notes := transporttest.NewNotes()
	x.apply(notes)
	if h := x.read(notes); h.worker.Change().Op != event.None || len(h.worker.Problems()) > 0 {
		t.Errorf("after the first run: %+v, %v", h.worker.Change(), h.worker.Problems())
	}
	x.upload(string(module("9")), object{"compatibility_date": compatibilityDate, "keep_bindings": []string{"plain_text", "secret_text"}})
	if h := x.read(notes); h.worker.Change().Op != event.Update || len(h.worker.Problems()) != 1 || h.worker.Problems()[0].Code != "cloudflare.form_edited" {
		t.Errorf("after an edit: %+v, %v", h.worker.Change(), h.worker.Problems())
	}
	x.apply(notes)
	lost := transporttest.NewNotes() // then it can't be known: it is uploaded once more, and known from then on
	for _, want := range []event.Op{event.Update, event.None} {
		if h := x.read(lost); h.worker.Change().Op != want {
			t.Errorf("without state: %+v, want %s", h.worker.Change(), want)
		}
		x.apply(lost)
	}
}

func TestTheAccountsSubdomainMoves(t *testing.T) {
	x := acme(t, "cloudflare.subdomain_change=changed")
	notes := transporttest.NewNotes()
	x.apply(notes)
	x.call("PUT", "/accounts/"+accountNo+"/workers/subdomain", object{"subdomain": "globex"})
	h := x.read(notes)
	if c := h.worker.Change(); c.Op != event.Update || !strings.Contains(c.Detail, "another address") || h.URL() != "https://"+formName+".globex.workers.dev" {
		t.Errorf("%+v at %s", c, h.URL())
	}
	x.apply(notes)
	if c := x.read(notes).worker.Change(); c.Op != event.None {
		t.Errorf("still to do: %+v", c)
	}
}

func TestAStrangersWorkerIsLeftAlone(t *testing.T) {
	for name, c := range map[string]struct {
		bindings []object
		says     string
	}{
		"somebody's Worker":     {[]object{}, "did not make"},
		"another tenant's form": {[]object{{"type": "plain_text", "name": marker, "text": "globex.us.auth0.com abc"}}, "globex.us.auth0.com"},
	} {
		t.Run(name, func(t *testing.T) {
			x := acme(t)
			x.upload("export default { fetch: () => new Response('mine') }", object{"bindings": c.bindings})
			before := x.count("PUT")
			f := fault.Of(transporttest.Apply(x.family(x.road, transporttest.NewNotes())))
			if f == nil || f.Code != "cloudflare.worker_name_taken" || !strings.Contains(f.Message, c.says) || !strings.Contains(f.Hint, "--host-project") {
				t.Errorf("%+v", f)
			}
			if err := transporttest.Undo(x.family(x.road, transporttest.NewNotes())); err == nil {
				t.Error("undo does not mind")
			}
			if len(workers(x)) != 1 || x.count("PUT") != before || x.count(http.MethodDelete) != 0 {
				t.Error("it was touched")
			}
		})
	}
	t.Run("one of our name that somebody made since", func(t *testing.T) {
		x := acme(t)
		notes := transporttest.NewNotes()
		x.apply(notes)
		x.call("DELETE", scripts+"/"+formName+"?force=true", nil)
		x.upload("export default { fetch: () => new Response('mine') }", object{})
		if f := fault.Of(transporttest.Apply(x.family(x.road, notes))); f == nil || f.Code != "cloudflare.worker_name_taken" {
			t.Errorf("%+v", f)
		}
	})
}
