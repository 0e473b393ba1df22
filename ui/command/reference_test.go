package command

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"phonegate/provision/config"
)

var update = flag.Bool("update", false, "rewrite the README's configuration reference")

// TestReadmeReferenceIsTheTableOfQuestions keeps the README true: its reference is written from the same table as the flags.
func TestReadmeReferenceIsTheTableOfQuestions(t *testing.T) {
	const begin, end = "<!-- reference: go test ./ui/command -run Readme -update -->\n", "<!-- end of reference -->\n"
	path := filepath.Join("..", "..", "README.md")
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	head, rest, ok := strings.Cut(string(data), begin)
	_, tail, ok2 := strings.Cut(rest, end)
	if !ok || !ok2 {
		t.Fatalf("the README has lost its reference markers")
	}
	want := head + begin + reference() + end + tail
	if string(data) == want {
		return
	}
	if !*update {
		t.Fatal("the README's configuration reference is not what the table of questions says; rewrite it with -update")
	}
	if err := os.WriteFile(path, []byte(want), 0o644); err != nil {
		t.Fatal(err)
	}
}

func reference() string {
	var b strings.Builder
	b.WriteString("| key | flag | environment | what it is |\n|---|---|---|---|\n")
	for _, q := range config.Questions() {
		about := q.Help
		if len(q.Choices) > 0 {
			var values []string
			for _, c := range q.Choices {
				values = append(values, "`"+c.Value+"`")
			}
			about += " " + strings.Join(values, ", ") + "."
		}
		if q.Required {
			about += " Required."
		}
		fmt.Fprintf(&b, "| `%s` | `--%s` | `%s` | %s |\n", q.Key, q.Flag, q.Env, strings.ReplaceAll(about, "|", "\\|"))
	}
	return b.String()
}
