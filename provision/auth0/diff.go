package auth0

import "strings"

const (
	context3     = 3    // unchanged lines shown around a change
	maxDiffLines = 4000 // longer texts are compared by their ends only
)

// diff is the readable difference of two texts: lines that begin with "- ", "+ " or "  ", with
// "  ..." where unchanged lines are left out.
func diff(before, after string) string {
	a, b := lines(before), lines(after)
	// Equal ends cost nothing and are most of a typical change.
	start := 0
	for start < len(a) && start < len(b) && a[start] == b[start] {
		start++
	}
	end := 0
	for end < len(a)-start && end < len(b)-start && a[len(a)-1-end] == b[len(b)-1-end] {
		end++
	}
	var all []string
	for _, line := range a[:start] {
		all = append(all, "  "+line)
	}
	all = append(all, middle(a[start:len(a)-end], b[start:len(b)-end])...)
	for _, line := range a[len(a)-end:] {
		all = append(all, "  "+line)
	}
	return strings.Join(fold(all), "\n")
}

func lines(s string) []string {
	s = strings.TrimSuffix(s, "\n")
	if s == "" {
		return nil
	}
	return strings.Split(s, "\n")
}

// middle compares by the longest common subsequence of lines.
func middle(a, b []string) []string {
	var out []string
	if len(a)*len(b) > maxDiffLines*maxDiffLines/4 {
		return replaced(out, a, b)
	}
	// common[i][j] is the length of the longest common subsequence of a[i:] and b[j:].
	common := make([][]int32, len(a)+1)
	for i := range common {
		common[i] = make([]int32, len(b)+1)
	}
	for i := len(a) - 1; i >= 0; i-- {
		for j := len(b) - 1; j >= 0; j-- {
			if a[i] == b[j] {
				common[i][j] = common[i+1][j+1] + 1
			} else {
				common[i][j] = max(common[i+1][j], common[i][j+1])
			}
		}
	}
	i, j := 0, 0
	for i < len(a) && j < len(b) {
		switch {
		case a[i] == b[j]:
			out = append(out, "  "+a[i])
			i, j = i+1, j+1
		case common[i+1][j] >= common[i][j+1]:
			out = append(out, "- "+a[i])
			i++
		default:
			out = append(out, "+ "+b[j])
			j++
		}
	}
	return replaced(out, a[i:], b[j:])
}

func replaced(out, a, b []string) []string {
	for _, line := range a {
		out = append(out, "- "+line)
	}
	for _, line := range b {
		out = append(out, "+ "+line)
	}
	return out
}

// fold leaves out unchanged lines that are far from a change.
func fold(all []string) []string {
	near := make([]bool, len(all))
	for i, line := range all {
		if line[0] == ' ' {
			continue
		}
		for k := max(0, i-context3); k <= min(len(all)-1, i+context3); k++ {
			near[k] = true
		}
	}
	var out []string
	for i, line := range all {
		switch {
		case near[i]:
			out = append(out, line)
		case i > 0 && near[i-1], i == 0:
			out = append(out, "  ...")
		}
	}
	return out
}
