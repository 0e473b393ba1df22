package world

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Behaviour is a named answer to something that is not known for certain about a real service, or on which
// sources disagree.
type Behaviour struct {
	Name    string   `json:"name"`    // e.g. "twilio.max_attempts"
	Values  []string `json:"values"`  // the first one is the default
	About   string   `json:"about"`   // one sentence: what is uncertain
	Sources string   `json:"sources"` // where the readings come from
}

var behaviours []Behaviour

// Declare makes a behaviour known. It is called from package variables of the emulated providers.
func Declare(b Behaviour) Behaviour {
	behaviours = append(behaviours, b)
	return b
}

// Behaviours lists all declared behaviours by name.
func Behaviours() []Behaviour {
	all := slices.Clone(behaviours)
	slices.SortFunc(all, func(a, b Behaviour) int { return cmp.Compare(a.Name, b.Name) })
	return all
}

// OnBehaviour hears of each behaviour that an emulated provider asks for, if it is set before the first world is made. Tests find with it
// the switches that none of them turns.
var OnBehaviour func(name, value string)

// Behaviour is the value in force for a declared behaviour.
func (w *World) Behaviour(b Behaviour) string {
	w.mu.Lock()
	v, ok := w.behaviours[b.Name]
	w.mu.Unlock()
	if !ok {
		v = b.Values[0]
	}
	if OnBehaviour != nil {
		OnBehaviour(b.Name, v)
	}
	return v
}

// SetBehaviour changes a behaviour by name. It fails on a name or value that is not declared.
func (w *World) SetBehaviour(name, value string) error {
	i := slices.IndexFunc(behaviours, func(b Behaviour) bool { return b.Name == name })
	if i < 0 {
		return fmt.Errorf("there is no behaviour %q", name)
	}
	if !slices.Contains(behaviours[i].Values, value) {
		return fmt.Errorf("the behaviour %s is one of %s, not %q", name, strings.Join(behaviours[i].Values, ", "), value)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.behaviours[name] = value
	return nil
}

// Endpoint is one emulated operation: one row of the table that says what the sandbox knows and from where.
type Endpoint struct {
	Method string `json:"method"`
	Path   string `json:"path"` // with {placeholders}
	// Source is where the behaviour comes from: "spec", "recording", "docs", "observed", with a pointer.
	Source string `json:"source"`
	// Unconfirmed says in a few words what is not known for certain, "" if nothing.
	Unconfirmed string `json:"unconfirmed,omitempty"`
	// Behaviour names the switch that flips it, "" if there is none.
	Behaviour string `json:"behaviour,omitempty"`
}
