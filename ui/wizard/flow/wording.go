package flow

import (
	"path/filepath"
	"strings"

	"phonegate/provision/event"
	"phonegate/ui/render"
)

// SMSText is the text as Verify words it.
func SMSText(service, code string) string {
	return "Your " + service + " verification code is: " + code
}

// Digits is a code's sample of a length.
func Digits(n int) string {
	if n < 1 {
		n = 6
	}
	return strings.Repeat("1234567890", n/10+1)[:n]
}

// SentTo says which number a code went to.
func SentTo(to string) string {
	if to == "" {
		return ""
	}
	return " sent to " + render.Printable(to)
}

// Changes counts what a plan would do.
func Changes(p event.Plan) (n int) {
	for _, c := range p.Changes {
		if c.Op != event.None {
			n++
		}
	}
	return n
}

// NextTo is the path of what is written beside the file with the answers.
func NextTo(file, name string) string { return filepath.Join(filepath.Dir(file), name) }

// OrDash is s, or a dash for nothing.
func OrDash(s string) string {
	if strings.TrimSpace(s) == "" {
		return "–"
	}
	return s
}
