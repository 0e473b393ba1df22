package engine_test

import (
	"testing"

	"phonegate/provision/fault"
)

func TestAPlanCanBeCarriedOutOnce(t *testing.T) {
	b := newBench(t)
	plan, err := b.open(nil).Plan(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := plan.Apply(t.Context()); err != nil {
		t.Fatal(err)
	}
	n := len(b.box.World().Requests())
	o, err := plan.Apply(t.Context())
	if f := fault.Of(err); f == nil || f.Code != "plan.used" || o.OK || o.FormURL == "" {
		t.Errorf("%+v, %v", o, err)
	}
	if w := b.writes(n); len(w) > 0 {
		t.Errorf("it wrote %+v", w)
	}
}
