package wizard

import (
	"path/filepath"
	"strings"

	"phonegate/provision/event"
	"phonegate/ui/render"
)

// smsText is the text as Verify words it.
func smsText(service, code string) string {
	return "Your " + service + " verification code is: " + code
}

// digits is a code's sample of a length.
func digits(n int) string {
	if n < 1 {
		n = 6
	}
	return strings.Repeat("1234567890", n/10+1)[:n]
}

// sentTo says which number a code went to.
func sentTo(to string) string {
	if to == "" {
		return ""
	}
	return " sent to " + render.Printable(to)
}

// changes counts what a plan would do.
func changes(p event.Plan) (n int) {
	for _, c := range p.Changes {
		if c.Op != event.None {
			n++
		}
	}
	return n
}

// nextTo is the path of what is written beside the file with the answers.
func nextTo(file, name string) string { return filepath.Join(filepath.Dir(file), name) }

// orDash is s, or a dash for nothing.
func orDash(s string) string {
	if strings.TrimSpace(s) == "" {
		return "–"
	}
	return s
}
