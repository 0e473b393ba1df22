// Package render turns the engine's events into what a person or a script reads:
// one JSON object a line, or plain lines that are only ever appended. It also holds
// what the wizard shares with them: names, styles, columns.
package render

import "phonegate/provision/event"

// Renderer shows events. Emit may be called from several goroutines at once.
type Renderer interface {
	// Emit shows one event at once.
	Emit(e event.Event)
	// Close ends the output and reports the first error that writing met.
	Close() error
}
