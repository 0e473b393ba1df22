package render_test

import (
	"bytes"
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"strings"
	"testing"

	"phonegate/provision/event"
	"phonegate/ui/render"
)

// samples has one of each event, with a word that every renderer must show.
var samples = map[string]struct {
	event event.Event
	word  string
}{
	"Plan": {event.Plan{Tenant: "dev", Changes: []event.Change{{Resource: "twilio.service", Op: event.Create, Detail: "somename"}}}, "somename"},
	"Step": {event.Step{Tenant: "dev", Resource: "twilio.service", Status: event.Failed, Detail: "somename",
		Error: &event.Error{Code: "twilio.x", Message: "somename was refused.", Hint: "Try again."}}, "somename"},
	"Result": {event.Result{Command: "apply", Tenants: []event.Outcome{{Name: "somename", Error: &event.Error{Code: "x", Message: "somename failed."}}}}, "somename"},
}

// TestEveryEventIsRendered fails for an event that a renderer does not know: one without a sample here, or one that is left out.
func TestEveryEventIsRendered(t *testing.T) {
	kinds := eventTypes(t)
	if len(kinds) != len(samples) {
		t.Errorf("the events are %q; there are %d samples", kinds, len(samples))
	}
	for _, kind := range kinds {
		s, ok := samples[kind]
		if !ok {
			t.Errorf("%s: there is no sample of it", kind)
			continue
		}
		for name, renderer := range map[string]func(*bytes.Buffer) render.Renderer{
			"JSON":  func(b *bytes.Buffer) render.Renderer { return render.JSON(b) },
			"plain": func(b *bytes.Buffer) render.Renderer { return render.Plain(b, render.Options{}) },
		} {
			var out bytes.Buffer
			r := renderer(&out)
			r.Emit(s.event)
			if err := r.Close(); err != nil || !strings.Contains(out.String(), s.word) {
				t.Errorf("%s: not in %s: %q, %v", kind, name, out.String(), err)
			}
		}
	}
}

// eventTypes are the types that are events, as the source says.
func eventTypes(t *testing.T) (names []string) {
	t.Helper()
	const dir = "../../provision/event"
	paths, err := filepath.Glob(dir + "/*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range paths {
		f, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range f.Decls {
			fn, ok := d.(*ast.FuncDecl)
			if !ok || fn.Recv == nil || fn.Name.Name != "event" {
				continue
			}
			if id, ok := fn.Recv.List[0].Type.(*ast.Ident); ok {
				names = append(names, id.Name)
			}
		}
	}
	return names
}
