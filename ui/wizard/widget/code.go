package widget

import (
	"fmt"
	"regexp"
	"strings"

	"phonegate/ui/render"
)

// token finds what stands out in JavaScript, HTML and JSON: comments, strings, words of the language.
var token = regexp.MustCompile(`//.*$|/\*.*?\*/|^\s*\*.*$|<!--.*?-->|"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|` + "`[^`]*`" +
	`|\b(?:async|await|break|case|catch|class|const|continue|default|else|export|false|finally|for|function|if|import|in|instanceof|let|new|null|of|return|switch|throw|true|try|typeof|undefined|while)\b`)

// CodeLines puts a program into styles, with line numbers. It looks at one line at a time: that is
// enough to read by, and cannot go wrong for longer than a line.
func CodeLines(st render.Styles, source string) []string {
	source = strings.TrimRight(source, "\n")
	total := len(fmt.Sprint(strings.Count(source, "\n") + 1))
	var lines []string
	for l := range strings.SplitSeq(source, "\n") {
		l = token.ReplaceAllStringFunc(PrintableLine(l), func(t string) string {
			trimmed := strings.TrimSpace(t)
			switch {
			case strings.HasPrefix(trimmed, "//"), strings.HasPrefix(trimmed, "/*"), strings.HasPrefix(trimmed, "*"), strings.HasPrefix(t, "<!--"):
				return st.Comment.Render(t)
			case strings.ContainsAny(t[:1], "\"'`"):
				return st.String.Render(t)
			}
			return st.Word.Render(t)
		})
		lines = append(lines, st.Quiet.Render(fmt.Sprintf(" %*d ", total, len(lines)+1))+l)
	}
	return lines
}

// DiffLines puts a readable diff ("- ", "+ ", "  ") into styles.
func DiffLines(st render.Styles, diff string) []string {
	var lines []string
	for l := range strings.SplitSeq(strings.TrimRight(diff, "\n"), "\n") {
		l = PrintableLine(l)
		switch {
		case strings.HasPrefix(l, "+"):
			l = st.Added.Render(l)
		case strings.HasPrefix(l, "-"):
			l = st.Removed.Render(l)
		case strings.HasPrefix(l, "@"):
			l = st.Quiet.Render(l)
		}
		lines = append(lines, l)
	}
	return lines
}

// PrintableLine is render.Printable for a line of code: tabs become two columns.
func PrintableLine(l string) string {
	return render.Printable(strings.ReplaceAll(l, "\t", "  "))
}
