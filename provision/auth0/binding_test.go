package auth0

import (
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"phonegate/provision/event"
	"phonegate/provision/fault"
)

// bound is a tenant with the flow of these names and our Action, not yet bound.
func bound(t *testing.T, names ...string) (*tenant, []string, *Action) {
	t.Helper()
	x := newTenant(t)
	var ids []string
	for _, name := range names {
		ids = append(ids, x.add("action of "+name, "exports.onExecutePostLogin = async () => {};"))
	}
	x.bind(names, ids...)
	return x, ids, x.applied(x.unit())
}

func TestTheActionGoesLastAndTheOthersStay(t *testing.T) {
	for name, c := range map[string]struct {
		flow   []string
		detail string
	}{
		"after two others":  {[]string{"Enrich", "Add roles"}, "after “Add roles”, last"},
		"as the only one":   {nil, "the only Action"},
		"after renamed one": {[]string{"Änderung „x“"}, "after “Änderung „x“”, last"},
	} {
		t.Run(name, func(t *testing.T) {
			x, _, a := bound(t, c.flow...)
			b := NewBinding(a.c, a)
			if err := b.Read(t.Context()); err != nil {
				t.Fatal(err)
			}
			if got := b.Change(); got.Op != event.Create || !strings.Contains(got.Detail, c.detail) {
				t.Errorf("plan: %+v", got)
			}
			if err := b.Apply(t.Context(), nil); err != nil {
				t.Fatal(err)
			}
			if got := x.flow(); !slices.Equal(got, append(slices.Clone(c.flow), actionName)) {
				t.Errorf("the flow is %v", got)
			}
			if b.Change().Op != event.None || b.UndoChange().Op != event.Delete {
				t.Errorf("afterwards: %+v, %+v", b.Change(), b.UndoChange())
			}
			if err := b.Undo(t.Context(), nil); err != nil {
				t.Fatal(err)
			}
			if got := x.flow(); !slices.Equal(got, c.flow) {
				t.Errorf("after undo the flow is %v", got)
			}
		})
	}
}

func TestAnActionThatIsNoLongerLastIsMoved(t *testing.T) {
	x, ids, a := bound(t, "Enrich", "Add roles")
	x.bind([]string{"Enrich", actionName, "Add roles"}, ids[0], a.ID(), ids[1])
	b := NewBinding(a.c, a)
	if err := b.Read(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := b.Change(); got.Op != event.Update || !strings.Contains(got.Detail, "now it is not last") ||
		!strings.Contains(got.Diff, "- "+actionName) || !strings.Contains(got.Diff, "+ "+actionName) {
		t.Errorf("plan: %+v", got)
	}
	if err := b.Apply(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	if got := x.flow(); !slices.Equal(got, []string{"Enrich", "Add roles", actionName}) {
		t.Errorf("the flow is %v", got)
	}
}

func TestAChangeThatSomebodyElseMakesAtTheSameTimeIsKept(t *testing.T) {
	for name, c := range map[string]struct {
		after int // the other one writes after our n-th PATCH; 0: before the first
		want  string
	}{"between plan and apply": {0, ""}, "just after our write": {1, ""}, "after every write": {-1, "auth0.binding_conflict"}} {
		t.Run(name, func(t *testing.T) {
			x, ids, a := bound(t, "Enrich")
			other := x.add("action of Late", "exports.onExecutePostLogin = async () => {};")
			write := func() { x.bind([]string{"Enrich", "Late"}, ids[0], other) }
			var patches atomic.Int32
			a.c = x.client(roundTripper(func(r *http.Request) (*http.Response, error) {
				res, err := x.road.RoundTrip(r)
				if r.Method == http.MethodPatch {
					if n := int(patches.Add(1)); n == c.after || c.after < 0 {
						write()
					}
				}
				return res, err
			}))
			b := NewBinding(a.c, a)
			if err := b.Read(t.Context()); err != nil {
				t.Fatal(err)
			}
			if c.after == 0 {
				write()
			}
			err := b.Apply(t.Context(), nil)
			if c.want != "" {
				if f := fault.Of(err); f == nil || f.Code != c.want || f.Hint == "" {
					t.Errorf("got %+v", f)
				}
				return
			}
			if got := x.flow(); err != nil || !slices.Equal(got, []string{"Enrich", "Late", actionName}) {
				t.Errorf("the flow is %v, %v", got, err)
			}
		})
	}
}

func TestBindingOfLoserIsReplaced(t *testing.T) {
	x, ids, a := bound(t, "Enrich")
	loser := x.add("loser", actionCode)
	x.bind([]string{"Enrich", "loser"}, ids[0], loser)
	a.losers = []string{loser}
	b := NewBinding(a.c, a)
	if err := b.Read(t.Context()); err != nil {
		t.Fatal(err)
	}
	if c := b.Change(); c.Op != event.Create || !strings.Contains(c.Detail, "after “Enrich”, last") {
		t.Errorf("plan: %+v", c)
	}
	if err := b.Apply(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	if got := x.flow(); !slices.Equal(got, []string{"Enrich", actionName}) {
		t.Errorf("the flow is %v", got)
	}
}
