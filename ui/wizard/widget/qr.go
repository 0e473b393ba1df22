package widget

import (
	"net/netip"
	"net/url"
	"strings"

	"rsc.io/qr"
)

// quiet is the empty margin around a QR code, in modules. The standard asks for four, cameras are content with two,
// and two more columns are a good part of a narrow window.
const quiet = 2

// QRLines draws an address as a QR code of half blocks, two modules in one character; nil if it does not fit into width
// columns and rows lines. dark says that the window's background is: whichever it is, light modules are drawn light.
func QRLines(address string, dark bool, width, rows int) []string {
	code, err := qr.Encode(address, qr.L)
	if err != nil {
		return nil
	}
	side := code.Size + 2*quiet
	if side > width || (side+1)/2 > rows {
		return nil
	}
	ink := func(x, y int) bool { // a module that is drawn, rather than left to the background
		inside := y < side
		return inside && code.Black(x-quiet, y-quiet) != dark
	}
	var lines []string
	for y := 0; y < side; y += 2 {
		var line strings.Builder
		for x := range side {
			switch top, bottom := ink(x, y), ink(x, y+1); {
			case top && bottom:
				line.WriteRune('█')
			case top:
				line.WriteRune('▀')
			case bottom:
				line.WriteRune('▄')
			default:
				line.WriteByte(' ')
			}
		}
		lines = append(lines, line.String())
	}
	return lines
}

// Public reports whether a phone could open the address: https, at a name or number that is not this computer's, this
// network's, or nobody's.
func Public(address string) bool {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "https" || u.User != nil {
		return false
	}
	host := strings.TrimSuffix(strings.ToLower(u.Hostname()), ".")
	if ip, err := netip.ParseAddr(host); err == nil {
		return ip.IsGlobalUnicast() && !ip.IsPrivate()
	}
	for _, end := range []string{"localhost", "test", "local", "internal", "invalid", "example"} {
		if host == end || strings.HasSuffix(host, "."+end) {
			return false
		}
	}
	return strings.Contains(host, ".")
}
