package engine

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"

	"phonegate/provision/event"
	"phonegate/provision/fault"
	"phonegate/provision/resource"
)

// fake is a resource whose Apply notes that it ran.
type fake struct {
	name  string
	op    event.Op
	apply func(ctx context.Context) error
}

func (f *fake) Name() string               { return f.name }
func (f *fake) Read(context.Context) error { return nil }
func (f *fake) Change() event.Change       { return event.Change{Resource: f.name, Op: f.op, Detail: f.name} }
func (f *fake) UndoChange() event.Change   { return f.Change() }
func (f *fake) Apply(ctx context.Context, _ resource.Progress) error {
	if f.apply == nil {
		return nil
	}
	return f.apply(ctx)
}
func (f *fake) Undo(ctx context.Context, p resource.Progress) error { return f.Apply(ctx, p) }

// tape records events by resource.
type tape struct {
	mu     sync.Mutex
	events []event.Step
}

func (t *tape) emit(e event.Event) {
	if s, ok := e.(event.Step); ok {
		t.mu.Lock()
		defer t.mu.Unlock()
		t.events = append(t.events, s)
	}
}

func (t *tape) last(name string) event.Step {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, s := range slices.Backward(t.events) {
		if s.Resource == name {
			return s
		}
	}
	return event.Step{}
}

func engineWith(t *tape) *Tenant {
	return &Tenant{name: "dev", sink: t.emit, stop: make(chan struct{})}
}

func TestRunWaitsForWhatIsNeeded(t *testing.T) {
	var mu sync.Mutex
	var order []string
	note := func(name string) func(context.Context) error {
		return func(context.Context) error {
			mu.Lock()
			defer mu.Unlock()
			order = append(order, name)
			return nil
		}
	}
	g := graph{
		{&fake{"a", event.Create, note("a")}, nil},
		{&fake{"b", event.Update, note("b")}, []string{"a"}},
		{&fake{"c", event.Create, note("c")}, []string{"b"}},
		{&fake{"d", event.None, note("d")}, []string{"a"}},
	}
	count, err := engineWith(&tape{}).run(t.Context(), g, applying)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(order, []string{"a", "b", "c"}) {
		t.Errorf("applied %v, want a, b, c and not d, which has nothing to do", order)
	}
	if count[event.Create] != 2 || count[event.Update] != 1 || count[event.None] != 1 {
		t.Errorf("counted %v", count)
	}
}

func TestIndependentResourcesRunAtTheSameTime(t *testing.T) {
	met := make(chan struct{})
	meet := func(ctx context.Context) error {
		select {
		case met <- struct{}{}:
		case <-met:
		case <-ctx.Done():
			return ctx.Err()
		}
		return nil
	}
	g := graph{{&fake{"a", event.Create, meet}, nil}, {&fake{"b", event.Create, meet}, nil}}
	if _, err := engineWith(&tape{}).run(t.Context(), g, applying); err != nil {
		t.Fatal(err)
	}
}

func TestAFailureSkipsOnlyWhatDependsOnIt(t *testing.T) {
	boom := fault.New(fault.Refused, "auth0.insufficient_scope", "Grant it.", "No.")
	other := false
	rec := &tape{}
	g := graph{
		{&fake{"a", event.Create, func(context.Context) error { return boom }}, nil},
		{&fake{"b", event.Create, func(context.Context) error { t.Error("b ran without a"); return nil }}, []string{"a"}},
		{&fake{"c", event.Create, func(context.Context) error { t.Error("c ran without b"); return nil }}, []string{"b"}},
		{&fake{"d", event.Create, func(context.Context) error { other = true; return nil }}, nil},
	}
	_, err := engineWith(rec).run(t.Context(), g, applying)
	if !errors.Is(err, boom) {
		t.Errorf("error is %v", err)
	}
	if !other {
		t.Error("d did not run, though it does not depend on a")
	}
	if s := rec.last("a"); s.Status != event.Failed || s.Error.Code != boom.Code {
		t.Errorf("a ended as %+v", s)
	}
	for _, name := range []string{"b", "c"} {
		if s := rec.last(name); s.Status != event.Skipped {
			t.Errorf("%s ended as %+v", name, s)
		}
	}
}

func TestStopFinishesTheCallUnderWayAndBeginsNothing(t *testing.T) {
	rec := &tape{}
	e := engineWith(rec)
	g := graph{
		{&fake{"a", event.Create, func(ctx context.Context) error { e.Stop(); return ctx.Err() }}, nil},
		{&fake{"b", event.Create, func(context.Context) error { t.Error("b began after the stop"); return nil }}, []string{"a"}},
	}
	count, err := e.run(t.Context(), g, applying)
	if fault.Of(err).Category != fault.Interrupted {
		t.Errorf("error is %v, want an interruption", err)
	}
	if s := rec.last("a"); s.Status != event.Done || count[event.Create] != 1 {
		t.Errorf("a ended as %+v, counted %v", s, count)
	}
	if s := rec.last("b"); s.Status != event.Skipped {
		t.Errorf("b ended as %+v", s)
	}
}

func TestUndoingGoesTheOtherWayRound(t *testing.T) {
	g := graph{{&fake{name: "a"}, nil}, {&fake{name: "b"}, []string{"a"}}, {&fake{name: "c"}, []string{"a", "b"}}}
	got := map[string][]string{}
	var order []string
	for _, n := range g.reversed() {
		got[n.Name()] = n.needs
		order = append(order, n.Name())
	}
	if !slices.Equal(order, []string{"c", "b", "a"}) || got["c"] != nil || !slices.Equal(got["b"], []string{"c"}) || !slices.Equal(got["a"], []string{"b", "c"}) {
		t.Errorf("reversed to %v %v", order, got)
	}
}
