package twilio

import (
	"fmt"
	"strconv"
	"strings"
)

// mark is how a thing at Twilio says whose it is, so that every computer knows. A service that phonegate makes carries it as the
// issuer of its TOTP factors, which SMS does not use; a rate limit carries it as its description. It is part of the request that
// makes the thing: whatever is cut off, nothing of ours is without it.
type mark struct {
	domain string // the Auth0 domain of the tenant, "" for no mark
	made   bool   // phonegate made the limit's service too; Twilio may not keep the issuer
	found  bool   // the limit was there before phonegate and only carries the mark
	was    int    // length of the codes before phonegate changed it, 0 if it did not
}

const (
	markMade  = "made"
	markFound = "found"
	markWas   = "was code_length="
)

// String is the text at Twilio, such as "phonegate acme.us.auth0.com; was code_length=4".
func (m mark) String() string {
	text := "phonegate " + m.domain
	if m.made {
		text += "; " + markMade
	}
	if m.found {
		text += "; " + markFound
	}
	if m.was != 0 {
		text += fmt.Sprintf("; %s%d", markWas, m.was)
	}
	return text
}

// readMark reads such a text. Other texts are no mark: an issuer is by default the service's name, which can't have a dot, and a
// domain has one.
func readMark(text string) mark {
	parts := strings.Split(text, "; ")
	domain, ok := strings.CutPrefix(parts[0], "phonegate ")
	if !ok || !strings.Contains(domain, ".") || strings.ContainsAny(domain, " \t") {
		return mark{}
	}
	m := mark{domain: domain}
	for _, part := range parts[1:] {
		digits, isWas := strings.CutPrefix(part, markWas)
		switch {
		case part == markMade:
			m.made = true
		case part == markFound:
			m.found = true
		case isWas:
			if n, err := strconv.Atoi(digits); err == nil && validCodeLength(n) {
				m.was = n
			}
		}
	}
	return m
}
