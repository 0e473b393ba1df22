package render

import "strings"

// Sentence is s without anything that cannot be printed; it starts with a capital and ends in a full stop.
func Sentence(s string) string {
	s = strings.TrimSpace(Printable(s))
	if s == "" {
		return s
	}
	if first, _, _ := strings.Cut(s, " "); !strings.ContainsAny(first, ".:_/0123456789") { // not a host, a code or an address
		r := []rune(s)
		s = strings.ToUpper(string(r[0])) + string(r[1:])
	}
	if !strings.ContainsAny(s[len(s)-1:], ".!?") {
		s += "."
	}
	return s
}
