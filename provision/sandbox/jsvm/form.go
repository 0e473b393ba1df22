package jsvm

import "strings"

// parseForm reads application/x-www-form-urlencoded (https://url.spec.whatwg.org/#urlencoded-parsing).
func parseForm(s string) [][2]string {
	pairs := [][2]string{}
	for part := range strings.SplitSeq(s, "&") {
		if part == "" {
			continue
		}
		name, value, _ := strings.Cut(part, "=")
		pairs = append(pairs, [2]string{formDecode(name), formDecode(value)})
	}
	return pairs
}

func formDecode(s string) string {
	text, _ := decodeUTF8(percentDecode(strings.ReplaceAll(s, "+", " ")))
	return text
}

func percentDecode(s string) []byte {
	out := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		if s[i] == '%' && i+2 < len(s) && hexValue(s[i+1]) >= 0 && hexValue(s[i+2]) >= 0 {
			out = append(out, byte(hexValue(s[i+1])<<4|hexValue(s[i+2])))
			i += 2
			continue
		}
		out = append(out, s[i])
	}
	return out
}

func hexValue(c byte) int {
	switch {
	case c >= '0' && c <= '9':
		return int(c - '0')
	case c >= 'a' && c <= 'f':
		return int(c-'a') + 10
	case c >= 'A' && c <= 'F':
		return int(c-'A') + 10
	}
	return -1
}

// serializeForm writes application/x-www-form-urlencoded.
func serializeForm(pairs [][2]string) string {
	var out strings.Builder
	for i, p := range pairs {
		if i > 0 {
			out.WriteByte('&')
		}
		formEncode(&out, p[0])
		out.WriteByte('=')
		formEncode(&out, p[1])
	}
	return out.String()
}

func formEncode(out *strings.Builder, s string) {
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == ' ':
			out.WriteByte('+')
		case isAlphanumeric(c) || strings.IndexByte("*-._", c) >= 0:
			out.WriteByte(c)
		default:
			percentEncode(out, c)
		}
	}
}

func percentEncode(out *strings.Builder, c byte) {
	const digits = "0123456789ABCDEF"
	out.Write([]byte{'%', digits[c>>4], digits[c&15]})
}

func isAlphanumeric(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
}
