package jsvm

import (
	"strings"
	"unicode/utf8"
)

// decodeUTF8 decodes as the Encoding Standard does: a broken sequence becomes one U+FFFD as far as it could
// have been the start of a character (Go's own decoder makes one for each byte). ok is false if there was any.
func decodeUTF8(b []byte) (s string, ok bool) {
	if utf8.Valid(b) {
		return string(b), true
	}
	var out strings.Builder
	for len(b) > 0 {
		if r, n := utf8.DecodeRune(b); r != utf8.RuneError || n > 1 {
			out.Write(b[:n])
			b = b[n:]
			continue
		}
		out.WriteRune(utf8.RuneError)
		b = b[brokenPrefix(b):]
	}
	return out.String(), false
}

// brokenPrefix is how many bytes at the start of b stand for one replacement character.
func brokenPrefix(b []byte) int {
	want, low, high := 0, byte(0x80), byte(0xBF)
	switch lead := b[0]; {
	case lead >= 0xC2 && lead <= 0xDF:
		want = 1
	case lead >= 0xE0 && lead <= 0xEF:
		want = 2
		if lead == 0xE0 {
			low = 0xA0
		} else if lead == 0xED {
			high = 0x9F
		}
	case lead >= 0xF0 && lead <= 0xF4:
		want = 3
		if lead == 0xF0 {
			low = 0x90
		} else if lead == 0xF4 {
			high = 0x8F
		}
	}
	n := 1
	for ; n <= want && n < len(b) && b[n] >= low && b[n] <= high; n++ {
		low, high = 0x80, 0xBF
	}
	return n
}
