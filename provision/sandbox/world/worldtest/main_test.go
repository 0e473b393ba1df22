package worldtest

import (
	"slices"
	"testing"

	"phonegate/provision/sandbox/world"
)

func TestUntriedValuesAreNamed(t *testing.T) {
	all := []world.Behaviour{{Name: "a.x", Values: []string{"1", "2"}}, {Name: "a.y", Values: []string{"1"}}, {Name: "b.z", Values: []string{"1"}}}
	got := untried(all, "a", map[string]bool{"a.x=1": true, "a.y=2": true})
	if !slices.Equal(got, []string{"a.x=2", "a.y=1"}) {
		t.Errorf("missing: %v", got)
	}
}
