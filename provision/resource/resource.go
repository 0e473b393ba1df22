// Package resource is the contract between the engine and a provider's resource
// families: read, say what would change, change it, undo it.
package resource

import (
	"context"

	"phonegate/provision/event"
)

// Progress reports a wait inside Apply or Undo in a few words ("building").
type Progress func(detail string)

// Resource is one thing that phonegate keeps in order at a provider. The engine calls
// Read on all resources at the same time, then Change on each in order of
// dependency (more than once), then Apply where there is something to do.
type Resource interface {
	// Name is the resource's public name, e.g. "auth0.action".
	Name() string
	// Read looks at what the provider has. It makes only reading calls.
	Read(ctx context.Context) error
	// Change says what Apply would do. It makes no call and may be called again when inputs have changed.
	Change() event.Change
	// Apply carries out what Change said. It may be repeated after a failure at any
	// point without making anything twice.
	Apply(ctx context.Context, progress Progress) error
	// UndoChange says what Undo would do: Delete, Update (something is put back) or None.
	UndoChange() event.Change
	// Undo removes what phonegate made and puts back what stood there before.
	Undo(ctx context.Context, progress Progress) error
}

// Left is something that an undo leaves behind.
type Left = event.Left

// Note is where a resource keeps the little it must remember between runs: ids,
// fingerprints, what stood there before. Never a secret.
type Note interface {
	// Get is the remembered value, "" if there is none.
	Get(key string) string
	// Set remembers a value durably before it returns; "" forgets it.
	Set(key, value string) error
}
