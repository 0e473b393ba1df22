package kind

import (
	"slices"
	"testing"

	"phonegate/provision/host"
)

// With adds a row for as long as a test runs.
func With(t *testing.T, k host.Kind) {
	t.Helper()
	before := slices.Clone(table)
	table = append(table, k)
	t.Cleanup(func() { table = before })
}
