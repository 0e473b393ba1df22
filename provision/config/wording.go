package config

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"phonegate/provision/fault"
)

// quoted is a value as it may stand in a message: short, on one line, in quotes.
func quoted(s string) string {
	if utf8.RuneCountInString(s) > 60 {
		s = string([]rune(s)[:57]) + "..."
	}
	return strconv.Quote(s)
}

// enumerate is "a", "a or b", "a, b or c".
func enumerate(words []string, last string) string {
	switch len(words) {
	case 0:
		return ""
	case 1:
		return words[0]
	}
	return strings.Join(words[:len(words)-1], ", ") + " " + last + " " + words[len(words)-1]
}

// didYouMean is a question to add to a message if one of the known words is close; "" otherwise.
func didYouMean(word string, known []string) string {
	if near := fault.Nearest(word, known); near != "" {
		return " (did you mean " + near + "?)"
	}
	return ""
}
