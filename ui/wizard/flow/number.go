package flow

import (
	"errors"
	"regexp"
	"strings"
)

var international = regexp.MustCompile(`^\+[1-9][0-9]{6,14}$`)

// E164 tidies a number typed with its country code.
func E164(s string) (string, error) {
	s = strings.Map(func(r rune) rune {
		if strings.ContainsRune(" -().\u00a0", r) {
			return -1
		}
		return r
	}, s)
	if after, ok := strings.CutPrefix(s, "00"); ok {
		s = "+" + after
	}
	if !international.MatchString(s) {
		return "", errors.New("that is not a number with its country code, such as +61 491 570 156")
	}
	return s, nil
}
