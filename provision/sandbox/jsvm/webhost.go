package jsvm

import (
	"errors"
	"fmt"
	"net/netip"
	"strconv"
	"strings"
)

// errUnicodeHost is honest about what is left out: the Unicode tables would be larger than the rest of the engine.
var errUnicodeHost = errors.New("Invalid URL: host names that are not ASCII are not available in the sandbox; use the xn-- form")

const forbiddenHost = "\x00\t\n\r #/:<>?@[\\]^|"

// parseHost is the standard's host parser.
func parseHost(s string, special bool) (string, error) {
	if strings.HasPrefix(s, "[") {
		if !strings.HasSuffix(s, "]") {
			return "", errInvalidURL
		}
		ip, err := netip.ParseAddr(s[1 : len(s)-1])
		if err != nil || !ip.Is6() || ip.Zone() != "" {
			return "", errInvalidURL
		}
		return "[" + ipv6Text(ip) + "]", nil
	}
	if !special {
		if strings.ContainsAny(s, forbiddenHost) {
			return "", errInvalidURL
		}
		return encodeSet(s, ""), nil
	}
	s, _ = decodeUTF8(percentDecode(s))
	for i := 0; i < len(s); i++ {
		if s[i] >= 0x80 {
			return "", errUnicodeHost
		}
		if s[i] <= 0x1F || s[i] == 0x7F || s[i] == '%' || strings.IndexByte(forbiddenHost, s[i]) >= 0 {
			return "", errInvalidURL
		}
	}
	s = strings.ToLower(s)
	if endsInNumber(s) {
		return parseIPv4(s)
	}
	return s, nil
}

// ipv6Text is the standard's serialisation: like RFC 5952, but an embedded IPv4 address stays hexadecimal.
func ipv6Text(ip netip.Addr) string {
	if !ip.Is4In6() {
		return ip.String()
	}
	b := ip.As16()
	return fmt.Sprintf("::ffff:%x:%x", uint16(b[12])<<8|uint16(b[13]), uint16(b[14])<<8|uint16(b[15]))
}

func endsInNumber(s string) bool {
	parts := strings.Split(s, ".")
	last := parts[len(parts)-1]
	if last == "" && len(parts) > 1 {
		last = parts[len(parts)-2]
	}
	if last == "" {
		return false
	}
	if _, err := ipv4Number(last); err == nil {
		return true
	}
	for i := 0; i < len(last); i++ {
		if last[i] < '0' || last[i] > '9' {
			return false
		}
	}
	return true
}

func ipv4Number(s string) (uint64, error) {
	base := 10
	if strings.HasPrefix(s, "0x") {
		s, base = s[2:], 16
	} else if len(s) > 1 && s[0] == '0' {
		s, base = s[1:], 8
	}
	if s == "" {
		if base == 16 {
			return 0, nil
		}
		return 0, errInvalidURL
	}
	if !isAlphanumeric(s[0]) {
		return 0, errInvalidURL
	}
	return strconv.ParseUint(s, base, 64)
}

func parseIPv4(s string) (string, error) {
	parts := strings.Split(s, ".")
	if len(parts) > 1 && parts[len(parts)-1] == "" {
		parts = parts[:len(parts)-1]
	}
	if len(parts) > 4 {
		return "", errInvalidURL
	}
	var ip uint64
	for i, p := range parts {
		n, err := ipv4Number(p)
		if err != nil {
			return "", errInvalidURL
		}
		if i == len(parts)-1 {
			if n >= 1<<(8*(5-len(parts))) {
				return "", errInvalidURL
			}
			ip += n
			break
		}
		if n > 255 {
			return "", errInvalidURL
		}
		ip += n << (8 * (3 - i))
	}
	return fmt.Sprintf("%d.%d.%d.%d", byte(ip>>24), byte(ip>>16), byte(ip>>8), byte(ip)), nil
}
