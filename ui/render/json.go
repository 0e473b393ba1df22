package render

import (
	"encoding/json"
	"io"
	"sync"

	"phonegate/provision/event"
)

// JSON writes every event as one JSON object on a line of its own, with the field
// names of package event and nothing added.
func JSON(w io.Writer) Renderer {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	return &jsonLines{enc: enc}
}

type jsonLines struct {
	mu  sync.Mutex
	enc *json.Encoder
	err error
}

// Emit writes the line. After a failed write the rest is dropped: half a stream
// with a hole in it would be worse than a short one.
func (j *jsonLines) Emit(e event.Event) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.err == nil {
		j.err = j.enc.Encode(typed(e))
	}
}

// Close reports the first error of the writer.
func (j *jsonLines) Close() error {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.err
}

// typed fills in the type field where an emitter left it out, and turns nil lists
// into empty ones, so that readers never meet null.
func typed(e event.Event) event.Event {
	switch e := e.(type) {
	case event.Plan:
		e.Type = "plan"
		if e.Changes == nil {
			e.Changes = []event.Change{}
		}
		return e
	case event.Step:
		e.Type = "step"
		return e
	case event.Result:
		e.Type = "result"
		if e.Tenants == nil {
			e.Tenants = []event.Outcome{}
		}
		if e.Requests == nil {
			e.Requests = map[string]int{}
		}
		return e
	}
	return e
}
