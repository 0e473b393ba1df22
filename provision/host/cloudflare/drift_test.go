package cloudflare

import (
	"net/http"
	"strings"
	"testing"

	"phonegate/provision/event"
	"phonegate/provision/fault"
	"phonegate/provision/ring"
	"phonegate/provision/transport/transporttest"
)

func TestDriftIsSeenAndRepaired(t *testing.T) {
	ours := []object{{"type": "plain_text", "name": marker, "text": tenant + " x"}}
	keep := func() object {
		return object{"compatibility_date": compatibilityDate, "keep_bindings": []string{"plain_text", "secret_text"}}
	}
	for name, c := range map[string]struct {
		drift func(x *account)
		codes string // of the problems
	}{
		"its address is switched off": {func(x *account) {
			x.call("POST", scripts+"/"+formName+"/subdomain", object{"enabled": false})
		}, "cloudflare.workers_dev_off"},
		"its key is deleted": {func(x *account) {
			x.call("DELETE", scripts+"/"+formName+"/secrets/"+x.unit.Name(), nil)
		}, "cloudflare.key_missing"},
		"its key is changed": {func(x *account) {
			x.call("PUT", scripts+"/"+formName+"/secrets", object{"name": x.unit.Name(), "type": "secret_text", "text": "changed"})
		}, "cloudflare.key_ignored"},
		"its code is edited": {func(x *account) { x.upload(string(module("9")), keep()) },
			"cloudflare.form_edited"},
		"its code is edited and says the same": {func(x *account) { x.upload("//\n"+string(module("1.0")), keep()) },
			"cloudflare.form_edited"},
		"its code is the one of another phonegate's": {func(x *account) { x.form = "2.0" }, "cloudflare.form_outdated"},
		"its compatibility date is moved": {func(x *account) {
			metadata := keep()
			metadata["compatibility_date"] = "2025-01-01"
			x.upload(string(module("1.0")), metadata)
		}, "cloudflare.compatibility"},
		"a compatibility flag is set": {func(x *account) {
			metadata := keep()
			metadata["compatibility_flags"] = []string{"nodejs_compat"}
			x.upload(string(module("1.0")), metadata)
		}, "cloudflare.compatibility"},
		"our mark is taken off it": {func(x *account) {
			x.upload(string(module("1.0")), object{"compatibility_date": compatibilityDate, "keep_bindings": []string{"secret_text"}})
		}, "cloudflare.mark_missing"},
		"it is deployed by hand, without keys": {func(x *account) {
			x.upload("export default { fetch: () => new Response() }",
				object{"compatibility_date": "2025-01-01", "bindings": ours, "keep_bindings": []string{}})
		}, "cloudflare.form_edited cloudflare.key_missing cloudflare.compatibility cloudflare.form_silent"},
		"it is deleted": {func(x *account) { x.call("DELETE", scripts+"/"+formName+"?force=true", nil) }, "cloudflare.worker_missing"},
	} {
		t.Run(name, func(t *testing.T) {
			x := acme(t)
			x.apply()
			c.drift(x)
			h := x.read()
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
			x.apply()
			x.nothingToDo("after the repair")
			x.has("after the repair", nil, x.unit)
		})
	}
}

func TestWhatPeopleAddIsTheirs(t *testing.T) {
	for _, behaviour := range []string{"cloudflare.secrets_left_out=kept", "cloudflare.secrets_left_out=dropped"} {
		t.Run(behaviour, func(t *testing.T) {
			x := acme(t, behaviour)
			x.apply()
			x.upload(string(module("1.0")), object{"compatibility_date": compatibilityDate,
				"keep_bindings": []string{"plain_text", "secret_text"},
				"bindings": []object{{"type": "plain_text", "name": "NOTE", "text": "theirs"},
					{"type": "kv_namespace", "name": "KV", "namespace_id": "1"}}})
			x.call("PUT", scripts+"/"+formName+"/secrets", object{"name": "OTHER", "type": "secret_text", "text": "x"})
			x.nothingToDo("with what was added")
			x.form = "2.0"
			x.apply()
			theirs := map[string]string{"NOTE": "theirs", "OTHER": "x"}
			x.has("after an upload", theirs, x.unit)
			if n := len(workers(x)[0].Bindings); n != 5 {
				t.Errorf("there are %d bindings: %+v", n, workers(x)[0].Bindings)
			}

			h := x.read()
			if c := h.worker.UndoChange(); c.Op != event.Update || !strings.Contains(c.Detail, "OTHER") {
				t.Errorf("undo would do %+v", c)
			}
			for range 2 { // it may be repeated
				h = x.host(x.road)
				if err := transporttest.Undo(resources(h)); err != nil {
					t.Fatal(err)
				}
				x.has("after undo", theirs)
				left := h.Left()
				if len(left) != 1 || !strings.Contains(left[0].Why, "NOTE") || left[0].Command != "wrangler delete --name "+formName {
					t.Errorf("undo leaves %+v", left)
				}
			}
			if c := x.read().worker.UndoChange(); c.Op != event.None || !strings.Contains(c.Detail, "stays") {
				t.Errorf("undo would do %+v", c)
			}
			x.apply() // it is still known as ours
			x.has("after another run", theirs, x.unit)
		})
	}
}

func TestWhatIsAddedBeforeUndoIsSeen(t *testing.T) {
	x := acme(t)
	x.apply()
	h := x.read()
	x.call("PUT", scripts+"/"+formName+"/secrets", object{"name": "OTHER", "type": "secret_text", "text": "x"})
	if err := h.worker.Undo(t.Context(), nil); err != nil || len(h.Left()) != 1 {
		t.Errorf("%v, left %+v", err, h.Left())
	}
	x.has("after undo", map[string]string{"OTHER": "x"})
}

func TestUndoThatFailsCanBeRepeated(t *testing.T) {
	for n := 1; ; n++ {
		x := acme(t)
		x.apply()
		h := x.read()
		flaky := &transporttest.Flaky{Next: x.road, At: n, How: transporttest.Busy}
		h.c.o.HTTP = flaky
		err := h.worker.Undo(t.Context(), nil)
		if flaky.Fired == "" {
			break
		}
		if err == nil {
			t.Errorf("undo does not mind a failure of %s", flaky.Fired)
		}
		if err := h.worker.Undo(t.Context(), nil); err != nil || len(workers(x)) > 0 {
			t.Errorf("after a failure of %s: %v, %v", flaky.Fired, err, workers(x))
		}
	}
}

func TestAFormThatDoesNotAnswerIsOnlyWaitedFor(t *testing.T) {
	x := acme(t)
	x.apply()
	x.unit = ring.Unit{}
	rt := roundTripper(func(r *http.Request) (*http.Response, error) {
		if strings.HasSuffix(r.URL.Hostname(), workersDev) {
			return reply(r, 502, ""), nil
		}
		return x.road.RoundTrip(r)
	})
	h := x.readOver(rt)
	if _, ok := h.Seen(); ok {
		t.Error("it was seen")
	}
	if c := h.worker.Change(); c.Op != event.Update || !strings.Contains(c.Detail, "does not respond") {
		t.Errorf("the plan says %+v", c)
	}
	if p := h.worker.Problems(); len(p) != 1 || p[0].Code != "cloudflare.form_silent" {
		t.Errorf("the problems are %v", p)
	}
	before := x.writes()
	if f := fault.Of(h.worker.Apply(t.Context(), nil)); f == nil || f.Code != "cloudflare.form_silent" {
		t.Errorf("apply ended with %+v", f)
	}
	if n := x.writes() - before; n != 0 {
		t.Errorf("%d calls changed something", n)
	}
}
