package auth0

import (
	"strings"
	"testing"
)

func TestDiff(t *testing.T) {
	for name, c := range map[string]struct{ before, after, want string }{
		"nothing":       {"a\nb\n", "a\nb\n", "  ..."},
		"a line":        {"a\nb\nc\n", "a\nx\nc\n", "  a\n- b\n+ x\n  c"},
		"at the end":    {"a\n", "a\nb\n", "  a\n+ b"},
		"all":           {"a", "b", "- a\n+ b"},
		"from nothing":  {"", "a\nb", "+ a\n+ b"},
		"to nothing":    {"a", "", "- a"},
		"far apart":     {"1\n2\n3\n4\n5\n6\n7\n8\n9", "x\n2\n3\n4\n5\n6\n7\n8\ny", "- 1\n+ x\n  2\n  3\n  4\n  ...\n  6\n  7\n  8\n- 9\n+ y"},
		"moved":         {"a\nb\nc", "b\nc\na", "- a\n  b\n  c\n+ a"},
		"an empty line": {"a\n\nb", "a\nb", "  a\n- \n  b"},
	} {
		if got := diff(c.before, c.after); got != c.want {
			t.Errorf("%s:\n%s\nwant:\n%s", name, got, c.want)
		}
	}
}

func FuzzDiff(f *testing.F) {
	f.Add("a\nb", "b\nc")
	f.Add("", "\n\n")
	f.Fuzz(func(t *testing.T, before, after string) {
		added, removed := 0, 0
		for _, line := range strings.Split(diff(before, after), "\n") {
			switch {
			case strings.HasPrefix(line, "+ "):
				added++
			case strings.HasPrefix(line, "- "):
				removed++
			case line != "" && !strings.HasPrefix(line, "  "):
				t.Fatalf("line %q", line)
			}
		}
		if got := len(lines(before)) - removed + added; got != len(lines(after)) {
			t.Errorf("%d lines after, want %d", got, len(lines(after)))
		}
	})
}
