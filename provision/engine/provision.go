// Package provision is the engine: it reads what a tenant has, plans what must change, applies the plan and can undo it.
// It prints nothing and knows no terminal; all it has to say it says in events.
package engine
