package render

import (
	"fmt"
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"

	"phonegate/provision/event"
)

func TestAPlanShowsWhatSomebodyChanged(t *testing.T) {
	change := event.Change{Resource: "auth0.action", Op: event.Update, Detail: "the code differs",
		Diff: "  const a = 1;\n-\tlet\x1b[31m open = true; // " + strings.Repeat("x", 200) + "\n+ let open = false;"}
	for _, width := range []int{40, 80, 120} {
		text := strings.Join(PlanLines(event.Plan{Tenant: "dev", Changes: []event.Change{change}}, Styles{}, width, "vercel"), "\n")
		for _, want := range []string{"      const a = 1;", "    -  let open = true;", "    + let open = false;"} {
			if !strings.Contains(text, want) {
				t.Errorf("%d columns: %q is missing in\n%s", width, want, text)
			}
		}
		for l := range strings.SplitSeq(text, "\n") {
			if ansi.StringWidth(l) > width || strings.Contains(l, "\x1b") {
				t.Errorf("%d columns: %q", width, l)
			}
		}
	}
}

func TestALongDifferenceIsCutAndSaysSo(t *testing.T) {
	var all []string
	for i := range maxDiff + 3 {
		all = append(all, fmt.Sprintf("+ line %d", i))
	}
	lines := DiffLines(strings.Join(all, "\n"), Styles{}, 80)
	if len(lines) != maxDiff+1 || !strings.Contains(lines[maxDiff], "3 lines more") {
		t.Errorf("%d lines, the last is %q", len(lines), lines[len(lines)-1])
	}
}
