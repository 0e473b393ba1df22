package cloudflare

import (
	"strings"
	"testing"

	"phonegate/provision/event"
	"phonegate/provision/fault"
	"phonegate/provision/ring"
	"phonegate/provision/transport/transporttest"
)

func TestAnUploadNeedsNoValueOfTheKeysThatAreThere(t *testing.T) {
	x := acme(t, "cloudflare.propagation=later")
	x.apply()
	first := x.unit
	for _, c := range []struct {
		name   string
		change func()
		op     event.Op
		detail string
	}{
		{"nothing", func() {}, event.None, ""},
		{"another form", func() { x.form = "2.0" }, event.Update, "new form"},
		{"another form, its key unknown here", func() { x.form, x.unit = "3.0", ring.Unit{} }, event.Update, "new form"},
	} {
		c.change()
		if got := x.read().worker.Change(); got.Op != c.op || !strings.Contains(got.Detail, c.detail) {
			t.Errorf("%s: %+v", c.name, got)
		}
		puts := x.count("PUT")
		x.apply()
		if n := x.count("PUT") - puts; n > 1 || (n == 1) != (c.op == event.Update) {
			t.Errorf("%s: %d uploads", c.name, n)
		}
		x.has(c.name, nil, first)
	}
}

func TestTwoComputersAddKeysAtTheSameTime(t *testing.T) {
	for _, behaviour := range []string{"cloudflare.secrets_left_out=kept", "cloudflare.secrets_left_out=dropped",
		"cloudflare.read_back=reformatted"} {
		for _, begins := range []string{"no Worker", "a Worker"} {
			t.Run(behaviour+", "+begins, func(t *testing.T) {
				x := acme(t, behaviour)
				var before []ring.Unit
				if begins == "a Worker" {
					x.apply()
					before = append(before, x.unit)
				}
				one, two := newUnit(), newUnit()
				other := *x
				x.wants(one)
				other.wants(two)
				a, b := x.read(), other.read() // both have read before either writes
				for _, h := range []*Host{a, b} {
					if err := h.worker.Apply(t.Context(), nil); err != nil {
						t.Fatal(err)
					}
				}
				x.has("after both", nil, append(before, one, two)...)
				x.nothingToDo("the first")
				other.nothingToDo("the second")
				if seen, ok := b.Seen(); !ok || !seen.Shows([]ring.Key{one.Key, two.Key}) {
					t.Errorf("the second has seen %+v", seen)
				}
			})
		}
	}
}

func TestAKeyThatNobodyHereHasEndsTheRunBeforeItWrites(t *testing.T) {
	x := acme(t)
	x.apply()
	elsewhere := newUnit()
	x.must = append(x.must, elsewhere.Key)
	x.form = "2.0"
	before := x.writes()
	f := fault.Of(transporttest.Apply(resources(x.host(x.road))))
	if f == nil || f.Code != "cloudflare.key_missing" || !strings.Contains(f.Message, elsewhere.ID) ||
		!strings.Contains(f.Hint, "rotate") {
		t.Errorf("%+v", f)
	}
	if n := x.writes() - before; n != 0 {
		t.Errorf("%d calls changed something", n)
	}
}

func TestSweptKeysAreGoneFromThePublicForm(t *testing.T) {
	for _, behaviour := range []string{"cloudflare.propagation=at_once", "cloudflare.propagation=later"} {
		t.Run(behaviour, func(t *testing.T) {
			x := acme(t, behaviour)
			var units []ring.Unit
			for range 4 {
				x.apply()
				units = append(units, x.unit)
				x.wants(newUnit())
			}
			x.wants(units[3])
			h := x.read()
			gone := []ring.Key{units[0].Key, units[2].Key}
			for range 2 { // a key that is gone is no error
				if err := h.Sweep(t.Context(), gone, nil); err != nil {
					t.Fatal(err)
				}
				c, ok := h.Seen()
				if !ok || c.Shows(gone[:1]) || c.Shows(gone[1:]) || !c.Shows([]ring.Key{units[1].Key, units[3].Key}) {
					t.Errorf("the form shows %v, %v", c.Keys, ok)
				}
				if held, known := h.Held(); !known || len(held) != 2 {
					t.Errorf("it holds %v", held)
				}
			}
			x.has("after the sweep", nil, units[1], units[3])
			x.nothingToDo("after the sweep")
		})
	}
	t.Run("of a Worker that is gone", func(t *testing.T) {
		x := acme(t)
		x.apply()
		h := x.read()
		x.call("DELETE", scripts+"/"+formName+"?force=true", nil)
		if err := h.Sweep(t.Context(), x.must, nil); err != nil || h.URL() != "" {
			t.Errorf("%v, the form is at %q", err, h.URL())
		}
	})
}

func TestASweepThatFailsCanBeRepeated(t *testing.T) {
	for n := 1; ; n++ {
		x := acme(t)
		x.apply()
		former := x.unit
		x.wants(newUnit())
		x.apply()
		h := x.read()
		flaky := &transporttest.Flaky{Next: x.road, At: n, How: transporttest.After}
		h.c.o.HTTP = flaky
		_ = h.Sweep(t.Context(), []ring.Key{former.Key}, nil)
		if flaky.Fired == "" {
			break
		}
		if err := h.Sweep(t.Context(), []ring.Key{former.Key}, nil); err != nil {
			t.Errorf("after a failure of %s: %v", flaky.Fired, err)
		}
		x.has("after a failure of "+flaky.Fired, nil, x.unit)
	}
}
